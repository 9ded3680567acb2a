package dlt.error;

import java.util.Locale;
import java.util.OptionalInt;

/// A device's memory that does not suffice.
public final class OutOfMemory extends Failure {
  private static final long serialVersionUID = 1L;

  private final String device;
  private final long needed;
  private final long free;

  /// That `needed` bytes were asked of `device` (as its backend describes it), which has `free` ones.
  public OutOfMemory(String device, long needed, long free) {
    this(device, needed, free, "; take a smaller training.batch_size or model, end what else uses the memory, or use --device cpu", null);
  }

  private OutOfMemory(String device, long needed, long free, String hint, Throwable cause) {
    super(Kind.DEVICE, String.format(Locale.ROOT, "%s: out of memory: %s needed, %s free%s", device, shown(needed), shown(free), hint), cause);
    this.device = device;
    this.needed = needed;
    this.free = free;
  }

  private static String shown(long bytes) {
    return bytes < 1 << 20 ? String.format(Locale.ROOT, "%.1f KiB", bytes / 0x1p10)
        : bytes < 1 << 30 ? String.format(Locale.ROOT, "%.1f MiB", bytes / 0x1p20) : String.format(Locale.ROOT, "%.2f GiB", bytes / 0x1p30);
  }

  /// This one, of a training in batches of `batch` samples, where `fitting` samples fit, or no number does.
  public OutOfMemory ofBatches(int batch, OptionalInt fitting) {
    return new OutOfMemory(device, needed, free, " for batches of " + batch + "; " + (fitting.isPresent()
        ? "training.batch_size: " + fitting.getAsInt() + " fits" + (fitting.getAsInt() > 1 ? " (training.accumulate makes up for smaller batches)" : "")
        : "no batch size fits: take a smaller model or use --device cpu"), this);
  }

  /// Bytes that are needed.
  public long needed() {
    return needed;
  }

  /// Bytes that are free.
  public long free() {
    return free;
  }
}
