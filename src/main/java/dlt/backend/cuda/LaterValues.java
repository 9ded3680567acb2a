package dlt.backend.cuda;

import dlt.backend.cuda.driver.Context;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.function.DoubleSupplier;

/// Single numbers on their way from the device to the host, each of which is asked for some time after it was computed.
final class LaterValues {
  private static final int SLOTS = 32;

  private final class Value implements DoubleSupplier {
    private final int slot;
    private final TensorType type;
    private boolean known;
    private double value;

    Value(int slot, TensorType type) {
      this.slot = slot;
      this.type = type;
    }

    @Override
    public double getAsDouble() {
      if (!known) {
        device.context().synchronize(events[slot]);
        value = new HostTensor(type, host(slot, type)).at(0);
        known = true;
      }
      return value;
    }
  }

  private final Device device;
  private final MemorySegment pinned;
  private final Context.Event[] events = new Context.Event[SLOTS];
  private final Value[] values = new Value[SLOTS];
  private int next;

  LaterValues(Device device, Resources owner) {
    this.device = device;
    Context context = device.context();
    pinned = context.allocatePinned(SLOTS * Long.BYTES);
    owner.add(() -> context.freePinned(pinned));
    for (int i = 0; i < SLOTS; i++) {
      Context.Event event = context.createEvent();
      owner.add(() -> context.destroy(event));
      events[i] = event;
    }
  }

  private MemorySegment host(int slot, TensorType type) {
    return pinned.asSlice(slot * Long.BYTES, type.bytes());
  }

  /// The first element of `operand` as it is after all work so far.
  DoubleSupplier of(Operand operand) {
    int slot = next++ % SLOTS;
    if (values[slot] != null) {
      values[slot].getAsDouble();   // for who asks after the slot has another one
    }
    TensorType one = new TensorType(operand.type().dtype(), Shape.SCALAR);
    device.context().copyToHost(host(slot, one), operand.address(), device.stream());
    device.context().record(events[slot], device.stream());
    values[slot] = new Value(slot, one);
    return values[slot];
  }
}
