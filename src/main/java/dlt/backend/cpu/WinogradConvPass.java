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
/// Many tiles come in blocks: the weights are transformed once, then each part goes through a block, all in a piece of
/// workspace. Few tiles are transformed once, and each part takes a panel of result channels and transforms its weights
/// bit by bit, just before it multiplies them: many weights would otherwise go to memory and back fourfold.
///
/// `flipped`: kernels are turned round, as the gradient needs them; `perOutput`, `perSource`: weights from one result or source
/// channel to the next.
record WinogradConvPass(
    int n, ImageShape source, ImageShape result, int top, int left, boolean flipped, long perOutput, long perSource) {
  private static final int TAPS = 9;
  /// Tiles of a block, about: each block reads all weights, and its planes are to stay in the second cache.
  private static final int BLOCK = 56;
  /// Up to so many tiles come all at once.
  private static final int FEW = 64;
  /// Tiles of a part that transforms nothing but windows.
  private static final int WINDOWS = 8;
  /// Bytes of transformed weights of a part that transforms them itself.
  private static final long WEIGHTS = 600 << 10;

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

  /// The products of a block's planes with weights of channels `first` to `end - 1`.
  private record Products(int first, int end, List<Rows> rows) {}

  /// The pass over operands in memory.
  private final class Bound implements Step {
    private final Target target;
    private final Optional<Epilogue> epilogue;
    private final WinogradTiles tiles = new WinogradTiles(n, source.height(), source.width(), top, left, result.height(), result.width());
    private final List<Span> rows = tiles.rows();
    private final List<Span> columns = tiles.columns();
    private final ChannelsLast in = new ChannelsLast(n, source.channels(), source.height(), source.width(), 0, 0, 0, 0);
    private final ChannelsLast out = new ChannelsLast(n, result.channels(), result.height(), result.width(), 0, 0, 0, 0);
    private final boolean few = tiles.count() <= FEW;
    private final WeightPanels panels;
    private final int vectors;
    /// Tiles of a block, and how many blocks there are.
    private final int block;
    private final int blocks;
    /// Source channels whose weights are there at the same time.
    private final int depth;
    /// Bytes from plane to plane and from tile to tile: of weights, windows and products.
    private final long weightPlane;
    private final long windowTile;
    private final long windowPlane;
    private final long productTile;
    private final long productPlane;
    private final MemorySegment packed;
    /// All transformed windows where there are few, else all transformed weights.
    private final MemorySegment transformed;
    private final MemorySegment images;
    private final MemorySegment results;
    private final MemorySegment bias;
    private final IntConsumer packWeights;
    private final IntConsumer packImages;
    private final IntConsumer unpackResults;
    private final Kernel weightKernel;
    private final Kernel[][] windowKernels;
    /// By panel (the last one may be narrower), row and column.
    private final Kernel[][][] resultKernels = new Kernel[2][][];
    private final List<Products> wholeBlock;
    private final List<Products> lastBlock;

    Bound(Target target, Operand from, MemorySegment weights, Optional<Epilogue> epilogue, Operand to) {
      result.check(to.data(), n);
      source.check(from.data(), n);
      this.target = target;
      this.epilogue = epilogue;
      vectors = result.channels() > target.lanes() ? 2 : 1;
      int[] slots = IntStream.range(0, TAPS).map(k -> flipped ? TAPS - 1 - k : k).toArray();
      panels = new WeightPanels(result.channels(), source.channels(), perOutput, perSource, slots, vectors * target.lanes());
      // an even number of blocks: threads are often two or four
      int even = Math.ceilDiv(tiles.count(), BLOCK);
      block = few ? tiles.count() : Math.ceilDiv(tiles.count(), even + even % 2);
      blocks = Math.ceilDiv(tiles.count(), block);
      long channel = 4L * Winograd.PLANES * panels.lanes();
      int bits = few ? Math.ceilDiv(source.channels(), (int) Math.max(1, WEIGHTS / channel)) : 1;
      depth = Math.ceilDiv(source.channels(), bits);

      // planes that are no powers of two apart: their elements are written and read side by side
      weightPlane = 4L * depth * panels.lanes() + 64;
      long vector = 4L * target.lanes();
      long tile = Math.ceilDiv(4L * source.channels(), vector) * vector;
      windowTile = tile % 1024 == 0 ? tile + 64 : tile;
      windowPlane = block * windowTile + 64;
      productTile = 4L * panels.lanes();
      productPlane = block * productTile + 64;
      long windowBytes = Winograd.PLANES * windowPlane;
      target.workspace().reserve(Winograd.SCRATCH + Winograd.PLANES * productPlane + (few ? Winograd.PLANES * weightPlane : windowBytes));

      MemorySegment[] shared = target.shared(panels.bytes(), few ? windowBytes : panels.panels() * Winograd.PLANES * weightPlane,
          from.channelsLast() ? 0 : in.bytes(), to.channelsLast() ? 0 : out.bytes());
      packed = shared[0];
      transformed = shared[1];
      images = from.channelsLast() ? from.data() : shared[2];
      results = to.channelsLast() ? to.data() : shared[3];
      bias = target.scratch(epilogue.isPresent() ? 4L * panels.panels() * panels.lanes() : 0);
      packWeights = panels.pack(target, weights, packed);
      packImages = from.channelsLast() ? null : in.pack(target, from, images);
      unpackResults = to.channelsLast() ? null : out.unpack(target, results, to);
      weightKernel = new WinogradKernel.Weights(Winograd.WEIGHTS, panels.panel() / TAPS, weightPlane).compile(target);
      windowKernels = kernels((r, c) -> new WinogradKernel.ToPlanes(Winograd.IMAGE, r.from(), r.to(), c.from(), c.to(),
          source.channels(), in.row(), windowPlane, windowTile));
      for (int i = 0; i < 2; i++) {
        int channels = i == 0 ? panels.lanes() : result.channels() - (panels.panels() - 1) * panels.lanes();
        resultKernels[i] = kernels((r, c) -> new WinogradKernel.FromPlanes(r.results(), c.results(), channels, out.pixel(), out.row(),
            productPlane, productTile, epilogue.isPresent(), epilogue.isPresent() && epilogue.get().relu()));
      }
      wholeBlock = products(block);
      int rest = tiles.count() - (blocks - 1) * block;
      lastBlock = rest == block ? wholeBlock : products(rest);
      describe();
    }

    /// For profiles: each phase once through its planes, which are as near as blocks and bits of them fit.
    private void describe() {
      long sources = Math.ceilDiv(source.channels(), target.lanes()) * target.lanes();
      long results = Math.ceilDiv(result.channels(), target.lanes()) * target.lanes();
      long windows = 4L * Winograd.PLANES * tiles.count() * sources;
      long weights = 4L * Winograd.PLANES * source.channels() * results;
      long products = 4L * Winograd.PLANES * tiles.count() * results;
      long near = target.workspace().bytes();
      long windowSet = few ? windows : near;
      long weightSet = few ? near : weights;
      target.path(ConvPath.WINOGRAD.label(),
          new Target.Phase(Winograd.IMAGE.arithmetic() * tiles.count() * sources, List.of(0), false, List.of(new Traffic(0, windows, windowSet))),
          new Target.Phase(Winograd.WEIGHTS.arithmetic() * source.channels() * results, List.of(1), false, List.of(new Traffic(0, weights, weightSet))),
          new Target.Phase(2L * Winograd.PLANES * tiles.count() * source.channels() * results, List.of(), false,
              List.of(new Traffic(windows, 0, windowSet), new Traffic(weights, 0, weightSet), new Traffic(0, products, near))),
          new Target.Phase(Winograd.RESULT.arithmetic() * tiles.count() * results, List.of(), true, List.of(new Traffic(products, 0, near))));
    }

    private Kernel[][] kernels(BiFunction<Span, Span, WinogradKernel> kernel) {
      return rows.stream().map(r -> columns.stream().map(c -> kernel.apply(r, c).compile(target)).toArray(Kernel[]::new)).toArray(Kernel[][]::new);
    }

    private List<Products> products(int count) {
      List<Products> products = new ArrayList<>();
      for (int first = 0; first < source.channels(); first += depth) {
        int end = Math.min(source.channels(), first + depth);
        products.add(new Products(first, end, rows(count, end - first, first == 0 ? GemmKernel.Start.ZERO : GemmKernel.Start.C)));
      }
      return products;
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
      int weightParts = few ? 0 : panels.panels();
      target.workers().run(weightParts + (packImages == null ? 0 : in.parts()), part -> {
        if (part < weightParts) {
          target.workspace().use(scratch -> {
            pack(part);
            weights(part, 0, depth, transformed.address() + part * Winograd.PLANES * weightPlane, scratch);
          });
        } else {
          packImages.accept(part - weightParts);
        }
      });
      if (few) {
        target.workers().run(Math.ceilDiv(block, WINDOWS), part -> target.workspace().use(scratch ->
            windows(part * WINDOWS, Math.min(block, (part + 1) * WINDOWS), transformed.address() + part * WINDOWS * windowTile, scratch)));
        target.workers().run(panels.panels(), part -> target.workspace().use(scratch -> panel(part, scratch)));
      } else {
        target.workers().run(blocks, part -> target.workspace().use(scratch -> block(part, scratch)));
      }
      if (unpackResults != null) {
        target.workers().run(out.parts(), unpackResults);
      }
    }

    private void pack(int panel) {
      for (int v = 0; v < vectors; v++) {
        packWeights.accept(panel * vectors + v);
      }
    }

    /// The weights of source channels `first` to `end - 1`, which are packed, to planes.
    private void weights(int panel, int first, int end, long to, long scratch) {
      weightKernel.call(packed.address() + panel * panels.panel() + 4L * first * panels.lanes(), to, (long) (end - first) * vectors, 0, 0, scratch);
    }

    /// Windows to planes; the first one is at `to`.
    private void windows(int first, int end, long to, long scratch) {
      tiles.each(rows, columns, first, end, (tile, count, row, column, image, y, x) -> windowKernels[row][column].call(
          images.address() + in.at(image, y - top, x - left), to + (tile - first) * windowTile, count, 0, 0, scratch));
    }

    private void multiply(Products by, long windows, long weights, long products) {
      for (int plane = 0; plane < Winograd.PLANES; plane++) {
        for (Rows r : by.rows) {
          r.kernel.call(windows + plane * windowPlane + r.first * windowTile + 4L * by.first, weights + plane * weightPlane,
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

    /// A block of tiles with all weights.
    private void block(int part, long scratch) {
      int first = part * block;
      int end = Math.min(tiles.count(), first + block);
      long windows = scratch + Winograd.SCRATCH;
      long products = windows + Winograd.PLANES * windowPlane;
      windows(first, end, windows, scratch);
      for (int panel = 0; panel < panels.panels(); panel++) {
        multiply((end - first == block ? wholeBlock : lastBlock).getFirst(), windows,
            transformed.address() + panel * Winograd.PLANES * weightPlane, products);
        results(panel, first, end, products, scratch);
      }
    }

    /// All tiles with the weights of a panel.
    private void panel(int panel, long scratch) {
      long weights = scratch + Winograd.SCRATCH;
      long products = weights + Winograd.PLANES * weightPlane;
      pack(panel);
      for (Products by : wholeBlock) {
        weights(panel, by.first, by.end, weights, scratch);
        multiply(by, transformed.address(), weights, products);
      }
      results(panel, 0, block, products, scratch);
    }
  }
}
