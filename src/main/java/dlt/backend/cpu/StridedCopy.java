package dlt.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Copies a box of elements between two row-major tensors: what transposing, slicing, joining, padding and expanding come
/// down to. Dimensions that lie the same way in both are walked as one; runs that are contiguous in both are copied whole.
/// Where the source runs across, floats are turned in registers ([LaneTranspose]); without machine code, tiles of both sides
/// stay in the cache.
final class StridedCopy {
  /// One loop of the walk: how often, and the steps in elements of the source (0 repeats it) and of the destination.
  private record Loop(int size, long from, long to) {}

  private static final int TILE = 32;

  /// Machine code that turns the last two loops: some of the last but one, from a full vector or a rest of the last one.
  private record Turn(Kernel vector, Kernel rest) {}

  private final Target target;
  private final MemorySegment from;
  private final MemorySegment to;
  private final long fromStart;
  private final long toStart;
  private final boolean longs;
  private final Loop[] loops;
  private final Blocks blocks;
  private final int lanes;
  /// For a number of turns of the last but one loop that is a multiple of the lanes, and for the whole of it.
  private final Turn even;
  private final Turn whole;
  /// For short rows, or null.
  private final Kernel rows;

  /// `fromStart` and `toStart`: the first element of the box on either side; strides in elements, one for each dimension.
  StridedCopy(Target target, int[] dims, Operand source, long fromStart, long[] fromStrides, Operand destination, long toStart, long[] toStrides) {
    this.target = target;
    this.from = source.data();
    this.to = destination.data();
    this.longs = source.type().dtype().bytes() == 8;
    this.fromStart = fromStart;
    this.toStart = toStart;
    this.loops = loops(dims, fromStrides, toStrides);
    boolean empty = java.util.Arrays.stream(dims).anyMatch(d -> d == 0);
    long inner = 1;
    for (int d = 1; d < loops.length; d++) {
      inner *= loops[d].size;
    }
    this.lanes = target.instructionSet() == InstructionSet.AVX512 ? 16 : 8;
    Blocks some = Blocks.of(loops[0].size, inner);
    // parts that turn whole vectors
    this.blocks = empty ? new Blocks(0, 1)
        : loops.length == 2 ? new Blocks(some.count(), Math.ceilDiv(some.block(), lanes) * lanes) : some;
    Loop rows = loops[loops.length - 2];
    Loop columns = loops[loops.length - 1];
    boolean turned = target.emits() && !longs && !empty && rows.from == 1 && columns.from > 1 && columns.to == 1
        && fits(columns.from) && fits(rows.to);
    this.even = turned ? turn(0) : null;
    this.whole = turned ? turn(rows.size % lanes) : null;
    this.rows = target.emits() && !longs && columns.from == 1 && columns.to == 1 && RowCopy.fits(columns.size, 4 * rows.from, 4 * rows.to)
        ? new RowCopy(columns.size, 4 * rows.from, 4 * rows.to).compile(target) : null;
  }

  private static Loop[] loops(int[] dims, long[] fromStrides, long[] toStrides) {
    List<Loop> walk = new ArrayList<>();
    for (int d = 0; d < dims.length; d++) {
      if (dims[d] != 1) {
        Loop next = new Loop(dims[d], fromStrides[d], toStrides[d]);
        Loop last = walk.isEmpty() ? null : walk.getLast();
        if (last != null && last.from == next.from * next.size && last.to == next.to * next.size) {
          walk.set(walk.size() - 1, new Loop(last.size * next.size, next.from, next.to));
        } else {
          walk.add(next);
        }
      }
    }
    while (walk.size() < 2) {
      walk.addFirst(new Loop(1, 0, 0));
    }
    // where the innermost loop runs across the source, the loop that runs along it comes next to it
    int last = walk.size() - 1;
    if (walk.get(last).from > 1) {
      for (int d = 0; d < last; d++) {
        if (walk.get(d).from == 1) {
          walk.add(last - 1, walk.remove(d));
          break;
        }
      }
    }
    return walk.toArray(Loop[]::new);
  }

  /// Whether the steps of a kernel can be written down.
  private boolean fits(long step) {
    return 4 * step * lanes == (int) (4 * step * lanes);
  }

