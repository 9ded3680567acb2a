package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.error.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class InstructionSetTest {
  /// What the whole suite may have been started with.
  private final String given = System.getProperty(InstructionSet.PROPERTY);

  @AfterEach
  void restore() {
    if (given == null) {
      System.clearProperty(InstructionSet.PROPERTY);
    } else {
      System.setProperty(InstructionSet.PROPERTY, given);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void detectionAgreesWithTheKernel() throws IOException {
    Set<String> flags = Files.readAllLines(Path.of("/proc/cpuinfo")).stream().filter(l -> l.startsWith("flags"))
        .flatMap(l -> Arrays.stream(l.substring(l.indexOf(':') + 1).split(" "))).collect(Collectors.toSet());
    assertThat(InstructionSet.supported(InstructionSet.AVX2)).isEqualTo(flags.containsAll(Set.of("avx2", "fma", "bmi2")));
    assertThat(InstructionSet.supported(InstructionSet.AVX512))
        .isEqualTo(flags.containsAll(Set.of("avx512f", "avx512dq", "avx512bw", "avx512vl")));
  }

  @Test
  void thePropertyChooses() {
    System.setProperty(InstructionSet.PROPERTY, "java");
    assertThat(InstructionSet.best()).isEqualTo(InstructionSet.JAVA);
    try (CpuBackend backend = CpuBackend.open(1)) {
      assertThat(backend.description()).isEqualTo("cpu java, float32, 1 thread");
    }
  }

  @Test
  void anUnknownNameIsRefusedWithTheKnownOnes() {
    System.setProperty(InstructionSet.PROPERTY, "sse");
    assertThatThrownBy(InstructionSet::best).isInstanceOf(Failure.class)
        .hasMessage("-Ddlt.cpu=sse: expected one of avx512, avx2, java");
  }
}
