package dlt.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/// The gradient of a convolution of one group by its weights, by [ChannelsLastGradWeight]: images and gradients are copied to
/// channels-last; the bands of rows that fit the second cache are cut into groups with sums of their own, and each part
/// computes one panel of output channels of one group; then the groups are added up in order.
record ChannelsLastGradWeightPass(ConvGeometry g) {
  /// Bytes of images and gradients that all tiles go through before the next ones.
  private static final long BAND = 512 << 10;
  /// Bytes of sums of all groups together, where one group does not need more.
  private static final long MOST_SUMS = 8L << 20;
  private static final int MOST_GROUPS = 8;

  /// `kernel` computes the taps from `tap` on; their windows begin `image` bytes after those of the first one.
  private record Tile(Kernel kernel, int tap, long image) {}

  Step compile(Target target, Operand x, Operand dy, MemorySegment dw) {
    int vectors = g.o() > target.lanes() ? 2 : 1;
    int lanes = vectors * target.lanes();
    ChannelsLast images = ChannelsLastConvPass.forward(g).padded();
    ChannelsLast gradients = new ChannelsLast(g.n(), g.o(), g.oh(), g.ow(), 0, 0, 0, 0);
    int taps = g.kh() * g.kw();
    WeightPanels panels = new WeightPanels(g.o(), g.c(), (long) g.c() * taps, taps, IntStream.range(0, taps).toArray(), lanes);

    long bandPixel = images.pixel() * g.window().strideH() * g.window().strideW() + gradients.pixel();
    int bandRows = (int) Math.clamp(BAND / (bandPixel * g.ow()), 1, g.oh());
    int bandsOfImage = Math.ceilDiv(g.oh(), bandRows);
    int bands = g.n() * bandsOfImage;
    int groups = (int) Math.clamp(MOST_SUMS / panels.bytes(), 1, Math.min(MOST_GROUPS, bands));

    // the last pixels' vectors may reach beyond their channels
    long slack = 4L * lanes;
    boolean imagesInPlace = x.channelsLast() && images.dense();
    boolean gradientsInPlace = dy.channelsLast() && g.o() % lanes == 0;
    long imageBytes = imagesInPlace ? 0 : images.bytes();
    long gradientBytes = gradientsInPlace ? 0 : gradients.bytes();
    MemorySegment shared = target.shared(groups * panels.bytes() + imageBytes + gradientBytes + slack);
    MemorySegment sums = shared.asSlice(0, groups * panels.bytes());
    MemorySegment padded = imagesInPlace ? x.data() : shared.asSlice(sums.byteSize(), imageBytes);
    MemorySegment dense = gradientsInPlace ? dy.data() : shared.asSlice(sums.byteSize() + imageBytes, gradientBytes);
    IntConsumer packImages = imagesInPlace ? null : images.pack(target, x, padded);
    IntConsumer packGradients = gradientsInPlace ? null : gradients.pack(target, dy, dense);
    int imageParts = imagesInPlace ? 0 : images.parts();
    int gradientParts = gradientsInPlace ? 0 : gradients.parts();
    IntConsumer unpack = panels.unpack(target, dw, sums.asSlice(0, panels.bytes()));
    List<Tile> tiles = tiles(target, vectors, images, gradients);
    Kernel sum = new ChannelsLastGradWeight.Sum(groups, panels.bytes()).compile(target);
    int sumParts = panels.panels();

    return () -> {
      target.workers().run(imageParts + gradientParts, part -> {
        if (part < imageParts) {
          packImages.accept(part);
        } else {
          packGradients.accept(part - imageParts);
        }
      });
      target.workers().run(groups * panels.panels(), part -> {
        int group = part / panels.panels();
        int panel = part % panels.panels();
        MemorySegment mine = sums.asSlice(group * panels.bytes() + panel * panels.panel(), panels.panel());
        mine.fill((byte) 0);
        for (int band = (int) ((long) bands * group / groups); band < (long) bands * (group + 1) / groups; band++) {
          int image = band / bandsOfImage;
          int firstRow = band % bandsOfImage * bandRows;
          int rows = Math.min(bandRows, g.oh() - firstRow);
          long window = padded.address() + images.at(image, g.rows().pixel(firstRow, 0), g.columns().pixel(0, 0));
          long gradient = dense.address() + gradients.at(image, firstRow, 0) + 4L * panel * lanes;
          for (Tile tile : tiles) {
            tile.kernel.call(window + tile.image, gradient, mine.address() + 4L * tile.tap * lanes, rows);
          }
        }
      });
      if (groups > 1) {
        target.workers().run(sumParts, panel -> sum.call(sums.address() + panel * panels.panel(), panels.panel() / (4 * target.lanes())));
      }
      target.workers().run(panels.parts(target), unpack);
    };
  }

  /// All (kernel row, kernel column, channel), which is the order of a panel, in tiles.
  private List<Tile> tiles(Target target, int vectors, ChannelsLast images, ChannelsLast gradients) {
    List<Long> offsets = new ArrayList<>();
    for (int ky = 0; ky < g.kh(); ky++) {
      for (int kx = 0; kx < g.kw(); kx++) {
        for (int c = 0; c < g.c(); c++) {
          offsets.add(ky * g.window().dilationH() * images.row() + kx * g.window().dilationW() * images.pixel() + 4L * c);
        }
      }
    }
    int run = g.window().dilationW() == 1 ? g.kw() * g.c() : g.c();
    int most = ChannelsLastGradWeight.most(target, vectors);
    // tiles that do not cross from run to run are all alike
    int size = IntStream.iterate(most, s -> s >= most * 2 / 3, s -> s - 1).filter(s -> run % s == 0).findFirst().orElse(most);
    List<Tile> tiles = new ArrayList<>();
    for (int first = 0; first < offsets.size(); first += size) {
      long start = offsets.get(first);
      List<Long> taps = offsets.subList(first, Math.min(first + size, offsets.size())).stream().map(o -> o - start).toList();
      Kernel kernel = new ChannelsLastGradWeight(taps, vectors, g.ow(), g.window().strideW() * images.pixel(),
          g.window().strideH() * images.row(), gradients.pixel(), gradients.row(), 4L * vectors * target.lanes()).compile(target);
      tiles.add(new Tile(kernel, first, start));
    }
    return tiles;
  }
}
