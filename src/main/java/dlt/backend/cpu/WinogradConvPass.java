package dlt.backend.cpu;

import dlt.backend.KernelCall.Traffic;
import dlt.backend.cpu.WinogradTiles.Span;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/// A convolution by 3x3 kernels at stride 1, or its gradient by the images, by [Winograd]: windows of the images and the weights are
/// transformed to 36 planes, the planes are multiplied ([GemmKernel]), and the products transformed to results.
///
/// Where there are many tiles and few weights, each thread transforms all weights once, and a part then does all else for some blocks of tiles,
/// one after the other: a block's planes stay in a core's second cache. (What another core has written would come from there, slowly.) Else all windows are
/// transformed first, as many tiles at a time as the shared cache has room for, and a part makes the results of a panel of channels,
/// with the weights of some source channels after those of others, just before it multiplies by them.
///
/// `flipped`: kernels are turned round, as the gradient needs them; `perOutput`, `perSource`: weights from one result or source
/// channel to the next.
record WinogradConvPass(
    int n, ImageShape source, ImageShape result, int top, int left, boolean flipped, long perOutput, long perSource) {
  private static final int TAPS = 9;
  /// Up to so many bytes of transformed weights are kept by each thread, and of windows at a time then: more come back too slowly.
  private static final long KEPT = 3 << 20, WINDOWS = 600 << 10;
  /// Tiles of a block, at most, where weights are kept, and where all windows are there; tiles that a part transforms then.
  private static final int BLOCK = 14, LARGE_BLOCK = 64, TRANSFORMED = 8;
  /// Bytes of all windows that are there at a time, at most.
  private static final long TOGETHER = 16 << 20;
  /// Up to so many bytes of a panel's weights are transformed at once, else those of so many source channels.
  private static final long WEIGHTS = 1200 << 10;
  private static final int DEPTH = 32;
  /// Source channels of a piece of raw weights, which is to stay in the first cache.
  private static final int PIECE = 16;
  /// Planes that are multiplied at once where all windows are there; after them memory is asked for that comes next.
  private static final int AT_ONCE = 2;
  /// Parts that there are to be at least.
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

  /// Source channels `first` to `end - 1`: the products of a block's windows with their weights; `windows`: where the windows' planes of
  /// these channels begin among those of a block.
  private record Bit(int first, int end, long windows, List<WinogradProducts.Part> products) {}

  /// The pass over operands in memory.
  private final class Bound implements InPieces {
    private final Target target;
    private final Optional<Epilogue> epilogue;
    private final WinogradTiles tiles;
    private final ChannelsLast in = new ChannelsLast(n, source.channels(), source.height(), source.width());
    private final ChannelsLast out = new ChannelsLast(n, result.channels(), result.height(), result.width());
    private final WeightPieces panels;
    private final WeightPieces.Mover pack;
    private final int vectors;
    /// Whether threads keep the transformed weights; the run of which each has them.
    private final boolean kept;
    private final long[] keptOf;
    private long run;
    /// Tiles of a block, blocks whose windows are there at a time, parts that these are shared by in a panel, and source channels of a bit.
    private final int block;
    private final int near;
    private final int shares;
    private final int depth;
    /// Where weights are kept: what the products ask for of the next block's images (r8) and results (r9).
    private final List<GemmKernel.Stream> far;
    /// Bytes from plane to plane and from tile to tile: of weights, windows and products; from block to block of windows, whose planes of
    /// one bit follow those of another.
    private final long weightPlane;
    private final long windowTile;
    private final long windowPlane;
    private final long windowBlock;
    private final long productTile;
    private final long productPlane;
    /// Where they are: in the workspace, but for windows that all parts see.
    private final MemorySegment windows;
    private final long productsAt;
    private final long weightsAt;
    private final long pieceAt;
    private final MemorySegment images;
    private final MemorySegment results;
    private final MemorySegment bias;
    private final IntConsumer packImages;
    private final IntConsumer unpackResults;
    /// By whether it is the last bit, row and column.
    private final Kernel[][][] windowKernels = new Kernel[2][][];
    private final Kernel weightKernel;
    private final long rawWeights;
    /// By panel (the last one may be narrower), row and column.
    private final Kernel[][][] resultKernels = new Kernel[2][][];
    private final Ahead weightsAhead;
    private final Ahead resultsAhead;
    /// By the number of tiles of a block.
    private final Map<Integer, List<Bit>> bits = new HashMap<>();
    private IntConsumer then = _ -> {};

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
      long channel = 4L * Winograd.PLANES * panels.lanes();
      long vector = 4L * target.lanes();
      Taps down = new Taps(source.height(), result.height(), 3, 1, top, 1);
      Taps across = new Taps(source.width(), result.width(), 3, 1, left, 1);
      // an even number of parts: threads are often two or four
      WinogradTiles small = WinogradTiles.ofWholeRows(n, down, across, BLOCK, 2);
      kept = small.count() > BLOCK && channel * source.channels() * panels.panels() <= KEPT
          && Winograd.PLANES * BLOCK * 4L * source.channels() <= WINDOWS;
      depth = kept || channel * source.channels() <= WEIGHTS ? source.channels() : DEPTH;
      long tile = Math.ceilDiv(4L * depth, vector) * vector;
      windowTile = tile % 1024 == 0 ? tile + 64 : tile;
      tiles = kept ? small : WinogradTiles.ofWholeRows(n, down, across, Math.max(LARGE_BLOCK, Math.ceilDiv(result.width(), Winograd.RESULT.tile)), 1);
      block = tiles.block();
      // planes that are no powers of two apart: their elements are written and read side by side
      windowPlane = block * windowTile + 64;
      windowBlock = bits() * Winograd.PLANES * windowPlane;
      near = kept ? 1 : (int) Math.clamp(TOGETHER / windowBlock, 1, tiles.blocks());
      shares = Math.min(near, Math.ceilDiv(PARTS, panels.panels()));
      keptOf = new long[target.workers().threads()];

      weightPlane = 4L * depth * panels.lanes() + 64;
      productTile = 4L * panels.lanes();
      productPlane = block * productTile + 64;
      int[] next = tiles.mostRows();
      far = kept ? WinogradProducts.far(target, tiles.ranges(block), count -> products(count, depth, false, List.of()), next[0] * in.row(),
          next[1] * out.row(), panels.panels()) : List.of();
      productsAt = Winograd.SCRATCH + (kept ? windowBlock : 0);
      weightsAt = productsAt + Winograd.PLANES * productPlane;
      pieceAt = weightsAt + (kept ? panels.panels() : 1) * Winograd.PLANES * weightPlane;
      target.workspace().reserve(pieceAt + panels.bytes());

      MemorySegment[] shared = target.shared(from.channelsLast() ? 0 : in.bytes(), to.channelsLast() ? 0 : out.bytes(),
          kept ? 0 : near * windowBlock);
      images = from.channelsLast() ? from.data() : shared[0];
      results = to.channelsLast() ? to.data() : shared[1];
      windows = shared[2];
      bias = target.scratch(epilogue.isPresent() ? 4L * panels.panels() * panels.lanes() : 0);
      packImages = from.channelsLast() ? null : in.pack(target, from, images);
      unpackResults = to.channelsLast() ? null : out.unpack(target, results, to);
      weightKernel = new WinogradKernel.Weights(panels.tap(), weightPlane).compile(target);
      for (int i = 0; i < 2; i++) {
        int ofBit = i == 0 ? depth : source.channels() - (bits() - 1) * depth;
        windowKernels[i] = kernels((r, c) -> new WinogradKernel.ToPlanes(r.of(Winograd.IMAGE), c.of(Winograd.IMAGE), r.from(), r.to(), c.from(),
            c.to(), ofBit, in.pixel(), in.row(), windowPlane, windowTile));
        int channels = i == 0 ? panels.lanes() : result.channels() - (panels.panels() - 1) * panels.lanes();
        resultKernels[i] = kernels((r, c) -> new WinogradKernel.FromPlanes(r.of(Winograd.RESULT), c.of(Winograd.RESULT), r.results(),
            c.results(), channels, out.pixel(), out.row(), productPlane, productTile, epilogue.isPresent(), epilogue.isPresent() && epilogue.get().relu()));
      }
      weightsAhead = new Ahead(target, 4 * Math.max(perOutput, perSource), 4L * TAPS * (flipped ? panels.lanes() : depth));
      resultsAhead = new Ahead(target, out.pixel(), 4L * panels.lanes());
      rawWeights = weights.address();
      for (int number = 0; number < tiles.blocks(); number++) {
        bits.computeIfAbsent(tiles.first(number + 1) - tiles.first(number), this::bits);
      }
      describe();
    }

    private int bits() {
      return Math.ceilDiv(source.channels(), depth);
    }

    /// For profiles: each phase once through its planes, which are as near as a part's memory, or as all windows.
    private void describe() {
      long sources = Math.ceilDiv(source.channels(), target.lanes()) * target.lanes();
      long results = Math.ceilDiv(result.channels(), target.lanes()) * target.lanes();
      long windows = 4L * tiles.products() * sources;
      long weights = 4L * Winograd.PLANES * source.channels() * results;
      long products = 4L * tiles.products() * results;
      long near = (pieceAt + panels.bytes()) * target.workers().threads();
      long planes = kept ? near : this.near * windowBlock;
      target.path(ConvPath.WINOGRAD.label(),
          new Target.Phase(tiles.arithmetic(Winograd.IMAGE) * sources, List.of(0), false, List.of(new Traffic(0, windows, planes))),
          new Target.Phase(Winograd.arithmetic(Winograd.WEIGHTS, Winograd.WEIGHTS) * source.channels() * results, List.of(1), false, List.of(new Traffic(0, weights, near))),
          new Target.Phase(2 * tiles.products() * source.channels() * results, List.of(), false,
              List.of(new Traffic(windows, 0, planes), new Traffic(weights, products, near))),
          new Target.Phase(tiles.arithmetic(Winograd.RESULT) * results, List.of(), true, List.of(new Traffic(products, 0, near))));
    }

    private Kernel[][] kernels(BiFunction<Span, Span, WinogradKernel> kernel) {
      return tiles.rows().stream().map(r -> tiles.columns().stream().map(c -> kernel.apply(r, c).compile(target)).toArray(Kernel[]::new)).toArray(Kernel[][]::new);
    }

    /// For a block of `count` tiles.
    private List<Bit> bits(int count) {
      List<Bit> bits = new ArrayList<>();
      for (int bit = 0; bit < bits(); bit++) {
        int first = bit * depth;
        int end = Math.min(source.channels(), first + depth);
        bits.add(new Bit(first, end, bit * Winograd.PLANES * windowPlane, WinogradProducts.parts(target, tiles.ranges(count),
            kept ? Winograd.PLANES : AT_ONCE, rows -> products(rows, end - first, first > 0, far))));
      }
      return bits;
    }

    private WinogradProducts products(int rows, int channels, boolean add, List<GemmKernel.Stream> far) {
      return new WinogradProducts(rows, vectors, channels, add, windowTile, 4, windowPlane, 4L * panels.lanes(), weightPlane, productTile,
          productPlane, far);
    }

    @Override
    public void run() {
      epilogue.ifPresent(e -> MemorySegment.copy(e.bias().data(), 0, bias, 0, e.bias().data().byteSize()));
      if (packImages != null) {
        target.workers().run(in.parts(), packImages);
      }
      run++;
      if (kept) {
        target.workers().run(tiles.parts(), part -> target.workspace().use(scratch -> part(part, Workers.next(part, tiles.parts()), scratch)));
      } else {
        for (int first = 0; first < tiles.blocks(); first += near) {
          panels(first, Math.min(tiles.blocks(), first + near));
        }
      }
      if (unpackResults != null) {
        target.workers().run(out.parts(), unpackResults);
      }
    }

    @Override
    public Pieces pieces() {
      return Pieces.of(new Strips.Rows() {
        @Override
        public int parts() {
          return tiles.parts();
        }

        @Override
        public long from(int part) {
          return tiles.firstPixel(part);
        }

        @Override
        public long to(int part) {
          return tiles.firstPixel(part + 1);
        }
      }, result.channels(), kept ? result.channels() : panels.lanes());
    }

    @Override
    public void then(IntConsumer body) {
      then = body;
    }

    /// All results of a part; the next one will be part `next`, most likely.
    private void part(int number, int next, long scratch) {
      int end = (number + 1) * tiles.cuts();
      for (int block = number * tiles.cuts(); block < end; block++) {
        block(block, block + 1 < end ? block + 1 : next * tiles.cuts(), scratch);
      }
      then.accept(number);
    }

    /// All results of a block of tiles, before those of block `next`.
    private void block(int number, int next, long scratch) {
      int first = tiles.first(number);
      int end = tiles.first(number + 1);
      if (keptOf[Workers.number()] != run) {
        for (int panel = 0; panel < panels.panels(); panel++) {
          weights(panel, 0, source.channels(), weightsOf(panel, scratch), scratch);
        }
        keptOf[Workers.number()] = run;
      }
      windows(first, end, scratch + Winograd.SCRATCH, scratch);
      Bit bit = bits.get(end - first).getFirst();
      int nextTile = tiles.first(next);
      int nextEnd = tiles.first(next + 1);
      long nextImages = images.address() + tiles.windowRows(nextTile, nextEnd)[0] * in.row();
      long nextResults = results.address() + tiles.resultRows(nextTile, nextEnd)[0] * out.row();
      for (int panel = 0; panel < panels.panels(); panel++) {
        for (WinogradProducts.Part p : bit.products) {
          multiply(p, scratch + Winograd.SCRATCH, weightsOf(panel, scratch), scratch + productsAt, nextImages, nextResults);
          nextImages += (long) p.asks() * far.get(0).bytes();
          nextResults += (long) p.asks() * far.get(1).bytes();
        }
        results(panel, first, end, scratch + productsAt, scratch);
      }
    }

    /// The results of blocks `first` to `end - 1`, whose windows there is room for.
    private void panels(int first, int end) {
      int pieces = Math.ceilDiv(block, TRANSFORMED);
      target.workers().run((end - first) * pieces, part -> target.workspace().use(scratch -> {
        int firstTile = tiles.first(first + part / pieces);
        int from = part % pieces * TRANSFORMED;
        windows(firstTile + from, Math.min(tiles.first(first + part / pieces + 1), firstTile + from + TRANSFORMED),
            windows.address() + part / pieces * windowBlock + from * windowTile, scratch);
      }));
      int each = Math.ceilDiv(end - first, shares);
      int parts = Math.ceilDiv(end - first, each);
      target.workers().run(panels.panels() * parts, part -> target.workspace().use(scratch -> {
        int from = first + part % parts * each;
        panel(part / parts, Workers.next(part, panels.panels() * parts) / parts, from, Math.min(end, from + each),
            windows.address() - first * windowBlock, scratch);
      }));
    }

    /// The results of blocks `first` to `end - 1` in a panel's channels; the windows of block 0 are, or would be, at `windowsAt`. The next one
    /// will be panel `next`, most likely.
    private void panel(int panel, int next, int first, int end, long windowsAt, long scratch) {
      long products = scratch + productsAt;
      for (int number = first; number < end; number++) {
        int firstTile = tiles.first(number);
        int endTile = tiles.first(number + 1);
        Ahead.Region theirResults = results(panel, firstTile, endTile);
        for (Bit bit : bits.get(endTile - firstTile)) {
          if (depth < source.channels() || number == first) {
            weights(panel, bit.first, bit.end, scratch + weightsAt, scratch);
          }
          boolean last = bit.end == source.channels();
          boolean more = last && number + 1 < end;
          Ahead.Region nextWeights = rawWeights(last && !more ? next : panel, last ? 0 : bit.end);
          for (int i = 0; i < bit.products.size(); i++) {
            multiply(bit.products.get(i), windowsAt + number * windowBlock + bit.windows, scratch + weightsAt, products, 0, 0);
            if (depth < source.channels() || !more) {
              nextWeights.ask(i, bit.products.size());
            }
            if (last) {
              theirResults.ask(i, bit.products.size());
            }
          }
        }
        results(panel, firstTile, endTile, products, scratch);
        then.accept(number * panels.panels() + panel);
      }
    }

    /// Windows of tiles `first` to `end - 1` to planes of each bit, at `to` and behind.
    private void windows(int first, int end, long to, long scratch) {
      tiles.each(first, end, (tile, count, row, column, image, y, x) -> {
        for (int bit = 0; bit < bits(); bit++) {
          windowKernels[bit == bits() - 1 ? 1 : 0][row][column].call(images.address() + in.at(image, y - top, x - left) + 4L * bit * depth,
              to + bit * Winograd.PLANES * windowPlane + (tile - first) * windowTile, count, 0, 0, scratch);
        }
      });
    }

    /// The pixels of a block's results in a panel.
    private Ahead.Region results(int panel, int first, int end) {
      int[] of = tiles.resultRows(first, end);
      return resultsAhead.region(results.address() + of[0] * out.row() + 4L * panel * panels.lanes(), (of[1] - of[0]) * result.width());
    }

    /// The weights of a panel, from source channel `channel` on.
    private Ahead.Region rawWeights(int panel, int channel) {
      return weightsAhead.region(rawWeights + 4 * (panel * panels.lanes() * perOutput + channel * perSource), flipped ? depth : panels.lanes());
    }

    /// Where the weights of a panel are kept.
    private long weightsOf(int panel, long scratch) {
      return scratch + weightsAt + panel * Winograd.PLANES * weightPlane;
    }

    /// The weights of source channels `first` to `end - 1` to planes, piece after piece.
    private void weights(int panel, int first, int end, long to, long scratch) {
      for (int c = first; c < end; c += panels.room()) {
        int until = Math.min(end, c + panels.room());
        pack.move(panel, c, until, scratch + pieceAt);
        weightKernel.call(scratch + pieceAt, to + 4L * (c - first) * panels.lanes(), (long) (until - c) * vectors, 0, 0, scratch);
      }
    }

    private void multiply(WinogradProducts.Part p, long windows, long weights, long products, long r8, long r9) {
      p.kernel().call(windows + p.first() * windowPlane + p.from() * windowTile, weights + p.first() * weightPlane,
          products + p.first() * productPlane + p.from() * productTile, p.planes(), r8, r9);
    }

    /// Products to results, in the channels of a panel; the first one is at `products`.
    private void results(int panel, int first, int end, long products, long scratch) {
      long to = results.address() + 4L * panel * panels.lanes();
      long panelBias = bias.address() + 4L * panel * panels.lanes();
      Kernel[][] kernels = resultKernels[panel == panels.panels() - 1 ? 1 : 0];
      tiles.each(first, end, (tile, count, row, column, image, y, x) -> kernels[row][column].call(
          products + (tile - first) * productTile, to + out.at(image, y, x), count, panelBias, 0, scratch));
    }
  }
}
