package dlt.backend.cpu;

import dlt.error.Failure;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// The kernels of a backend: each is written once, one next to the other, to pages that are executable and, until they are sealed,
/// written to, as the virtual machine's own code is; freed on close. To change what may be done with pages interrupts all
/// processors: that for each kernel took more than writing it.
final class CodeMemory implements AutoCloseable {
  /// What is asked of the system at a time; pages that no kernel comes to are never touched.
  private static final long PAGES = 1 << 20;
  /// Kernels begin at its multiples.
  private static final long LINE = 64;

  private final List<MemorySegment> pages = new ArrayList<>();
  private final List<MemorySegment> written = new ArrayList<>();
  /// Where the next kernel comes to.
  private MemorySegment free = MemorySegment.NULL;
  private final Map<Object, Kernel> kernels = new HashMap<>();

  /// The kernel of this key (a record that says everything its code depends on), emitted where there is none yet.
  synchronized Kernel kernel(Object key, Supplier<byte[]> emit) {
    Kernel kernel = kernels.get(key);
    if (kernel == null) {
      try {
        kernel = add(emit.get());
      } catch (Memory.RefusedException e) {
        throw new Failure(Failure.Kind.DEVICE, "cpu: " + e.getMessage() + "; -Ddlt.cpu=java does without", e);
      }
      kernels.put(key, kernel);
    }
    return kernel;
  }

  /// Makes `code` callable.
  synchronized Kernel add(byte[] code) throws Memory.RefusedException {
    long bytes = code.length + LINE - 1 & -LINE;
    if (free.byteSize() < bytes) {
      seal();
      free = Memory.executable(Math.max(PAGES, bytes));
      pages.add(free);
    }
    MemorySegment kernel = free.asSlice(0, code.length);
    free = free.asSlice(bytes);
    MemorySegment.copy(code, 0, kernel, ValueLayout.JAVA_BYTE, 0, code.length);
    written.add(kernel);
    return new Kernel(MemorySegment.ofAddress(kernel.address()));
  }

  /// Says that a program is compiled: nothing is written any more to the pages that have its kernels.
  synchronized void seal() {
    if (free != MemorySegment.NULL) {
      Memory.seal(pages.getLast());
      free = MemorySegment.NULL;
    }
  }

  /// The code of the kernels so far.
  synchronized List<MemorySegment> written() {
    return List.copyOf(written);
  }

  @Override
  public synchronized void close() {
    pages.forEach(Memory::free);
    pages.clear();
    written.clear();
    kernels.clear();
    free = MemorySegment.NULL;
  }
}
