package dlt.selftest;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.backend.cpu.CpuBackend;
import dlt.backend.cuda.CudaBackend;
import dlt.backend.cuda.Precision;
import dlt.backend.cuda.software.SoftwareDriver;
import dlt.op.MatMul;
import dlt.op.OpCase;
import dlt.op.OpCases;
import dlt.op.Softmax;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SelfTestTest {
  private static final List<OpCase> SOME =
      Stream.concat(OpCases.of(MatMul.class).limit(6), OpCases.of(Softmax.class).limit(3)).toList();

  @Test
  void eachOpHasItsCasesItsWorstErrorAndARate() {
    for (Precision precision : Precision.values()) {
      List<SelfTest.Result> told = new ArrayList<>();
      try (CudaBackend backend = new CudaBackend(new SoftwareDriver(), SoftwareDriver.GPU, precision)) {
        List<SelfTest.Result> results = SelfTest.run(backend, precision == Precision.FLOAT32 ? 0 : 0x1p-8, SOME, SOME, told::add);
        assertThat(results).isEqualTo(told).extracting(SelfTest.Result::op).containsExactly("matmul", "softmax");
        assertThat(results).allSatisfy(r -> {
          assertThat(r.wrong()).isZero();
          assertThat(r.problem()).isEmpty();
          assertThat(r.worst()).isBetween(0.0, 1.0);
          assertThat(r.rate()).isPresent();
        });
      }
    }
  }

  @Test
  void whatIsFurtherOffThanRoundingIsWrong() {
    try (CpuBackend backend = CpuBackend.open(1)) {
      OpCase c = OpCases.of(MatMul.class).skip(50).findFirst().orElseThrow();
      assertThat(OpCheck.of(backend, c, 0, 1).problem()).isEmpty();
      assertThat(OpCheck.of(backend, c, 0, 0).problem()).contains("expected");
    }
  }

  @Test
  void everyLargeCaseHasAResult() {
    assertThat(OpCases.large()).allSatisfy(c -> assertThat(c.type().shape().size()).isPositive());
  }
}
