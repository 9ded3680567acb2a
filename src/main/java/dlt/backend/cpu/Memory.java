package dlt.backend.cpu;

import dlt.error.Failure;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Locale;

/// Pages from the system: executable ones for code, huge ones for tensors. Only on Linux x86-64; elsewhere tensors come from
/// the arena and there is no code.
final class Memory {
  /// Executable pages cannot be had; the message says why.
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
      super(message);
    }
  }

  /// From this size on, tensors have pages of their own, which the system has zeroed: an arena would fill them by a loop in Java.
  private static final long OWN = 64 << 10;
  /// From this size on, they lie in pages of 2 MB: one entry of the TLB for 512 of the usual ones.
  private static final long HUGE = 2L << 20;
  private static final long PAGE = 4096;
  private static final long PADDING = 64;

  /// Whether the system is one whose calls are known here.
  static final boolean SUPPORTED = System.getProperty("os.name").equals("Linux") && System.getProperty("os.arch").equals("amd64");

  private Memory() {}

  /// Zeroed memory that lives as long as `arena`, 64-byte aligned. Throws a [Failure] where there is not enough.
  static MemorySegment allocate(Arena arena, long bytes) {
    try {
      if (bytes < OWN || !SUPPORTED) {
        return arena.allocate(Math.max(bytes, 1), PADDING).asSlice(0, bytes);
      }
      boolean huge = bytes >= HUGE;
      // a vector more: reading past the end would end the process
      long size = bytes + (huge ? HUGE : PADDING);
      long start = Calls.map(size);
      if (start == Calls.FAILED) {
        throw outOfMemory(bytes, null);
      }
      MemorySegment pages = MemorySegment.ofAddress(start).reinterpret(size, arena, s -> Calls.unmap(s.address(), size));
      if (!huge) {
        return pages.asSlice(0, bytes);
      }
      long aligned = start + HUGE - 1 & -HUGE;
      Calls.adviseHuge(aligned, bytes & -HUGE); // not the last piece: the system would fill its page, whose rest nobody asked for
      return pages.asSlice(aligned - start, bytes);
    } catch (OutOfMemoryError e) {
      throw outOfMemory(bytes, e);
    }
  }

  /// Whether [#allocate] took pages of their own for `memory`.
  static boolean own(MemorySegment memory) {
    return memory.byteSize() >= OWN && SUPPORTED;
  }

  private static Failure outOfMemory(long bytes, Throwable cause) {
    return new Failure(Failure.Kind.DEVICE, String.format(Locale.ROOT,
        "cpu: no memory for %.1f MB of tensors; take a smaller batch size or model", bytes / 1e6), cause);
  }

  /// Pages that code is written to and executed from, `bytes` at least. [#free] gives them back.
  static MemorySegment executable(long bytes) throws RefusedException {
    if (!SUPPORTED) {
      throw new RefusedException("machine code is emitted on Linux x86-64 only");
    }
    long size = bytes + PAGE - 1 & -PAGE;
    long start = Calls.mapExecutable(size);
    if (start == Calls.FAILED) {
      throw new RefusedException("the system refuses executable memory, or has none");
    }
    return MemorySegment.ofAddress(start).reinterpret(size);
  }

  /// From now on nothing is written to `executable`.
  static void seal(MemorySegment executable) {
    Calls.makeUnwritable(executable.address(), executable.byteSize());
  }

  static void free(MemorySegment executable) {
    Calls.unmap(executable.address(), executable.byteSize());
  }

  /// Linked on first use.
  private static final class Calls {
    static final long FAILED = -1;
    private static final int READ = 1, WRITE = 2, EXECUTE = 4, PRIVATE_ANONYMOUS = 0x22, MADV_HUGEPAGE = 14;
    private static final Kernel MMAP = Kernel.of("mmap"), MUNMAP = Kernel.of("munmap"), MPROTECT = Kernel.of("mprotect"), MADVISE = Kernel.of("madvise");

    static long map(long bytes) {
      return MMAP.call(0, bytes, READ | WRITE, PRIVATE_ANONYMOUS, -1, 0);
    }

    static long mapExecutable(long bytes) {
      return MMAP.call(0, bytes, READ | WRITE | EXECUTE, PRIVATE_ANONYMOUS, -1, 0);
    }

    static void unmap(long address, long bytes) {
      MUNMAP.call(address, bytes);
    }

    /// To take a right away does not fail.
    static void makeUnwritable(long address, long bytes) {
      MPROTECT.call(address, bytes, READ | EXECUTE);
    }

    /// Only advice: what it returns does not matter.
    static void adviseHuge(long address, long bytes) {
      MADVISE.call(address, bytes, MADV_HUGEPAGE);
    }
  }
}
