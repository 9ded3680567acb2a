package dlt.backend.cuda;

import dlt.backend.cuda.driver.Context;
import java.lang.foreign.MemorySegment;

/// Inputs on their way from the host to the place where runs read them. Pinned slots take turns, so that who writes the next
/// runs' inputs waits for none before. A small ring's content is copied at the begin of a run; a large one's travels
/// while earlier runs compute, to one of [#AHEAD] places behind the one where runs read it.
final class InputRing {
  /// So many batches can be on their way.
  static final int AHEAD = 2;
  private static final int SMALL_SLOTS = 8;

  private record Slot(MemorySegment host, long device, Context.Event copied, Context.Event consumed) {}

  private final Device device;
  private final long destination;
  private final long bytes;
  private final boolean large;
  private final Slot[] slots;
  private final boolean[] used;
  /// The slot that was written last, and whether no run has read it.
  private int current;
  private boolean fresh;

  /// A ring for `bytes` bytes at `destination`, of which `owner` takes care.
  InputRing(Device device, long destination, long bytes, boolean large, Resources owner) {
    this.device = device;
    this.destination = destination;
    this.bytes = bytes;
    this.large = large;
    this.slots = new Slot[large ? AHEAD : SMALL_SLOTS];
    this.used = new boolean[slots.length];
    Context context = device.context();
    MemorySegment pinned = context.allocatePinned(aligned(bytes) * slots.length);
    owner.add(() -> context.freePinned(pinned));
    for (int i = 0; i < slots.length; i++) {
      slots[i] = new Slot(pinned.asSlice(i * aligned(bytes), bytes), destination + (1 + i) * aligned(bytes), event(context, owner), event(context, owner));
    }
    slots[0].host.fill((byte) 0);
    context.fill(destination, 0, Math.ceilDiv(bytes, Integer.BYTES), device.stream());
  }

  private static Context.Event event(Context context, Resources owner) {
    Context.Event event = context.createEvent();
    owner.add(() -> context.destroy(event));
    return event;
  }

  private static long aligned(long bytes) {
    return Math.ceilDiv(bytes, CudaCompiler.ALIGNMENT) * CudaCompiler.ALIGNMENT;
  }

  /// The bytes of device memory from a ring's destination on that it uses.
  static long deviceBytes(long bytes, boolean large) {
    return aligned(bytes) * (large ? 1 + AHEAD : 1);
  }

  /// What was written last.
  MemorySegment written() {
    return slots[current].host;
  }

  /// Replaces the bytes from `offset` on by `source`, for the next run and those after it.
  void write(long offset, MemorySegment source) {
    boolean whole = source.byteSize() == bytes;
    open(!whole).asSlice(offset, source.byteSize()).copyFrom(source);
    if (large) {
      device.context().copyToDevice(slots[current].device, slots[current].host, device.inputs());
      device.context().record(slots[current].copied, device.inputs());
    }
  }

  /// The slot of the next run, with what was written last where `keep`.
  private MemorySegment open(boolean keep) {
    if (fresh) {
      if (large) {
        device.context().synchronize(slots[current].copied);
      }
      return slots[current].host;
    }
    int next = (current + 1) % slots.length;
    if (used[next]) {
      device.context().synchronize(slots[next].consumed);
    }
    if (keep) {
      slots[next].host.copyFrom(slots[current].host);
    }
    current = next;
    fresh = true;
    return slots[current].host;
  }

  /// Brings what was written since the last run to its destination, before the work that is given from now on.
  void arrive() {
    if (fresh) {
      Context context = device.context();
      Slot slot = slots[current];
      if (large) {
        context.await(slot.copied, device.stream());
        context.copy(destination, slot.device, bytes, device.stream());
      } else {
        context.copyToDevice(destination, slot.host, device.stream());
      }
      context.record(slot.consumed, device.stream());
      used[current] = true;
      fresh = false;
    }
  }
}
