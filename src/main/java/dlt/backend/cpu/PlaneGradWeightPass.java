package dlt.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The gradient of a convolution of stride 1 by its weights, and by a bias an output where that is asked for, by
/// [PlaneGradWeight]: the images are cut into groups, each a part that goes through its images one after the other and adds to
/// sums of its own, one a lane; then the sums are added up, groups in order, lanes in a tree.
record PlaneGradWeightPass(ConvGeometry g) {
  private static final int MOST_GROUPS = 16;

  /// A kernel for some outputs and taps of one channel: `last` for the last outputs, which may be fewer; the sum of the first tap
  /// is `sum` bytes after that of the channel.
  private record Tile(Kernel full, Kernel last, long sum) {}

  /// How outputs and taps are cut: pieces of `outputs` and of `taps`, the last piece of either perhaps smaller.
  private record Cut(int outputs, int taps) {}

  /// The cut that takes the fewest cycles for a vector of pixels.
  private Cut cut(InstructionSet set, boolean bias) {
    Cut best = null;
    double least = Double.POSITIVE_INFINITY;
    int all = g.kh() * g.kw();
    for (int o = Math.min(g.o(), 16); o >= 1; o--) {
      for (int t = 1; t <= all && PlaneGradWeight.fits(set, o, t, bias); t++) {
        double cycles = 0;
        for (int oRest = g.o(); oRest > 0; oRest -= o) {
          for (int tRest = all; tRest > 0; tRest -= t) {
            int oNow = Math.min(o, oRest);
            int tNow = Math.min(t, tRest);
            // multiply-adds and loads, two a cycle each, images across two lines; at least the latency of an addition
            cycles += Math.max(Math.max(oNow * tNow, oNow + 2 * tNow) / 2.0, 4) + 0.5;
          }
        }
        if (cycles < least) {
          least = cycles;
          best = new Cut(o, t);
        }
      }
    }
    return best;
  }

  /// `db`: where the sums of the gradients of each output go.
  Step compile(Target target, MemorySegment x, MemorySegment dy, MemorySegment dw, Optional<MemorySegment> db) {
    PlaneConvPass forward = PlaneConvPass.forward(g);
    PlaneCopies copies = forward.copies();
    int kernel = g.kh() * g.kw();
    int weights = g.o() * g.c() * kernel;
    long imageBytes = 4L * g.images().size();
    long gradientBytes = 4L * g.results().size();
    if (x.byteSize() != g.n() * imageBytes || dy.byteSize() != g.n() * gradientBytes || dw.byteSize() != 4L * weights
        || db.isPresent() && db.get().byteSize() != 4L * g.o()) {
      throw new IllegalArgumentException(x.byteSize() + ", " + dy.byteSize() + " and " + dw.byteSize() + " bytes met " + g);
    }
    int lanes = target.lanes();
    long vector = 4L * lanes;
    Cut cut = cut(target.instructionSet(), db.isPresent());
    List<Tile> tiles = new ArrayList<>();
    for (int t = 0; t < kernel; t += cut.taps) {
      List<Integer> taps = forward.taps().subList(t, Math.min(kernel, t + cut.taps));
      boolean bias = db.isPresent() && t + cut.taps >= kernel;
      int rest = g.o() % cut.outputs;
      Kernel full = kernel(target, cut.outputs, taps, bias);
      tiles.add(new Tile(full, rest == 0 ? full : kernel(target, rest, taps, bias), t * vector));
    }
    target.workspace().reserve(copies.bytes());
    Kernel copy = copies.compile(target);
    int groups = Math.min(g.n(), MOST_GROUPS);
    long biasAt = Math.ceilDiv(weights, lanes) * lanes * vector;
    long groupBytes = biasAt + (long) Math.ceilDiv(g.o(), lanes) * lanes * vector;
    MemorySegment sums = target.shared(groups * groupBytes);
    Kernel fold = new LaneConvGradWeight.Fold(groups, groupBytes, weights % lanes).compile(target);
    Kernel foldBias = new LaneConvGradWeight.Fold(groups, groupBytes, g.o() % lanes).compile(target);
    long plane = 4L * g.oh() * g.ow();
    return () -> {
      target.workers().run(groups, group -> target.workspace().use(at -> {
        sums.asSlice(group * groupBytes, groupBytes).fill((byte) 0);
        long sum = sums.address() + group * groupBytes;
        for (int i = group * g.n() / groups; i < (group + 1) * g.n() / groups; i++) {
          copy.call(x.address() + i * imageBytes, at);
          for (int c = 0; c < g.c(); c++) {
            for (int o = 0; o < g.o(); o += cut.outputs) {
              for (Tile tile : tiles) {
                (o + cut.outputs <= g.o() ? tile.full : tile.last).call(at + c * copies.channelBytes(), dy.address() + i * gradientBytes + o * plane,
                    sum + ((long) o * g.c() + c) * kernel * vector + tile.sum, sum + biasAt + o * vector);
              }
            }
          }
        }
      }));
      fold.call(sums.address(), dw.address(), weights / lanes);
      if (db.isPresent()) {
        foldBias.call(sums.address() + biasAt, db.get().address(), g.o() / lanes);
      }
    };
  }

  private Kernel kernel(Target target, int outputs, List<Integer> taps, boolean bias) {
    return new PlaneGradWeight(outputs, taps, bias, g.oh() * g.ow(), 4L * g.oh() * g.ow(), 4L * target.lanes() * g.c() * g.kh() * g.kw()).compile(target);
  }
}
