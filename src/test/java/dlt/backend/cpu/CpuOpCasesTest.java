package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dlt.op.OpCase;
import dlt.op.OpCaseRunner;
import java.lang.foreign.ValueLayout;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every op of the table on every instruction set.
class CpuOpCasesTest {
  private static final Map<InstructionSet, CpuBackend> ONE = new EnumMap<>(InstructionSet.class);
  private static final Map<InstructionSet, CpuBackend> THREE = new EnumMap<>(InstructionSet.class);

  @AfterAll
  static void close() {
    ONE.values().forEach(CpuBackend::close);
    THREE.values().forEach(CpuBackend::close);
    ONE.clear();
    THREE.clear();
  }

  @ParameterizedTest
  @MethodSource("dlt.op.OpCases#all")
  void avx512AgreesWithTheReference(OpCase c) {
    check(InstructionSet.AVX512, c);
  }

  @ParameterizedTest
  @MethodSource("dlt.op.OpCases#all")
  void avx2AgreesWithTheReference(OpCase c) {
    check(InstructionSet.AVX2, c);
  }

  @ParameterizedTest
  @MethodSource("dlt.op.OpCases#all")
  void javaLoopsAgreeWithTheReference(OpCase c) {
    check(InstructionSet.JAVA, c);
  }

  private static void check(InstructionSet set, OpCase c) {
    assumeTrue(InstructionSet.supported(set));
    CpuBackend one = ONE.computeIfAbsent(set, s -> new CpuBackend(1, s));
    CpuBackend three = THREE.computeIfAbsent(set, s -> new CpuBackend(3, s));
    OpCaseRunner.assertMatchesReference(one, c);
    assertThat(OpCaseRunner.run(three, c).data().toArray(ValueLayout.JAVA_BYTE)).as("three threads")
        .isEqualTo(OpCaseRunner.run(one, c).data().toArray(ValueLayout.JAVA_BYTE));
  }
}
