package dlt.backend.cpu;

import dlt.backend.cpu.LanePool.Kind;
import dlt.backend.cpu.LanePool.Pixels;
import dlt.backend.cpu.Taps.Tap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntBinaryOperator;

/// A [LanePool] over the rows of a plane: `rows` says which rows one call computes, `table` is what the kernel needs beside
/// the operands.
record PoolSweep(Kernel kernel, List<Rows> rows, LanePool pool, long table) {
  /// Result rows that take from as many source rows each, the first at `source` and the next ones `step` further on each.
  record Rows(int first, int count, int source, int step, int taps) {
    /// Those of them from `from` to `to - 1`; `count` may be 0 or less.
    Rows between(int from, int to) {
      int skipped = Math.max(0, from - first);
      return new Rows(first + skipped, Math.min(first + count, to) - first - skipped, source + skipped * step, step, taps);
    }
  }

  /// From the pixels of each window to its result.
  static PoolSweep window(Target target, Kind kind, PoolGeometry g, MemorySegment table, Pixels pixels) {
    int next = !pixels.ahead() ? 0 : 1 + (g.rows().kernel() - 1) * g.rows().dilation();
    return of(target, new LanePool(kind, g.columns().pixels(), g.rows().dilation(), g.rows().stride(), next, g.w(), g.ow(), pixels), g.rows().pixels(), table);
  }

  /// From the results that a pixel went to back to the pixel.
  static PoolSweep gather(Target target, Kind kind, PoolGeometry g, MemorySegment table, Pixels pixels) {
    // by falling kernel position, so by rising result
    List<List<Tap>> rows = g.rows().results().stream().map(List::reversed).toList();
    List<List<Tap>> columns = g.columns().results().stream().map(List::reversed).toList();
    int tapStep = g.rows().dilation() * g.rows().tapStep() / g.rows().stride();
    return of(target, new LanePool(kind, columns, tapStep, 0, 0, g.ow(), g.w(), pixels), rows, table);
  }

  private static PoolSweep of(Target target, LanePool pool, List<List<Tap>> rows, MemorySegment table) {
    List<Rows> runs = new ArrayList<>();
    for (int r = 0; r < rows.size(); r++) {
      int taps = rows.get(r).size();
      int source = taps == 0 ? 0 : rows.get(r).getFirst().place();
      Rows last = runs.isEmpty() ? null : runs.getLast();
      if (last != null && last.taps == taps && last.source + last.count * pool.rowStep() == source) {
        runs.set(runs.size() - 1, new Rows(last.first, last.count + 1, last.source, pool.rowStep(), taps));
      } else {
        runs.add(new Rows(r, 1, source, pool.rowStep(), taps));
      }
    }
    return new PoolSweep(pool.compile(target), List.copyOf(runs), pool, table.address());
  }

  /// Four bytes for each place of a plane.
  static MemorySegment table(Target target, int height, int width, IntBinaryOperator entry) {
    MemorySegment table = target.scratch(4L * height * width);
    rows(table, height, width, entry);
    return table;
  }

  private static void rows(MemorySegment table, int height, int width, IntBinaryOperator entry) {
    int[] entries = new int[width];
    for (int row = 0; row < height; row++) {
      for (int column = 0; column < width; column++) {
        entries[column] = entry.applyAsInt(row, column);
      }
      MemorySegment.copy(entries, 0, table, ValueLayout.JAVA_INT, 4L * row * width, width);
    }
  }

  /// For each pixel of a plane a number that tells it from all others of the windows that it is in.
  static MemorySegment places(Target target, PoolGeometry g) {
    MemorySegment table = target.scratch(4L * g.h() * g.w());
    int down = g.rows().reach();
    int across = g.columns().reach();
    rows(table, down, g.w(), (row, column) -> row * across + column % across);
    long period = 4L * down * g.w();
    for (long at = period; at < table.byteSize(); at += period) {
      MemorySegment.copy(table, 0, table, at, Math.min(period, table.byteSize() - at));
    }
    return table;
  }

  /// Bytes that such a number has.
  static int placeBytes(Target target, PoolGeometry g) {
    return target.instructionSet() == InstructionSet.AVX512 && (long) g.rows().reach() * g.columns().reach() <= 256 ? 1 : 4;
  }

  /// All rows: from the plane at `source`, and what is beside it at `second`, to that at `result`.
  void run(long source, long second, long result) {
    for (Rows r : rows) {
      run(r, source, second, result);
    }
  }

  /// Result rows `from` to `to - 1`.
  void run(int from, int to, long source, long second, long result) {
    for (Rows r : rows) {
      if (r.first < to && from < r.first + r.count) {
        run(r.between(from, to), source, second, result);
      }
    }
  }

  private void run(Rows r, long source, long second, long result) {
    long at = (long) r.source * pool.sourceWidth();
    long to = (long) r.first * pool.resultWidth();
    kernel.call(source + at * pool.pixels().source(), second + (pool.kind().secondOfResults() ? to : at) * pool.pixels().second(), result + to * pool.pixels().result(),
        r.taps, table + 4L * (pool.kind().ofResults() ? to : at), r.count);
  }
}
