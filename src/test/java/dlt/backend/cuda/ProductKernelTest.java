package dlt.backend.cuda;

import dlt.backend.cuda.software.SoftwareDriver;
import dlt.op.Conv2d;
import dlt.op.Conv2dGradInput;
import dlt.op.Conv2dGradWeight;
import dlt.op.MatMul;
import dlt.op.Nhwc;
import dlt.op.Op;
import dlt.op.OpCase;
import dlt.op.OpCaseRunner;
import dlt.op.OpCases;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Products of matrices and convolutions on the software GPU.
class ProductKernelTest {
  private static final CudaBackend BACKEND = new CudaBackend(new SoftwareDriver(), SoftwareDriver.GPU, Precision.FLOAT32);

  @AfterAll
  static void close() {
    BACKEND.close();
  }

  static Stream<OpCase> products() {
    return OpCases.all().stream().filter(c -> product(c.op()));
  }

  private static boolean product(Op op) {
    return op instanceof Nhwc nhwc ? product(nhwc.op())
        : op instanceof MatMul || op instanceof Conv2d || op instanceof Conv2dGradInput || op instanceof Conv2dGradWeight;
  }

  @ParameterizedTest
  @MethodSource("products")
  void float32MatchesTheReference(OpCase c) {
    OpCaseRunner.assertMatchesReference(BACKEND, c);
  }
}
