package dlt.backend.cpu;

import dlt.backend.KernelCall.Traffic;
import dlt.backend.cpu.WinogradTiles.Span;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/// The gradient of a convolution by 3x3 kernels at stride 1 by its weights, by [Winograd]: block after block of tiles, the windows
/// of images and the tiles of gradients are transformed to 36 planes that the third cache holds; then each part multiplies the
/// planes of one element in a panel of output channels, summed over the tiles ([GemmKernel]); at the end the sums are
/// transformed to the gradient.
record WinogradGradWeightPass(ConvGeometry g) {
  private static final int TAPS = 9;
  /// Bytes of the planes of a block, which has at least so many tiles.
  private static final long BLOCK = 6 << 20;
  private static final int LEAST = 32;
  /// Tiles of a part that transforms.
  private static final int TILES = 8;

  Step compile(Target target, Operand x, Operand dy, MemorySegment dw) {
    return new Bound(target, x, dy, dw);
  }

  /// `count` times as many source channels as the kernel multiplies at once, from `first` on.
  private record Rows(int first, int count, Kernel kernel) {}

  /// Kernels for so many tiles: whole panels, and the last one.
  private record Products(List<Rows> whole, List<Rows> last) {}

  /// The pass over operands in memory.
  private final class Bound implements Step {
    private final Target target;
    private final WinogradTiles tiles = new WinogradTiles(g.n(), g.h(), g.w(), g.rows().pad(), g.columns().pad(), g.oh(), g.ow());
    private final List<Span> rows = tiles.rows();
    private final List<Span> columns = tiles.columns();
    private final ChannelsLast in = new ChannelsLast(g.n(), g.c(), g.h(), g.w(), 0, 0, 0, 0);
    private final ChannelsLast out = new ChannelsLast(g.n(), g.o(), g.oh(), g.ow(), 0, 0, 0, 0);
    private final WeightPanels panels;
    private final int vectors;
    /// Tiles of a block, and how many blocks there are.
    private final int block;
    private final int blocks;
    /// Bytes from plane to plane and from tile to tile: of windows, gradients and sums.
    private final long windowTile;
    private final long windowPlane;
    private final long gradientTile;
    private final long gradientPlane;
    private final long sumPlane;
    private final MemorySegment windows;
    private final MemorySegment gradients;
    private final MemorySegment sums;
    private final MemorySegment packed;
    private final MemorySegment images;
    private final MemorySegment results;
    private final IntConsumer packImages;
    private final IntConsumer packResults;
    private final IntConsumer unpackWeights;
    private final Kernel[][] windowKernels;
    private final Kernel[][] gradientKernels;
    private final Kernel weightKernel;
    private final Products firstBlock;
    private final Products nextBlock;
    private final Products lastBlock;

    Bound(Target target, Operand x, Operand dy, MemorySegment dw) {
      g.images().check(x.data(), g.n());
      g.results().check(dy.data(), g.n());
      this.target = target;
      vectors = g.o() > target.lanes() ? 2 : 1;
      panels = new WeightPanels(g.o(), g.c(), (long) TAPS * g.c(), TAPS, IntStream.range(0, TAPS).toArray(), vectors * target.lanes());
      windowTile = tile(g.c());
      gradientTile = tile(g.o());
      int most = (int) Math.max(LEAST, BLOCK / (Winograd.PLANES * (windowTile + gradientTile)));
      block = Math.ceilDiv(tiles.count(), Math.ceilDiv(tiles.count(), most));
      blocks = Math.ceilDiv(tiles.count(), block);
      // planes that are no powers of two apart: their elements are written and read side by side
      windowPlane = block * windowTile + 64;
      gradientPlane = block * gradientTile + 64;
      sumPlane = 4L * g.c() * panels.lanes() + 64;

      MemorySegment[] shared = target.shared(Winograd.PLANES * windowPlane, Winograd.PLANES * gradientPlane,
          panels.panels() * Winograd.PLANES * sumPlane, panels.bytes(), x.channelsLast() ? 0 : in.bytes(), dy.channelsLast() ? 0 : out.bytes());
      windows = shared[0];
      gradients = shared[1];
      sums = shared[2];
      packed = shared[3];
      images = x.channelsLast() ? x.data() : shared[4];
      results = dy.channelsLast() ? dy.data() : shared[5];
      packImages = x.channelsLast() ? null : in.pack(target, x, images);
      packResults = dy.channelsLast() ? null : out.pack(target, dy, results);
      unpackWeights = panels.unpack(target, dw, packed);
      target.workspace().reserve(Winograd.SCRATCH);
      windowKernels = kernels((r, c) -> new WinogradKernel.ToPlanes(Winograd.IMAGE, r.from(), r.to(), c.from(), c.to(), g.c(), in.row(),
          windowPlane, windowTile));
      gradientKernels = kernels((r, c) -> new WinogradKernel.ToPlanes(Winograd.GRADIENT, 0, r.results(), 0, c.results(), g.o(), out.row(),
          gradientPlane, gradientTile));
      weightKernel = new WinogradKernel.Weights(Winograd.WEIGHT_GRADIENT, sumPlane, panels.panel() / TAPS).compile(target);
      firstBlock = products(block, GemmKernel.Start.ZERO);
      nextBlock = products(block, GemmKernel.Start.C);
      lastBlock = products(tiles.count() - (blocks - 1) * block, blocks == 1 ? GemmKernel.Start.ZERO : GemmKernel.Start.C);
      describe();
    }

