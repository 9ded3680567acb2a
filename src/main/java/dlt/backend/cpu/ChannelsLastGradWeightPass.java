package dlt.backend.cpu;

import dlt.backend.KernelCall.Traffic;
import dlt.backend.cpu.ChannelsLastGradWeight.Steps;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/// The gradient of a convolution of one group by its weights, by [ChannelsLastGradWeight]: images and gradients are read where they lie
/// channels-last, a band of rows at a time that the second cache holds while the next one is asked for. Small images that are read often
/// are copied to [ChannelBlocks] instead and their gradients by panel, and all of them are gone through at once where the cache holds so
/// much. Bands are cut into groups with sums of their own, and each part computes some source channels of a range of panels of output
/// channels of one group. Where there is one group, sums stay in workspace and a part moves them to where they belong as soon as they are
/// complete; else the groups are added up in order at the end.
record ChannelsLastGradWeightPass(ConvGeometry g) {
  /// Bytes of images and gradients that all tiles go through before the next ones, which are asked for meanwhile; of images where gradients are
  /// copied; of gradients and one block, and of the blocks at a time.
  private static final long BAND = 180 << 10, COPIED_BAND = 400 << 10, BLOCK_BAND = 512 << 10, BLOCKS = 256 << 10;
  /// Pixels of gradients that make up for loading and storing sums.
  private static final int LEAST_PIXELS = 96;
  /// Bytes of sums of the panels that a part goes through with each band.
  private static final long SUMS = 64 << 10;
  /// Bytes of sums of all groups together, where one group does not need more.
  private static final long MOST_SUMS = 8L << 20;
  /// Parts, where there are groups enough, and where there are source channels enough and all images are gone through at once.
  private static final int PARTS = 8, FINE_PARTS = 32;
  /// So many multiply-adds of an image value make up for its copy where images have so few pixels of gradients that each band is several
  /// of them.
  private static final int MANY_PRODUCTS = 512;
  private static final int FEW_PIXELS = 128;

  Step compile(Target target, Operand x, Operand dy, MemorySegment dw) {
    g.images().check(x.data(), g.n());
    g.results().check(dy.data(), g.n());
    return new Bound(target, x, dy, dw);
  }

  /// The kernels of all weights of the source channels `first` to `end - 1`: those that ask for the images that come next, and those that do not.
  private record Sweep(int first, int end, List<GradWeightTiles.Run> asking, List<GradWeightTiles.Run> runs) {}

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
    /// Neighbouring panels that a part goes through with each band are a range.
    private final int ranges;
    /// The parts of a range of one group: each has some of the sweeps.
    private final int cuts;
    private final int imagesAtOnce;
    /// All gradients, channels-last.
    private final ChannelsLast gradients;
    /// Whether a band's gradients of a panel are copied side by side.
    private final boolean gather;
    private final long gradientRow;
    /// Where the first window of the first image begins, and bytes to the windows below it.
    private final long firstWindow;
    private final long imageRow;
    private final Kernel copy;
    private final Kernel copyLast;
    /// Whether a part goes through its images in one turn; a thread then keeps what it gathered for the next part.
    private final boolean oneTurn;
    /// Which range's gradients, of which group and run, are in each thread's workspace.
    private final long[] gatheredOf;
    private long run;
    /// The sums of several groups.
    private final MemorySegment sums;
    /// Where the sums lie in the workspace if there is one group.
    private final long sumsAt;
    private final MemorySegment images;
    private final MemorySegment dense;
    /// Whether the kernels begin the sums; else they begin with zeros in memory.
    private final boolean begins;
    private final List<Sweep> sweeps;
    /// Copies what is not read where it lies, one of `packs` parts at a time.
    private final IntConsumer pack;
    private final int packs;
    private final Kernel sum;
    private final WeightPanels.Unpacker unpack;

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

