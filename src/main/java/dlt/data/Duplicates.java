package dlt.data;

import dlt.tensor.HostTensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Samples with the same inputs, bit by bit: what a model has learned by heart is no measure of it on the other side of a
/// split, and of contrary targets it can learn one at most.
final class Duplicates {
  /// Inputs of more bytes than this are looked through on request alone.
  private static final long QUICK = 64L << 20;

  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

  private record Sample(Dataset dataset, int number) {
    String origin() {
      return dataset.origin(number);
    }

    boolean in(Part part) {
      return part.dataset() == dataset && Arrays.binarySearch(part.samples(), number) >= 0;
    }
  }

  private Duplicates() {}

  /// What to warn of. Samples that are composed of others (pairs) are not looked at; with `all`, large data and
  /// files that have to be decoded are too. Throws Failure(DATA) where a sample cannot be read.
  static List<Finding> findings(Division division, boolean all) {
    List<Dataset> datasets = Stream.of(division.whole(), division.trainings().getFirst()).flatMap(p -> p.all().stream()).map(Part::dataset).distinct().toList();
    long bytes = datasets.stream().mapToLong(d -> d.size() * size(d.inputs())).sum();
    if (datasets.stream().anyMatch(d -> d instanceof Composed || !all && !d.inMemory()) || !all && bytes > QUICK) {
      return List.of();
    }
    List<List<Sample>> twins = twins(datasets);
    List<Finding> r = new ArrayList<>();
    across(division, twins).ifPresent(r::add);
    contrary(twins).ifPresent(r::add);
    return r;
  }

  private static Optional<Finding> across(Division division, List<List<Sample>> twins) {
    int count = 0;
    String example = "";
    String place = "";
    for (List<Sample> alike : twins) {
      Map<Parts, Sample> learned = new LinkedHashMap<>();
      division.trainings().forEach(p -> alike.stream().filter(s -> s.in(p.train())).findFirst().ifPresent(s -> learned.put(p, s)));
      for (Sample s : alike) {
        Optional<Sample> same = learned.entrySet().stream().filter(e -> e.getKey().heldOut().stream().anyMatch(s::in)).map(Map.Entry::getValue).findFirst();
        if (same.isPresent()) {
          place = count == 0 ? s.origin() : place;
          example = count++ == 0 ? s.origin() + " as " + same.get().origin() : example;
        }
      }
    }
    return count == 0 ? Optional.empty() : Optional.of(new Finding(Finding.Severity.WARNING, Finding.Rule.DUPLICATES, place, count + (count == 1 ? " sample" : " samples")
        + " for validation or test " + (count == 1 ? "has" : "have") + " the same inputs as one of the training part, such as " + example,
        "drop duplicates, or keep them together with split.group"));
  }

  private static Optional<Finding> contrary(List<List<Sample>> twins) {
    int count = 0;
    String example = "";
    String place = "";
    for (List<Sample> alike : twins) {
      byte[] first = bytes(alike.getFirst(), true);
      Optional<Sample> other = alike.stream().filter(s -> !Arrays.equals(bytes(s, true), first)).findFirst();
      if (other.isPresent()) {
        place = count == 0 ? alike.getFirst().origin() : place;
        example = count == 0 ? alike.getFirst().origin() + " and " + other.get().origin() : example;
        count += alike.size();
      }
    }
    return count == 0 ? Optional.empty()
        : Optional.of(new Finding(Finding.Severity.WARNING, Finding.Rule.CONTRARY_TARGETS, place,
            count + " samples have the same inputs as others and different targets, such as " + example, ""));
  }

  /// The samples that have the same inputs as others, those alike together.
  private static List<List<Sample>> twins(List<Dataset> datasets) {
    long[][] hashes = datasets.stream().map(Duplicates::hashes).toArray(long[][]::new);
    long[] sorted = Arrays.stream(hashes).flatMapToLong(Arrays::stream).sorted().toArray();
    long[] often = IntStream.range(1, sorted.length).filter(i -> sorted[i] == sorted[i - 1]).mapToLong(i -> sorted[i]).distinct().toArray();
    Map<Long, List<Sample>> r = new LinkedHashMap<>();
    for (int d = 0; d < hashes.length; d++) {
      for (int i = 0; i < hashes[d].length; i++) {
        if (Arrays.binarySearch(often, hashes[d][i]) >= 0) {
          r.computeIfAbsent(hashes[d][i], _ -> new ArrayList<>()).add(new Sample(datasets.get(d), i));
        }
      }
    }
    return r.values().stream().map(Duplicates::alikeFirst).filter(s -> s.size() > 1).toList();
  }

  /// Those that are the same as the first: a hash alone proves nothing.
  private static List<Sample> alikeFirst(List<Sample> samples) {
    byte[] first = bytes(samples.getFirst(), false);
    return samples.stream().filter(s -> Arrays.equals(bytes(s, false), first)).toList();
  }

  private static byte[] bytes(Sample sample, boolean target) {
    List<Field> fields = target ? sample.dataset.targets() : sample.dataset.inputs();
    byte[] r = new byte[Math.toIntExact(size(fields))];
    int at = 0;
    for (int f = 0; f < fields.size(); f++) {
      HostTensor t = HostTensor.allocate(fields.get(f).type());
      sample.dataset.read(sample.number, target, f, t.data());
      int length = Math.toIntExact(t.data().byteSize());
      MemorySegment.copy(t.data(), ValueLayout.JAVA_BYTE, 0, r, at, length);
      at += length;
    }
    return r;
  }

  private static long size(List<Field> fields) {
    return fields.stream().mapToLong(f -> f.type().bytes()).sum();
  }

  private static long[] hashes(Dataset dataset) {
    List<HostTensor> buffers = dataset.inputs().stream().map(f -> HostTensor.allocate(f.type())).toList();
    long[] r = new long[dataset.size()];
    for (int i = 0; i < r.length; i++) {
      long hash = 0;
      for (int f = 0; f < buffers.size(); f++) {
        dataset.read(i, false, f, buffers.get(f).data());
        hash = hash(buffers.get(f).data(), hash);
      }
      r[i] = hash;
    }
    return r;
  }

  private static long hash(MemorySegment data, long seed) {
    long h = seed ^ data.byteSize();
    for (long at = 0; at + Integer.BYTES <= data.byteSize(); at += Integer.BYTES) {
      h = (h ^ data.get(ValueLayout.JAVA_INT_UNALIGNED, at)) * MULTIPLIER;
      h ^= h >>> 29;
    }
    return h;
  }
}
