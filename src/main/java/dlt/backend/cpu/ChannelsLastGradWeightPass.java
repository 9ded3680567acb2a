package dlt.backend.cpu;

import dlt.backend.KernelCall.Traffic;
import dlt.backend.cpu.ChannelsLastGradWeight.Steps;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/// The gradient of a convolution of one group by its weights, by [ChannelsLastGradWeight]: channels-last images that are read
/// often are copied to [ChannelBlocks], others are read where they lie; gradients are channels-last or copied. Both are cut into
/// groups with sums of their own, and each part computes one panel of output channels of one group, for as many rows or
/// images at a time as the second cache holds, about; then the groups are added up in order.
record ChannelsLastGradWeightPass(ConvGeometry g) {
  /// Bytes of images and gradients that all tiles go through before the next ones: of whole images, or of gradients and one block, and
  /// of the blocks at a time.
  private static final long BAND = 1 << 20, BLOCK_BAND = 512 << 10, BLOCKS = 256 << 10;
  /// Bytes of sums of all groups together, where one group does not need more.
  private static final long MOST_SUMS = 8L << 20;
  /// Parts, where there are groups enough.
  private static final int PARTS = 16;
  /// So many tiles make up for a copy of the gradients of a panel.
  private static final int MANY_TILES = 16;
  /// So many multiply-adds of an image value make up for its copy.
  private static final int MANY_PRODUCTS = 512;

  Step compile(Target target, Operand x, Operand dy, MemorySegment dw) {
    g.images().check(x.data(), g.n());
    g.results().check(dy.data(), g.n());
    return new Bound(target, x, dy, dw);
  }

  /// The pass over operands in memory.
  private final class Bound implements Step {
    private final Target target;
    private final Operand dy;
    /// The images in blocks, if they are copied.
    private final Optional<ChannelBlocks> blocks;
    /// The images as tiles read them.
    private final PixelSteps steps;
    private final WeightPanels panels;
    /// A band is some rows of an image's gradients; several bands that are whole images are gone through at once.
    private final int bandRows;
    private final int bandsOfImage;
    private final int bands;
    private final int groups;
    private final int imagesAtOnce;
    /// All gradients, channels-last.
    private final ChannelsLast gradients;
    /// Whether a band's gradients of a panel are copied side by side.
    private final boolean gather;
    private final long gradientRow;
    private final Kernel copy;
    private final Kernel copyLast;
    private final MemorySegment sums;
    private final MemorySegment images;
    private final MemorySegment dense;
    /// Whether the kernels of a group's first images begin the sums; else they begin with zeros in memory.
    private final boolean begins;
    private final List<GradWeightTiles.Run> firstRuns;
    private final List<GradWeightTiles.Run> runs;
    private final List<IntConsumer> packs = new ArrayList<>();
    private final List<Integer> packParts = new ArrayList<>();
    private final Kernel sum;
    private final IntConsumer unpack;

