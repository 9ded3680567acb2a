package dlt.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlt.backend.Backend;
import dlt.backend.Buffer;
import dlt.backend.Program;
import dlt.backend.reference.ReferenceBackend;
import dlt.backend.reference.ReferenceBuffer;
import dlt.graph.Autodiff;
import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.graph.Verifier;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// `sum(op(x) * cotangent)` for the operands of an [OpCase] and a random cotangent, and how fast it grows where all float32 operands move in
/// a random direction: by the gradients that a backend computes, and by the central difference of two values in float64, which knows
/// nothing of gradients.
public final class DirectionalDerivative {
  private static final double STEP = 1e-6;

  private final OpCase opCase;
  private final List<HostTensor> operands;
  private final List<HostTensor> directions = new ArrayList<>();
  private final HostTensor cotangent;
  private final Graph graph;

  public DirectionalDerivative(OpCase c) {
    opCase = c;
    operands = c.draw();
    for (int i = 0; i < operands.size(); i++) {
      // a condition may not move: 0 is false and anything else true
      boolean fixed = c.op() instanceof Where && i == 0 || operands.get(i).dtype() == DType.INT64;
      directions.add(fixed ? HostTensor.allocate(operands.get(i).type()) : direction(operands.get(i).shape(), i));
    }
    cotangent = direction(c.type().shape(), 100);
    GraphBuilder g = new GraphBuilder();
    List<Value> inputs = new ArrayList<>();
    for (OpCase.Operand operand : c.operands()) {
      inputs.add(g.input("x" + inputs.size(), operand.type()));
    }
    Value output = g.emit(c.op(), inputs);
    Value seed = g.input("cotangent", output.type());
    List<Value> floats = inputs.stream().filter(v -> v.dtype() == DType.FLOAT32).toList();
    List<Value> gradients = Autodiff.gradients(g, output, seed, floats);
    g.output("f", g.sum(g.mul(output, seed)));
    for (int i = 0; i < floats.size(); i++) {
      assertThat(gradients.get(i).type()).isEqualTo(floats.get(i).type());
      g.output("d" + inputs.indexOf(floats.get(i)), gradients.get(i));
    }
    graph = g.build();
    Verifier.verify(graph);
  }

  /// The cases of the table whose op is differentiable around their operands.
  public static Stream<OpCase> cases() {
    return OpCases.all().stream().filter(c -> c.smooth() && !c.operands().isEmpty() && c.type().dtype() == DType.FLOAT32
        && !(c.op() instanceof Input) && !(c.op() instanceof Variable)
        && !(c.op() instanceof Unary unary && unary.kind() == Unary.Kind.LGAMMA));
  }

  /// Asserts that the gradients of `backend` are the slope of the central difference but for `rounding` times the sum of the
  /// magnitudes of the products that make it up.
  public void assertGradients(Backend backend, double rounding) {
    double numeric;
    try (ReferenceBackend reference = new ReferenceBackend(); Program f = reference.compile(graph, Map.of())) {
      numeric = (value(f, STEP) - value(f, -STEP)) / (2 * STEP);
    }
    try (Program program = backend.compile(graph, Map.of())) {
      double magnitude = 1 + Math.abs(value(program, 0));
      double analytic = 0;
      for (int i = 0; i < operands.size(); i++) {
        if (operands.get(i).dtype() == DType.FLOAT32) {
          double[] gradient = doubles(program.output("d" + i));
          for (int j = 0; j < gradient.length; j++) {
            analytic += gradient[j] * directions.get(i).at(j);
            magnitude += Math.abs(gradient[j] * directions.get(i).at(j));
          }
        }
      }
      assertThat(analytic).as("the slope of %s", opCase).isCloseTo(numeric, within(rounding * magnitude));
    }
  }

  /// The value at the operands plus `step` times the directions.
  private double value(Program program, double step) {
    for (int i = 0; i < operands.size(); i++) {
      if (program.inputs().contains("x" + i)) {
        program.input("x" + i).write(moved(operands.get(i), directions.get(i), step));
      }
    }
    program.input("cotangent").write(cotangent);
    program.run();
    return doubles(program.output("f"))[0];
  }

  private static HostTensor moved(HostTensor x, HostTensor direction, double step) {
    if (step == 0 || x.dtype() == DType.INT64) {
      return x;
    }
    double[] r = x.toDoubles();
    for (int i = 0; i < r.length; i++) {
      r[i] += step * direction.at(i);
    }
    return HostTensor.ofDoubles(x.shape(), r);
  }

  /// Exact in float32, so that every backend gets the same.
  private static HostTensor direction(Shape shape, int stream) {
    Philox random = new Philox(7, stream, 0);
    double[] r = new double[(int) shape.size()];
    for (int i = 0; i < r.length; i++) {
      r[i] = 2 * random.uniform(i) - 1;
    }
    return HostTensor.ofDoubles(shape, r);
  }

  private static double[] doubles(Buffer buffer) {
    return buffer instanceof ReferenceBuffer b ? b.doubles() : buffer.read().toDoubles();
  }
}
