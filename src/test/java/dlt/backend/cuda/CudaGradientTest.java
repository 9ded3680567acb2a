package dlt.backend.cuda;

import dlt.backend.cuda.software.SoftwareDriver;
import dlt.op.DirectionalDerivative;
import dlt.op.OpCase;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The gradients of every op of the table on the software GPU, at small shapes, against the slopes of values in float64.
class CudaGradientTest {
  private static final int LARGEST = 120;
  /// For numbers that went through a few roundings of float32.
  private static final double ROUNDING = 16 * 0x1p-24;
  private static final CudaBackend BACKEND = new CudaBackend(new SoftwareDriver(), SoftwareDriver.GPU, Precision.FLOAT32);

  @AfterAll
  static void close() {
    BACKEND.close();
  }

  /// Larger ones ask for the same kernels that `dlt devices --test` runs.
  static Stream<OpCase> small() {
    return DirectionalDerivative.cases().filter(c ->
        c.type().shape().size() + c.operands().stream().mapToLong(o -> o.type().shape().size()).sum() <= LARGEST);
  }

  @ParameterizedTest
  @MethodSource("small")
  void gradientsAgreeWithCentralDifferences(OpCase c) {
    new DirectionalDerivative(c).assertGradients(BACKEND, ROUNDING);
  }
}
