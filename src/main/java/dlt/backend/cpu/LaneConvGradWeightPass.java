package dlt.backend.cpu;

import dlt.backend.cpu.Taps.Tap;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// The gradient of a convolution by its weights, by [LaneConvGradWeight]: the images are cut into groups, each a part that
/// moves as many images as a vector has lanes into lanes at a time, adds to sums, one a lane, and adds up the lanes in a tree; then the
/// groups are added up.
record LaneConvGradWeightPass(ConvGeometry g) {
  private static final int MOST_GROUPS = 8;
  /// Bytes of image and gradient rows that one call goes through: they stay in the first cache while tiles take turns.
  private static final long ROWS = 24 << 10;

  /// The taps of one output that a kernel computes, `last` for the last outputs of a group: their images begin `image` bytes
  /// and their sums `sum` bytes after those of the first tap.
  private record TapBlock(Kernel full, Kernel last, long image, long sum) {}

  private long weights() {
    return (long) g.o() * g.groupC() * g.kh() * g.kw();
  }

  ByImages compile(Target target, MemorySegment x, MemorySegment dy, MemorySegment dw) {
    int vectors = Math.ceilDiv(g.n(), target.lanes());
    Blocks groups = new Blocks(g.n(), Math.max(1, (long) Math.ceilDiv(vectors, MOST_GROUPS)) * target.lanes());
    Bound all = new Bound(target, new ImageBlocks(groups, target.near()), x, dy, dw);
    return new ByImages() {
      @Override
      public void run() {
        target.workers().run(groups.parts(), all::run);
        all.end();
      }

      @Override
      public Parted by(ImageBlocks blocks) {
        return new Bound(target, blocks, x, dy, dw);
      }
    };
  }

  /// The pass over operands in memory; a group is a block of images.
  private final class Bound implements Parted {
    private final Target target;
    private final Blocks groups;
    private final LaneImages images;
    private final LaneImages gradients;
    private final ImageBlocks.Place image;
    private final ImageBlocks.Place gradient;
    private final LaneSums sums;
    /// Outputs of a kernel.
    private final int block;
    private final List<TapBlock> blocks;
    private final int rowsAtOnce;

    Bound(Target target, ImageBlocks groups, MemorySegment x, MemorySegment dy, MemorySegment dw) {
      if (dw.byteSize() != 4 * weights()) {
        throw new IllegalArgumentException(dw.byteSize() + " bytes of weights met " + g);
      }
      this.target = target;
      this.groups = groups.images();
      int vector = 4 * target.lanes();
      images = LaneImages.source(target, x, g.n(), g.images().size());
      gradients = LaneImages.source(target, dy, g.n(), g.results().size());
      image = groups.place(x);
      gradient = groups.place(dy);
      sums = new LaneSums(target, this.groups.parts(), dw);
      target.workspace().reserve(images.bytes() + gradients.bytes() + sums.bytes());
      int[] tile = LaneConv.tile(target.instructionSet(), g.groupO(), overColumns() ? g.kw() : g.groupC());
      block = tile[0];
      blocks = tapBlocks(target, block, tile[1]);
      rowsAtOnce = (int) Math.clamp(ROWS / ((long) (block * g.ow() + g.window().strideH() * g.w()) * vector), 1, g.oh());
    }

    @Override
    public void run(int group) {
      target.workspace().use(at -> {
        long sum = at + images.bytes() + gradients.bytes();
        MemorySegment.ofAddress(sum).reinterpret(sums.bytes()).fill((byte) 0);
        int vectors = Math.ceilDiv((int) groups.size(group), target.lanes());
        for (int i = 0; i < vectors; i++) {
          int vector = (int) groups.from(group) / target.lanes() + i;
          images.move(vector, image.of(group) + i * images.bytes(), at);
          gradients.move(vector, gradient.of(group) + i * gradients.bytes(), at + images.bytes());
          for (int row = 0; row < g.oh(); row += rowsAtOnce) {
            for (int o = 0; o < g.o(); o += Math.min(block, g.groupO() - o % g.groupO())) {
              sum(at, at + images.bytes(), sum, row, o);
            }
          }
        }
        sums.fold(group, sum);
      });
    }

    @Override
    public void end() {
      sums.end();
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
