package dlt.backend.cpu;

import dlt.backend.cpu.LanePool.Kind;
import dlt.backend.cpu.LanePool.Pixels;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Pools and their gradients on channels-last images, by [PoolSweep] on vectors of channels where they lie: each part computes
/// a band of rows of an image.
final class ChannelsLastPool {
  /// Bytes of the rows of a band, in the wider of the two images.
  private static final long BAND = 256 << 10;

  /// Bytes of a result of which little is still in a cache when the last of it is stored.
  private static final long CACHED = 16 << 20;

  private final Target target;
  private final PoolGeometry g;

  ChannelsLastPool(Target target, PoolGeometry g) {
    this.target = target;
    this.g = g;
  }

  /// Whether the offsets fit the instructions.
  static boolean fits(PoolGeometry g) {
    return LaneImages.fits((long) g.c() * g.w() * (g.rows().dilation() * g.rows().kernel() + g.rows().stride()))
        && LaneImages.fits((long) (g.c() + 15) * g.ow() * g.rows().kernel());
  }

  /// A sweep over whole vectors of channels, from channel `first` on, or over what is left.
  private record Channels(int first, PoolSweep sweep) {}

  private interface SweepOf {
    PoolSweep of(Pixels pixels);
  }

  private List<Channels> sweeps(SweepOf of, int source, int second, int result) {
    return sweeps(of, source, second, result, false);
  }

  private List<Channels> sweeps(SweepOf of, int source, int second, int result, boolean streams) {
    int vectors = g.c() / target.lanes();
    int rest = g.c() % target.lanes();
    List<Channels> sweeps = new ArrayList<>();
    if (vectors > 0) {
      sweeps.add(new Channels(0, of.of(new Pixels(source, second, result, target.lanes(), vectors, streams))));
    }
    if (rest > 0) {
      sweeps.add(new Channels(vectors * target.lanes(), of.of(new Pixels(source, second, result, rest, 1, false))));
    }
    return sweeps;
  }

  private int pixel() {
    return 4 * g.c();
  }

  Step max(MemorySegment x, MemorySegment y) {
    List<Channels> sweeps = sweeps(p -> PoolSweep.window(target, Kind.MAX, g, MemorySegment.NULL, p), pixel(), pixel(), pixel());
    return bands(sweeps, x.address(), image(), y.address(), resultImage(), g.oh(), g.ow());
  }

  /// `scales`: what each result is multiplied by, floats [oh, ow].
  Step average(MemorySegment scales, MemorySegment x, MemorySegment y) {
    List<Channels> sweeps = sweeps(p -> PoolSweep.window(target, Kind.SUM_SCALED, g, scales, p), pixel(), pixel(), pixel());
    return bands(sweeps, x.address(), image(), y.address(), resultImage(), g.oh(), g.ow());
  }

  Step averageGrad(MemorySegment scales, MemorySegment dy, MemorySegment dx) {
    List<Channels> sweeps = sweeps(p -> PoolSweep.gather(target, Kind.SCALED_SUM, g, scales, p), pixel(), pixel(), pixel());
    return bands(sweeps, dy.address(), resultImage(), dx.address(), image(), g.h(), g.w());
  }

  private long image() {
    return (long) pixel() * g.h() * g.w();
  }

  private long resultImage() {
    return (long) pixel() * g.oh() * g.ow();
  }

  private int bandRows(int rows, long rowBytes) {
    return (int) Math.clamp(BAND / rowBytes, 1, rows);
  }

  private Step bands(List<Channels> sweeps, long source, long sourceImage, long result, long resultImage, int rows, int columns) {
    int bandRows = bandRows(rows, (long) pixel() * Math.max(columns, (int) (sourceImage / pixel() / rows)));
    int bands = Math.ceilDiv(rows, bandRows);
    return () -> target.workers().run(g.n() * bands, part -> {
      int first = part % bands * bandRows;
      int end = Math.min(rows, first + bandRows);
      for (Channels c : sweeps) {
        long channel = 4L * c.first;
        c.sweep.run(first, end, source + part / bands * sourceImage + channel, 0, result + part / bands * resultImage + channel);
      }
    });
  }

  /// First where each maximum is, then for each pixel the gradients of the maxima that are there. Windows that reach from
  /// band to band are searched for each.
  Step maxGrad(MemorySegment x, MemorySegment dy, MemorySegment dx) {
    MemorySegment places = PoolSweep.places(target, g);
    // where each maximum is, in whole vectors
    int found = 4 * Math.ceilDiv(g.c(), target.lanes()) * target.lanes();
    List<Channels> find = sweeps(p -> PoolSweep.window(target, Kind.ARGMAX, g, places, p), pixel(), pixel(), found);
    List<Channels> collect = sweeps(p -> PoolSweep.gather(target, Kind.MATCHING_SUM, g, places, p), found, pixel(), pixel(),
        dx.byteSize() > CACHED && pixel() % (4 * target.lanes()) == 0 && dx.address() % (4 * target.lanes()) == 0);
    int bandRows = bandRows(g.h(), (long) pixel() * g.w());
    int bands = Math.ceilDiv(g.h(), bandRows);
    long foundRow = (long) found * g.ow();
    int most = 0;
    for (int first = 0; first < g.h(); first += bandRows) {
      int[] windows = collect.getFirst().sweep.sources(first, Math.min(g.h(), first + bandRows));
      most = Math.max(most, windows[1] - windows[0]);
    }
    target.workspace().reserve(foundRow * most);
    return () -> target.workers().run(g.n() * bands, part -> target.workspace().use(workspace -> {
      int first = part % bands * bandRows;
      int end = Math.min(g.h(), first + bandRows);
      int[] windows = collect.getFirst().sweep.sources(first, end);
      long maxima = workspace - windows[0] * foundRow;
      for (Channels c : find) {
        c.sweep.run(windows[0], windows[1], x.address() + part / bands * image() + 4L * c.first, 0, maxima + 4L * c.first);
      }
      for (Channels c : collect) {
        c.sweep.run(first, end, maxima + 4L * c.first, dy.address() + part / bands * resultImage() + 4L * c.first,
            dx.address() + part / bands * image() + 4L * c.first);
      }
    }));
  }
}
