package dlt.backend.cpu;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Executable memory: each kernel is written to pages of its own, which then become executable and are never writable
/// again. Freed on close.
final class CodeMemory implements AutoCloseable {
  /// The system does not give executable memory (another system than Linux, or a security policy).
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
      super(message);
    }
  }

  private record Pages(long address, long bytes) {}

  private final List<Pages> pages = new ArrayList<>();
  private final Map<Object, Kernel> kernels = new HashMap<>();

  /// The kernel of this key (a record that says everything its code depends on), emitted where there is none yet.
  synchronized Kernel kernel(Object key, Supplier<Assembler> emit) {
    Kernel kernel = kernels.get(key);
    if (kernel == null) {
      try {
        kernel = add(emit.get().finish());
      } catch (RefusedException e) {
        throw new dlt.error.Failure(dlt.error.Failure.Kind.DEVICE, "cpu: " + e.getMessage(), e);
      }
      kernels.put(key, kernel);
    }
    return kernel;
  }

  /// Makes `code` callable.
  synchronized Kernel add(byte[] code) throws RefusedException {
    if (!Memory.supported()) {
      throw new RefusedException("machine code is emitted on Linux x86-64 only");
    }
    long bytes = code.length + 4095L & ~4095L;
    long address = Memory.map(bytes);
    if (address == -1) {
      throw new RefusedException("no memory for " + bytes + " bytes of machine code");
    }
    pages.add(new Pages(address, bytes));
    MemorySegment segment = MemorySegment.ofAddress(address).reinterpret(bytes);
    MemorySegment.copy(code, 0, segment, ValueLayout.JAVA_BYTE, 0, code.length);
    if (!Memory.makeExecutable(address, bytes)) {
      throw new RefusedException("the system refuses executable memory");
    }
    return new Kernel(MemorySegment.ofAddress(address));
  }

  @Override
  public synchronized void close() {
    for (Pages p : pages) {
      Memory.unmap(p.address, p.bytes);
    }
    pages.clear();
    kernels.clear();
  }

  /// The system calls.
  private static final class Memory {
    private static final int READ = 1, WRITE = 2, EXECUTE = 4, PRIVATE_ANONYMOUS = 0x22;
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle MMAP = handle("mmap", FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG,
        ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
    private static final MethodHandle MPROTECT = handle("mprotect",
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
    private static final MethodHandle MUNMAP =
        handle("munmap", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));

    private static MethodHandle handle(String name, FunctionDescriptor type) {
      SymbolLookup lookup = LINKER.defaultLookup();
      return LINKER.downcallHandle(lookup.findOrThrow(name), type);
    }

    static boolean supported() {
      return System.getProperty("os.name").equals("Linux") && System.getProperty("os.arch").equals("amd64");
    }

    static long map(long bytes) {
      try {
        return (long) MMAP.invokeExact(0L, bytes, READ | WRITE, PRIVATE_ANONYMOUS, -1, 0L);
      } catch (Throwable t) {
        throw new AssertionError(t);
      }
    }

    static boolean makeExecutable(long address, long bytes) {
      try {
        return (int) MPROTECT.invokeExact(address, bytes, READ | EXECUTE) == 0;
      } catch (Throwable t) {
        throw new AssertionError(t);
      }
    }

    static void unmap(long address, long bytes) {
      try {
        int ignored = (int) MUNMAP.invokeExact(address, bytes);
      } catch (Throwable t) {
        throw new AssertionError(t);
      }
    }
  }
}