      long gradientBytes = 4L * g.ow() * g.o();
      long imageBytes = (long) Math.min(g.window().strideH(), g.kh()) * g.window().strideW() * g.ow() * 4L * blocks.map(ChannelBlocks::width).orElse(g.c());
      int leastRows = Math.min(Math.ceilDiv(LEAST_PIXELS, g.ow()), g.n() * g.oh());
      // else the lines of a panel's gradients, far apart, would be few of those of the second cache
      gather = blocks.isPresent() || g.o() % lanes > 0 || leastRows * (imageBytes + gradientBytes) > COPIED_BAND;
      long rowBytes = imageBytes + (gather ? 4L * g.ow() * lanes : gradientBytes);
      int rowsAtOnce = (int) Math.clamp((blocks.isPresent() ? BLOCK_BAND : gather ? COPIED_BAND : BAND) / rowBytes, leastRows, (long) g.n() * g.oh());
      bandsOfImage = Math.ceilDiv(g.oh(), rowsAtOnce);
      bandRows = Math.ceilDiv(g.oh(), bandsOfImage);
      bands = g.n() * bandsOfImage;
      int mostAtOnce = Math.max(1, rowsAtOnce / g.oh());
      int blocksAtOnce = (int) Math.clamp(BLOCKS / (imageBytes * bandRows * Math.min(mostAtOnce, g.n())), 1, Integer.MAX_VALUE);
      GradWeightTiles tiles = blocks.map(b -> GradWeightTiles.ofBlocks(g, b, most, blocksAtOnce)).orElseGet(() -> GradWeightTiles.of(g, steps, most));
      int panelsAtOnce = gather ? 1 : (int) Math.clamp(SUMS / panels.panel(), 1, panels.panels());
      ranges = Math.ceilDiv(panels.panels(), panelsAtOnce);
      cuts = tiles.whole() && mostAtOnce >= g.n() ? Math.min(Math.ceilDiv(FINE_PARTS, ranges), tiles.sweeps().size()) : 1;
      groups = (int) Math.clamp(MOST_SUMS / panels.bytes(), 1, Math.min(Math.ceilDiv(PARTS, ranges * cuts), bands));
      imagesAtOnce = Math.min(mostAtOnce, Math.ceilDiv(g.n(), groups));
      oneTurn = bandsOfImage == 1 && imagesAtOnce * groups >= g.n();
      begins = oneTurn && tiles.whole();

      gradients = new ChannelsLast(g.n(), g.o(), g.oh(), g.ow());
      ChannelsLast panelGradients = new ChannelsLast(imagesAtOnce, lanes, bandRows, g.ow());
      gatheredOf = new long[target.workers().threads()];
      sumsAt = gather ? panelGradients.bytes() : 0;
      target.workspace().reserve(sumsAt + (groups > 1 ? 0 : panelsAtOnce * panels.panel()));
      copy = new RowCopy(lanes, gradients.pixel(), panelGradients.pixel()).compile(target);
      copyLast = new RowCopy(g.o() - (panels.panels() - 1) * lanes, gradients.pixel(), panelGradients.pixel()).compile(target);
      MemorySegment[] shared = target.shared(groups > 1 ? groups * panels.bytes() : 0, blocks.map(ChannelBlocks::bytes).orElse(0L),
          dy.channelsLast() ? 0 : gradients.bytes());
      sums = shared[0];
      images = blocks.isPresent() ? shared[1] : x.data();
      dense = dy.channelsLast() ? dy.data() : shared[2];
      int copied = blocks.map(ChannelBlocks::parts).orElse(0);
      IntConsumer copyImages = blocks.map(b -> b.pack(target, x.data(), images)).orElse(null);
      IntConsumer turnGradients = dy.channelsLast() ? null : gradients.pack(target, dy, dense);
      packs = copied + (dy.channelsLast() ? 0 : gradients.parts());
      pack = part -> {
        if (part < copied) {
          copyImages.accept(part);
        } else {
          turnGradients.accept(part - copied);
        }
      };

