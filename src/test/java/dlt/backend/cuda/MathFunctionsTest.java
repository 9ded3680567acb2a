package dlt.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.backend.cuda.software.SoftwareDriver;
import dlt.backend.reference.ReferenceBackend;
import dlt.op.Binary;
import dlt.op.Op;
import dlt.op.OpCaseRunner;
import dlt.op.Unary;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How far the functions of written kernels are from the exact values, in units in the last place of the result. Approximate instructions
/// are as far off as they may be here; on a GPU they are closer.
class MathFunctionsTest {
  private static final int POINTS = 20_000;
  private static final CudaBackend BACKEND = new CudaBackend(new SoftwareDriver(), SoftwareDriver.GPU, Precision.FLOAT32);

  @AfterAll
  static void close() {
    BACKEND.close();
  }

  @ParameterizedTest
  @CsvSource({
    "EXP, -104, 89, 3", "EXP, -1, 1, 3", "EXPM1, -20, 88, 2", "EXPM1, -0.5, 0.5, 2", "LOG, 0, 10, 2", "LOG, 0.9, 1.1, 2", "LOG1P, -0.99, 10, 2",
    "LOG1P, -0.01, 0.01, 2", "TANH, -10, 10, 3", "TANH, -0.01, 0.01, 2", "SIGMOID, -88, 88, 4", "ERF, -4, 4, 3", "SIN, -3, 3, 2", "SIN, -1e6, 1e6, 2",
    "SIN, -3e38, 3e38, 2", "COS, -3, 3, 2", "COS, -1e6, 1e6, 2", "COS, 1e9, 1e12, 2", "COS, -3e38, 3e38, 2", "LGAMMA, 3, 100, 6", "SQRT, 0, 1e9, 0.5",
    "ROUND, -9, 9, 0", "FLOOR, -9, 9, 0", "BFLOAT16, -9, 9, 0"
  })
  void functionsAreGoodToAFewUnitsInTheLastPlace(Unary.Kind kind, double low, double high, double bound) {
    assertThat(worst(new Unary(kind), List.of(uniform(0, low, high)))).isLessThanOrEqualTo(bound + 1e-3);
  }

  @ParameterizedTest
  @CsvSource({"0, 10, -10, 10", "0.9, 1.1, -500, 500", "0, 1e30, -1, 1"})
  void powersAreGoodToAFewUnitsInTheLastPlace(double low, double high, double lowest, double highest) {
    assertThat(worst(new Binary(Binary.Kind.POW), List.of(uniform(0, low, high), uniform(1, lowest, highest)))).isLessThanOrEqualTo(3);
  }

  @Test
  void powersOfSpecialValuesAreThoseOfJava() {
    double[] values = {0, -0.0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 1e-42, 1e38, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN};
    HostTensor x = HostTensor.allocate(new TensorType(DType.FLOAT32, Shape.of(values.length, values.length)));
    HostTensor y = HostTensor.allocate(x.type());
    for (int i = 0; i < x.size(); i++) {
      x.set(i, values[i / values.length]);
      y.set(i, values[i % values.length]);
    }
    HostTensor actual = OpCaseRunner.run(BACKEND, new Binary(Binary.Kind.POW), List.of(x, y));
    for (int i = 0; i < x.size(); i++) {
      double expected = Math.pow(x.at(i), y.at(i));
      assertThat((float) actual.at(i)).as("%s^%s", x.at(i), y.at(i)).isCloseTo((float) expected, Percentage.withPercentage(1e-4));
    }
  }

  private static HostTensor uniform(int stream, double low, double high) {
    Philox random = new Philox(7, stream, 0);
    HostTensor x = HostTensor.allocate(new TensorType(DType.FLOAT32, Shape.of(POINTS)));
    for (int i = 0; i < POINTS; i++) {
      x.set(i, low + (high - low) * random.uniformDouble(i));
    }
    return x;
  }

  private static double worst(Op op, List<HostTensor> x) {
    HostTensor actual = OpCaseRunner.run(BACKEND, op, x);
    double worst = 0;
    try (ReferenceBackend reference = new ReferenceBackend()) {
      HostTensor expected = OpCaseRunner.run(reference, op, x);
      for (int i = 0; i < POINTS; i++) {
        double e = expected.at(i);
        float rounded = (float) e;
        double a = actual.at(i);
        double error = Float.isInfinite(rounded) || rounded == 0 ? (float) a == rounded ? 0 : Double.MAX_VALUE : Math.abs(a - e) / Math.ulp(rounded);
        worst = Math.max(worst, error);
      }
    }
    return worst;
  }
}
