package dlt.backend.cpu;

import dlt.backend.cpu.ChannelsLastGradWeight.Steps;
import dlt.backend.cpu.ChannelsLastGradWeight.Tap;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/// The gradient of a convolution of one group by its weights, by [ChannelsLastGradWeight]: images are read where they lie, gradients are
/// channels-last or copied; both are cut into groups with sums of their own, and each part computes one panel of output channels of
/// one group, for as many rows or images at a time as the second cache holds; then the groups are added up in order.
record ChannelsLastGradWeightPass(ConvGeometry g) {
  /// Bytes of images and gradients that all tiles go through before the next ones.
  private static final long BAND = 600 << 10;
  /// Bytes of sums of all groups together, where one group does not need more.
  private static final long MOST_SUMS = 8L << 20;
  /// Parts, where there are groups enough.
  private static final int PARTS = 16;

  /// One weight of every output channel; `place`: its image value, in bytes from the first one of the window.
  private record Weight(int ky, int kx, long place) {}

  /// Adds to the sums of a tile, which begin `sums` bytes into a panel, rows `firstRow .. endRow - 1` of gradients at most; its first
  /// image value is `place` bytes into a window.
  private record Tile(Kernel kernel, int firstRow, int endRow, long place, long sums) {}

  Step compile(Target target, Operand x, Operand dy, MemorySegment dw) {
    g.images().check(x.data(), g.n());
    g.results().check(dy.data(), g.n());
    int vectors = g.o() > target.lanes() ? 2 : 1;
    int lanes = vectors * target.lanes();
    PixelSteps images = PixelSteps.of(g.images(), x.channelsLast());
    ChannelsLast gradients = new ChannelsLast(g.n(), g.o(), g.oh(), g.ow(), 0, 0, 0, 0);
    int taps = g.kh() * g.kw();
    // [kernel row][plane][kernel column][channel of the plane]
    int[] rows = IntStream.range(0, taps).map(t -> t / g.kw() * g.c() * g.kw() + t % g.kw() * images.run()).toArray();
    WeightPanels panels = new WeightPanels(g.o(), g.c(), (long) g.c() * taps, taps, rows, images.planes() == 1 ? 1 : g.kw(), lanes);

    long touched = (long) Math.min(g.window().strideH(), g.kh()) * Math.min(g.window().strideW(), g.kw());
    long rowBytes = 4L * g.ow() * (touched * g.c() + lanes);
    int rowsAtOnce = (int) Math.clamp(BAND / rowBytes, 1, (long) g.n() * g.oh());
    int imagesAtOnce = Math.max(1, rowsAtOnce / g.oh());
    int bandsOfImage = Math.ceilDiv(g.oh(), rowsAtOnce);
    int bandRows = Math.ceilDiv(g.oh(), bandsOfImage);
    int bands = g.n() * bandsOfImage;
    int groups = (int) Math.clamp(MOST_SUMS / panels.bytes(), 1, Math.min(Math.ceilDiv(PARTS, panels.panels()), bands));

    boolean inPlace = dy.channelsLast() && g.o() % lanes == 0;
    // the last pixels' vectors may reach beyond their channels
    MemorySegment[] shared = target.shared(groups * panels.bytes(), inPlace ? 0 : gradients.bytes() + 4L * lanes);
    MemorySegment sums = shared[0];
    MemorySegment dense = inPlace ? dy.data() : shared[1].asSlice(0, gradients.bytes());
    IntConsumer pack = inPlace ? null : gradients.pack(target, dy, dense);
    IntConsumer unpack = panels.unpack(target, dw, sums.asSlice(0, panels.bytes()));
    List<Tile> tiles = tiles(target, vectors, images, gradients);
    Kernel sum = new ChannelsLastGradWeight.Sum(groups, panels.bytes()).compile(target);

    IntConsumer multiply = part -> {
      int group = part / panels.panels();
      int panel = part % panels.panels();
      MemorySegment mine = sums.asSlice(group * panels.bytes() + panel * panels.panel(), panels.panel());
      mine.fill((byte) 0);
      int end = (int) ((long) bands * (group + 1) / groups);
      int count;
      for (int band = (int) ((long) bands * group / groups); band < end; band += count) {
        count = bandsOfImage > 1 ? 1 : Math.min(imagesAtOnce, end - band);
        int image = band / bandsOfImage;
        int first = band % bandsOfImage * bandRows;
        for (Tile tile : tiles) {
          int firstRow = Math.max(first, tile.firstRow);
          int endRow = Math.min(first + bandRows, tile.endRow);
          if (firstRow < endRow) {
            long window = x.address() + images.at(image, g.rows().pixel(firstRow, 0), g.columns().pixel(0, 0));
            long gradient = dense.address() + gradients.at(image, firstRow, 0) + 4L * panel * lanes;
            tile.kernel.call(window + tile.place, gradient, mine.address() + tile.sums, endRow - firstRow, count, 0);
          }
        }
      }
    };
    return () -> {
      if (pack != null) {
        target.workers().run(gradients.parts(), pack);
      }
      target.workers().run(groups * panels.panels(), multiply);
      if (groups > 1) {
        target.workers().run(panels.panels(), panel -> sum.call(sums.address() + panel * panels.panel(), panels.panel() / (4 * target.lanes())));
      }
      target.workers().run(panels.parts(target), unpack);
    };
  }

