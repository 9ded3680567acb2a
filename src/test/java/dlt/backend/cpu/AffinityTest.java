package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class AffinityTest {
  private static String status(String key) throws IOException {
    List<String> lines = Files.readAllLines(Path.of("/proc/thread-self/status"));
    return lines.stream().filter(l -> l.startsWith(key + ":")).findFirst().orElseThrow();
  }

  private static int processor() throws IOException {
    String stat = Files.readString(Path.of("/proc/thread-self/stat"));
    return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[36]);
  }

  @Test
  void aThreadLeavesTheProcessorOfAnotherAndMayRunAnywhereAfterwards() throws IOException {
    assumeTrue(Memory.SUPPORTED && Runtime.getRuntime().availableProcessors() > 1);
    String allowed = status("Cpus_allowed");
    boolean left = false;
    // the system may move a thread at any time, so one try is not enough
    for (int i = 0; i < 50 && !left; i++) {
      Affinity affinity = new Affinity(2);
      affinity.note(0);
      int before = processor();
      affinity.spread(1);
      left = processor() != before;
    }
    assertThat(left).isTrue();
    assertThat(status("Cpus_allowed")).isEqualTo(allowed);
  }

  @Test
  void aThreadThatSharesNoProcessorStays() throws IOException {
    assumeTrue(Memory.SUPPORTED);
    String allowed = status("Cpus_allowed");
    new Affinity(3).spread(1);
    assertThat(status("Cpus_allowed")).isEqualTo(allowed);
  }
}
