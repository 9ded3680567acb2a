package dlt.backend.cpu;

import dlt.backend.KernelCall.Traffic;
import dlt.backend.cpu.WinogradTiles.Span;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/// The gradient of a convolution by 3x3 kernels at stride 1 by its weights, by [Winograd]: windows of images and tiles of gradients
/// are transformed to 36 planes, the planes are multiplied and summed over the tiles ([GemmKernel]), and the sums transformed to the
/// gradient.
///
/// A part makes the sums of some source channels and a group of panels of output channels, which stay in its core's second cache:
/// block after block of tiles it transforms what it needs and adds the products. A thread keeps the windows where its next part has
/// the same source channels. Where there are too few parts, each takes a share of the tiles only, and what they have is added up at
/// the end.
record WinogradGradWeightPass(ConvGeometry g) {
  private static final int TAPS = 9;
  /// Source channels and panels of a part, tiles of a block, at most.
  private static final int CHANNELS = 64, PANELS = 2, BLOCK = 32;
  /// Up to so many bytes of windows are kept.
  private static final long KEPT = 3 << 20;
  /// Planes that are multiplied at once; after them memory is asked for that comes next.
  private static final int AT_ONCE = 2;
  /// Parts that there are to be at least, as far as there are tiles.
  private static final int PARTS = 4;

  Step compile(Target target, Operand x, Operand dy, MemorySegment dw) {
    return new Bound(target, x, dy, dw);
  }

  /// The pass over operands in memory.
  private final class Bound implements Step {
    private final Target target;
    private final WinogradTiles tiles;
    private final ChannelsLast in = new ChannelsLast(g.n(), g.c(), g.h(), g.w());
    private final ChannelsLast out = new ChannelsLast(g.n(), g.o(), g.oh(), g.ow());
    private final WeightPieces panels;
    private final WeightPieces.Mover unpack;
    private final int vectors;
    /// Source channels of a part, panels of a group, and how many there are of each.
    private final int channels;
    private final int bits;
    private final int group;
    private final int groups;
    /// Whether threads keep the windows of their source channels; the run and bit of which each has them.
    private final boolean kept;
    private final long[] keptOf;
    private long run;
    /// Tiles of a block, blocks of a share, and shares.
    private final int block;
    private final int shareBlocks;
    private final int shares;
    /// Bytes from plane to plane and from tile to tile: of windows, gradients and sums.
    private final long windowTile;
    private final long windowPlane;
    private final long gradientTile;
    private final long gradientPlane;
    private final long sumPlane;
    /// Where a part takes all channels: what the products ask for of the next block's images (r8) and gradients (r9).
    private final List<GemmKernel.Stream> far;
    /// Where in the workspace they are.
    private final long gradientsAt;
    private final long sumsAt;
    private final long pieceAt;
    /// The sums of all parts, where tiles are shared.
    private final MemorySegment sums;
    private final MemorySegment images;
    private final MemorySegment results;
    private final IntConsumer packImages;
    private final IntConsumer packResults;
    private final Kernel weightKernel;
    private final Ahead imagesAhead;
    private final Ahead gradientsAhead;
    private final Ahead weightsAhead;
    private final long weights;
    /// By whether it is the last bit, or group; by row and column.
    private final Kernel[][][] windowKernels = new Kernel[2][][];
    private final Kernel[][][] gradientKernels = new Kernel[2][][];
    /// By whether it is the last bit, the last panel, the last block, and whether sums are there already.
    private final List<List<WinogradProducts.Part>> products = new ArrayList<>();

