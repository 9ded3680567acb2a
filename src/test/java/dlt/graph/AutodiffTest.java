package dlt.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dlt.backend.reference.ReferenceBackend;
import dlt.backend.reference.ReferenceProgram;
import dlt.op.Concat;
import dlt.op.Fill;
import dlt.op.MatMul;
import dlt.op.Unary;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AutodiffTest {
  private final GraphBuilder g = new GraphBuilder();

  private double[] evaluate(Value y, double... x) {
    g.output("y", y);
    ReferenceProgram program = new ReferenceBackend().compile(g.build(), Map.of());
    if (program.inputs().contains("x")) {
      program.input("x").write(HostTensor.ofDoubles(program.input("x").type().shape(), x));
    }
    program.run();
    return program.output("y").doubles();
  }

  @Test
  void contributionsOfAllUsesAreAdded() {
    Value x = g.input("x", TensorType.float32(2));
    Value loss = g.sum(g.add(g.mul(x, g.exp(x)), g.mul(x, 3)));
    Value d = Autodiff.gradients(g, loss, List.of(x)).getFirst();
    assertThat(evaluate(d, 0, 1)).containsExactly(new double[] {4, 2 * Math.E + 3}, within(1e-14));
  }

  @Test
  void whatTheLossDoesNotDependOnHasGradientZero() {
    Value x = g.input("x", TensorType.float32(2));
    Value other = g.input("other", TensorType.float32(3, 1));
    List<Value> d = Autodiff.gradients(g, g.sum(x), List.of(other, x));
    assertThat(((Node) d.get(0)).op()).isEqualTo(new Fill(TensorType.float32(3, 1), 0));
    assertThat(((Node) d.get(1)).op()).isEqualTo(new Fill(TensorType.float32(2), 1));
  }

  @Test
  void noGradientPassesAStepFunctionOrDetach() {
    Value x = g.input("x", TensorType.float32(2));
    Value loss = g.sum(g.mul(x, g.add(g.unary(Unary.Kind.DETACH, x), g.unary(Unary.Kind.FLOOR, x))));
    assertThat(evaluate(Autodiff.gradients(g, loss, List.of(x)).getFirst(), 1.5, 2.25)).containsExactly(2.5, 4.25);
  }

  @Test
  void intermediateValuesHaveGradientsToo() {
    Value x = g.input("x", TensorType.float32(2));
    Value y = g.square(x);
    List<Value> d = Autodiff.gradients(g, g.sum(g.square(y)), List.of(y, x));
    assertThat(evaluate(d.get(0), 1, 3)).containsExactly(2, 18);
    assertThat(evaluate(d.get(1), 1, 3)).containsExactly(4, 108);
  }

  @Test
  void theLossByItselfIsOne() {
    Value x = g.input("x", TensorType.float32());
    assertThat(evaluate(Autodiff.gradients(g, x, List.of(x)).getFirst(), 5)).containsExactly(1);
  }

  @Test
  void aCotangentWeighsTheOutputs() {
    Value x = g.input("x", TensorType.float32(2));
    Value weights = g.literal(HostTensor.ofDoubles(Shape.of(2), 10, 100));
    assertThat(evaluate(Autodiff.gradients(g, g.square(x), weights, List.of(x)).getFirst(), 1, 2)).containsExactly(20, 400);
  }

  @Test
  void whatSlicesReceiveIsPutSideBySide() {
    Value x = g.input("x", TensorType.float32(2, 5));
    Value late = g.square(g.slice(x, 1, 3, 1));
    Value early = g.mul(g.slice(x, 1, 0, 2), 3);
    Value d = Autodiff.gradients(g, g.add(g.sum(late), g.sum(early)), List.of(x)).getFirst();
    assertThat(((Node) d).op()).isEqualTo(new Concat(1));
    assertThat(((Node) d).inputs()).extracting(n -> n.shape().dim(1)).containsExactly(2, 1, 1, 1);
    assertThat(evaluate(d, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)).containsExactly(3, 3, 0, 8, 0, 3, 3, 0, 18, 0);
  }

  @Test
  void slicesThatOverlapAreAddedToWhatElseAValueReceives() {
    Value x = g.input("x", TensorType.float32(4));
    Value windows = g.add(g.sum(g.slice(x, 0, 0, 2)), g.add(g.sum(g.mul(g.slice(x, 0, 1, 2), 10)), g.sum(g.mul(g.slice(x, 0, 2, 2), 100))));
    Value d = Autodiff.gradients(g, g.add(windows, g.sum(g.mul(x, 1000))), List.of(x)).getFirst();
    assertThat(evaluate(d, 0, 0, 0, 0)).containsExactly(1001, 1011, 1110, 1100);
  }

  @Test
  void slicesOfSeveralDimensionsAreAdded() {
    Value x = g.input("x", TensorType.float32(2, 2));
    Value loss = g.add(g.sum(g.slice(x, 0, 0, 1)), g.add(g.sum(g.mul(g.slice(x, 1, 1, 1), 10)), g.sum(g.mul(g.slice(g.slice(x, 0, 1, 1), 1, 0, 1), 100))));
    assertThat(evaluate(Autodiff.gradients(g, loss, List.of(x)).getFirst(), 0, 0, 0, 0)).containsExactly(1, 11, 100, 10);
  }

  @Test
  void aWeightThatIsUsedForFewRowsAtATimeReceivesOneProductOfAllRows() {
    Value x = g.input("x", TensorType.float32(4, 3));
    Value weight = g.literal(HostTensor.ofDoubles(Shape.of(3, 3), 1, 2, 3, 4, 5, 6, 7, 8, 9));
    Value y = g.matmul(g.slice(x, 0, 0, 1), weight);
    for (int row = 1; row < 4; row++) {
      y = g.add(y, g.mul(g.matmul(g.slice(x, 0, row, 1), weight), row + 1));
    }
    Value d = Autodiff.gradients(g, g.sum(y), List.of(weight)).getFirst();
    assertThat(((Node) d).op()).isEqualTo(new MatMul(true, false));
    assertThat(evaluate(d, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1)).containsExactly(5, 5, 5, 6, 6, 6, 7, 7, 7);
  }

  @Test
  void gradientsCanBeDifferentiatedAgain() {
    Value x = g.input("x", TensorType.float32(2));
    Value first = Autodiff.gradients(g, g.sum(g.mul(x, g.mul(x, x))), List.of(x)).getFirst();
    Value second = Autodiff.gradients(g, g.sum(first), List.of(x)).getFirst();
    assertThat(evaluate(second, 2, 5)).containsExactly(12, 30);
  }

  @Test
  void gradientNodesKeepTheOriginOfTheirForwardNode() {
    Value x = g.input("x", TensorType.float32(2));
    g.origin("layer");
    Value y = g.exp(x);
    g.origin("loss");
    Value loss = g.sum(g.square(y));
    g.origin("optimizer");
    Value d = Autodiff.gradients(g, loss, List.of(x)).getFirst();
    assertThat(((Node) d).origin()).isEqualTo("layer");
    assertThat(g.origin()).isEqualTo("optimizer");
  }

  @Test
  void aLossIsAFloatScalar() {
    Value x = g.input("x", TensorType.float32(2));
    Value n = g.input("n", TensorType.int64());
    assertThatThrownBy(() -> Autodiff.gradients(g, x, List.of(x))).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("[2]");
    assertThatThrownBy(() -> Autodiff.gradients(g, n, List.of(x))).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Autodiff.gradients(g, g.cast(n, DType.FLOAT32), List.of(n))).isInstanceOf(IllegalArgumentException.class);
  }
}
