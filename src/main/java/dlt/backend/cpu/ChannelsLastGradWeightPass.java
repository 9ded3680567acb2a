package dlt.backend.cpu;

import dlt.backend.KernelCall.Traffic;
import dlt.backend.cpu.ChannelsLastGradWeight.Steps;
import dlt.backend.cpu.ChannelsLastGradWeight.Tap;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/// The gradient of a convolution of one group by its weights, by [ChannelsLastGradWeight]: channels-last images are copied to
/// [ChannelBlocks], others and those of few channels are read where they lie; gradients are channels-last or copied. Both are cut into
/// groups with sums of their own, and each part computes one panel of output channels of one group, for as many rows or
/// images at a time as the second cache holds, about; then the groups are added up in order.
record ChannelsLastGradWeightPass(ConvGeometry g) {
  /// Bytes of images and gradients that all tiles go through before the next ones.
  private static final long BAND = 1 << 20;
  /// Bytes of sums of all groups together, where one group does not need more.
  private static final long MOST_SUMS = 8L << 20;
  /// Parts, where there are groups enough.
  private static final int PARTS = 16;
  /// So many tiles make up for a copy of the gradients of a panel.
  private static final int MANY_TILES = 16;

  /// So many output channels make up for a copy of the images.
  private static final int MANY_CHANNELS = 192;

  /// One weight of every output channel: its kernel position, its row of a panel, and its image value, in bytes from the first one of
  /// the window.
  private record Weight(int ky, int kx, int row, long place) {}

  /// Adds to the sums of a tile, which begin `sums` bytes into a panel, rows `firstRow .. endRow - 1` of gradients at most; its first
  /// image value is `place` bytes into a window.
  private record Tile(Kernel kernel, int firstRow, int endRow, long place, long sums) {}

  /// The images as tiles read them, and how a window moves over them.
  private record Source(PixelSteps steps, Taps rows, Taps columns) {}

