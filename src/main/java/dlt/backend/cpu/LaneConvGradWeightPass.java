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
  /// Vectors of weights that one part adds up.
  private static final int FOLDS = 64;

  /// The taps of one output that a kernel computes, `last` for the last outputs of a group: their images begin `image` bytes
  /// and their sums `sum` bytes after those of the first tap.
  private record TapBlock(Kernel full, Kernel last, long image, long sum) {}

  private long weights() {
    return (long) g.o() * g.groupC() * g.kh() * g.kw();
  }

  Step compile(Target target, MemorySegment x, MemorySegment dy, MemorySegment dw) {
    return new Bound(target, x, dy, dw);
  }

  /// The pass over operands in memory.
  private final class Bound implements Step {
    private final Target target;
    private final MemorySegment dw;
    private final LaneImages images;
    private final LaneImages gradients;
    private final long sumBytes;
    private final int groups;
    private final MemorySegment sums;
    /// Outputs of a kernel.
    private final int block;
    private final List<TapBlock> blocks;
    private final int rowsAtOnce;
    private final Kernel fold;
    private final Kernel lastFold;

    Bound(Target target, MemorySegment x, MemorySegment dy, MemorySegment dw) {
      if (dw.byteSize() != 4 * weights()) {
        throw new IllegalArgumentException(dw.byteSize() + " bytes of weights met " + g);
      }
      this.target = target;
      this.dw = dw;
      int lanes = target.lanes();
      int vector = 4 * lanes;
      images = LaneImages.source(target, x, g.n(), g.images().size());
      gradients = LaneImages.source(target, dy, g.n(), g.results().size());
      target.workspace().reserve(images.bytes() + gradients.bytes());
      sumBytes = Math.ceilDiv(weights(), lanes) * lanes * vector;
      groups = (int) Math.clamp(MOST_SUMS / sumBytes, 1, Math.min(MOST_GROUPS, images.groups()));
      sums = target.shared(groups * sumBytes);
      int[] tile = LaneConv.tile(target.instructionSet(), g.groupO(), overColumns() ? g.kw() : g.groupC());
      block = tile[0];
      blocks = tapBlocks(target, block, tile[1]);
      rowsAtOnce = (int) Math.clamp(ROWS / ((long) (block * g.ow() + g.window().strideH() * g.w()) * vector), 1, g.oh());
      fold = new LaneConvGradWeight.Fold(groups, sumBytes, 0).compile(target);
      lastFold = new LaneConvGradWeight.Fold(groups, sumBytes, (int) (weights() % lanes)).compile(target);
    }

    @Override
    public void run() {
      target.workers().run(groups, group -> target.workspace().use(at -> sum(group, at)));
      target.workers().run((int) (weights() / target.lanes() / FOLDS) + 1, this::fold);
    }

    /// The sums of a group of images; images and gradients in lanes go to `image` and behind.
    private void sum(int group, long image) {
      long gradient = image + images.bytes();
      sums.asSlice(group * sumBytes, sumBytes).fill((byte) 0);
      long sum = sums.address() + group * sumBytes;
      int end = (group + 1) * images.groups() / groups;
      for (int i = group * images.groups() / groups; i < end; i++) {
        images.move(i, image);
        gradients.move(i, gradient);
        for (int row = 0; row < g.oh(); row += rowsAtOnce) {
          for (int o = 0; o < g.o(); o += Math.min(block, g.groupO() - o % g.groupO())) {
            sum(image, gradient, sum, row, o);
          }
        }
      }
    }

    /// Adds what `rowsAtOnce` rows from `row` on contribute to outputs `o` and on.
    private void sum(long image, long gradient, long sum, int row, int o) {
      long vector = 4L * target.lanes();
      boolean last = g.groupO() - o % g.groupO() < block;
      long outputWeights = (long) g.groupC() * g.kh() * g.kw();
      long groupImage = image + (long) (o / g.groupO() * g.groupC()) * g.h() * g.w() * vector;
      Taps rows = g.rows();
      for (int ky = 0; ky < g.kh(); ky++) {
        int from = Math.max(row, rows.firstResult(ky));
        int count = Math.min(row + rowsAtOnce, rows.endResult(ky)) - from;
        if (count <= 0) {
          continue;
        }
        long firstImage = groupImage + (long) rows.pixel(from, ky) * g.w() * vector;
        long firstGradient = gradient + ((long) o * g.oh() + from) * g.ow() * vector;
        long firstSum = sum + (o * outputWeights + (long) ky * g.kw()) * vector;
        for (TapBlock b : blocks) {
          (last ? b.last : b.full).call(firstImage + b.image, firstGradient, firstSum + b.sum, count);
        }
      }
    }

    /// Adds up the groups and lanes of some weights, `FOLDS` vectors of them or what is left.
    private void fold(int part) {
      long first = (long) part * FOLDS * target.lanes();
      long whole = (weights() - first) / target.lanes();
      (whole < FOLDS ? lastFold : fold).call(sums.address() + first * 4 * target.lanes(), dw.address() + 4 * first, Math.min(FOLDS, whole));
    }
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
