package dlt.sweep;

import dlt.backend.Backend;
import dlt.backend.ReusedDevice;
import dlt.experiment.Device;
import dlt.experiment.Experiment;
import dlt.experiment.Training;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// The devices of a sweep's trials: one that a trial is done with is the next one's, with the programs that both need. Safe for use by
/// several threads at once.
final class Devices implements AutoCloseable {
  /// A device that keeps more than this is not used again.
  private static final long MOST_BYTES = 512L << 20;

  private record Settings(Device device, Training.Precision precision) {}

  private final Function<Experiment, Backend> open;
  private final Map<Settings, Deque<ReusedDevice>> idle = new HashMap<>();

  /// `open` opens a device for one trial.
  Devices(Function<Experiment, Backend> open) {
    this.open = open;
  }

  /// A device for a trial of `experiment`, which closes it.
  Backend lend(Experiment experiment) {
    Settings settings = new Settings(experiment.training().device(), experiment.training().precision());
    synchronized (this) {
      Deque<ReusedDevice> some = idle.get(settings);
      if (some != null && !some.isEmpty()) {
        return some.pop();
      }
    }
    Backend device = open.apply(experiment);
    // a GPU's belongs to the thread that opened it
    return device.free().isPresent() ? device : new ReusedDevice(device, d -> takeBack(settings, d));
  }

  /// Says that a trial did not come to its end on `device`, which is not to be lent again.
  static void spoil(Backend device) {
    if (device instanceof ReusedDevice reused) {
      reused.spoil();
    }
  }

  private void takeBack(Settings settings, ReusedDevice device) {
    if (device.spoilt() || device.bytes() > MOST_BYTES) {
      device.end();
      return;
    }
    synchronized (this) {
      idle.computeIfAbsent(settings, _ -> new ArrayDeque<>()).push(device);
    }
  }

  @Override
  public void close() {
    List<ReusedDevice> all = new ArrayList<>();
    synchronized (this) {
      idle.values().forEach(all::addAll);
      idle.clear();
    }
    all.forEach(ReusedDevice::end);
  }
}
