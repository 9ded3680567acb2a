package dlt.backend.cuda;

import dlt.backend.cuda.software.SoftwareDriver;
import dlt.op.OpCase;
import dlt.op.OpCaseRunner;
import dlt.op.OpCases;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every op of the table on the software GPU.
class CudaOpCasesTest {
  private static final CudaBackend BACKEND = new CudaBackend(new SoftwareDriver(), SoftwareDriver.GPU, Precision.FLOAT32);

  @AfterAll
  static void close() {
    BACKEND.close();
  }

  /// Convolutions follow with their kernels.
  static List<OpCase> cases() {
    return OpCases.all().stream().filter(c -> !c.toString().contains("Conv2d")).toList();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void kernelsAgreeWithTheReference(OpCase c) {
    OpCaseRunner.assertMatchesReference(BACKEND, c);
  }
}