  Step compile(Target target, Operand x, Operand dy, MemorySegment dw) {
    g.images().check(x.data(), g.n());
    g.results().check(dy.data(), g.n());
    int vectors = g.o() > target.lanes() ? 2 : 1;
    int lanes = vectors * target.lanes();
    int most = ChannelsLastGradWeight.most(target, vectors);
    boolean farImages = x.channelsLast() && g.c() > most;
    boolean copies = farImages && 4 * g.images().size() < Integer.MAX_VALUE && (g.o() >= MANY_CHANNELS || skips(g.rows()) && skips(g.columns()));
    Optional<ChannelBlocks> blocks = copies ? Optional.of(blocks(most)) : Optional.empty();
    Source source = new Source(blocks.map(ChannelBlocks::steps).orElse(PixelSteps.of(g.images(), x.channelsLast())),
        blocks.isPresent() ? dense(g.rows()) : g.rows(), blocks.isPresent() ? dense(g.columns()) : g.columns());
    int taps = g.kh() * g.kw();
    boolean planes = source.steps.planes() > 1;
    // [kernel row][plane][kernel column][channel of the plane]
    int[] rows = IntStream.range(0, taps).map(t -> t / g.kw() * g.c() * g.kw() + t % g.kw() * (planes ? 1 : g.c())).toArray();
    WeightPanels panels = new WeightPanels(g.o(), g.c(), (long) g.c() * taps, taps, rows, planes ? g.kw() : 1, lanes);
    List<List<Weight>> tiles = blocks.map(b -> blockTiles(b)).orElseGet(() -> tiles(source, most));

    long rowBytes = 4L * g.ow() * (Math.min(source.rows.stride(), g.kh()) * source.columns.stride() * g.c() + lanes);
    int rowsAtOnce = (int) Math.clamp(BAND / rowBytes, 1, (long) g.n() * g.oh());
    int imagesAtOnce = Math.max(1, rowsAtOnce / g.oh());
    int bandsOfImage = Math.ceilDiv(g.oh(), rowsAtOnce);
    int bandRows = Math.ceilDiv(g.oh(), bandsOfImage);
    int bands = g.n() * bandsOfImage;
    int groups = (int) Math.clamp(MOST_SUMS / panels.bytes(), 1, Math.min(Math.ceilDiv(PARTS, panels.panels()), bands));

    ChannelsLast allGradients = new ChannelsLast(g.n(), g.o(), g.oh(), g.ow());
    boolean gather = tiles.size() >= MANY_TILES || g.o() % lanes > 0;
    // a band's gradients of a panel, side by side
    ChannelsLast panelGradients = new ChannelsLast(imagesAtOnce, lanes, bandRows, g.ow());
    MemorySegment[] shared = target.shared(groups * panels.bytes(), blocks.map(ChannelBlocks::bytes).orElse(0L),
        dy.channelsLast() ? 0 : allGradients.bytes());
    MemorySegment sums = shared[0];
    MemorySegment images = blocks.isPresent() ? shared[1] : x.data();
    MemorySegment dense = dy.channelsLast() ? dy.data() : shared[2];
    target.workspace().reserve(gather ? panelGradients.bytes() : 0);
    int imageParts = blocks.map(ChannelBlocks::parts).orElse(0);
    IntConsumer packImages = blocks.map(b -> b.pack(target, x.data(), images)).orElse(null);
    int gradientParts = dy.channelsLast() ? 0 : allGradients.parts();
    IntConsumer packGradients = dy.channelsLast() ? null : allGradients.pack(target, dy, dense);
    IntConsumer unpack = panels.unpack(target, dw, sums.asSlice(0, panels.bytes()));
    Kernel copy = new RowCopy(lanes, allGradients.pixel(), panelGradients.pixel()).compile(target);
    int lastLanes = g.o() - (panels.panels() - 1) * lanes;
    Kernel copyLast = new RowCopy(lastLanes, allGradients.pixel(), panelGradients.pixel()).compile(target);
    // the last step is for several images, which are small
    Steps imageSteps = new Steps(source.columns.stride() * source.steps.pixel(), source.rows.stride() * source.steps.row(),
        imagesAtOnce > 1 ? source.steps.image() : 0);
    ChannelsLast gradients = gather ? panelGradients : allGradients;
    Steps gradientSteps = new Steps(gradients.pixel(), gradients.row(), imagesAtOnce > 1 ? gradients.row() * g.oh() : 0);
    List<Tile> kernels = tiles.stream().flatMap(t -> kernels(target, vectors, t, source, imageSteps, gradientSteps, farImages && !copies, !gather).stream()).toList();
    Kernel sum = new ChannelsLastGradWeight.Sum(groups, panels.bytes()).compile(target);

    IntConsumer multiply = part -> target.workspace().use(piece -> {
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
        int endOfBand = Math.min(g.oh(), first + bandRows);
        long from = dense.address() + allGradients.at(image, first, 0) + 4L * panel * lanes;
        if (gather) {
          (panel == panels.panels() - 1 ? copyLast : copy).call(from, piece, (long) count * (endOfBand - first) * g.ow());
          from = piece;
        }
        for (Tile tile : kernels) {
          int firstRow = Math.max(first, tile.firstRow);
          int endRow = Math.min(endOfBand, tile.endRow);
          if (firstRow < endRow) {
            long window = images.address() + source.steps.at(image, source.rows.pixel(firstRow, 0), source.columns.pixel(0, 0));
            tile.kernel.call(window + tile.place, from + (firstRow - first) * gradientSteps.row(), mine.address() + tile.sums,
                endRow - firstRow, count, 0);
          }
        }
      }
    });
    List<Target.Phase> phases = new ArrayList<>();
    blocks.ifPresent(b -> phases.add(packed(b)));
    if (!dy.channelsLast()) {
      phases.add(new Target.Phase(0, List.of(1), false, List.of(new Traffic(0, allGradients.bytes(), allGradients.bytes()))));
    }
    if (gather) {
      phases.add(new Target.Phase(0, dy.channelsLast() ? List.of(1) : List.of(), false,
          List.of(new Traffic(0, allGradients.bytes(), target.workspace().bytes()))));
    }
    List<Integer> operands = new ArrayList<>(blocks.isPresent() ? List.of() : List.of(0));
    if (dy.channelsLast() && !gather) {
      operands.add(1);
    }
    phases.add(new Target.Phase(arithmetic(panels), operands, false, List.of(new Traffic(blocks.map(ChannelBlocks::bytes).orElse(0L),
        groups * panels.bytes(), blocks.map(ChannelBlocks::bytes).orElse(groups * panels.bytes())))));
    if (groups > 1) {
      phases.add(new Target.Phase(0, List.of(), false, List.of(new Traffic(groups * panels.bytes(), panels.bytes(), groups * panels.bytes()))));
    }
    phases.add(new Target.Phase(0, List.of(), true, List.of(new Traffic(panels.bytes(), 0, panels.bytes()))));
    target.path(ConvPath.CHANNELS_LAST.label(), phases.toArray(Target.Phase[]::new));
    return () -> {
      if (imageParts + gradientParts > 0) {
        target.workers().run(imageParts + gradientParts, part -> {
          if (part < imageParts) {
            packImages.accept(part);
          } else {
            packGradients.accept(part - imageParts);
          }
        });
      }
      target.workers().run(groups * panels.panels(), multiply);
      if (groups > 1) {
        target.workers().run(panels.panels(), panel -> sum.call(sums.address() + panel * panels.panel(), panels.panel() / (4 * target.lanes())));
      }
      target.workers().run(panels.parts(target), unpack);
    };
  }

  /// Images to blocks: all of them, or what windows have of them, read from no farther than they are large.
  private Target.Phase packed(ChannelBlocks blocks) {
    long written = blocks.bytes();
    long read = 4L * g.n() * blocks.rows() * blocks.columns() * g.c();
    long all = 4L * g.n() * g.images().size();
    return read == all ? new Target.Phase(0, List.of(0), false, List.of(new Traffic(0, written, written)))
        : new Target.Phase(0, List.of(), false, List.of(new Traffic(read, 0, all), new Traffic(0, written, written)));
  }

  /// Of what lies inside the images.
  private long arithmetic(WeightPanels panels) {
    return 2L * g.n() * reached(g.rows()) * reached(g.columns()) * g.c() * panels.panels() * panels.lanes();
  }

  private static long reached(Taps taps) {
    return IntStream.range(0, taps.kernel()).mapToLong(k -> taps.endResult(k) - taps.firstResult(k)).sum();
  }

  /// The images in blocks of as many channels as a tile has taps, without pixels that no window has.
  private ChannelBlocks blocks(int most) {
    int width = Math.ceilDiv(g.c(), Math.ceilDiv(g.c(), most));
    return new ChannelBlocks(g.n(), g.images(), dense(g.rows()).in(), dense(g.columns()).in(), skips(g.rows()) ? g.rows().stride() : 1,
        skips(g.columns()) ? g.columns().stride() : 1, width);
  }

  /// Whether windows are single pixels, some way apart.
  private static boolean skips(Taps taps) {
    return taps.kernel() == 1 && taps.pad() == 0 && (taps.out() - 1) * taps.stride() < taps.in();
  }

  /// The same windows over those pixels that they have.
  private static Taps dense(Taps taps) {
    return skips(taps) ? new Taps(taps.out(), taps.out(), 1, 1, 0, 1) : taps;
  }

  /// A tile for each kernel position and block.
  private List<List<Weight>> blockTiles(ChannelBlocks blocks) {
    List<List<Weight>> tiles = new ArrayList<>();
    for (int block = 0; block < blocks.blocks(); block++) {
      int first = block * blocks.width();
      for (int tap = 0; tap < g.kh() * g.kw(); tap++) {
        int ky = tap / g.kw();
        int kx = tap % g.kw();
        long place = block * blocks.block() + ky * g.window().dilationH() * blocks.steps().row() + kx * g.window().dilationW() * blocks.steps().pixel();
        int row = tap * g.c() + first;
        tiles.add(IntStream.range(0, Math.min(blocks.width(), g.c() - first))
            .mapToObj(c -> new Weight(ky, kx, row + c, place + 4L * c)).toList());
      }
    }
    return tiles;
  }

  /// All weights in the order of a panel, in tiles.
  private List<List<Weight>> tiles(Source source, int most) {
    PixelSteps images = source.steps;
    List<Weight> weights = new ArrayList<>();
    for (int ky = 0; ky < g.kh(); ky++) {
      for (int plane = 0; plane < images.planes(); plane++) {
        for (int kx = 0; kx < g.kw(); kx++) {
          for (int c = 0; c < images.run(); c++) {
            weights.add(new Weight(ky, kx, weights.size(), ky * g.window().dilationH() * images.row() + plane * images.plane()
                + kx * g.window().dilationW() * images.pixel() + 4L * c));
          }
        }
      }
    }
    int run = g.window().dilationW() == 1 || images.planes() > 1 ? g.kw() * g.c() : g.c();
    // tiles that do not cross from run to run are all alike
    int size = IntStream.iterate(most, s -> s >= most * 2 / 3, s -> s - 1).filter(s -> run % s == 0).findFirst().orElse(most);
    return IntStream.range(0, Math.ceilDiv(weights.size(), size))
        .mapToObj(i -> weights.subList(i * size, Math.min((i + 1) * size, weights.size()))).toList();
  }

  /// A tile whose kernel rows meet different rows of gradients is several.
  private List<Tile> kernels(Target target, int vectors, List<Weight> tile, Source source, Steps images, Steps gradients,
      boolean farImages, boolean farGradients) {
    Taps rows = source.rows;
    long place = tile.getFirst().place;
    long sumBytes = 4L * vectors * target.lanes();
    int[] bounds = tile.stream().flatMapToInt(w -> IntStream.of(rows.firstResult(w.ky), rows.endResult(w.ky))).sorted().distinct().toArray();
    List<Tile> kernels = new ArrayList<>();
    for (int b = 0; b + 1 < bounds.length; b++) {
      List<Tap> taps = new ArrayList<>();
      for (int i = 0; i < tile.size(); i++) {
        Weight w = tile.get(i);
        Taps.Reach reach = new Taps.Reach(source.columns.firstResult(w.kx), source.columns.endResult(w.kx));
        if (bounds[b] >= rows.firstResult(w.ky) && bounds[b] < rows.endResult(w.ky) && !reach.empty()) {
          taps.add(new Tap(w.place - place, i, reach));
        }
      }
      if (!taps.isEmpty()) {
        Kernel kernel = new ChannelsLastGradWeight(taps, vectors, g.ow(), images, gradients, farImages, farGradients, sumBytes).compile(target);
        kernels.add(new Tile(kernel, bounds[b], bounds[b + 1], place, tile.getFirst().row * sumBytes));
      }
    }
    return kernels;
  }
}