  /// All weights in the order of a panel, in tiles; one whose kernel rows meet different rows of gradients is several.
  private List<Tile> tiles(Target target, int vectors, PixelSteps images, ChannelsLast gradients) {
    List<Weight> weights = new ArrayList<>();
    for (int ky = 0; ky < g.kh(); ky++) {
      for (int plane = 0; plane < images.planes(); plane++) {
        for (int kx = 0; kx < g.kw(); kx++) {
          for (int c = 0; c < images.run(); c++) {
            weights.add(new Weight(ky, kx, ky * g.window().dilationH() * images.row() + plane * images.plane()
                + kx * g.window().dilationW() * images.pixel() + 4L * c));
          }
        }
      }
    }
    int run = g.window().dilationW() == 1 || images.planes() > 1 ? g.kw() * g.c() : g.c();
    int most = ChannelsLastGradWeight.most(target, vectors);
    // tiles that do not cross from run to run are all alike
    int size = IntStream.iterate(most, s -> s >= most * 2 / 3, s -> s - 1).filter(s -> run % s == 0).findFirst().orElse(most);
    List<Tile> tiles = new ArrayList<>();
    for (int first = 0; first < weights.size(); first += size) {
      List<Weight> tile = weights.subList(first, Math.min(first + size, weights.size()));
      int[] bounds = tile.stream().flatMapToInt(w -> IntStream.of(g.rows().firstResult(w.ky), g.rows().endResult(w.ky)))
          .sorted().distinct().toArray();
      for (int b = 0; b + 1 < bounds.length; b++) {
        Kernel kernel = kernel(target, vectors, tile, bounds[b], images, gradients);
        if (kernel != null) {
          tiles.add(new Tile(kernel, bounds[b], bounds[b + 1], tile.getFirst().place, 4L * first * vectors * target.lanes()));
        }
      }
    }
    return tiles;
  }

  /// For those weights of a tile that meet pixels in a row of gradients; null where there are none.
  private Kernel kernel(Target target, int vectors, List<Weight> tile, int row, PixelSteps images, ChannelsLast gradients) {
    List<Tap> taps = new ArrayList<>();
    for (int i = 0; i < tile.size(); i++) {
      Weight w = tile.get(i);
      Taps.Reach reach = new Taps.Reach(g.columns().firstResult(w.kx), g.columns().endResult(w.kx));
      if (row >= g.rows().firstResult(w.ky) && row < g.rows().endResult(w.ky) && !reach.empty()) {
        taps.add(new Tap(w.place - tile.getFirst().place, i, reach));
      }
    }
    return taps.isEmpty() ? null : new ChannelsLastGradWeight(taps, vectors, g.ow(),
        new Steps(g.window().strideW() * images.pixel(), g.window().strideH() * images.row(), images.image()),
        new Steps(gradients.pixel(), gradients.row(), gradients.image()), 4L * vectors * target.lanes()).compile(target);
  }
}
