package dlt.backend.cuda;

import dlt.backend.cuda.driver.Context;
import java.util.function.DoubleSupplier;

/// The device's clock, by events among the work: milliseconds since the first one.
final class DeviceClock {
  private static final int SLOTS = 32;

  /// A moment; each is known by the one before.
  private final class Tick implements DoubleSupplier {
    private final int slot;
    private Tick before;
    private double millis;

    Tick(int slot, Tick before) {
      this.slot = slot;
      this.before = before;
    }

    @Override
    public double getAsDouble() {
      if (before != null) {
        double begin = before.getAsDouble();
        device.context().synchronize(events[slot]);
        millis = begin + device.context().millisBetween(events[before.slot], events[slot]);
        before = null;
      }
      return millis;
    }
  }

  private final Device device;
  private final Context.Event[] events = new Context.Event[SLOTS];
  private final Tick[] ticks = new Tick[SLOTS];
  private Tick last;
  private int next;

  DeviceClock(Device device, Resources owner) {
    this.device = device;
    Context context = device.context();
    for (int i = 0; i < SLOTS; i++) {
      Context.Event event = context.createEvent();
      owner.add(() -> context.destroy(event));
      events[i] = event;
    }
  }

  /// When all work so far has been done.
  DoubleSupplier now() {
    int slot = next++ % SLOTS;
    if (ticks[slot] != null) {
      ticks[(slot + 1) % SLOTS].getAsDouble();    // the next one is counted from the event that is used again
    }
    device.context().record(events[slot], device.stream());
    last = new Tick(slot, last);
    ticks[slot] = last;
    return last;
  }
}