    Bound(Target target, Operand x, Operand dy, MemorySegment dw) {
      this.target = target;
      this.dy = dy;
      int vectors = g.o() > target.lanes() ? 2 : 1;
      int lanes = vectors * target.lanes();
      int most = ChannelsLastGradWeight.most(target, vectors);
      boolean farImages = x.channelsLast() && g.c() > most;
      blocks = farImages && copies() ? Optional.of(new ChannelBlocks(g.n(), g.images(), GradWeightTiles.blockWidth(most, target.lanes(), g)))
          : Optional.empty();
      steps = blocks.map(ChannelBlocks::steps).orElse(PixelSteps.of(g.images(), x.channelsLast()));
      panels = panels(lanes);

      long gradientBytes = 4L * g.ow() * lanes;
      long imageBytes = (long) Math.min(g.window().strideH(), g.kh()) * g.window().strideW() * g.ow() * 4L * blocks.map(ChannelBlocks::width).orElse(g.c());
      int rowsAtOnce = (int) Math.clamp((blocks.isPresent() ? BLOCK_BAND : BAND) / (gradientBytes + imageBytes), 1, (long) g.n() * g.oh());
      bandsOfImage = Math.ceilDiv(g.oh(), rowsAtOnce);
      bandRows = Math.ceilDiv(g.oh(), bandsOfImage);
      bands = g.n() * bandsOfImage;
      groups = (int) Math.clamp(MOST_SUMS / panels.bytes(), 1, Math.min(Math.ceilDiv(PARTS, panels.panels()), bands));
      imagesAtOnce = Math.clamp(rowsAtOnce / g.oh(), 1, Math.ceilDiv(g.n(), groups));
      int blocksAtOnce = (int) Math.clamp(BLOCKS / (imageBytes * bandRows * imagesAtOnce), 1, Integer.MAX_VALUE);
      GradWeightTiles tiles = blocks.map(b -> GradWeightTiles.ofBlocks(g, b, most, blocksAtOnce)).orElseGet(() -> GradWeightTiles.of(g, steps, most));

      gradients = new ChannelsLast(g.n(), g.o(), g.oh(), g.ow());
      gather = tiles.tiles().size() >= MANY_TILES || g.o() % lanes > 0;
      ChannelsLast panelGradients = new ChannelsLast(imagesAtOnce, lanes, bandRows, g.ow());
      target.workspace().reserve(gather ? panelGradients.bytes() : 0);
      copy = new RowCopy(lanes, gradients.pixel(), panelGradients.pixel()).compile(target);
      copyLast = new RowCopy(g.o() - (panels.panels() - 1) * lanes, gradients.pixel(), panelGradients.pixel()).compile(target);
      MemorySegment[] shared = target.shared(groups * panels.bytes(), blocks.map(ChannelBlocks::bytes).orElse(0L),
          dy.channelsLast() ? 0 : gradients.bytes());
      sums = shared[0];
      images = blocks.isPresent() ? shared[1] : x.data();
      dense = dy.channelsLast() ? dy.data() : shared[2];
      blocks.ifPresent(b -> pack(b.parts(), b.pack(target, x.data(), images)));
      if (!dy.channelsLast()) {
        pack(gradients.parts(), gradients.pack(target, dy, dense));
      }

      // the last step is for several images, which are small
      Steps imageSteps = new Steps(g.window().strideW() * steps.pixel(), g.window().strideH() * steps.row(), imagesAtOnce > 1 ? steps.image() : 0);
      ChannelsLast of = gather ? panelGradients : gradients;
      gradientRow = of.row();
      Steps gradientSteps = new Steps(of.pixel(), of.row(), imagesAtOnce > 1 ? of.row() * g.oh() : 0);
      // else not every kernel has rows in the first band
      begins = bandsOfImage == 1 && tiles.whole();
      firstRuns = tiles.kernels(target, vectors, !begins, imageSteps, gradientSteps, farImages && blocks.isEmpty(), !gather);
      runs = begins && imagesAtOnce * groups < g.n() ? tiles.kernels(target, vectors, true, imageSteps, gradientSteps, farImages && blocks.isEmpty(), !gather)
          : firstRuns;
      sum = new ChannelsLastGradWeight.Sum(groups, panels.bytes()).compile(target);
      unpack = panels.unpack(target, dw, sums.asSlice(0, panels.bytes()));
      target.path(ConvPath.CHANNELS_LAST.label(), profile());
    }

    private void pack(int parts, IntConsumer part) {
      packParts.add(parts);
      packs.add(part);
    }

    /// Whether images are read so often that it makes up for a copy. Where windows do not overlap, they are read once a panel.
    private boolean copies() {
      long products = (long) g.o() * g.kh() * g.kw() / ((long) g.window().strideH() * g.window().strideW());
      return products >= MANY_PRODUCTS && g.kh() * g.kw() > 1 && 4 * g.images().size() < Integer.MAX_VALUE;
    }

    /// [kernel row][plane][kernel column][channel of the plane]
    private WeightPanels panels(int lanes) {
      int taps = g.kh() * g.kw();
      boolean planes = steps.planes() > 1;
      int[] rows = IntStream.range(0, taps).map(t -> t / g.kw() * g.c() * g.kw() + t % g.kw() * (planes ? 1 : g.c())).toArray();
      return new WeightPanels(g.o(), g.c(), (long) g.c() * taps, taps, rows, planes ? g.kw() : 1, lanes);
    }

