package dlt.backend.cpu;

import dlt.error.Failure;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// The kernels of a backend: each is written once, to executable pages of its own, freed on close.
final class CodeMemory implements AutoCloseable {
  private final List<MemorySegment> pages = new ArrayList<>();
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
    MemorySegment segment = Memory.executable(code);
    pages.add(segment);
    return new Kernel(MemorySegment.ofAddress(segment.address()));
  }

  /// The kernels so far, each in pages of its own.
  synchronized List<MemorySegment> pages() {
    return List.copyOf(pages);
  }

  @Override
  public synchronized void close() {
    pages.forEach(Memory::free);
    pages.clear();
    kernels.clear();
  }
}