    Bound(Target target, Operand x, Operand dy, MemorySegment dw) {
      g.images().check(x.data(), g.n());
      g.results().check(dy.data(), g.n());
      this.target = target;
      vectors = g.o() > target.lanes() ? 2 : 1;
      channels = Math.min(CHANNELS, g.c());
      panels = new WeightPieces(g.o(), g.c(), (long) TAPS * g.c(), TAPS, IntStream.range(0, TAPS).toArray(), vectors * target.lanes(), channels);
      unpack = panels.mover(target, dw, false);
      bits = Math.ceilDiv(g.c(), channels);
      group = Math.min(PANELS, panels.panels());
      groups = Math.ceilDiv(panels.panels(), group);
      int parts = Math.ceilDiv(PARTS, bits * groups);
      WinogradTiles whole = new WinogradTiles(g.n(), g.rows(), g.columns(), BLOCK, 1);
      tiles = whole.blocks() < parts ? whole : new WinogradTiles(g.n(), g.rows(), g.columns(), BLOCK, parts);
      block = tiles.block();
      shareBlocks = Math.ceilDiv(tiles.blocks(), parts);
      shares = Math.ceilDiv(tiles.blocks(), shareBlocks);

      // planes that are no powers of two apart: their elements are written and read side by side
      windowTile = tile(channels);
      kept = groups > 1 && shares == 1 && Winograd.PLANES * tiles.count() * windowTile <= KEPT;
      keptOf = new long[target.workers().threads()];
      gradientTile = tile(group * panels.lanes());
      windowPlane = (kept ? tiles.count() : block) * windowTile + 64;
      gradientPlane = block * gradientTile + 64;
      sumPlane = 4L * channels * panels.lanes() + 64;
      gradientsAt = Winograd.SCRATCH + Winograd.PLANES * windowPlane;
      sumsAt = gradientsAt + Winograd.PLANES * gradientPlane;
      int[] next = tiles.mostRows();
      far = bits * groups == 1 ? WinogradProducts.far(target, tiles.ranges(block), k -> products(k, channels, vectors, false, List.of()),
          next[0] * in.row(), next[1] * out.row(), panels.panels()) : List.of();
      pieceAt = sumsAt + (shares > 1 ? 0 : sumBytes());
      target.workspace().reserve(pieceAt + panels.bytes());
      MemorySegment[] shared = target.shared(shares > 1 ? bits * groups * shares * sumBytes() : 0, x.channelsLast() ? 0 : in.bytes(),
          dy.channelsLast() ? 0 : out.bytes());
      sums = shared[0];
      images = x.channelsLast() ? x.data() : shared[1];
      results = dy.channelsLast() ? dy.data() : shared[2];
      packImages = x.channelsLast() ? null : in.pack(target, x, images);
      packResults = dy.channelsLast() ? null : out.pack(target, dy, results);
      for (int last = 0; last < 2; last++) {
        int ofBit = last == 0 ? channels : g.c() - (bits - 1) * channels;
        int ofGroup = last == 0 ? group * panels.lanes() : g.o() - (groups - 1) * group * panels.lanes();
        windowKernels[last] = kernels((r, c) -> new WinogradKernel.ToPlanes(r.of(Winograd.IMAGE), c.of(Winograd.IMAGE), r.from(), r.to(), c.from(), c.to(), ofBit,
            in.pixel(), in.row(), windowPlane, windowTile));
        gradientKernels[last] = kernels((r, c) -> new WinogradKernel.ToPlanes(r.of(Winograd.GRADIENT), c.of(Winograd.GRADIENT), 0, r.results(), 0, c.results(), ofGroup,
            out.pixel(), out.row(), gradientPlane, gradientTile));
        for (int lastPanel = 0; lastPanel < 2; lastPanel++) {
          int wide = lastPanel == 0 ? vectors : Math.ceilDiv(g.o() - (panels.panels() - 1) * panels.lanes(), target.lanes());
          int rest = tiles.count() - (Math.ceilDiv(tiles.count(), block) - 1) * block;
          for (int ofBlock : new int[] {block, rest}) {
            for (boolean add : new boolean[] {false, true}) {
              products.add(WinogradProducts.parts(target, tiles.ranges(ofBlock), AT_ONCE, k -> products(k, ofBit, wide, add, far)));
            }
          }
        }
      }
      weightKernel = new WinogradKernel.WeightGradient(sumPlane, shares, sumBytes(), panels.tap()).compile(target);
      imagesAhead = new Ahead(target, in.pixel(), 4L * channels);
      gradientsAhead = new Ahead(target, out.pixel(), 4L * group * panels.lanes());
      weightsAhead = new Ahead(target, 4L * TAPS * g.c(), 4L * TAPS * channels);
      weights = dw.address();
      describe();
    }

    /// Bytes of the sums of a part.
    private long sumBytes() {
      return group * Winograd.PLANES * sumPlane;
    }

