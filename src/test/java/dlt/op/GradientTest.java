package dlt.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dlt.backend.reference.ReferenceBackend;
import dlt.backend.reference.ReferenceProgram;
import dlt.graph.Autodiff;
import dlt.graph.GraphBuilder;
import dlt.graph.Verifier;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GradientTest {
  static Stream<OpCase> differentiable() {
    return OpCases.all().stream().filter(c -> c.smooth() && !c.operands().isEmpty() && c.type().dtype() == DType.FLOAT32
        && !(c.op() instanceof Input) && !(c.op() instanceof Variable)
        && !(c.op() instanceof Unary unary && unary.kind() == Unary.Kind.LGAMMA));
  }

  /// `sum(op(x) * cotangent)` and its gradients by the float32 operands.
  private static final class Differentiated {
    private final ReferenceProgram program;
    private final List<HostTensor> operands;
    private final HostTensor cotangent;

    Differentiated(OpCase c) {
      GraphBuilder g = new GraphBuilder();
      List<Value> inputs = new ArrayList<>();
      for (OpCase.Operand operand : c.operands()) {
        inputs.add(g.input("x" + inputs.size(), operand.type()));
      }
      Value output = g.emit(c.op(), inputs);
      Value cotangent = g.input("cotangent", output.type());
      List<Value> floats = inputs.stream().filter(v -> v.dtype() == DType.FLOAT32).toList();
      List<Value> gradients = Autodiff.gradients(g, output, cotangent, floats);
      g.output("f", g.sum(g.mul(output, cotangent)));
      for (int i = 0; i < floats.size(); i++) {
        assertThat(gradients.get(i).type()).isEqualTo(floats.get(i).type());
        g.output("d" + inputs.indexOf(floats.get(i)), gradients.get(i));
      }
      Verifier.verify(g.build());
      program = new ReferenceBackend().compile(g.build(), Map.of());
      operands = c.draw();
      this.cotangent = direction(cotangent.shape(), 100);
    }

    /// The value at the operands plus `step` times `directions`.
    double value(List<HostTensor> directions, double step) {
      for (int i = 0; i < operands.size(); i++) {
        HostTensor x = operands.get(i);
        if (program.inputs().contains("x" + i)) {
          program.input("x" + i).write(x.dtype() == DType.INT64 ? x : sum(x, directions.get(i), step));
        }
      }
      program.input("cotangent").write(cotangent);
      program.run();
      return program.output("f").doubles()[0];
    }
  }

  private static HostTensor sum(HostTensor x, HostTensor direction, double step) {
    double[] r = x.toDoubles();
    for (int i = 0; i < r.length; i++) {
      r[i] += step * direction.at(i);
    }
    return HostTensor.ofDoubles(x.shape(), r);
  }

  private static HostTensor direction(Shape shape, int stream) {
    Philox random = new Philox(7, stream, 0);
    double[] r = new double[(int) shape.size()];
    for (int i = 0; i < r.length; i++) {
      r[i] = 2 * random.uniformDouble(i) - 1;
    }
    return HostTensor.ofDoubles(shape, r);
  }

  @ParameterizedTest
  @MethodSource("differentiable")
  void gradientsAgreeWithCentralDifferences(OpCase c) {
    Differentiated f = new Differentiated(c);
    List<HostTensor> directions = new ArrayList<>();
    for (int i = 0; i < f.operands.size(); i++) {
      // a condition may not move: 0 is false and anything else true
      boolean fixed = c.op() instanceof Where && i == 0;
      HostTensor d = direction(f.operands.get(i).shape(), i);
      directions.add(fixed ? HostTensor.allocate(d.type()) : d);
    }
    double eps = 1e-6;
    double numeric = (f.value(directions, eps) - f.value(directions, -eps)) / (2 * eps);
    double magnitude = Math.abs(f.value(directions, 0));
    double analytic = 0;
    for (int i = 0; i < f.operands.size(); i++) {
      if (f.operands.get(i).dtype() == DType.FLOAT32) {
        double[] gradient = f.program.output("d" + i).doubles();
        for (int j = 0; j < gradient.length; j++) {
          analytic += gradient[j] * directions.get(i).at(j);
          magnitude += Math.abs(gradient[j] * directions.get(i).at(j));
        }
      }
    }
    assertThat(analytic).isCloseTo(numeric, within(1e-8 * (1 + magnitude)));
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
  void clampPassesTheWholeGradientAtItsBounds() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", TensorType.float32(5));
    g.output("d", Autodiff.gradients(g, g.sum(g.clampMax(g.clampMin(x, 0), 1)), List.of(x)).getFirst());
    ReferenceProgram program = new ReferenceBackend().compile(g.build(), Map.of());
    program.input("x").write(vector(-1, 0, 0.5, 1, 2));
    program.run();
    assertThat(program.output("d").doubles()).containsExactly(0, 1, 1, 1, 0);
  }

  @Test
  void aMissingRuleNamesItsOp() {
    assertThatThrownBy(() -> gradient(new Unary(Unary.Kind.LGAMMA), vector(2)))
        .isInstanceOf(IllegalStateException.class).hasMessageContaining("[lgamma]");
  }
}
