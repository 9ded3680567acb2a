package dlt.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// Where values lie in one block of memory: `offsets` in bytes, one an interval, and the block's size. Values that are alive
/// in a common step do not overlap.
public record MemoryPlan(List<Long> offsets, long bytes) {
  /// Every offset is a multiple of this.
  public static final int ALIGNMENT = 64;

  /// A value of `bytes` bytes that is written in step `first` and read for the last time in step `last`.
  public record Interval(long bytes, int first, int last) {
    public Interval {
      if (bytes < 0 || first > last) {
        throw new IllegalArgumentException(bytes + " bytes from step " + first + " to " + last);
      }
    }

    private boolean meets(Interval other) {
      return first <= other.last && other.first <= last;
    }

    private long aligned() {
      return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
    }
  }

  public MemoryPlan {
    offsets = List.copyOf(offsets);
  }

  /// The smallest plan that placing one value after the other finds in a few orders: by size (Pisarchyk and Lee, "Efficient
  /// memory management for deep neural net inference", 2020), by size and lifetime, and as they come.
  public static MemoryPlan of(List<Interval> intervals) {
    Comparator<Interval> size = Comparator.comparing(Interval::aligned, Comparator.reverseOrder());
    Comparator<Interval> area =
        Comparator.comparing(i -> i.aligned() * (1.0 + i.last - i.first), Comparator.reverseOrder());
    Comparator<Interval> life = Comparator.comparing(i -> i.first - i.last);
    Comparator<Interval> start = Comparator.comparing(Interval::first);
    long least = peak(intervals);
    MemoryPlan best = null;
    for (Comparator<Interval> order : List.of(size.thenComparing(life), area, life.thenComparing(size), start.thenComparing(size))) {
      for (boolean tightest : new boolean[] {true, false}) {
        MemoryPlan plan = place(intervals, order, tightest);
        best = best == null || plan.bytes < best.bytes ? plan : best;
        if (best.bytes == least) {
          return best;
        }
      }
    }
    return best;
  }

  /// The most bytes alive in one step: no plan needs fewer.
  static long peak(List<Interval> intervals) {
    long most = 0;
    for (Interval at : intervals) {
      most = Math.max(most, intervals.stream().filter(i -> i.first <= at.first && at.first <= i.last).mapToLong(Interval::aligned).sum());
    }
    return most;
  }

  /// Puts each value in the tightest (or else the lowest) gap between those that are placed and alive with it.
  private static MemoryPlan place(List<Interval> intervals, Comparator<Interval> order, boolean tightest) {
    Long[] offsets = new Long[intervals.size()];
    List<Integer> placed = new ArrayList<>();
    long bytes = 0;
    for (int index : IntStream.range(0, intervals.size()).boxed().sorted(Comparator.comparing(intervals::get, order)).toList()) {
      Interval value = intervals.get(index);
      long need = value.aligned();
      long end = 0;
      long offset = -1;
      long gap = Long.MAX_VALUE;
      for (int other : placed) {
        if (!intervals.get(other).meets(value)) {
          continue;
        }
        long room = offsets[other] - end;
        if (room >= need && room < gap) {
          offset = end;
          gap = tightest ? room : 0;
        }
        end = Math.max(end, offsets[other] + intervals.get(other).aligned());
      }
      offsets[index] = offset < 0 ? end : offset;
      bytes = Math.max(bytes, offsets[index] + need);
      int at = 0;
      while (at < placed.size() && offsets[placed.get(at)] <= offsets[index]) {
        at++;
      }
      placed.add(at, index);
    }
    return new MemoryPlan(Arrays.asList(offsets), bytes);
  }
}
