package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.backend.reference.ReferenceBackend;
import dlt.graph.Fusion;
import dlt.graph.GraphBuilder;
import dlt.op.OpCaseRunner;
import dlt.op.Unary;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class VectorMathTest {
  /// Units in the last place that each function may be off.
  private static final Map<Unary.Kind, Double> BOUNDS = Map.of(Unary.Kind.EXP, 1.0, Unary.Kind.EXPM1, 1.5, Unary.Kind.LOG, 1.0,
      Unary.Kind.LOG1P, 1.5, Unary.Kind.TANH, 3.0, Unary.Kind.SIGMOID, 2.5, Unary.Kind.ERF, 1.5, Unary.Kind.LGAMMA, 1.0,
      Unary.Kind.SIN, 0.51, Unary.Kind.COS, 0.51);

  /// Floats of all magnitudes and both signs, and the special ones.
  private static float[] arguments() {
    List<Float> all = new ArrayList<>(List.of(0f, -0f, 1f, -1f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN,
        Float.MIN_VALUE, -Float.MIN_VALUE, Float.MIN_NORMAL, Float.MAX_VALUE, -Float.MAX_VALUE, 88.72283f, 88.72284f, -87.3365f,
        -103.97f, -104.5f, 0x1p-24f, -0x1p-24f, -0x1.fffffep-1f));
    for (long bits = 0; bits < 1L << 32; bits += 40009) {
      all.add(Float.intBitsToFloat((int) bits));
    }
    // densely where the functions are neither constant nor linear
    for (float x = -20; x < 20; x += 0.0007f) {
      all.add(x);
    }
    float[] r = new float[all.size()];
    for (int i = 0; i < r.length; i++) {
      r[i] = all.get(i);
    }
    return r;
  }

  static Stream<Unary.Kind> functions() {
    return BOUNDS.keySet().stream().sorted();
  }

  private static float[] evaluate(InstructionSet set, Unary.Kind kind, float[] x) {
    try (KernelBench bench = new KernelBench(set, 1)) {
      Shape shape = Shape.of(x.length);
      GraphBuilder g = new GraphBuilder();
      g.output("y", g.unary(kind, g.input("x", TensorType.float32(shape))));
      Operand y = bench.empty(TensorType.float32(shape));
      PointwiseKernel.compile(bench.target, Fusion.groups(g.build()).getFirst(), List.of(bench.of(shape, x)), List.of(y)).run();
      bench.assertNothingElseWritten();
      return KernelBench.floats(y);
    }
  }

  private static double[] exactly(Unary.Kind kind, float[] x) {
    try (ReferenceBackend reference = new ReferenceBackend()) {
      return OpCaseRunner.run(reference, new Unary(kind), List.of(HostTensor.of(Shape.of(x.length), x))).toDoubles();
    }
  }

  @ParameterizedTest
  @MethodSource("functions")
  void isWithinUnitsInTheLastPlaceOverAllFloats(Unary.Kind kind) {
    float[] x = arguments();
    float[] y = evaluate(InstructionSet.JAVA, kind, x);
    double[] expected = exactly(kind, x);
    double worst = 0;
    int at = 0;
    for (int i = 0; i < x.length; i++) {
      if (kind == Unary.Kind.LGAMMA && x[i] < 0) {
        continue;
      }
      double error = error(expected[i], y[i]);
      if (!(error <= worst)) {
        worst = error;
        at = i;
      }
    }
    assertThat(worst).as("%s of %s is %s, expected %s", kind, x[at], y[at], expected[at]).isLessThanOrEqualTo(BOUNDS.get(kind));
  }

  @Test
  void everyInstructionSetGivesTheBitsOfTheTwin() {
    float[] x = arguments();
    for (Unary.Kind kind : Unary.Kind.values()) {
      float[] twin = evaluate(InstructionSet.JAVA, kind, x);
      for (InstructionSet set : KernelBench.sets()) {
        float[] y = evaluate(set, kind, x);
        for (int i = 0; i < x.length; i++) {
          assertThat(Float.floatToIntBits(y[i])).as("%s of %s on %s: %s, twin %s", kind, x[i], set, y[i], twin[i])
              .isEqualTo(Float.floatToIntBits(twin[i]));
        }
      }
    }
  }

  /// In units of the last place of the exact value as a float; a result beyond the largest float may be infinite.
  private static double error(double expected, float actual) {
    if (Double.isNaN(expected) || Float.isNaN(actual)) {
      return Double.isNaN(expected) && Float.isNaN(actual) ? 0 : Double.POSITIVE_INFINITY;
    }
    float rounded = (float) expected;
    if (Float.isInfinite(rounded) || Float.isInfinite(actual)) {
      return rounded == actual ? 0 : Math.abs(expected) > Float.MAX_VALUE && Math.abs(actual) == Float.MAX_VALUE ? 1 : Double.POSITIVE_INFINITY;
    }
    return Math.abs(actual - expected) / Math.ulp(rounded);
  }
}
