package dlt.backend.cuda;

import dlt.backend.cuda.software.SoftwareDriver;
import dlt.op.OpCase;
import dlt.op.OpCaseRunner;
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

  @ParameterizedTest
  @MethodSource("dlt.op.OpCases#all")
  void kernelsAgreeWithTheReference(OpCase c) {
    OpCaseRunner.assertMatchesReference(BACKEND, c);
  }
}
