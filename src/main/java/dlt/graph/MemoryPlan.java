package dlt.graph;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/// Where values lie in one block of memory: `offsets` in bytes, one an interval, and the block's size. Values that are alive
/// in a common step do not overlap.
public record MemoryPlan(List<Long> offsets, long bytes) {
  /// Every offset is a multiple of this.
  public static final int ALIGNMENT = 64;
  /// Values below the peak divided by this are small.
  private static final int SMALL = 1 << 12;

  /// A value of `bytes` bytes that is written in step `first` and read for the last time in step `last`.
  public record Interval(long bytes, int first, int last) {
    public Interval {
      if (bytes < 0 || first > last) {
        throw new IllegalArgumentException(bytes + " bytes from step " + first + " to " + last);
      }
    }

    private long aligned() {
      return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
    }

    private int lifetime() {
      return last - first;
    }

    private double area() {
      return aligned() * (1.0 + lifetime());
    }
  }

  public MemoryPlan {
    offsets = List.copyOf(offsets);
  }

  /// The smallest plan that placing one value after the other finds in a few orders: by size (Pisarchyk and Lee, "Efficient
  /// memory management for deep neural net inference", 2020), by size and lifetime, and as they come. Values that are small
  /// beside the peak find their places last, in one order.
  public static MemoryPlan of(List<Interval> intervals) {
    // not the library's, which no start-up cache holds
    Comparator<Interval> size = (a, b) -> Long.compare(b.aligned(), a.aligned());
    Comparator<Interval> area = (a, b) -> Double.compare(b.area(), a.area());
    Comparator<Interval> life = (a, b) -> Integer.compare(b.lifetime(), a.lifetime());
    Comparator<Interval> start = (a, b) -> Integer.compare(a.first, b.first);
    long small = peak(intervals) / SMALL;
    List<Interval> large = intervals.stream().filter(i -> i.aligned() >= small).toList();
    long least = peak(large);
    Placement best = null;
    for (Comparator<Interval> order : List.of(by(size, life), area, by(life, size), by(start, size))) {
      int[] indices = order(intervals, i -> i.aligned() >= small, order);
      for (boolean tightest : new boolean[] {true, false}) {
        if (best == null || best.bytes > least) {
          Placement placement = new Placement(intervals.size());
          placement.add(intervals, indices, tightest);
          best = best == null || placement.bytes < best.bytes ? placement : best;
        }
      }
    }
    best.add(intervals, order(intervals, i -> i.aligned() < small, by(size, life)), true);
    return new MemoryPlan(Arrays.stream(best.offsets).boxed().toList(), best.bytes);
  }

  private static Comparator<Interval> by(Comparator<Interval> first, Comparator<Interval> then) {
    return (a, b) -> {
      int c = first.compare(a, b);
      return c != 0 ? c : then.compare(a, b);
    };
  }

  private static int[] order(List<Interval> intervals, Predicate<Interval> which, Comparator<Interval> order) {
    return IntStream.range(0, intervals.size()).filter(i -> which.test(intervals.get(i))).boxed()
        .sorted((a, b) -> order.compare(intervals.get(a), intervals.get(b))).mapToInt(i -> i).toArray();
  }

  /// The most bytes alive in one step: no plan needs fewer.
  static long peak(List<Interval> intervals) {
    int begin = intervals.stream().mapToInt(Interval::first).min().orElse(0);
    int end = intervals.stream().mapToInt(Interval::last).max().orElse(0);
    long[] changes = new long[end - begin + 2];
    for (Interval i : intervals) {
      changes[i.first - begin] += i.aligned();
      changes[i.last + 1 - begin] -= i.aligned();
    }
    long most = 0;
    long now = 0;
    for (long change : changes) {
      now += change;
      most = Math.max(most, now);
    }
    return most;
  }

  /// Values that have found their places, the lowest place first.
  private static final class Placement {
    final long[] offsets;
    long bytes;
    private int count;
    private final long[] starts;
    private final long[] ends;
    private final int[] firsts;
    private final int[] lasts;

    Placement(int values) {
      offsets = new long[values];
      starts = new long[values];
      ends = new long[values];
      firsts = new int[values];
      lasts = new int[values];
    }

    /// Puts each value in the tightest (or else the lowest) gap between those that are placed and alive with it.
    void add(List<Interval> intervals, int[] indices, boolean tightest) {
      for (int index : indices) {
        Interval value = intervals.get(index);
        offsets[index] = place(value.aligned(), value.first, value.last, tightest);
      }
    }

    private long place(long need, int first, int last, boolean tightest) {
      long end = 0;
      long offset = -1;
      long gap = Long.MAX_VALUE;
      for (int i = 0; i < count; i++) {
        if (firsts[i] <= last && first <= lasts[i]) {
          long room = starts[i] - end;
          if (room >= need && room < gap) {
            offset = end;
            gap = tightest ? room : 0;
          }
          end = Math.max(end, ends[i]);
        }
      }
      offset = offset < 0 ? end : offset;
      bytes = Math.max(bytes, offset + need);
      insert(offset, offset + need, first, last);
      return offset;
    }

    private void insert(long start, long end, int first, int last) {
      int at = 0;
      while (at < count && starts[at] <= start) {
        at++;
      }
      System.arraycopy(starts, at, starts, at + 1, count - at);
      System.arraycopy(ends, at, ends, at + 1, count - at);
      System.arraycopy(firsts, at, firsts, at + 1, count - at);
      System.arraycopy(lasts, at, lasts, at + 1, count - at);
      starts[at] = start;
      ends[at] = end;
      firsts[at] = first;
      lasts[at] = last;
      count++;
    }
  }
}
