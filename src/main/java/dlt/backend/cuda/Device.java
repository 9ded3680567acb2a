package dlt.backend.cuda;

import dlt.backend.cuda.driver.Context;
import java.lang.foreign.MemorySegment;

/// An open GPU with what all programs on it share: loaded kernels, a stream for work, one for inputs on their way, and pinned
/// memory through which values go in and out.
final class Device implements AutoCloseable {
  private static final long PINNED = 4L << 20;

  /// The device that a thread has entered.
  private static final ThreadLocal<Device> ENTERED = new ThreadLocal<>();

  private final Context context;
  private final Resources owned = new Resources();
  private final Context.Stream stream;
  private final Context.Stream inputs;
  private final MemorySegment pinned;
  private final Modules modules;

  /// Takes `context`, and closes it where that fails.
  Device(Context context) {
    this.context = context;
    owned.add(context::close);
    ENTERED.set(this);
    try {
      stream = context.createStream();
      owned.add(() -> context.destroy(stream));
      inputs = context.createStream();
      owned.add(() -> context.destroy(inputs));
      pinned = context.allocatePinned(PINNED);
      owned.add(() -> context.freePinned(pinned));
      modules = new Modules(context);
      owned.add(modules::close);
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  /// The context, entered by the calling thread.
  Context context() {
    if (ENTERED.get() != this) {
      context.enter();
      ENTERED.set(this);
    }
    return context;
  }

  Modules modules() {
    return modules;
  }

  /// Where work is done, in order.
  Context.Stream stream() {
    return stream;
  }

  /// Where inputs travel beside the work.
  Context.Stream inputs() {
    return inputs;
  }

  /// Waits for all work so far.
  void synchronize() {
    context().synchronize(stream);
  }

  /// Copies `source` to the device, after all work so far; waits for it.
  void write(long address, MemorySegment source) {
    for (long at = 0; at < source.byteSize(); at += PINNED) {
      MemorySegment piece = pinned.asSlice(0, Math.min(PINNED, source.byteSize() - at));
      piece.copyFrom(source.asSlice(at, piece.byteSize()));
      context().copyToDevice(address + at, piece, stream);
      context.synchronize(stream);
    }
  }

  /// Copies what lies on the device to `destination`, after all work so far; waits for it.
  void read(long address, MemorySegment destination) {
    for (long at = 0; at < destination.byteSize(); at += PINNED) {
      MemorySegment piece = pinned.asSlice(0, Math.min(PINNED, destination.byteSize() - at));
      context().copyToHost(piece, address + at, stream);
      context.synchronize(stream);
      destination.asSlice(at, piece.byteSize()).copyFrom(piece);
    }
  }

  @Override
  public void close() {
    try (owned) {
      context();
      ENTERED.remove();
    }
  }
}
