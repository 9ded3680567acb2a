package dlt.backend.cpu;

import dlt.backend.cpu.LanePool.Kind;
import dlt.backend.cpu.LanePool.Pixels;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Pools and their gradients on channels-last images, by [PoolSweep] on vectors of channels where they lie: each part computes
/// a band of rows of an image.
final class ChannelsLastPool {
  /// Bytes of the rows of a band, in the wider of the two images: the first rows of a window band are not asked for ahead, and some
  /// are read by two bands, so it has more.
  private static final long BAND = 256 << 10, WINDOW_BAND = 2 << 20;

  /// Parts that there are at least, where images have enough rows.
  private static final int PARTS = 16;

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

  /// Images in memory: where they begin, the bytes of one, and those of a channel.
  private record Images(long address, long bytes, int channel) {
    static final Images NONE = new Images(0, 0, 0);

    long of(int image, int channel) {
      return address + image * bytes + (long) channel * this.channel;
    }
  }

  private Images images(MemorySegment x) {
    return new Images(x.address(), (long) pixel() * g.h() * g.w(), 4);
  }

  private Images results(MemorySegment y) {
    return new Images(y.address(), (long) pixel() * g.oh() * g.ow(), 4);
  }

  private Images places(MemorySegment places) {
    return new Images(places.address(), (long) placesPixel() * g.oh() * g.ow(), PoolSweep.placeBytes(target, g));
  }

  private int pixel() {
    return 4 * g.c();
  }

  /// Bytes of the places of a pixel's channels, in whole vectors.
  private int placesPixel() {
    return PoolSweep.placeBytes(target, g) * Math.ceilDiv(g.c(), target.lanes()) * target.lanes();
  }

  /// Bytes of the places that [#max(MemorySegment, MemorySegment, MemorySegment)] leaves.
  long placesBytes() {
    return (long) placesPixel() * g.n() * g.oh() * g.ow();
  }

  /// A sweep over whole vectors of channels, from channel `first` on, or over what is left.
  private record Channels(int first, PoolSweep sweep) {}

  private interface SweepOf {
    PoolSweep of(Pixels pixels);
  }

  /// `source`, `second`: bytes of a pixel.
  private List<Channels> sweeps(SweepOf of, int source, int second, boolean ahead, boolean streams) {
    int vectors = g.c() / target.lanes();
    int rest = g.c() % target.lanes();
    int place = PoolSweep.placeBytes(target, g);
    List<Channels> sweeps = new ArrayList<>();
    if (vectors > 0) {
      sweeps.add(new Channels(0, of.of(new Pixels(source, second, pixel(), target.lanes(), vectors, place, ahead, streams))));
    }
    if (rest > 0) {
      sweeps.add(new Channels(vectors * target.lanes(), of.of(new Pixels(source, second, pixel(), rest, 1, place, ahead, false))));
    }
    return sweeps;
  }

  Step max(MemorySegment x, MemorySegment y) {
    List<Channels> sweeps = sweeps(p -> PoolSweep.window(target, Kind.MAX, g, MemorySegment.NULL, p), pixel(), pixel(), true, false);
    return bands(sweeps, images(x), Images.NONE, results(y), g.oh(), g.ow(), WINDOW_BAND);
  }

  /// The maxima, and where each of them is.
  Step max(MemorySegment x, MemorySegment y, MemorySegment places) {
    MemorySegment table = PoolSweep.places(target, g);
    List<Channels> sweeps = sweeps(p -> PoolSweep.window(target, Kind.MAX_AND_PLACE, g, table, p), pixel(), placesPixel(), true, false);
    return bands(sweeps, images(x), places(places), results(y), g.oh(), g.ow(), WINDOW_BAND);
  }

  /// For each pixel the gradients of the maxima that are there.
  Step maxGrad(MemorySegment places, MemorySegment dy, MemorySegment dx) {
    MemorySegment table = PoolSweep.places(target, g);
    boolean streams = dx.byteSize() > CACHED && pixel() % (4 * target.lanes()) == 0 && dx.address() % (4 * target.lanes()) == 0;
    List<Channels> sweeps = sweeps(p -> PoolSweep.gather(target, Kind.MATCHING_SUM, g, table, p), placesPixel(), pixel(), true, streams);
    return bands(sweeps, places(places), results(dy), images(dx), g.h(), g.w(), BAND);
  }

  /// `scales`: what each result is multiplied by, floats [oh, ow].
  Step average(MemorySegment scales, MemorySegment x, MemorySegment y) {
    List<Channels> sweeps = sweeps(p -> PoolSweep.window(target, Kind.SUM_SCALED, g, scales, p), pixel(), pixel(), true, false);
    return bands(sweeps, images(x), Images.NONE, results(y), g.oh(), g.ow(), WINDOW_BAND);
  }

  Step averageGrad(MemorySegment scales, MemorySegment dy, MemorySegment dx) {
    List<Channels> sweeps = sweeps(p -> PoolSweep.gather(target, Kind.SCALED_SUM, g, scales, p), pixel(), pixel(), true, false);
    return bands(sweeps, results(dy), Images.NONE, images(dx), g.h(), g.w(), BAND);
  }

  /// Rows `from` to `to - 1` of the results of an image.
  interface ImageRows {
    /// `at`: where the image begins that is taken from, or the result that is made; what else there is of it may lie elsewhere.
    void run(int image, int from, int to, long at);
  }

  /// Maxima of images in a core's cache; with `places`, unless null, also where each of them is.
  ImageRows maxRows(MemorySegment y, MemorySegment places) {
    MemorySegment table = places == null ? MemorySegment.NULL : PoolSweep.places(target, g);
    Images found = places == null ? Images.NONE : places(places);
    List<Channels> sweeps = sweeps(p -> PoolSweep.window(target, places == null ? Kind.MAX : Kind.MAX_AND_PLACE, g, table, p), pixel(),
        places == null ? pixel() : placesPixel(), false, false);
    Images results = results(y);
    return (image, from, to, at) -> {
      for (Channels c : sweeps) {
        c.sweep.run(from, to, at + 4L * c.first, found.of(image, c.first), results.of(image, c.first));
      }
    };
  }

  /// For each pixel of rows in a core's cache the gradients of the maxima that are there.
  ImageRows maxGradRows(MemorySegment places, MemorySegment dy) {
    MemorySegment table = PoolSweep.places(target, g);
    List<Channels> sweeps = sweeps(p -> PoolSweep.gather(target, Kind.MATCHING_SUM, g, table, p), placesPixel(), pixel(), false, false);
    Images found = places(places);
    Images results = results(dy);
    return (image, from, to, at) -> {
      for (Channels c : sweeps) {
        c.sweep.run(from, to, found.of(image, c.first), results.of(image, c.first), at + 4L * c.first);
      }
    };
  }

  /// `rows`, `columns`: of the results; `band`: the bytes of one.
  private Step bands(List<Channels> sweeps, Images source, Images second, Images result, int rows, int columns, long band) {
    long widest = Math.max((long) pixel() * columns, source.bytes / rows);
    int bandRows = (int) Math.clamp(Math.min(band / widest, Math.ceilDiv(rows, Math.ceilDiv(PARTS, g.n()))), 1, rows);
    int bands = Math.ceilDiv(rows, bandRows);
    return () -> target.workers().run(g.n() * bands, part -> {
      int first = part % bands * bandRows;
      int end = Math.min(rows, first + bandRows);
      for (Channels c : sweeps) {
        int image = part / bands;
        c.sweep.run(first, end, source.of(image, c.first), second.of(image, c.first), result.of(image, c.first));
      }
    });
  }
}
