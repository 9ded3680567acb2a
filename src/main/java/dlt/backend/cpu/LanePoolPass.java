package dlt.backend.cpu;

import dlt.backend.cpu.LanePool.Kind;
import dlt.backend.cpu.LanePool.Pixels;
import java.lang.foreign.MemorySegment;

/// Pools and their gradients on planes, by [PoolSweep]: each part takes as many planes as a vector has lanes, moves them into
/// lanes, computes, and moves the results back.
final class LanePoolPass {

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

  private static PoolSweep window(Target target, Kind kind, PoolGeometry g, MemorySegment table) {
    return PoolSweep.window(target, kind, g, table, Pixels.inLanes(target, kind, PoolSweep.placeBytes(target, g)));
  }

  private static PoolSweep gather(Target target, Kind kind, PoolGeometry g, MemorySegment table) {
    return PoolSweep.gather(target, kind, g, table, Pixels.inLanes(target, kind, PoolSweep.placeBytes(target, g)));
  }

  private static Step pool(Target target, PoolGeometry g, PoolSweep sweep, MemorySegment x, MemorySegment y) {
    LaneImages images = LaneImages.source(target, x, g.planes(), (long) g.h() * g.w());
    LaneImages results = LaneImages.result(target, y, g.planes(), (long) g.oh() * g.ow());
    return step(target, g, images, results, (_, at) -> sweep.run(at, 0, at + images.bytes()));
  }

  static Step averageGrad(Target target, PoolGeometry g, MemorySegment scales, MemorySegment dy, MemorySegment dx) {
    LaneImages gradients = LaneImages.source(target, dy, g.planes(), (long) g.oh() * g.ow());
    LaneImages images = LaneImages.result(target, dx, g.planes(), (long) g.h() * g.w());
    PoolSweep sweep = gather(target, Kind.SCALED_SUM, g, scales);
    return step(target, g, gradients, images, (_, at) -> sweep.run(at, 0, at + gradients.bytes()));
  }

  /// Bytes of the places of a group of planes.
  private static long groupPlaces(Target target, PoolGeometry g) {
    return (long) PoolSweep.placeBytes(target, g) * target.lanes() * g.oh() * g.ow();
  }

  /// Bytes of the places that [#max(Target, PoolGeometry, MemorySegment, MemorySegment, MemorySegment)] leaves.
  static long placesBytes(Target target, PoolGeometry g) {
    return groupPlaces(target, g) * Math.ceilDiv(g.planes(), target.lanes());
  }

  /// The maxima, and where each of them is.
  static Step max(Target target, PoolGeometry g, MemorySegment x, MemorySegment y, MemorySegment places) {
    LaneImages images = LaneImages.source(target, x, g.planes(), (long) g.h() * g.w());
    LaneImages results = LaneImages.result(target, y, g.planes(), (long) g.oh() * g.ow());
    PoolSweep sweep = window(target, Kind.MAX_AND_PLACE, g, PoolSweep.places(target, g));
    long bytes = groupPlaces(target, g);
    return step(target, g, images, results, (group, at) -> sweep.run(at, places.address() + group * bytes, at + images.bytes()));
  }

  /// For each pixel the gradients of the maxima that are there.
  static Step maxGrad(Target target, PoolGeometry g, MemorySegment places, MemorySegment dy, MemorySegment dx) {
    LaneImages gradients = LaneImages.source(target, dy, g.planes(), (long) g.oh() * g.ow());
    LaneImages images = LaneImages.result(target, dx, g.planes(), (long) g.h() * g.w());
    PoolSweep sweep = gather(target, Kind.MATCHING_SUM, g, PoolSweep.places(target, g));
    long bytes = groupPlaces(target, g);
    return step(target, g, gradients, images, (group, at) -> sweep.run(places.address() + group * bytes, at, at + gradients.bytes()));
  }

  /// What is done with a group of planes in lanes at `at`; the results go behind them.
  private interface Group {
    void run(int group, long at);
  }

  private static Step step(Target target, PoolGeometry g, LaneImages from, LaneImages to, Group body) {
    Workspace workspace = target.workspace();
    workspace.reserve(from.bytes() + to.bytes());
    return ByImages.ofGroups(target, g.c(), from, to, (group, first, firstResult) -> workspace.use(at -> {
      from.move(group, first, at);
      body.run(group, at);
      to.move(group, firstResult, at + from.bytes());
    }));
  }
}
