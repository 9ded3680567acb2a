package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// A process that may make no memory executable any more, as under SELinux.
class RefusedCodeTest {
  private static final int PR_SET_MDWE = 65, REFUSE_EXEC_GAIN = 1, NOT_KNOWN = 77;

  @Test
  void kernelsArePlainJavaLoopsAndTheLogSaysWhy() throws IOException, InterruptedException {
    assumeTrue(Memory.SUPPORTED, "machine code is emitted on Linux x86-64 only");
    // the virtual machine has its own code memory from the beginning
    Process p = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
        "-XX:-SegmentedCodeCache", "-XX:InitialCodeCacheSize=32m", "-XX:ReservedCodeCacheSize=32m", "--enable-native-access=ALL-UNNAMED",
        "-cp", System.getProperty("java.class.path"), RefusedCodeTest.class.getName()).redirectErrorStream(true).start();
    String output = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = p.waitFor();
    assumeTrue(code != NOT_KNOWN, "the system cannot refuse executable memory to a process");
    assertThat(code).as(output).isZero();
    assertThat(output).contains("cpu kernels are plain Java loops").contains("the system refuses executable memory").contains("cpu java, float32, 1 thread");
  }

  public static void main(String[] arguments) throws Throwable {
    Linker linker = Linker.nativeLinker();
    var prctl = linker.downcallHandle(linker.defaultLookup().findOrThrow("prctl"), FunctionDescriptor.of(ValueLayout.JAVA_INT,
        ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    if ((int) prctl.invokeExact(PR_SET_MDWE, (long) REFUSE_EXEC_GAIN, 0L, 0L, 0L) != 0) {
      System.exit(NOT_KNOWN);
    }
    try (CpuBackend backend = CpuBackend.open(1)) {
      System.out.println(backend.description());
    }
  }
}
