package dlt.backend.cuda.software;

import dlt.backend.cuda.driver.Context;
import dlt.backend.cuda.driver.Context.Extent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/// Runs kernels of a test's PTX on arrays of floats.
final class KernelRun implements AutoCloseable {
  final SoftwareContext context;
  final Context.Stream stream;
  private final Context.Module module;

  KernelRun(String ptx, long seed) {
    context = (SoftwareContext) new SoftwareDriver(SoftwareDriver.GPU, seed).open(SoftwareDriver.GPU);
    stream = context.createStream();
    module = context.load(ptx);
  }

  /// The text of a file beside the tests.
  static String ptx(String name) {
    try (InputStream in = KernelRun.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The address of the values in device memory.
  long upload(float... values) {
    long r = context.allocate(4L * values.length);
    MemorySegment pinned = context.allocatePinned(4L * values.length);
    MemorySegment.copy(values, 0, pinned, ValueLayout.JAVA_FLOAT, 0, values.length);
    context.copyToDevice(r, pinned, stream);
    context.synchronize(stream);
    context.freePinned(pinned);
    return r;
  }

  float[] download(long address, int count) {
    MemorySegment pinned = context.allocatePinned(4L * count);
    context.copyToHost(pinned, address, stream);
    context.synchronize(stream);
    float[] r = pinned.toArray(ValueLayout.JAVA_FLOAT);
    context.freePinned(pinned);
    return r;
  }

  Context.Function function(String kernel) {
    return context.function(module, kernel);
  }

  /// Launches a kernel that takes a struct of addresses (long), ints and floats in that order, and waits for it.
  void launch(String kernel, int grid, int block, int sharedBytes, Object... arguments) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(8L * arguments.length + 8, 8);
      long at = 0;
      for (Object a : arguments) {
        int size = a instanceof Long ? 8 : 4;
        at = (at + size - 1) / size * size;
        switch (a) {
          case Long v -> bytes.set(ValueLayout.JAVA_LONG, at, v);
          case Integer v -> bytes.set(ValueLayout.JAVA_INT, at, v);
          case Float v -> bytes.set(ValueLayout.JAVA_FLOAT, at, v);
          default -> throw new IllegalArgumentException(a.toString());
        }
        at += size;
      }
      context.launch(function(kernel), Extent.of(grid), Extent.of(block), sharedBytes, bytes.asSlice(0, (at + 7) / 8 * 8), stream);
      context.synchronize(stream);
    }
  }

  @Override
  public void close() {
    context.close();
  }
}
