package dlt.experiment;

import dlt.config.Doc;
import dlt.config.FromText;
import dlt.config.Invalid;
import dlt.config.TextNumber;
import dlt.config.ToText;
import java.util.Optional;

/// Samples of one step; 0 stands for all of the training part.
public record BatchSize(@Doc("Samples; 0 for all.") int samples) {
  @FromText("whole number >= 1 or all")
  public static BatchSize parse(String text) {
    if (text.equals("all")) {
      return new BatchSize(0);
    }
    return TextNumber.whole(text).filter(n -> n > 0).map(BatchSize::new)
        .orElseThrow(() -> new Invalid("", "'" + text + "'", "a whole number of at least 1, or all"));
  }

  @ToText
  public Optional<String> text() {
    return Optional.of(samples == 0 ? "all" : Integer.toString(samples));
  }

  /// The batch size for a training part of `size` samples.
  public int of(int size) {
    return samples == 0 ? size : Math.min(samples, size);
  }
}
