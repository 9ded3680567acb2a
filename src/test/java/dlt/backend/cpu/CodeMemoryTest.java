package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CodeMemoryTest {
  /// lea rax, [rdi + rsi]; ret
  private static final byte[] ADD = {0x48, (byte) 0x8D, 0x04, 0x37, (byte) 0xC3};

  @BeforeAll
  static void machine() {
    assumeTrue(Memory.SUPPORTED, "machine code is emitted on Linux x86-64 only");
  }

  /// What the system lets be done with the memory at an address; empty where nothing is mapped.
  private static String rights(long address) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/maps")).stream().map(l -> l.split("-| ", 3))
        .filter(l -> Long.parseUnsignedLong(l[0], 16) <= address && address < Long.parseUnsignedLong(l[1], 16)).map(l -> l[2].substring(0, 3)).findFirst().orElse("");
  }

  private static long sum(Kernel kernel) {
    return kernel.call(40, 2, 0, 0, 0, 0);
  }

  @Test
  void sealedPagesAreNotWrittenToAndLaterKernelsGetOthers() throws Exception {
    try (CodeMemory code = new CodeMemory()) {
      Kernel first = code.add(ADD);
      Kernel second = code.add(ADD);
      MemorySegment one = code.written().get(0);
      assertThat(code.written().get(1).address() - one.address()).isEqualTo(64);
      code.seal();
      code.seal();
      assertThat(rights(one.address())).isEqualTo("r-x");
      Kernel third = code.add(ADD);
      assertThat(rights(code.written().get(2).address())).isEqualTo("rwx");
      assertThat(sum(first)).isEqualTo(42);
      assertThat(sum(second)).isEqualTo(42);
      assertThat(sum(third)).isEqualTo(42);
    }
  }

  @Test
  void kernelsThatFillThePagesGetMore() throws Exception {
    try (CodeMemory code = new CodeMemory()) {
      Kernel before = code.add(ADD);
      byte[] large = new byte[3 << 20];
      System.arraycopy(ADD, 0, large, 0, ADD.length);
      Kernel kernel = code.add(large);
      assertThat(sum(before)).isEqualTo(42);
      assertThat(sum(kernel)).isEqualTo(42);
      assertThat(rights(code.written().getFirst().address())).isEqualTo("r-x");
    }
  }

  @Test
  void aKernelIsWrittenOnce() {
    try (CodeMemory code = new CodeMemory()) {
      Kernel kernel = code.kernel("key", () -> ADD);
      assertThat(code.kernel("key", () -> new byte[0])).isSameAs(kernel);
      assertThat(code.written()).hasSize(1);
    }
  }
}
