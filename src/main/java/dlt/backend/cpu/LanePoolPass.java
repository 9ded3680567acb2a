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
    return pool(target, g, PoolSweep.window(target, Kind.MAX, g, MemorySegment.NULL, Pixels.inLanes(target)), x, y);
  }

  /// `scales`: what each result is multiplied by, floats [oh, ow].
  static Step average(Target target, PoolGeometry g, MemorySegment scales, MemorySegment x, MemorySegment y) {
    return pool(target, g, PoolSweep.window(target, Kind.SUM_SCALED, g, scales, Pixels.inLanes(target)), x, y);
  }

  private static Step pool(Target target, PoolGeometry g, PoolSweep sweep, MemorySegment x, MemorySegment y) {
    LaneImages images = LaneImages.source(target, x, g.planes(), (long) g.h() * g.w());
    LaneImages results = LaneImages.result(target, y, g.planes(), (long) g.oh() * g.ow());
    return step(target, images.groups(), images.bytes() + results.bytes(), (part, at) -> {
      images.move(part, at);
      sweep.run(at, 0, at + images.bytes());
      results.move(part, at + images.bytes());
    });
  }

  static Step averageGrad(Target target, PoolGeometry g, MemorySegment scales, MemorySegment dy, MemorySegment dx) {
    LaneImages gradients = LaneImages.source(target, dy, g.planes(), (long) g.oh() * g.ow());
    LaneImages images = LaneImages.result(target, dx, g.planes(), (long) g.h() * g.w());
    PoolSweep sweep = PoolSweep.gather(target, Kind.SCALED_SUM, g, scales, Pixels.inLanes(target));
    return step(target, images.groups(), images.bytes() + gradients.bytes(), (part, at) -> {
      gradients.move(part, at);
      sweep.run(at, 0, at + gradients.bytes());
      images.move(part, at + gradients.bytes());
    });
  }

  /// First where each maximum is, then for each pixel the gradients of the maxima that are there.
  static Step maxGrad(Target target, PoolGeometry g, MemorySegment x, MemorySegment dy, MemorySegment dx) {
    LaneImages images = LaneImages.source(target, x, g.planes(), (long) g.h() * g.w());
    LaneImages gradients = LaneImages.source(target, dy, g.planes(), (long) g.oh() * g.ow());
    LaneImages results = LaneImages.result(target, dx, g.planes(), (long) g.h() * g.w());
    MemorySegment places = PoolSweep.places(target, g);
    PoolSweep find = PoolSweep.window(target, Kind.ARGMAX, g, places, Pixels.inLanes(target));
    PoolSweep collect = PoolSweep.gather(target, Kind.MATCHING_SUM, g, places, Pixels.inLanes(target));
    return step(target, images.groups(), images.bytes() + 2 * gradients.bytes(), (part, at) -> {
      long found = at + images.bytes();
      images.move(part, at);
      gradients.move(part, found + gradients.bytes());
      find.run(at, 0, found);
      collect.run(found, found + gradients.bytes(), at);
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
}
