package dlt.backend.cpu;

import dlt.backend.cpu.LanePool.Kind;
import dlt.backend.cpu.Taps.Tap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntBinaryOperator;

/// Pools and their gradients by [LanePool]: each part takes as many planes as a vector has lanes, moves them into lanes,
/// computes, and moves the results back.
final class LanePoolPass {
  /// Result rows that one call computes: they take from as many source rows each, the first at `source`.
  private record Rows(int first, int count, int source, int taps) {}

  /// A kernel and what it needs beside the operands.
  private record Sweep(Kernel kernel, List<Rows> rows, boolean tableOfResults, int sourceWidth, int resultWidth, long table, int vector) {
    void run(long source, long result) {
      for (Rows r : rows) {
        kernel.call(source + (long) r.source * sourceWidth * vector, 0, result + (long) r.first * resultWidth * vector, r.taps,
            table + 4L * (tableOfResults ? r.first * resultWidth : r.source * sourceWidth), r.count);
      }
    }
  }

  private LanePoolPass() {}

  static boolean fits(PoolGeometry g) {
    return LaneImages.fits((long) g.h() * g.w() + 2L * g.oh() * g.ow());
  }

  static Step max(Target target, PoolGeometry g, MemorySegment x, MemorySegment y) {
    return pool(target, g, window(target, Kind.MAX, g, MemorySegment.NULL), x, y);
  }

  /// `scales`: what each result is multiplied by, floats [oh, ow].
  static Step average(Target target, PoolGeometry g, MemorySegment scales, MemorySegment x, MemorySegment y) {
    return pool(target, g, window(target, Kind.SUM_SCALED, g, scales), x, y);
  }

  private static Step pool(Target target, PoolGeometry g, Sweep sweep, MemorySegment x, MemorySegment y) {
    LaneImages images = LaneImages.source(target, x, g.planes(), (long) g.h() * g.w());
    LaneImages results = LaneImages.result(target, y, g.planes(), (long) g.oh() * g.ow());
    return step(target, images.groups(), images.bytes() + results.bytes(), (part, at) -> {
      images.move(part, at);
      sweep.run(at, at + images.bytes());
      results.move(part, at + images.bytes());
    });
  }

  static Step averageGrad(Target target, PoolGeometry g, MemorySegment scales, MemorySegment dy, MemorySegment dx) {
    LaneImages gradients = LaneImages.source(target, dy, g.planes(), (long) g.oh() * g.ow());
    LaneImages images = LaneImages.result(target, dx, g.planes(), (long) g.h() * g.w());
    Sweep sweep = gather(target, Kind.SCALED_SUM, g, scales, 0);
    return step(target, images.groups(), images.bytes() + gradients.bytes(), (part, at) -> {
      gradients.move(part, at);
      sweep.run(at, at + gradients.bytes());
      images.move(part, at + gradients.bytes());
    });
  }

  /// First where each maximum is, then for each pixel the gradients of the maxima that are there.
  static Step maxGrad(Target target, PoolGeometry g, MemorySegment x, MemorySegment dy, MemorySegment dx) {
    LaneImages images = LaneImages.source(target, x, g.planes(), (long) g.h() * g.w());
    LaneImages gradients = LaneImages.source(target, dy, g.planes(), (long) g.oh() * g.ow());
    LaneImages results = LaneImages.result(target, dx, g.planes(), (long) g.h() * g.w());
    MemorySegment places = table(target, g.h(), g.w(), (row, column) -> row * g.w() + column);
    Sweep find = window(target, Kind.ARGMAX, g, places);
    Sweep collect = gather(target, Kind.MATCHING_SUM, g, places, gradients.bytes());
    return step(target, images.groups(), images.bytes() + 2 * gradients.bytes(), (part, at) -> {
      long found = at + images.bytes();
      images.move(part, at);
      gradients.move(part, found + gradients.bytes());
      find.run(at, found);
      collect.run(found, at);
      results.move(part, at);
    });
  }

  private interface Part {
    void run(int part, long workspace);
  }

  private static Step step(Target target, int parts, long bytes, Part body) {
    Workspace workspace = target.workspace();
    workspace.reserve(bytes);
    return () -> target.workers().run(parts, part -> workspace.use(at -> body.run(part, at)));
  }

  /// Four bytes for each place of a plane.
  static MemorySegment table(Target target, int height, int width, IntBinaryOperator entry) {
    MemorySegment table = target.scratch(4L * height * width);
    for (int row = 0; row < height; row++) {
      for (int column = 0; column < width; column++) {
        table.setAtIndex(ValueLayout.JAVA_INT, (long) row * width + column, entry.applyAsInt(row, column));
      }
    }
    return table;
  }

  /// From the pixels of each window to its result.
  private static Sweep window(Target target, Kind kind, PoolGeometry g, MemorySegment table) {
    boolean backwards = kind == Kind.ARGMAX;
    List<List<Tap>> rows = ordered(g.rows().pixels(), backwards);
    List<List<Tap>> columns = ordered(g.columns().pixels(), backwards);
    int tapStep = backwards ? -g.rows().dilation() : g.rows().dilation();
    return sweep(target, new LanePool(kind, columns, tapStep, g.rows().stride(), g.w(), g.ow(), 0), rows, table);
  }

  /// From the results that a pixel went to back to the pixel.
  private static Sweep gather(Target target, Kind kind, PoolGeometry g, MemorySegment table, long second) {
    // by falling kernel position, so by rising result
    List<List<Tap>> rows = ordered(g.rows().results(), true);
    List<List<Tap>> columns = ordered(g.columns().results(), true);
    int tapStep = g.rows().dilation() * g.rows().tapStep() / g.rows().stride();
    return sweep(target, new LanePool(kind, columns, tapStep, 0, g.ow(), g.w(), second), rows, table);
  }

  private static List<List<Tap>> ordered(List<List<Tap>> taps, boolean backwards) {
    return backwards ? taps.stream().map(List::reversed).toList() : taps;
  }

  private static Sweep sweep(Target target, LanePool pool, List<List<Tap>> rows, MemorySegment table) {
    List<Rows> runs = new ArrayList<>();
    for (int r = 0; r < rows.size(); r++) {
      int taps = rows.get(r).size();
      int source = taps == 0 ? 0 : rows.get(r).getFirst().place();
      Rows last = runs.isEmpty() ? null : runs.getLast();
      if (last != null && last.taps == taps && last.source + last.count * pool.rowStep() == source) {
        runs.set(runs.size() - 1, new Rows(last.first, last.count + 1, last.source, taps));
      } else {
        runs.add(new Rows(r, 1, source, taps));
      }
    }
    return new Sweep(pool.compile(target), List.copyOf(runs), pool.kind().ofResults(), pool.sourceWidth(), pool.resultWidth(),
        table.address(), 4 * target.lanes());
  }
}
