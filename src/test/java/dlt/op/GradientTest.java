package dlt.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.backend.reference.ReferenceBackend;
import dlt.backend.reference.ReferenceProgram;
import dlt.graph.Autodiff;
import dlt.graph.GraphBuilder;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GradientTest {
  @ParameterizedTest
  @MethodSource("dlt.op.DirectionalDerivative#cases")
  void gradientsAgreeWithCentralDifferences(OpCase c) {
    try (ReferenceBackend backend = new ReferenceBackend()) {
      new DirectionalDerivative(c).assertGradients(backend, 1e-8);
    }
  }

  /// The gradient of `sum(op(x))` by the first operand.
  private static double[] gradient(Op op, HostTensor... operands) {
    GraphBuilder g = new GraphBuilder();
    List<Value> inputs = new ArrayList<>();
    for (HostTensor operand : operands) {
      inputs.add(g.input("x" + inputs.size(), TensorType.float32(operand.shape())));
    }
    g.output("d", Autodiff.gradients(g, g.sum(g.emit(op, inputs)), List.of(inputs.getFirst())).getFirst());
    ReferenceProgram program = new ReferenceBackend().compile(g.build(), new HashMap<>());
    for (int i = 0; i < operands.length; i++) {
      if (program.inputs().contains("x" + i)) {
        program.input("x" + i).write(operands[i]);
      }
    }
    program.run();
    return program.output("d").doubles();
  }

  private static HostTensor vector(double... values) {
    return HostTensor.ofDoubles(Shape.of(values.length), values);
  }

  @Test
  void equalOperandsOfMaxAndMinShareTheGradient() {
    assertThat(gradient(new Binary(Binary.Kind.MAX), vector(1, 2, 3), vector(2, 2, 2))).containsExactly(0, 0.5, 1);
    assertThat(gradient(new Binary(Binary.Kind.MIN), vector(1, 2, 3), vector(2, 2, 2))).containsExactly(1, 0.5, 0);
  }

  @Test
  void gradientOfReluIsZeroAtZero() {
    assertThat(gradient(new Unary(Unary.Kind.RELU), vector(-1, 0, 2))).containsExactly(0, 0, 1);
  }

  @Test
  void gradientOfAbsIsZeroAtZero() {
    assertThat(gradient(new Unary(Unary.Kind.ABS), vector(-1, 0, 2))).containsExactly(-1, 0, 1);
  }

  @Test
  void largestElementsShareTheGradientOfTheirMaximum() {
    assertThat(gradient(new Reduce(Reduce.Kind.MAX, List.of(0), false), vector(3, 1, 3, 2))).containsExactly(0.5, 0, 0.5, 0);
    assertThat(gradient(new Reduce(Reduce.Kind.MIN, List.of(0), true), vector(3, 1, 1, 1))).containsExactly(0, 1 / 3.0, 1 / 3.0, 1 / 3.0);
  }

  @Test
  void gradientOfAProductWithZerosIsTheProductOfTheOthers() {
    Reduce product = new Reduce(Reduce.Kind.PROD, List.of(0), false);
    assertThat(gradient(product, vector(2, 3, 4))).containsExactly(12, 8, 6);
    assertThat(gradient(product, vector(2, 0, 4))).containsExactly(0, 8, 0);
    assertThat(gradient(product, vector(2, 0, 0))).containsExactly(0, 0, 0);
    assertThat(gradient(new Reduce(Reduce.Kind.PROD, List.of(1), false), HostTensor.ofDoubles(Shape.of(2, 2), 5, 0, 2, 3)))
        .containsExactly(0, 5, 3, 2);
  }

  @Test
  void gradientOfAPowerIsFiniteAtZero() {
    assertThat(gradient(new Binary(Binary.Kind.POW), vector(0, 0, 0, -2), vector(0, 1, 2, 3))).containsExactly(0, 1, 0, 12);
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", TensorType.float32(3));
    Value p = g.input("p", TensorType.float32(3));
    g.output("d", Autodiff.gradients(g, g.sum(g.binary(Binary.Kind.POW, x, p)), List.of(p)).getFirst());
    ReferenceProgram program = new ReferenceBackend().compile(g.build(), Map.of());
    program.input("x").write(vector(0, 0, Math.E));
    program.input("p").write(vector(2, 0, 1));
    program.run();
    assertThat(program.output("d").doubles()).containsExactly(0, 0, Math.E);
  }

  @Test
  void gradientOfWhereDoesNotReachWhatWasNotChosen() {
    assertThat(gradient(new Unary(Unary.Kind.SQRT), vector(0))).containsExactly(Double.POSITIVE_INFINITY);
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", TensorType.float32(2));
    Value safe = g.where(g.less(g.scalar(0), x), x, g.scalar(1));
    g.output("d", Autodiff.gradients(g, g.sum(g.where(g.less(g.scalar(0), x), g.sqrt(safe), g.scalar(0))), List.of(x)).getFirst());
    ReferenceProgram program = new ReferenceBackend().compile(g.build(), Map.of());
    program.input("x").write(vector(0, 4));
    program.run();
    assertThat(program.output("d").doubles()).containsExactly(0, 0.25);
  }

  @Test
  void gradientOfMaxPoolGoesToTheFirstLargestElement() {
    HostTensor image = HostTensor.ofDoubles(Shape.of(1, 1, 2, 4), 1, 5, 7, 7, 5, 5, 7, 7);
    assertThat(gradient(new MaxPool2d(Window.of(2, 2, 0, 0, 1, 1), 2, 2), image)).containsExactly(0, 1, 1, 0, 0, 0, 0, 0);
  }

  @Test
  void clampPassesTheWholeGradientAtItsBound() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", TensorType.float32(5));
    g.output("d", Autodiff.gradients(g, g.sum(g.clampMin(x, 0)), List.of(x)).getFirst());
    ReferenceProgram program = new ReferenceBackend().compile(g.build(), Map.of());
    program.input("x").write(vector(-1, 0, 0.5, 1, 2));
    program.run();
    assertThat(program.output("d").doubles()).containsExactly(0, 1, 1, 1, 1);
  }

  @Test
  void aMissingRuleNamesItsOp() {
    assertThatThrownBy(() -> gradient(new Unary(Unary.Kind.LGAMMA), vector(2)))
        .isInstanceOf(IllegalStateException.class).hasMessageContaining("[lgamma]");
  }
}