  private Turn turn(int tail) {
    Loop rows = loops[loops.length - 2];
    Loop columns = loops[loops.length - 1];
    int rest = columns.size % lanes;
    return new Turn(new LaneTranspose(true, lanes, 4 * columns.from, 4 * rows.to, false, tail).compile(target),
        rest == 0 ? null : new LaneTranspose(true, rest, 4 * columns.from, 4 * rows.to, false, tail).compile(target));
  }

  /// The copy as a step.
  Step step() {
    return together(target, List.of(this));
  }

  /// Copies that have nothing to do with one another as a step; where their outermost loops are equally long, a part does some of
  /// each, so that lines that several of them read or write are near.
  static Step together(Target target, List<StridedCopy> copies) {
    if (copies.stream().mapToLong(c -> c.blocks.count()).distinct().count() > 1) {
      return () -> copies.forEach(c -> target.workers().run(c.blocks.parts(), part -> c.part(c.blocks, part)));
    }
    Blocks blocks = copies.stream().map(c -> c.blocks).min(Comparator.comparingLong(Blocks::block)).orElseThrow();
    return () -> target.workers().run(blocks.parts(), part -> copies.forEach(c -> c.part(blocks, part)));
  }

  private void part(Blocks blocks, int part) {
    int first = (int) blocks.from(part);
    Loop l = loops[0];
    walk(0, first, (int) blocks.to(part), fromStart + first * l.from, toStart + first * l.to);
  }

  private void walk(int level, int begin, int end, long f, long t) {
    Loop l = loops[level];
    if (level == loops.length - 2) {
      plane(l, end - begin, loops[level + 1], f, t);
      return;
    }
    for (int i = begin; i < end; i++) {
      walk(level + 1, 0, loops[level + 1].size, f, t);
      f += l.from;
      t += l.to;
    }
  }

  private void plane(Loop rows, int count, Loop columns, long f, long t) {
    if (this.rows != null && count > 0) {
      this.rows.call(from.address() + 4 * f, to.address() + 4 * t, count);
      return;
    }
    if (columns.from <= 1 && columns.to == 1) {
      for (int i = 0; i < count; i++) {
        run(columns, f + i * rows.from, t + i * rows.to);
      }
      return;
    }
    if (whole != null) {
      // a part without the last turns has whole vectors of them
      turn(count % lanes == 0 ? even : whole, count, columns, f, t);
      return;
    }
    for (int i = 0; i < count; i += TILE) {
      int iEnd = Math.min(count, i + TILE);
      for (int j = 0; j < columns.size; j += TILE) {
        int jEnd = Math.min(columns.size, j + TILE);
        for (int r = i; r < iEnd; r++) {
          across(columns, j, jEnd, f + r * rows.from, t + r * rows.to);
        }
      }
    }
  }

  private void turn(Turn turn, int count, Loop columns, long f, long t) {
    long source = from.address() + 4 * f;
    long destination = to.address() + 4 * t;
    int vectors = columns.size / lanes;
    for (int i = 0; i < vectors; i++) {
      turn.vector.call(source + 4 * i * lanes * columns.from, destination + 4L * i * lanes, count / lanes);
    }
    if (turn.rest != null) {
      turn.rest.call(source + 4 * vectors * lanes * columns.from, destination + 4L * vectors * lanes, count / lanes);
    }
  }

  private void across(Loop columns, int begin, int end, long f, long t) {
    if (longs) {
      for (int c = begin; c < end; c++) {
        to.setAtIndex(JAVA_LONG, t + c * columns.to, from.getAtIndex(JAVA_LONG, f + c * columns.from));
      }
    } else {
      for (int c = begin; c < end; c++) {
        to.setAtIndex(JAVA_FLOAT, t + c * columns.to, from.getAtIndex(JAVA_FLOAT, f + c * columns.from));
      }
    }
  }

  private void run(Loop columns, long f, long t) {
    int n = columns.size;
    if (columns.from == 1) {
      int bytes = longs ? 8 : 4;
      MemorySegment.copy(from, f * bytes, to, t * bytes, (long) n * bytes);
    } else if (longs) {
      long v = from.getAtIndex(JAVA_LONG, f);
      for (int c = 0; c < n; c++) {
        to.setAtIndex(JAVA_LONG, t + c, v);
      }
    } else {
      float v = from.getAtIndex(JAVA_FLOAT, f);
      for (int c = 0; c < n; c++) {
        to.setAtIndex(JAVA_FLOAT, t + c, v);
      }
    }
  }
}
