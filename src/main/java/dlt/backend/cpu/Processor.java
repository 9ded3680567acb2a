package dlt.backend.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// What the processor can do and the system lets it do: a few emitted instructions ask it (CPUID, XGETBV).
record Processor(boolean avx2, boolean avx512) {
  /// `cpuid` of leaf rdi, subleaf rsi into the 16 bytes at rdx: EAX, EBX, ECX, EDX.
  private static final byte[] CPUID = bytes(
      0x53,                     // push rbx
      0x49, 0x89, 0xD0,         // mov r8, rdx
      0x89, 0xF8,               // mov eax, edi
      0x89, 0xF1,               // mov ecx, esi
      0x0F, 0xA2,               // cpuid
      0x41, 0x89, 0x00,         // mov [r8], eax
      0x41, 0x89, 0x58, 0x04,   // mov [r8 + 4], ebx
      0x41, 0x89, 0x48, 0x08,   // mov [r8 + 8], ecx
      0x41, 0x89, 0x50, 0x0C,   // mov [r8 + 12], edx
      0x5B,                     // pop rbx
      0xC3);                    // ret

  /// Which registers the system saves, into the 4 bytes at rdi.
  private static final byte[] XGETBV = bytes(
      0x31, 0xC9,               // xor ecx, ecx
      0x0F, 0x01, 0xD0,         // xgetbv
      0x89, 0x07,               // mov [rdi], eax
      0xC3);                    // ret

  private static final int EBX = 1, ECX = 2;

  private static byte[] bytes(int... values) {
    byte[] b = new byte[values.length];
    for (int i = 0; i < b.length; i++) {
      b[i] = (byte) values[i];
    }
    return b;
  }

  /// This machine's. Throws [Memory.RefusedException] where code cannot be emitted.
  static Processor detect() throws Memory.RefusedException {
    try (CodeMemory code = new CodeMemory(); Arena arena = Arena.ofConfined()) {
      Kernel cpuid = code.add(CPUID);
      MemorySegment out = arena.allocate(16, 16);
      int leaves = ask(cpuid, out, 0, 0)[0];
      int[] basic = ask(cpuid, out, 1, 0);
      int[] extended = leaves >= 7 ? ask(cpuid, out, 7, 0) : new int[4];
      int saved = 0;
      if (bit(basic[ECX], 27)) {        // OSXSAVE: xgetbv may be asked
        code.add(XGETBV).call(out.address(), 0);
        saved = out.get(ValueLayout.JAVA_INT, 0);
      }
      // FMA, AVX; AVX2, BMI2; the low and high halves of ymm
      boolean avx2 = bit(basic[ECX], 12) && bit(basic[ECX], 28) && bit(extended[EBX], 5) && bit(extended[EBX], 8) && (saved & 0x06) == 0x06;
      // F, DQ, BW, VL; opmasks, upper halves of zmm 0-15, zmm 16-31
      boolean avx512 = avx2 && bit(extended[EBX], 16) && bit(extended[EBX], 17) && bit(extended[EBX], 30) && bit(extended[EBX], 31)
          && (saved & 0xE6) == 0xE6;
      return new Processor(avx2, avx512);
    }
  }

  private static int[] ask(Kernel cpuid, MemorySegment out, int leaf, int subleaf) {
    cpuid.call(leaf, subleaf, out.address());
    return out.toArray(ValueLayout.JAVA_INT);
  }

  private static boolean bit(int word, int bit) {
    return (word >> bit & 1) == 1;
  }
}