    /// For profiles: each phase once through its planes, which are as near as a part's memory.
    private void describe() {
      long sources = Math.ceilDiv(g.c(), target.lanes()) * target.lanes();
      long results = Math.ceilDiv(g.o(), target.lanes()) * target.lanes();
      long ofWindows = 4L * tiles.products() * sources;
      long ofGradients = 4L * tiles.products() * results;
      long ofSums = 4L * Winograd.PLANES * g.c() * results;
      long near = (sumsAt + sumBytes()) * target.workers().threads();
      target.path(ConvPath.WINOGRAD.label(),
          new Target.Phase(tiles.arithmetic(Winograd.IMAGE) * sources, List.of(0), false, List.of(new Traffic(0, ofWindows, near))),
          new Target.Phase(tiles.arithmetic(Winograd.GRADIENT) * results, List.of(1), false, List.of(new Traffic(0, ofGradients, near))),
          new Target.Phase(2 * tiles.products() * g.c() * results, List.of(), false,
              List.of(new Traffic(ofWindows + ofGradients, ofSums, near))),
          new Target.Phase(Winograd.arithmetic(Winograd.WEIGHT_GRADIENT, Winograd.WEIGHT_GRADIENT) * g.c() * results, List.of(), true, List.of(new Traffic(ofSums, 0, near))));
    }

    private long tile(int channels) {
      long vector = 4L * target.lanes();
      long tile = Math.ceilDiv(4L * channels, vector) * vector;
      return tile % 1024 == 0 ? tile + 64 : tile;
    }

    private Kernel[][] kernels(BiFunction<Span, Span, WinogradKernel> kernel) {
      return tiles.rows().stream().map(r -> tiles.columns().stream().map(c -> kernel.apply(r, c).compile(target)).toArray(Kernel[]::new)).toArray(Kernel[][]::new);
    }

    private WinogradProducts products(int k, int channels, int vectors, boolean add, List<GemmKernel.Stream> far) {
      return new WinogradProducts(channels, vectors, k, add, 4, windowTile, windowPlane, gradientTile, gradientPlane, 4L * panels.lanes(), sumPlane,
          far);
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
      run++;
      target.workers().run(bits * groups * shares, part -> target.workspace().use(scratch -> sum(part, scratch)));
      if (shares > 1) {
        target.workers().run(bits * panels.panels(), part -> target.workspace().use(scratch -> {
          int bit = part / panels.panels();
          int panel = part % panels.panels();
          finish(bit, panel, sums.address() + (bit * groups + panel / group) * shares * sumBytes(), scratch);
        }));
      }
    }

    /// A part: the sums of a bit of source channels and a group of panels, over a share of the tiles; the gradient where there is one
    /// share.
    private void sum(int part, long scratch) {
      int bit = part / shares / groups;
      int number = part / shares % groups;
      int share = part % shares;
      int firstPanel = number * group;
      int endPanel = Math.min(panels.panels(), firstPanel + group);
      long to = shares > 1 ? sums.address() + ((bit * groups + number) * shares + share) * sumBytes() : scratch + sumsAt;
      int begin = share * shareBlocks * block;
      int end = Math.min(tiles.count(), begin + shareBlocks * block);
      long stamp = run * bits + bit;
      boolean there = kept && keptOf[Workers.number()] == stamp;
      for (int first = begin; first < end; first += block) {
        int until = Math.min(end, first + block);
        long windows = scratch + Winograd.SCRATCH + (kept ? first * windowTile : 0);
        if (!there) {
          windows(bit, first, until, windows, scratch);
        }
        gradients(number, first, until, scratch);
        boolean last = until == end;
        int then = last ? Workers.next(part, bits * groups * shares) : part;
        int thenFirst = last ? then % shares * shareBlocks * block : until;
        List<Ahead.Region> ahead = new ArrayList<>();
        ahead.add(gradients(then, thenFirst));
        if (!(last ? kept && then / shares / groups == bit : there)) {
          ahead.add(images(then, thenFirst));
        }
        if (last && shares == 1) {
          ahead.add(weights(bit, firstPanel, endPanel));
        }
        multiply((bit == bits - 1 ? 8 : 0) + (until - first < block ? 2 : 0) + (first > begin ? 1 : 0), firstPanel, endPanel, windows, to, scratch,
            ahead);
      }
      if (kept) {
        keptOf[Workers.number()] = stamp;
      }
      for (int panel = firstPanel; panel < endPanel && shares == 1; panel++) {
        finish(bit, panel, to, scratch);
      }
    }

