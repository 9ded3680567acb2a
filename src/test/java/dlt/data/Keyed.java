package dlt.data;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A data set with columns that are neither inputs nor targets.
record Keyed(Dataset of, Map<String, List<String>> keys) implements View {
  @Override
  public void read(int sample, boolean target, int field, MemorySegment destination) {
    of.read(sample, target, field, destination);
  }

  @Override
  public Optional<List<String>> key(String name) {
    return Optional.ofNullable(keys.get(name));
  }

  @Override
  public Dataset epoch(int epoch) {
    return new Keyed(of.epoch(epoch), keys);
  }
}
