package dlt.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.LongSupplier;

/// The wall time of some work over all attempts at it, kept in a file; it runs from the making of this object on. What an
/// attempt that was killed took after its last [#save] is lost, as its work is.
public final class UsedTime {
  private final Path file;
  private final LongSupplier nanos;
  private final long begin;
  private double earlier;

  /// With the clock `nanos`, such as [System#nanoTime].
  public UsedTime(Path file, LongSupplier nanos) {
    this.file = file;
    this.nanos = nanos;
    this.begin = nanos.getAsLong();
  }

  /// Adds what earlier attempts took: what the file says, or `otherwise` where it is missing or damaged.
  public void resume(double otherwise) {
    try {
      earlier = new ObjectMapper().readTree(file.toFile()).path("seconds").asDouble();
    } catch (IOException e) {
      earlier = otherwise;
    }
  }

  public double seconds() {
    return earlier + (nanos.getAsLong() - begin) * 1e-9;
  }

  /// Writes the file.
  public void save() {
    AtomicFile.write(file, String.format(Locale.ROOT, "{\"seconds\":%.3f}%n", seconds()));
  }
}
