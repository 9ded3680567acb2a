package dlt.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

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
  ByImages compile(Target target, MemorySegment x, MemorySegment dy, MemorySegment dw, Optional<MemorySegment> db) {
    ImageBlocks groups = new ImageBlocks(new Blocks(g.n(), Math.max(1, Math.ceilDiv(g.n(), MOST_GROUPS))), target.near());
    Parted all = sums(target, groups, x, dy, dw, db);
    return new ByImages() {
      @Override
      public void run() {
        target.workers().run(groups.images().parts(), all::run);
        all.end();
      }

      @Override
      public Parted by(ImageBlocks blocks) {
        return sums(target, blocks, x, dy, dw, db);
      }
    };
  }

  private Parted sums(Target target, ImageBlocks groups, MemorySegment x, MemorySegment dy, MemorySegment dw, Optional<MemorySegment> db) {
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
    // sums of the weights, then those of the biases
    List<LaneSums> sums = target.together(() -> Stream.concat(Stream.of(dw), db.stream()).map(to -> new LaneSums(target, groups.images().parts(), to)).toList());
    long bytes = sums.stream().mapToLong(LaneSums::bytes).sum();
    target.workspace().reserve(bytes + copies.bytes());
    ImageBlocks.Place image = groups.place(x);
    ImageBlocks.Place gradient = groups.place(dy);
    return new Parted() {
      @Override
      public void run(int part) {
        target.workspace().use(at -> {
          MemorySegment.ofAddress(at).reinterpret(bytes).fill((byte) 0);
          long biases = at + sums.getFirst().bytes();
          add.call(image.of(part), gradient.of(part), at, groups.images().size(part), biases, at + bytes);
          sums.getFirst().fold(part, at);
          if (db.isPresent()) {
            sums.getLast().fold(part, biases);
          }
        });
      }

      @Override
      public void end() {
        sums.forEach(LaneSums::end);
      }
    };
  }
}