      // the last step is for several images, which are small
      Steps imageSteps = new Steps(g.window().strideW() * steps.pixel(), g.window().strideH() * steps.row(), imagesAtOnce > 1 ? steps.image() : 0);
      firstWindow = images.address() + steps.at(0, g.rows().pixel(0, 0), g.columns().pixel(0, 0));
      imageRow = imageSteps.row();
      ChannelsLast of = gather ? panelGradients : gradients;
      gradientRow = of.row();
      Steps gradientSteps = new Steps(of.pixel(), of.row(), imagesAtOnce > 1 ? of.row() * g.oh() : 0);
      long imagesAhead = oneTurn || !farImages || blocks.isPresent() ? 0 : bandsOfImage == 1 ? imagesAtOnce * steps.image() : bandRows * imageRow;
      long gradientsAhead = oneTurn || gather ? 0 : imagesAtOnce * bandRows * of.row();
      sweeps = new ArrayList<>();
      for (GradWeightTiles.Sweep sweep : tiles.sweeps()) {
        List<GradWeightTiles.Run> asking = tiles.kernels(sweep, target, vectors, !begins, imageSteps, gradientSteps, imagesAhead, gradientsAhead);
        sweeps.add(new Sweep(sweep.first(), sweep.end(), asking, panelsAtOnce == 1 || imagesAhead == 0 ? asking
            : tiles.kernels(sweep, target, vectors, !begins, imageSteps, gradientSteps, 0, gradientsAhead)));
      }
      sum = new ChannelsLastGradWeight.Sum(groups, panels.bytes()).compile(target);
      unpack = panels.unpacker(target, dw, sweeps.getFirst().end);
      target.path(ConvPath.CHANNELS_LAST.label(), profile());
    }

    /// Whether images are read so often that it makes up for a copy. Where windows do not overlap, they are read once a panel.
    private boolean copies() {
      long products = (long) g.o() * g.kh() * g.kw() / ((long) g.window().strideH() * g.window().strideW());
      return products >= MANY_PRODUCTS && g.oh() * g.ow() < FEW_PIXELS && g.kh() * g.kw() > 1 && 4 * g.images().size() < Integer.MAX_VALUE;
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
      target.workers().run(packs, pack);
      run++;
      target.workers().run(groups * ranges * cuts, part -> target.workspace().use(piece -> multiply(part, piece)));
      if (groups > 1) {
        target.workers().run(panels.panels(), panel -> {
          long all = sums.address() + panel * panels.panel();
          sum.call(all, panels.panel() / (4 * target.lanes()));
          unpack.unpack(panel, 0, g.c(), all);
        });
      }
    }

    /// Some sweeps of a range of panels of one group.
    private void multiply(int part, long piece) {
      int number = part / cuts;
      int group = number / ranges;
      int range = number % ranges;
      int firstPanel = panels.panels() * range / ranges;
      int endPanel = panels.panels() * (range + 1) / ranges;
      int firstSweep = sweeps.size() * (part % cuts) / cuts;
      int endSweep = sweeps.size() * (part % cuts + 1) / cuts;
      long into = groups > 1 ? sums.address() + group * panels.bytes() + firstPanel * panels.panel() : piece + sumsAt;
      if (!begins) {
        MemorySegment.ofAddress(into).reinterpret((endPanel - firstPanel) * panels.panel()).fill((byte) 0);
      }
      int end = (int) ((long) bands * (group + 1) / groups);
      int count;
      for (int band = (int) ((long) bands * group / groups); band < end; band += count) {
        count = bandsOfImage > 1 ? 1 : Math.min(imagesAtOnce, end - band);
        for (int panel = firstPanel; panel < endPanel; panel++) {
          long to = into + (panel - firstPanel) * panels.panel();
          long from = gradients(run * groups * ranges + number, band, count, panel, piece);
          for (int s = firstSweep; s < endSweep; s++) {
            Sweep sweep = sweeps.get(s);
            multiply(panel == endPanel - 1 ? sweep.asking : sweep.runs, band, count, from, to);
            if (groups == 1 && band + count == end) {
              unpack.unpack(panel, sweep.first, sweep.end, to);
            }
          }
        }
      }
    }

    /// Where the gradients of some bands lie in the channels of a panel: where they are, or at `piece`. `stamp` is the panel's, of this
    /// group and run.
    private long gradients(long stamp, int band, int count, int panel, long piece) {
      int first = band % bandsOfImage * bandRows;
      long from = dense.address() + gradients.at(band / bandsOfImage, first, 0) + 4L * panel * panels.lanes();
      if (!gather) {
        return from;
      }
      if (!oneTurn || gatheredOf[Workers.number()] != stamp) {
        long rows = (long) count * (Math.min(g.oh(), first + bandRows) - first);
        (panel == panels.panels() - 1 ? copyLast : copy).call(from, piece, rows * g.ow());
        gatheredOf[Workers.number()] = stamp;
      }
      return piece;
    }

    /// Some bands, whose gradients lie from `from` on, into the sums of a panel.
    private void multiply(List<GradWeightTiles.Run> runs, int band, int count, long from, long sums) {
      int first = band % bandsOfImage * bandRows;
      int end = Math.min(g.oh(), first + bandRows);
      long window = firstWindow + band / bandsOfImage * steps.image();
      for (GradWeightTiles.Run run : runs) {
        int firstRow = Math.max(first, run.firstRow());
        int rows = Math.min(end, run.endRow()) - firstRow;
        if (rows > 0) {
          run.kernel().call(window + firstRow * imageRow + run.place(), from + (firstRow - first) * gradientRow, sums + run.sums(), rows, count, run.count());
        }
      }
    }

    /// For profiles: copies, the products of what lies inside the images, and sums to where they belong.
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
      long touched = groups > 1 ? all : panels.panel() * target.workers().threads();
      phases.add(new Target.Phase(arithmetic(), operands, false,
          List.of(new Traffic(blocks.map(ChannelBlocks::bytes).orElse(0L), all, blocks.map(ChannelBlocks::bytes).orElse(touched)))));
      phases.add(new Target.Phase(0, List.of(), true, List.of(new Traffic(all, 0, touched))));
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
