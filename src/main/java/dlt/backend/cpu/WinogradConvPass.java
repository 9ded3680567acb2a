package dlt.backend.cpu;

import dlt.backend.KernelCall.Traffic;
import dlt.backend.cpu.WinogradTiles.Span;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/// A convolution by 3x3 kernels at stride 1, or its gradient by the images, by [Winograd]: windows of the images and the weights are
/// transformed to 36 planes, the planes are multiplied ([GemmKernel]), and the products transformed to results.
///
/// A part makes the results of a block of tiles in a group of panels of channels, and all that it goes through stays in its core's
/// second cache: it takes some source channels at a time, transforms their windows and, panel after panel, their weights just before
/// it multiplies them, and adds to the products. Where there are many tiles, each thread transforms all weights once before its first
/// part instead: what another core has written would come from there, slowly.
///
/// `flipped`: kernels are turned round, as the gradient needs them; `perOutput`, `perSource`: weights from one result or source
/// channel to the next.
record WinogradConvPass(
    int n, ImageShape source, ImageShape result, int top, int left, boolean flipped, long perOutput, long perSource) {
  private static final int TAPS = 9;
  /// Tiles of a block, about, whose weights are there before, and of one whose weights are not.
  private static final int BLOCK = 28, FRESH_BLOCK = 64;
  /// Up to so many bytes of weights are kept, where there are more tiles than that.
  private static final long KEPT = 3 << 20;
  private static final int FEW = 64;
  /// Source channels whose weights are transformed at a time.
  private static final int PIECE = 32;
  /// Bytes of the windows of a block that are there at a time, and of its products.
  private static final long WINDOWS = 600 << 10, PRODUCTS = 600 << 10;
  /// Parts that there are to be at least, as far as there are panels.
  private static final int PARTS = 4;

  /// Whether a convolution is of this form.
  static boolean fits(ConvGeometry g) {
    return ChannelsLast.fits(g) && fits(g.rows()) && fits(g.columns()) && g.n() > 0 && g.c() > 0 && g.o() > 0
        && (long) g.o() * g.c() < 1 << 23;
  }

  private static boolean fits(Taps t) {
    return t.kernel() == 3 && t.stride() == 1 && t.dilation() == 1 && t.pad() >= 0 && t.pad() <= 2;
  }

  static WinogradConvPass forward(ConvGeometry g) {
    return new WinogradConvPass(g.n(), g.images(), g.results(), g.rows().pad(), g.columns().pad(), false, (long) TAPS * g.c(), TAPS);
  }

  static WinogradConvPass gradInput(ConvGeometry g) {
    return new WinogradConvPass(g.n(), g.results(), g.images(), 2 - g.rows().pad(), 2 - g.columns().pad(), true, TAPS, (long) TAPS * g.c());
  }

  Step compile(Target target, Operand from, MemorySegment weights, Optional<Epilogue> epilogue, Operand to) {
    return new Bound(target, from, weights, epilogue, to);
  }

  /// `count` times as many rows of a plane as the kernel multiplies at once, from row `first` on.
  private record Rows(int first, int count, Kernel kernel) {}

  /// Source channels `first` to `end - 1` of a block: their windows, and the products with their weights.
  private record Bit(int first, int end, Kernel[][] windows, List<Rows> rows) {}

  /// The pass over operands in memory.
  private final class Bound implements Step {
    private final Target target;
    private final Optional<Epilogue> epilogue;
    private final WinogradTiles tiles = new WinogradTiles(n, source.height(), source.width(), top, left, result.height(), result.width());
    private final List<Span> rows = tiles.rows();
    private final List<Span> columns = tiles.columns();
    private final ChannelsLast in = new ChannelsLast(n, source.channels(), source.height(), source.width());
    private final ChannelsLast out = new ChannelsLast(n, result.channels(), result.height(), result.width());
    private final WeightPieces panels;
    private final WeightPieces.Mover pack;
    private final int vectors;
    /// Whether threads keep all transformed weights, and the runs of which they have them.
    private final boolean kept;
    private final int[] keptOf;
    private int run;
    /// Tiles of a block, panels of a group, source channels of a bit.
    private final int block;
    private final int group;
    private final int depth;
    /// Bytes from plane to plane and from tile to tile: of weights, windows and products.
    private final long weightPlane;
    private final long windowTile;
    private final long windowPlane;
    private final long productTile;
    private final long productPlane;
    /// Where in the workspace they are.
    private final long productsAt;
    private final long weightsAt;
    private final long pieceAt;
    private final MemorySegment images;
    private final MemorySegment results;
    private final MemorySegment bias;
    private final IntConsumer packImages;
    private final IntConsumer unpackResults;
    private final Kernel weightKernel;
    /// By panel (the last one may be narrower), row and column.
    private final Kernel[][][] resultKernels = new Kernel[2][][];
    private final List<Bit> wholeBlock;
    private final List<Bit> lastBlock;

    Bound(Target target, Operand from, MemorySegment weights, Optional<Epilogue> epilogue, Operand to) {
      result.check(to.data(), n);
      source.check(from.data(), n);
      this.target = target;
      this.epilogue = epilogue;
      vectors = result.channels() > target.lanes() ? 2 : 1;
      int[] slots = IntStream.range(0, TAPS).map(k -> flipped ? TAPS - 1 - k : k).toArray();
      int piece = Math.min(PIECE, source.channels());
      panels = new WeightPieces(result.channels(), source.channels(), perOutput, perSource, slots, vectors * target.lanes(), piece);
      pack = panels.mover(target, weights, true);
      kept = tiles.count() > FEW && 4L * Winograd.PLANES * source.channels() * panels.panels() * panels.lanes() <= KEPT;
      keptOf = new int[target.workers().threads()];
      int most = kept ? BLOCK : FRESH_BLOCK;
      // an even number of blocks: threads are often two or four
      int even = Math.ceilDiv(tiles.count(), most);
      block = tiles.count() <= most ? tiles.count() : Math.ceilDiv(tiles.count(), even + even % 2);
      boolean whole = kept && 4L * Winograd.PLANES * block * source.channels() <= WINDOWS;
      depth = whole ? source.channels() : piece;
      long channel = 4L * Winograd.PLANES * panels.lanes();
      int parts = Math.ceilDiv(panels.panels() * blocks(), PARTS);
      group = whole ? panels.panels() : (int) Math.clamp(PRODUCTS / (channel * block), 1, Math.min(parts, panels.panels()));

      // planes that are no powers of two apart: their elements are written and read side by side
      weightPlane = 4L * (kept ? source.channels() : piece) * panels.lanes() + 64;
      long vector = 4L * target.lanes();
      long tile = Math.ceilDiv(4L * depth, vector) * vector;
      windowTile = tile % 1024 == 0 ? tile + 64 : tile;
      windowPlane = block * windowTile + 64;
      productTile = 4L * panels.lanes();
      productPlane = block * productTile + 64;
      productsAt = Winograd.SCRATCH + Winograd.PLANES * windowPlane;
      weightsAt = productsAt + (depth == source.channels() ? 1 : group) * Winograd.PLANES * productPlane;
      pieceAt = weightsAt + (kept ? panels.panels() : 1) * Winograd.PLANES * weightPlane;
      target.workspace().reserve(pieceAt + panels.bytes());

      MemorySegment[] shared = target.shared(from.channelsLast() ? 0 : in.bytes(), to.channelsLast() ? 0 : out.bytes());
      images = from.channelsLast() ? from.data() : shared[0];
      results = to.channelsLast() ? to.data() : shared[1];
      bias = target.scratch(epilogue.isPresent() ? 4L * panels.panels() * panels.lanes() : 0);
      packImages = from.channelsLast() ? null : in.pack(target, from, images);
      unpackResults = to.channelsLast() ? null : out.unpack(target, results, to);
      weightKernel = new WinogradKernel.Weights(panels.tap(), weightPlane).compile(target);
      for (int i = 0; i < 2; i++) {
        int channels = i == 0 ? panels.lanes() : result.channels() - (panels.panels() - 1) * panels.lanes();
        resultKernels[i] = kernels((r, c) -> new WinogradKernel.FromPlanes(r.results(), c.results(), channels, out.pixel(), out.row(),
            productPlane, productTile, epilogue.isPresent(), epilogue.isPresent() && epilogue.get().relu()));
      }
      wholeBlock = bits(block);
      int rest = tiles.count() - (blocks() - 1) * block;
      lastBlock = rest == block ? wholeBlock : bits(rest);
      describe();
    }

    private int blocks() {
      return Math.ceilDiv(tiles.count(), block);
    }

    /// For profiles: each phase once through its planes, which are as near as a part's memory.
    private void describe() {
      long sources = Math.ceilDiv(source.channels(), target.lanes()) * target.lanes();
      long results = Math.ceilDiv(result.channels(), target.lanes()) * target.lanes();
      long windows = 4L * Winograd.PLANES * tiles.count() * sources;
      long weights = 4L * Winograd.PLANES * source.channels() * results;
      long products = 4L * Winograd.PLANES * tiles.count() * results;
      long near = (pieceAt + panels.bytes()) * target.workers().threads();
      target.path(ConvPath.WINOGRAD.label(),
          new Target.Phase(Winograd.IMAGE.arithmetic() * tiles.count() * sources, List.of(0), false, List.of(new Traffic(0, windows, near))),
          new Target.Phase(Winograd.WEIGHTS.arithmetic() * source.channels() * results, List.of(1), false, List.of(new Traffic(0, weights, near))),
          new Target.Phase(2L * Winograd.PLANES * tiles.count() * source.channels() * results, List.of(), false,
              List.of(new Traffic(windows + weights, products, near))),
          new Target.Phase(Winograd.RESULT.arithmetic() * tiles.count() * results, List.of(), true, List.of(new Traffic(products, 0, near))));
    }

    private Kernel[][] kernels(BiFunction<Span, Span, WinogradKernel> kernel) {
      return rows.stream().map(r -> columns.stream().map(c -> kernel.apply(r, c).compile(target)).toArray(Kernel[]::new)).toArray(Kernel[][]::new);
    }

    private List<Bit> bits(int count) {
      List<Bit> bits = new ArrayList<>();
      for (int first = 0; first < source.channels(); first += depth) {
        int end = Math.min(source.channels(), first + depth);
        int channels = end - first;
        Kernel[][] windows = kernels((r, c) -> new WinogradKernel.ToPlanes(Winograd.IMAGE, r.from(), r.to(), c.from(), c.to(),
            channels, in.pixel(), in.row(), windowPlane, windowTile));
        bits.add(new Bit(first, end, windows, rows(count, channels, first == 0 ? GemmKernel.Start.ZERO : GemmKernel.Start.C)));
      }
      return bits;
    }

    /// The rows of a plane in even pieces that fit the registers.
    private List<Rows> rows(int count, int depth, GemmKernel.Start start) {
      int pieces = Math.ceilDiv(count, GemmKernel.mostRows(target.instructionSet(), vectors));
      int most = Math.ceilDiv(count, pieces);
      int larger = count - pieces * (most - 1);
      List<Rows> rows = new ArrayList<>();
      rows.add(new Rows(0, larger, product(most, depth, start)));
      if (larger < pieces) {
        rows.add(new Rows(larger * most, pieces - larger, product(most - 1, depth, start)));
      }
      return rows;
    }

    private Kernel product(int rows, int depth, GemmKernel.Start start) {
      int tile = Math.toIntExact(windowTile);
      GemmKernel kernel = new GemmKernel(rows, vectors, 0, false, depth, tile, 4, Math.multiplyExact(rows, tile),
          4 * panels.lanes(), Math.toIntExact(productTile), start, false);
      return target.kernel(kernel, kernel::emit);
    }

    @Override
    public void run() {
      epilogue.ifPresent(e -> MemorySegment.copy(e.bias().data(), 0, bias, 0, e.bias().data().byteSize()));
      if (packImages != null) {
        target.workers().run(in.parts(), packImages);
      }
      run++;
      int groups = Math.ceilDiv(panels.panels(), group);
      target.workers().run(blocks() * groups, part -> target.workspace().use(scratch ->
          block(part / groups, part % groups * group, Math.min(panels.panels(), (part % groups + 1) * group), scratch)));
      if (unpackResults != null) {
        target.workers().run(out.parts(), unpackResults);
      }
    }

    /// A block of tiles, in the channels of panels `firstPanel` to `endPanel - 1`.
    private void block(int number, int firstPanel, int endPanel, long scratch) {
      int first = number * block;
      int end = Math.min(tiles.count(), first + block);
      if (kept && keptOf[Workers.number()] != run) {
        for (int panel = 0; panel < panels.panels(); panel++) {
          weights(panel, 0, source.channels(), weightsOf(panel, scratch), scratch);
        }
        keptOf[Workers.number()] = run;
      }
      List<Bit> bits = end - first == block ? wholeBlock : lastBlock;
      for (Bit bit : bits) {
        tiles.each(rows, columns, first, end, (tile, count, row, column, image, y, x) -> bit.windows[row][column].call(
            images.address() + in.at(image, y - top, x - left) + 4L * bit.first,
            scratch + Winograd.SCRATCH + (tile - first) * windowTile, count, 0, 0, scratch));
        for (int panel = firstPanel; panel < endPanel; panel++) {
          long products = scratch + productsAt + (bits.size() > 1 ? panel - firstPanel : 0) * Winograd.PLANES * productPlane;
          if (!kept) {
            weights(panel, bit.first, bit.end, scratch + weightsAt, scratch);
          }
          multiply(bit, scratch + Winograd.SCRATCH, weightsOf(panel, scratch) + (kept ? 4L * bit.first * panels.lanes() : 0), products);
          if (bit.end == source.channels()) {
            results(panel, first, end, products, scratch);
          }
        }
      }
    }

    private long weightsOf(int panel, long scratch) {
      return scratch + weightsAt + (kept ? panel * Winograd.PLANES * weightPlane : 0);
    }

    /// The weights of source channels `first` to `end - 1` to planes, piece after piece.
    private void weights(int panel, int first, int end, long to, long scratch) {
      for (int c = first; c < end; c += panels.room()) {
        int until = Math.min(end, c + panels.room());
        pack.move(panel, c, until, scratch + pieceAt);
        weightKernel.call(scratch + pieceAt, to + 4L * (c - first) * panels.lanes(), (long) (until - c) * vectors, 0, 0, scratch);
      }
    }

    private void multiply(Bit by, long windows, long weights, long products) {
      for (int plane = 0; plane < Winograd.PLANES; plane++) {
        for (Rows r : by.rows) {
          r.kernel.call(windows + plane * windowPlane + r.first * windowTile, weights + plane * weightPlane,
              products + plane * productPlane + r.first * productTile, r.count);
        }
      }
    }

    /// Products to results, in the channels of a panel; the first one is at `products`.
    private void results(int panel, int first, int end, long products, long scratch) {
      long to = results.address() + 4L * panel * panels.lanes();
      long panelBias = bias.address() + 4L * panel * panels.lanes();
      Kernel[][] kernels = resultKernels[panel == panels.panels() - 1 ? 1 : 0];
      tiles.each(rows, columns, first, end, (tile, count, row, column, image, y, x) -> kernels[row][column].call(
          products + (tile - first) * productTile, to + out.at(image, y, x), count, panelBias, 0, scratch));
    }
  }
}
