package dlt.backend.cpu;

import dlt.backend.cpu.LanePool.Kind;
import dlt.backend.cpu.LanePool.Pixels;
import java.lang.foreign.MemorySegment;

/// Pools and their gradients on channels-last images, by [PoolSweep] on vectors of channels where they lie: each part computes
/// a band of rows of an image.
final class ChannelsLastPool {
  /// Bytes of the rows of a band, in the wider of the two images.
  private static final long BAND = 256 << 10;

  private final Target target;
  private final PoolGeometry g;

  ChannelsLastPool(Target target, PoolGeometry g) {
    this.target = target;
    this.g = g;
  }

  /// Whether the offsets fit the instructions.
  static boolean fits(PoolGeometry g) {
    return LaneImages.fits((long) g.c() * g.w() * (g.rows().dilation() * g.rows().kernel() + g.rows().stride()))
        && LaneImages.fits((long) g.c() * g.ow() * g.rows().kernel());
  }

  /// Vectors of all channels: how many, and what a vector `v` has.
  private int vectors() {
    return Math.ceilDiv(g.c(), target.lanes());
  }

  private int channels(int v) {
    return Math.min(target.lanes(), g.c() - v * target.lanes());
  }

  private interface SweepOf {
    PoolSweep of(Pixels pixels);
  }

  /// A sweep for whole vectors and one for the last vector, which may have fewer lanes.
  private PoolSweep[] sweeps(SweepOf of, int source, int second, int result) {
    PoolSweep[] sweeps = new PoolSweep[vectors()];
    for (int v = 0; v < sweeps.length; v++) {
      sweeps[v] = v > 0 && channels(v) == channels(v - 1) ? sweeps[v - 1] : of.of(new Pixels(source, second, result, channels(v)));
    }
    return sweeps;
  }

  private int pixel() {
    return 4 * g.c();
  }

  Step max(MemorySegment x, MemorySegment y) {
    PoolSweep[] sweeps = sweeps(p -> PoolSweep.window(target, Kind.MAX, g, MemorySegment.NULL, p), pixel(), pixel(), pixel());
    return bands(sweeps, x.address(), image(), y.address(), resultImage(), g.oh(), g.ow());
  }

  /// `scales`: what each result is multiplied by, floats [oh, ow].
  Step average(MemorySegment scales, MemorySegment x, MemorySegment y) {
    PoolSweep[] sweeps = sweeps(p -> PoolSweep.window(target, Kind.SUM_SCALED, g, scales, p), pixel(), pixel(), pixel());
    return bands(sweeps, x.address(), image(), y.address(), resultImage(), g.oh(), g.ow());
  }

  Step averageGrad(MemorySegment scales, MemorySegment dy, MemorySegment dx) {
    PoolSweep[] sweeps = sweeps(p -> PoolSweep.gather(target, Kind.SCALED_SUM, g, scales, p), pixel(), pixel(), pixel());
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

  private Step bands(PoolSweep[] sweeps, long source, long sourceImage, long result, long resultImage, int rows, int columns) {
    int bandRows = bandRows(rows, (long) pixel() * Math.max(columns, (int) (sourceImage / pixel() / rows)));
    int bands = Math.ceilDiv(rows, bandRows);
    return () -> target.workers().run(g.n() * bands, part -> {
      int first = part % bands * bandRows;
      int end = Math.min(rows, first + bandRows);
      for (int v = 0; v < sweeps.length; v++) {
        long channel = 4L * v * target.lanes();
        sweeps[v].run(first, end, source + part / bands * sourceImage + channel, 0, result + part / bands * resultImage + channel);
      }
    });
  }

  /// First where each maximum is, then for each pixel the gradients of the maxima that are there. Windows that reach from
  /// band to band are searched for each.
  Step maxGrad(MemorySegment x, MemorySegment dy, MemorySegment dx) {
    MemorySegment places = PoolSweep.places(target, g);
    int vector = 4 * target.lanes();
    PoolSweep[] find = sweeps(p -> PoolSweep.window(target, Kind.ARGMAX, g, places, p), pixel(), pixel(), vector);
    PoolSweep[] collect = sweeps(p -> PoolSweep.gather(target, Kind.MATCHING_SUM, g, places, p), vector, pixel(), pixel());
    int bandRows = bandRows(g.h(), (long) pixel() * g.w());
    int bands = Math.ceilDiv(g.h(), bandRows);
    long foundRow = (long) vector * g.ow();
    int most = 0;
    for (int first = 0; first < g.h(); first += bandRows) {
      int[] windows = collect[0].sources(first, Math.min(g.h(), first + bandRows));
      most = Math.max(most, windows[1] - windows[0]);
    }
    target.workspace().reserve(foundRow * most);
    return () -> target.workers().run(g.n() * bands, part -> target.workspace().use(workspace -> {
      int first = part % bands * bandRows;
      int end = Math.min(g.h(), first + bandRows);
      int[] windows = collect[0].sources(first, end);
      long found = workspace - windows[0] * foundRow;
      for (int v = 0; v < find.length; v++) {
        long image = part / bands * image() + 4L * v * target.lanes();
        long result = part / bands * resultImage() + 4L * v * target.lanes();
        find[v].run(windows[0], windows[1], x.address() + image, 0, found);
        collect[v].run(first, end, found, dy.address() + result, dx.address() + image);
      }
    }));
  }
}
