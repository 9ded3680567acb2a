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
    super(Kind.DEVICE, String.format(Locale.ROOT, "%s: out of memory: %s needed, %s free%s", device, mebibytes(needed), mebibytes(free), hint), cause);
    this.device = device;
    this.needed = needed;
    this.free = free;
  }

  private static String mebibytes(long bytes) {
    return String.format(Locale.ROOT, "%,.1f MiB", bytes / 1048576.0);
  }

  /// This one, of steps of `batch` samples, where `largest` samples would fit at most, or none at all.
  public OutOfMemory ofBatches(int batch, OptionalInt largest) {
    return new OutOfMemory(device, needed, free, " for batches of " + batch + "; " + (largest.isPresent()
        ? "training.batch_size: " + largest.getAsInt() + " is the largest that fits"
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
