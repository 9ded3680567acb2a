package dlt.golden;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.backend.Backend;
import dlt.backend.Buffer;
import dlt.backend.cpu.CpuBackend;
import dlt.backend.cuda.CudaBackend;
import dlt.backend.cuda.Precision;
import dlt.backend.cuda.software.SoftwareDriver;
import dlt.backend.reference.ReferenceBackend;
import dlt.backend.reference.ReferenceBuffer;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import java.util.Arrays;

/// The backends that golden cases run on, and how far each may be from PyTorch's float64 results, relative to the norm of the
/// tensor.
public enum GoldenBackend {
  REFERENCE,
  CPU,
  /// On the software GPU.
  CUDA;

  public Backend open() {
    return switch (this) {
      case REFERENCE -> new ReferenceBackend();
      case CPU -> CpuBackend.open(2);
      case CUDA -> new CudaBackend(new SoftwareDriver(), SoftwareDriver.GPU, Precision.FLOAT32);
    };
  }

  /// What may be between: 1e-9 in float64; in float32 four times PyTorch's own error, never more than 2e-5 and never less than
  /// a few roundings.
  public double bound(double torchError) {
    return switch (this) {
      case REFERENCE -> 1e-9;
      case CPU, CUDA -> Math.min(2e-5, Math.max(4 * torchError, 8 * Math.ulp(1f)));
    };
  }

  /// All values of a buffer, unrounded on the reference backend.
  public static double[] doubles(Buffer buffer) {
    return buffer instanceof ReferenceBuffer b && b.type().dtype() != DType.INT64 ? b.doubles() : buffer.read().toDoubles();
  }

  /// Asserts that `actual` is `expected` but for `bound` times the norm.
  public static void assertClose(String what, double[] actual, HostTensor expected, double bound) {
    double[] wanted = expected.toDoubles();
    assertThat(actual).as(what).hasSameSizeAs(wanted);
    double distance = 0;
    double norm = 0;
    for (int i = 0; i < wanted.length; i++) {
      boolean same = actual[i] == wanted[i] || Double.isNaN(actual[i]) && Double.isNaN(wanted[i]);
      distance += same ? 0 : (actual[i] - wanted[i]) * (actual[i] - wanted[i]);
      norm += wanted[i] * wanted[i];
    }
    assertThat(Math.sqrt(distance) <= bound * Math.sqrt(norm))
        .as("%s: a distance of %s, norm %s, relative bound %s%n%s%n%s", what, Math.sqrt(distance), Math.sqrt(norm), bound,
            Arrays.toString(actual), Arrays.toString(wanted))
        .isTrue();
  }
}
