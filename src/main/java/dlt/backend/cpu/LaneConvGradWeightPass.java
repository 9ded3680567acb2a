package dlt.backend.cpu;

import dlt.backend.cpu.Taps.Tap;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// The gradient of a convolution by its weights, by [LaneConvGradWeight]: the images are cut into groups, each a part that
/// moves as many images as a vector has lanes into lanes at a time and adds to sums of its own, one a lane; then the sums are
/// added up, groups in order, lanes in a tree.
record LaneConvGradWeightPass(ConvGeometry g) {
  /// Bytes of sums of all groups together, where one group does not need more.
  private static final long MOST_SUMS = 16L << 20;
  private static final int MOST_GROUPS = 8;
  /// Bytes of image and gradient rows that one call goes through: they stay in the first cache while tiles take turns.
  private static final long ROWS = 24 << 10;

  /// Blocks of weights that one part adds up.
  private static final int FOLDS = 64;

  /// The taps of one output that a kernel computes, `last` for the last outputs of a group: their images begin `image` bytes
  /// and their sums `sum` bytes after those of the first tap.
  private record TapBlock(Kernel full, Kernel last, long image, long sum) {}

  private long weights() {
    return (long) g.o() * g.groupC() * g.kh() * g.kw();
  }

  Step compile(Target target, MemorySegment x, MemorySegment dy, MemorySegment dw) {
    if (dw.byteSize() != 4 * weights()) {
      throw new IllegalArgumentException(dw.byteSize() + " bytes of weights met " + g);
    }
    int lanes = target.lanes();
    int vector = 4 * lanes;
    LaneImages images = LaneImages.source(target, x, g.n(), (long) g.c() * g.h() * g.w());
    LaneImages gradients = LaneImages.source(target, dy, g.n(), (long) g.o() * g.oh() * g.ow());
    target.workspace().reserve(images.bytes() + gradients.bytes());
    long sumBytes = Math.ceilDiv(weights(), lanes) * lanes * vector;
    int groups = (int) Math.clamp(MOST_SUMS / sumBytes, 1, Math.min(MOST_GROUPS, images.groups()));
    MemorySegment sums = target.shared(groups * sumBytes);

    int[] tile = LaneConv.tile(target.instructionSet(), g.groupO(), overColumns() ? g.kw() : g.groupC());
    int block = tile[0];
    List<TapBlock> blocks = tapBlocks(target, block, tile[1]);
    int rowsAtOnce = (int) Math.clamp(ROWS / ((long) (block * g.ow() + g.window().strideH() * g.w()) * vector), 1, g.oh());
    Taps rows = g.rows();
    long imageRow = (long) g.w() * vector;
    long imageChannel = g.h() * imageRow;
    long gradientRow = (long) g.ow() * vector;
    long gradientChannel = g.oh() * gradientRow;
    long outputWeights = (long) g.groupC() * g.kh() * g.kw();
    int folds = (int) (weights() / lanes);
    Kernel fold = new LaneConvGradWeight.Fold(groups, sumBytes, 0).compile(target);
    Kernel lastFold = new LaneConvGradWeight.Fold(groups, sumBytes, (int) (weights() % lanes)).compile(target);
    return () -> {
      target.workers().run(groups, part -> target.workspace().use(image -> {
        long gradient = image + images.bytes();
        sums.asSlice(part * sumBytes, sumBytes).fill((byte) 0);
        long sum = sums.address() + part * sumBytes;
        for (int i = part * images.groups() / groups; i < (part + 1) * images.groups() / groups; i++) {
          images.move(i, image);
          gradients.move(i, gradient);
          for (int r = 0; r < g.oh(); r += rowsAtOnce) {
            for (int o = 0; o < g.o(); o += Math.min(block, g.groupO() - o % g.groupO())) {
              boolean last = g.groupO() - o % g.groupO() < block;
              for (int ky = 0; ky < g.kh(); ky++) {
                int from = Math.max(r, rows.firstResult(ky));
                int count = Math.min(r + rowsAtOnce, rows.endResult(ky)) - from;
                if (count <= 0) {
                  continue;
                }
                long firstImage = image + o / g.groupO() * g.groupC() * imageChannel + rows.pixel(from, ky) * imageRow;
                long firstGradient = gradient + o * gradientChannel + from * gradientRow;
                long firstSum = sum + (o * outputWeights + (long) ky * g.kw()) * vector;
                for (TapBlock b : blocks) {
                  (last ? b.last : b.full).call(firstImage + b.image, firstGradient, firstSum + b.sum, count);
                }
              }
            }
          }
        }
      }));
      int foldParts = folds / FOLDS + 1;
      target.workers().run(foldParts, part -> {
        long at = (long) part * FOLDS * lanes;
        boolean last = part == foldParts - 1;
        (last ? lastFold : fold).call(sums.address() + at * vector, dw.address() + 4 * at, last ? folds % FOLDS : FOLDS);
      });
    };
  }

  /// Whether a kernel's taps are columns of one kernel row; else they are channels of its only column.
  private boolean overColumns() {
    return g.kw() > 1;
  }

  /// The taps of one output and kernel row, in blocks of at most `most`.
  private List<TapBlock> tapBlocks(Target target, int outputs, int most) {
    int vector = 4 * target.lanes();
    int lastOutputs = g.groupO() % outputs == 0 ? outputs : g.groupO() % outputs;
    long channel = (long) g.h() * g.w() * vector;
    long channelSum = (long) g.kh() * g.kw() * vector;
    List<TapBlock> blocks = new ArrayList<>();
    if (!overColumns()) {
      for (int c = 0; c < g.groupC(); c += most) {
        int taps = Math.min(most, g.groupC() - c);
        List<List<Tap>> columns = channels(taps);
        blocks.add(new TapBlock(kernel(target, outputs, taps, columns), kernel(target, lastOutputs, taps, columns), c * channel,
            c * channelSum));
      }
      return blocks;
    }
    for (int c = 0; c < g.groupC(); c++) {
      for (int k = 0; k < g.kw(); k += most) {
        int taps = Math.min(most, g.kw() - k);
        List<List<Tap>> columns = columns(k, taps);
        blocks.add(new TapBlock(kernel(target, outputs, taps, columns), kernel(target, lastOutputs, taps, columns), c * channel,
            c * channelSum + (long) k * vector));
      }
    }
    return blocks;
  }

  /// Taps `first` to `first + count - 1` of each column.
  private List<List<Tap>> columns(int first, int count) {
    return g.columns().pixels().stream().map(taps -> taps.stream()
        .filter(t -> t.k() >= first && t.k() < first + count)
        .map(t -> new Tap(t.k() - first, t.place())).toList()).toList();
  }

  /// The pixels of `count` channels under each column.
  private List<List<Tap>> channels(int count) {
    return g.columns().pixels().stream().map(taps -> taps.stream()
        .flatMap(t -> IntStream.range(0, count).mapToObj(c -> new Tap(c, c * g.h() * g.w() + t.place()))).toList()).toList();
  }

  private Kernel kernel(Target target, int outputs, int taps, List<List<Tap>> columns) {
    int vector = 4 * target.lanes();
    long sum = (long) g.kh() * g.kw() * vector;
    return new LaneConvGradWeight(outputs, taps, columns, (long) g.window().strideH() * g.w() * vector, (long) g.ow() * vector,
        (long) g.oh() * g.ow() * vector, overColumns() ? vector : sum, g.groupC() * sum).compile(target);
  }
}