    /// Adds the products of a block to the sums of some panels, with the kernels from number `which` on, and asks for `ahead` meanwhile:
    /// its first two regions in the kernels where these are whole rows.
    private void multiply(int which, int firstPanel, int endPanel, long windows, long to, long scratch, List<Ahead.Region> ahead) {
      long asked = 0;
      List<WinogradProducts.Part> all = products.get(which);
      List<WinogradProducts.Part> ofLastPanel = products.get(which + 4);
      for (int i = 0; i < all.size(); i++) {
        for (int panel = firstPanel; panel < endPanel; panel++) {
          WinogradProducts.Part p = (panel == panels.panels() - 1 ? ofLastPanel : all).get(i);
          int turn = panel - firstPanel;
          p.kernel().call(windows + p.first() * windowPlane + p.from() * windowTile,
              scratch + gradientsAt + p.first() * gradientPlane + p.from() * gradientTile + 4L * turn * panels.lanes(),
              to + (turn * Winograd.PLANES + p.first()) * sumPlane, p.planes(), far.isEmpty() ? 0 : ahead.get(1).address() + asked * far.get(0).bytes(),
              far.isEmpty() ? 0 : ahead.get(0).address() + asked * far.get(1).bytes());
          asked += p.asks();
        }
        for (Ahead.Region region : far.isEmpty() ? ahead : ahead.subList(2, ahead.size())) {
          region.ask(i, all.size());
        }
      }
    }

    /// The pixels that the windows of a block come from, of a part's source channels; the block begins with tile `first`.
    private Ahead.Region images(int part, int first) {
      int[] of = tiles.windowRows(first, Math.min(tiles.count(), first + block));
      return imagesAhead.region(images.address() + of[0] * in.row() + 4L * (part / shares / groups) * channels, (of[1] - of[0]) * g.w());
    }

    private Ahead.Region gradients(int part, int first) {
      int[] of = tiles.resultRows(first, Math.min(tiles.count(), first + block));
      return gradientsAhead.region(results.address() + of[0] * out.row() + 4L * (part / shares % groups) * group * panels.lanes(),
          (of[1] - of[0]) * g.ow());
    }

    /// The gradient of a bit of source channels and some panels.
    private Ahead.Region weights(int bit, int firstPanel, int endPanel) {
      int first = firstPanel * panels.lanes();
      return weightsAhead.region(weights + 4L * TAPS * ((long) first * g.c() + bit * channels), Math.min(endPanel * panels.lanes(), g.o()) - first);
    }

    /// The windows of tiles `first` to `end - 1` to planes, at `to` and behind.
    private void windows(int bit, int first, int end, long to, long scratch) {
      Kernel[][] kernels = windowKernels[bit == bits - 1 ? 1 : 0];
      tiles.each(first, end, (tile, count, row, column, image, y, x) -> kernels[row][column].call(
          images.address() + in.at(image, y - g.rows().pad(), x - g.columns().pad()) + 4L * bit * channels, to + (tile - first) * windowTile, count, 0, 0,
          scratch));
    }

    /// The gradients of tiles `first` to `end - 1` to planes.
    private void gradients(int number, int first, int end, long scratch) {
      Kernel[][] kernels = gradientKernels[number == groups - 1 ? 1 : 0];
      tiles.each(first, end, (tile, count, row, column, image, y, x) -> kernels[row][column].call(
          results.address() + out.at(image, y, x) + 4L * number * group * panels.lanes(), scratch + gradientsAt + (tile - first) * gradientTile,
          count, 0, 0, scratch));
    }

    /// The gradient of a bit of source channels and a panel from the sums of its group, the first share's at `sums`.
    private void finish(int bit, int panel, long sums, long scratch) {
      int first = bit * channels;
      int end = Math.min(g.c(), first + channels);
      weightKernel.call(sums + panel % group * Winograd.PLANES * sumPlane, scratch + pieceAt, (long) (end - first) * vectors, 0, 0, scratch);
      unpack.move(panel, first, end, scratch + pieceAt);
    }
  }
}
