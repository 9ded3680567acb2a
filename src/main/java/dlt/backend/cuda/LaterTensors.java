package dlt.backend.cuda;

import dlt.backend.cuda.driver.Context;
import dlt.tensor.HostTensor;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/// The values of one output on their way from the device to the host, each of which is asked for some time after it was computed.
final class LaterTensors {
  /// Whoever looks at values two runs later finds them.
  private static final int SLOTS = 3;

  private final class Values implements Supplier<HostTensor> {
    private final int slot;
    private HostTensor known;

    Values(int slot) {
      this.slot = slot;
    }

    @Override
    public HostTensor get() {
      if (known == null) {
        device.context().synchronize(events[slot]);
        known = HostTensor.allocate(operand.type());
        known.data().copyFrom(host(slot));
      }
      return known;
    }
  }

  private final Device device;
  private final Operand operand;
  private final MemorySegment pinned;
  private final Context.Event[] events = new Context.Event[SLOTS];
  private final Values[] values = new Values[SLOTS];
  private int next;

  /// For `operand`; `owner` takes care of what it needs.
  LaterTensors(Device device, Operand operand, Resources owner) {
    this.device = device;
    this.operand = operand;
    Context context = device.context();
    pinned = context.allocatePinned(Math.max(1, SLOTS * operand.type().bytes()));
    owner.add(() -> context.freePinned(pinned));
    for (int i = 0; i < SLOTS; i++) {
      Context.Event event = context.createEvent();
      owner.add(() -> context.destroy(event));
      events[i] = event;
    }
  }

  private MemorySegment host(int slot) {
    return pinned.asSlice(slot * operand.type().bytes(), operand.type().bytes());
  }

  /// The values as they are after all work so far.
  Supplier<HostTensor> now() {
    int slot = next++ % SLOTS;
    if (values[slot] != null) {
      values[slot].get();   // for who asks after the slot has others
    }
    if (operand.type().bytes() > 0) {
      device.context().copyToHost(host(slot), operand.address(), device.stream());
    }
    device.context().record(events[slot], device.stream());
    values[slot] = new Values(slot);
    return values[slot];
  }
}