    /// For profiles: each phase once through its planes, which are as near as a block of them fits.
    private void describe() {
      long sources = Math.ceilDiv(g.c(), target.lanes()) * target.lanes();
      long results = Math.ceilDiv(g.o(), target.lanes()) * target.lanes();
      long ofWindows = 4L * Winograd.PLANES * tiles.count() * sources;
      long ofGradients = 4L * Winograd.PLANES * tiles.count() * results;
      long ofSums = 4L * Winograd.PLANES * g.c() * results;
      long near = Winograd.PLANES * (windowPlane + gradientPlane);
      target.path(ConvPath.WINOGRAD.label(),
          new Target.Phase(Winograd.IMAGE.arithmetic() * tiles.count() * sources, List.of(0), false, List.of(new Traffic(0, ofWindows, near))),
          new Target.Phase(Winograd.GRADIENT.arithmetic() * tiles.count() * results, List.of(1), false, List.of(new Traffic(0, ofGradients, near))),
          new Target.Phase(2L * Winograd.PLANES * tiles.count() * g.c() * results, List.of(), false,
              List.of(new Traffic(ofWindows + ofGradients, 0, near), new Traffic(0, ofSums, ofSums))),
          new Target.Phase(Winograd.WEIGHT_GRADIENT.arithmetic() * g.c() * results, List.of(), true, List.of(new Traffic(ofSums, 0, ofSums))));
    }

    private long tile(int channels) {
      long vector = 4L * target.lanes();
      long tile = Math.ceilDiv(4L * channels, vector) * vector;
      return tile % 1024 == 0 ? tile + 64 : tile;
    }

    private Kernel[][] kernels(BiFunction<Span, Span, WinogradKernel> kernel) {
      return rows.stream().map(r -> columns.stream().map(c -> kernel.apply(r, c).compile(target)).toArray(Kernel[]::new)).toArray(Kernel[][]::new);
    }

    private Products products(int count, GemmKernel.Start start) {
      int last = Math.ceilDiv(g.o() - (panels.panels() - 1) * panels.lanes(), target.lanes());
      return new Products(rows(count, vectors, start), rows(count, last, start));
    }

    /// Source channels in even pieces that fit the registers.
    private List<Rows> rows(int count, int vectors, GemmKernel.Start start) {
      int pieces = Math.ceilDiv(g.c(), GemmKernel.mostRows(target.instructionSet(), vectors));
      int most = Math.ceilDiv(g.c(), pieces);
      int larger = g.c() - pieces * (most - 1);
      List<Rows> rows = new ArrayList<>();
      rows.add(new Rows(0, larger, product(count, most, vectors, start)));
      if (larger < pieces) {
        rows.add(new Rows(larger * most, pieces - larger, product(count, most - 1, vectors, start)));
      }
      return rows;
    }

    private Kernel product(int count, int rows, int vectors, GemmKernel.Start start) {
      GemmKernel kernel = new GemmKernel(rows, vectors, 0, false, count, 4, Math.toIntExact(windowTile), 4 * rows,
          Math.toIntExact(gradientTile), 4 * panels.lanes(), start, false);
      return target.kernel(kernel, kernel::emit);
    }

    @Override
    public void run() {
      int imageParts = packImages == null ? 0 : in.parts();
      target.workers().run(imageParts + (packResults == null ? 0 : out.parts()), part -> {
        if (part < imageParts) {
          packImages.accept(part);
        } else {
          packResults.accept(part - imageParts);
        }
      });
      for (int b = 0; b < blocks; b++) {
        int first = b * block;
        int end = Math.min(tiles.count(), first + block);
        Products products = b == blocks - 1 ? lastBlock : b == 0 ? firstBlock : nextBlock;
        target.workers().run(Math.ceilDiv(end - first, TILES), part -> target.workspace().use(scratch ->
            transform(first, first + part * TILES, Math.min(end, first + (part + 1) * TILES), scratch)));
        target.workers().run(Winograd.PLANES * panels.panels(), part -> multiply(products, part / panels.panels(), part % panels.panels()));
      }
      target.workers().run(panels.panels(), panel -> target.workspace().use(scratch -> {
        weightKernel.call(sums.address() + panel * Winograd.PLANES * sumPlane, packed.address() + panel * panels.panel(),
            (long) g.c() * vectors, 0, 0, scratch);
        for (int v = 0; v < vectors; v++) {
          unpackWeights.accept(panel * vectors + v);
        }
      }));
    }

    /// Tiles `from` to `end - 1` of the block that begins with `first`.
    private void transform(int first, int from, int end, long scratch) {
      tiles.each(rows, columns, from, end, (tile, count, row, column, image, y, x) -> {
        windowKernels[row][column].call(images.address() + in.at(image, y - tiles.top(), x - tiles.left()),
            windows.address() + (tile - first) * windowTile, count, 0, 0, scratch);
        gradientKernels[row][column].call(results.address() + out.at(image, y, x), gradients.address() + (tile - first) * gradientTile,
            count, 0, 0, scratch);
      });
    }

    private void multiply(Products products, int plane, int panel) {
      long sum = sums.address() + (panel * Winograd.PLANES + plane) * sumPlane;
      for (Rows r : panel == panels.panels() - 1 ? products.last : products.whole) {
        r.kernel.call(windows.address() + plane * windowPlane + 4L * r.first,
            gradients.address() + plane * gradientPlane + 4L * panel * panels.lanes(), sum + 4L * r.first * panels.lanes(), r.count);
      }
    }
  }
}
