package dlt.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// The gradient of a convolution of stride 1 by its weights, and by a bias an output where that is asked for, by
/// [PlaneGradWeight]: the images are cut into groups, each a part that goes through its images one after the other and adds to
/// sums of its own, one a lane; then the sums are added up, groups in order, lanes in a tree.
record PlaneGradWeightPass(ConvGeometry g) {
  private static final int MOST_GROUPS = 16;
  /// What the gradient of a pixel costs beside the time that its load takes: it comes from a further cache.
  private static final double GRADIENT = 0.3;

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
            cycles += Math.max(Math.max(oNow * tNow, oNow + 2 * tNow) / 2.0, 4) + 0.5 + GRADIENT * oNow;
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
    int weights = g.o() * g.c() * g.kh() * g.kw();
    g.images().check(x, g.n());
    g.results().check(dy, g.n());
    if (dw.byteSize() != 4L * weights || db.isPresent() && db.get().byteSize() != 4L * g.o()) {
      throw new IllegalArgumentException(dw.byteSize() + " bytes of weights met " + g);
    }
    Cut cut = cut(target.instructionSet(), db.isPresent());
    Kernel add = new PlaneGradWeight(copies, g.o(), g.oh() * g.ow(), cut.outputs, cut.taps, forward.taps(), db.isPresent()).compile(target);
    target.workspace().reserve(copies.bytes());
    int lanes = target.lanes();
    long vector = 4L * lanes;
    int groups = Math.min(g.n(), MOST_GROUPS);
    long biasAt = Math.ceilDiv(weights, lanes) * lanes * vector;
    long groupBytes = biasAt + Math.ceilDiv(g.o(), lanes) * lanes * vector;
    MemorySegment sums = target.shared(groups * groupBytes);
    Kernel fold = new LaneConvGradWeight.Fold(groups, groupBytes, weights % lanes).compile(target);
    Kernel foldBias = new LaneConvGradWeight.Fold(groups, groupBytes, g.o() % lanes).compile(target);
    return () -> {
      target.workers().run(groups, group -> target.workspace().use(at -> {
        sums.asSlice(group * groupBytes, groupBytes).fill((byte) 0);
        long sum = sums.address() + group * groupBytes;
        int first = group * g.n() / groups;
        add.call(x.address() + 4 * first * g.images().size(), dy.address() + 4 * first * g.results().size(), sum,
            (group + 1) * g.n() / groups - first, sum + biasAt, at);
      }));
      fold.call(sums.address(), dw.address(), weights / lanes);
      if (db.isPresent()) {
        foldBias.call(sums.address() + biasAt, db.get().address(), g.o() / lanes);
      }
    };
  }
}
