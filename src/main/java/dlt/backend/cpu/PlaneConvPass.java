package dlt.backend.cpu;

import dlt.backend.cpu.Taps.Phase;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// A convolution of stride 1, or its gradient by the images, by [PlaneConv]: each part takes some images one after the other,
/// copies the planes of each ([PlaneCopies]) and computes all its results.
///
/// `rows`, `columns`: what results take; the weights lie at `weightOutput` and `weightChannel` elements from one (result
/// channel, source channel) to the next.
record PlaneConvPass(ImageShape source, ImageShape result, Phase rows, Phase columns, int kernelW, long weightOutput, long weightChannel) {
  /// Bytes of copies that stay in the first cache while all results are computed from them.
  private static final long COPIES = 32 << 10;
  /// More channels fill lanes by themselves, and their weights would be read anew for each image.
  private static final int MOST_CHANNELS = 4;
  /// Taps in straight-line code.
  private static final int MOST_TAPS = 49;
  /// Multiply-adds of a part.
  private static final long PART = 1 << 19;

  /// Whether the convolution, or its gradient by the images or by the weights, can be computed from copies that the cache holds.
  static boolean fits(Target target, ConvGeometry g, boolean gradInput) {
    if (g.groups() > 1 || g.window().strideH() > 1 || g.window().strideW() > 1 || g.kh() * g.kw() > MOST_TAPS) {
      return false;
    }
    PlaneConvPass pass = gradInput ? gradInput(g) : forward(g);
    return pass.source.channels() <= MOST_CHANNELS && PlaneCopies.fits(target, pass.result.width()) && pass.copies().bytes() <= COPIES;
  }

  static PlaneConvPass forward(ConvGeometry g) {
    long channel = (long) g.kh() * g.kw();
    return new PlaneConvPass(g.images(), g.results(), g.rows().pixelPhases().getFirst(), g.columns().pixelPhases().getFirst(), g.kw(),
        g.c() * channel, channel);
  }

  static PlaneConvPass gradInput(ConvGeometry g) {
    long channel = (long) g.kh() * g.kw();
    return new PlaneConvPass(g.results(), g.images(), g.rows().resultPhases().getFirst(), g.columns().resultPhases().getFirst(), g.kw(),
        channel, g.c() * channel);
  }

  PlaneCopies copies() {
    int height = result.height() + (rows.kernel().size() - 1) * rows.tapStep();
    List<Integer> first = IntStream.range(0, columns.kernel().size()).mapToObj(t -> columns.source() + t * columns.tapStep()).toList();
    return new PlaneCopies(source, height, result.width(), rows.source(), first);
  }

  /// Where in the copies of a channel the first result reads under each tap, kernel rows one after the other.
  List<Integer> taps() {
    PlaneCopies copies = copies();
    return IntStream.range(0, rows.kernel().size() * columns.kernel().size()).mapToObj(t -> {
      int column = t % columns.kernel().size();
      int row = t / columns.kernel().size();
      return Math.toIntExact(column * copies.planeBytes() + 4L * row * rows.tapStep() * copies.width());
    }).toList();
  }

  private List<Integer> weights() {
    List<Integer> at = new ArrayList<>();
    rows.kernel().forEach(ky -> columns.kernel().forEach(kx -> at.add(4 * (ky * kernelW + kx))));
    return at;
  }

  Step compile(Target target, int images, MemorySegment from, MemorySegment weights, Optional<Epilogue> epilogue, MemorySegment to) {
    source.check(from, images);
    result.check(to, images);
    if (weights.byteSize() != 4L * result.channels() * source.channels() * rows.kernel().size() * columns.kernel().size()) {
      throw new IllegalArgumentException(weights.byteSize() + " bytes of weights met " + this);
    }
    PlaneCopies copies = copies();
    target.workspace().reserve(copies.bytes());
    int pixels = result.height() * result.width();
    int[] tile = LaneConv.tile(target.instructionSet(), result.channels(), Math.ceilDiv(pixels, target.lanes()));
    Kernel kernel = new PlaneConv(copies, result.channels(), pixels, tile[0], tile[1], taps(), weights(), 4 * weightChannel, 4 * weightOutput,
        epilogue.isPresent(), epilogue.isPresent() && epilogue.get().relu()).compile(target);
    long bias = epilogue.map(e -> e.bias().address()).orElse(0L);
    long work = images * result.size() * source.channels() * rows.kernel().size() * columns.kernel().size();
    int parts = (int) Math.clamp(work / PART, 1, images);
    return new ByImages() {
      @Override
      public void run() {
        target.workers().run(parts, part -> {
          long first = (long) part * images / parts;
          some((part + 1L) * images / parts - first, from.address() + 4 * first * source.size(), to.address() + 4 * first * result.size());
        });
      }

      private void some(long count, long first, long firstResult) {
        target.workspace().use(at -> kernel.call(first, weights.address(), firstResult, count, bias, at));
      }

      @Override
      public Parted by(ImageBlocks blocks) {
        ImageBlocks.Place first = blocks.place(from);
        ImageBlocks.Place firstResult = blocks.place(to);
        return Parted.of(block -> some(blocks.images().size(block), first.of(block), firstResult.of(block)));
      }
    };
  }
}