    @Override
    public void run() {
      int first = packParts.isEmpty() ? 0 : packParts.getFirst();
      target.workers().run(packParts.stream().mapToInt(Integer::intValue).sum(), part -> {
        if (part < first) {
          packs.getFirst().accept(part);
        } else {
          packs.getLast().accept(part - first);
        }
      });
      target.workers().run(groups * panels.panels(), this::multiply);
      if (groups > 1) {
        target.workers().run(panels.panels(), panel -> sum.call(sums.address() + panel * panels.panel(), panels.panel() / (4 * target.lanes())));
      }
      target.workers().run(panels.parts(target), unpack);
    }

    /// A panel of one group.
    private void multiply(int part) {
      int group = part / panels.panels();
      int panel = part % panels.panels();
      MemorySegment mine = sums.asSlice(group * panels.bytes() + panel * panels.panel(), panels.panel());
      if (!begins) {
        mine.fill((byte) 0);
      }
      int start = (int) ((long) bands * group / groups);
      int end = (int) ((long) bands * (group + 1) / groups);
      target.workspace().use(piece -> {
        int count;
        for (int band = start; band < end; band += count) {
          count = bandsOfImage > 1 ? 1 : Math.min(imagesAtOnce, end - band);
          multiply(band == start ? firstRuns : runs, band, count, panel, piece, mine.address());
        }
      });
    }

    /// Some bands of a panel, into its sums.
    private void multiply(List<GradWeightTiles.Run> runs, int band, int count, int panel, long piece, long mine) {
      int image = band / bandsOfImage;
      int first = band % bandsOfImage * bandRows;
      int end = Math.min(g.oh(), first + bandRows);
      long from = dense.address() + gradients.at(image, first, 0) + 4L * panel * panels.lanes();
      if (gather) {
        (panel == panels.panels() - 1 ? copyLast : copy).call(from, piece, (long) count * (end - first) * g.ow());
        from = piece;
      }
      Taps rows = g.rows();
      int column = g.columns().pixel(0, 0);
      for (GradWeightTiles.Run run : runs) {
        int firstRow = Math.max(first, run.firstRow());
        int endRow = Math.min(end, run.endRow());
        if (firstRow < endRow) {
          long window = images.address() + steps.at(image, rows.pixel(firstRow, 0), column);
          run.kernel().call(window + run.place(), from + (firstRow - first) * gradientRow, mine + run.sums(), endRow - firstRow, count, run.count());
        }
      }
    }

    /// For profiles: copies, the products of what lies inside the images, sums of groups, and weights to where they belong.
    private Target.Phase[] profile() {
      List<Target.Phase> phases = new ArrayList<>();
      blocks.ifPresent(b -> phases.add(new Target.Phase(0, List.of(0), false, List.of(new Traffic(0, b.bytes(), b.bytes())))));
      if (!dy.channelsLast()) {
        phases.add(new Target.Phase(0, List.of(1), false, List.of(new Traffic(0, gradients.bytes(), gradients.bytes()))));
      }
      if (gather) {
        phases.add(new Target.Phase(0, dy.channelsLast() ? List.of(1) : List.of(), false,
            List.of(new Traffic(0, gradients.bytes(), target.workspace().bytes()))));
      }
      List<Integer> operands = new ArrayList<>(blocks.isPresent() ? List.of() : List.of(0));
      if (dy.channelsLast() && !gather) {
        operands.add(1);
      }
      long all = groups * panels.bytes();
      phases.add(new Target.Phase(arithmetic(), operands, false,
          List.of(new Traffic(blocks.map(ChannelBlocks::bytes).orElse(0L), all, blocks.map(ChannelBlocks::bytes).orElse(all)))));
      if (groups > 1) {
        phases.add(new Target.Phase(0, List.of(), false, List.of(new Traffic(all, panels.bytes(), all))));
      }
      phases.add(new Target.Phase(0, List.of(), true, List.of(new Traffic(panels.bytes(), 0, panels.bytes()))));
      return phases.toArray(Target.Phase[]::new);
    }

    /// Of what lies inside the images.
    private long arithmetic() {
      return 2L * g.n() * reached(g.rows()) * reached(g.columns()) * g.c() * panels.panels() * panels.lanes();
    }
  }

  private static long reached(Taps taps) {
    return IntStream.range(0, taps.kernel()).mapToLong(k -> taps.endResult(k) - taps.firstResult(k)).sum();
  }
}
