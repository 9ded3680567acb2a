package dlt.op;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.backend.Backend;
import dlt.selftest.OpCheck;
import dlt.tensor.HostTensor;
import java.util.List;

/// Runs the cases of [OpCases] on a backend.
public final class OpCaseRunner {
  private OpCaseRunner() {}

  /// The case's result: float32 or int64, float64 on the reference backend.
  public static HostTensor run(Backend backend, OpCase c) {
    return OpCheck.run(backend, c.op(), c.draw());
  }

  /// `op` of these operands. Runs the program twice: nothing may be left over from the first time.
  public static HostTensor run(Backend backend, Op op, List<HostTensor> operands) {
    return OpCheck.run(backend, op, operands);
  }

  /// Asserts that the backend computes the case as the reference does, within float32 rounding.
  public static void assertMatchesReference(Backend backend, OpCase c) {
    assertMatchesReference(backend, c, 1);
  }

  /// The same with a tolerance `factor` times as large, for kernels that trade digits for speed.
  public static void assertMatchesReference(Backend backend, OpCase c, double factor) {
    assertThat(OpCheck.of(backend, c, 0, factor).problem()).isEmpty();
  }
}
