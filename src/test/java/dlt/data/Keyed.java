package dlt.data;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A data set with columns that are neither inputs nor targets.
record Keyed(Dataset of, Map<String, List<String>> keys) implements Dataset {
  @Override
  public int size() {
    return of.size();
  }

  @Override
  public Schema schema() {
    return of.schema();
  }

  @Override
  public void read(int sample, boolean target, int field, MemorySegment destination) {
    of.read(sample, target, field, destination);
  }

  @Override
  public String origin(int sample) {
    return of.origin(sample);
  }

  @Override
  public Optional<List<String>> key(String name) {
    return Optional.ofNullable(keys.get(name));
  }

  @Override
  public boolean mayMiss() {
    return of.mayMiss();
  }

  @Override
  public boolean inMemory() {
    return of.inMemory();
  }

  @Override
  public String hash() {
    return of.hash();
  }
}
