package dlt.backend.cpu;

import dlt.backend.KernelCall.Traffic;
import dlt.backend.cpu.ChannelsLastConv.Side;
import dlt.backend.cpu.ChannelsLastConv.Sides;
import dlt.backend.cpu.ChannelsLastConv.Tile;
import dlt.backend.cpu.Taps.Phase;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/// A convolution of one group, or its gradient by the images, by [ChannelsLastConv]. Where the weights are few, they are copied to panels
/// first, and then each part computes rows of an image in all channels; else a part copies one panel and computes a share of all rows
/// in the panel's channels. Results go where they belong, or to workspace and from there to planes. The source is read where it lies.
///
/// `perOutput`, `perSource`: weights from one result or source channel to the next.
record ChannelsLastConvPass(
    int n, ImageShape source, ImageShape result, List<Phase> rows, List<Phase> columns, int kernelH, int kernelW,
    long perOutput, long perSource) {
  /// Panels up to this size stay in the second cache while images go by; larger ones take turns and images go by each.
  private static final long CACHED_PANELS = 512 << 10;
  /// Results of a band of rows, in bytes.
  private static final long RESULTS = 256 << 10;
  /// Parts where panels take turns, if there are bands enough. Each of those that share a panel copies it, unless the same thread did.
  private static final int PARTS = 32;

  static ChannelsLastConvPass forward(ConvGeometry g) {
    return new ChannelsLastConvPass(g.n(), g.images(), g.results(), g.rows().pixelPhases(), g.columns().pixelPhases(), g.kh(),
        g.kw(), (long) g.c() * g.kh() * g.kw(), (long) g.kh() * g.kw());
  }

  static ChannelsLastConvPass gradInput(ConvGeometry g) {
    return new ChannelsLastConvPass(g.n(), g.results(), g.images(), g.rows().resultPhases(), g.columns().resultPhases(), g.kh(),
        g.kw(), (long) g.kh() * g.kw(), (long) g.c() * g.kh() * g.kw());
  }

  /// Bands of so many rows of images, in pixels; the last one of an image may have fewer.
  private record Bands(int n, ImageShape image, int rows) implements Strips.Rows {
    private int ofImage() {
      return Math.ceilDiv(image.height(), rows);
    }

    @Override
    public int parts() {
      return n * ofImage();
    }

    @Override
    public long from(int part) {
      return ((long) part / ofImage() * image.height() + part % ofImage() * rows) * image.width();
    }

    @Override
    public long to(int part) {
      return ((long) part / ofImage() * image.height() + Math.min(image.height(), (part % ofImage() + 1) * rows)) * image.width();
    }
  }

  /// `count` rows of tiles, which are equal; `first` others lie before them.
  private record TileRows(Kernel kernel, int first, int count) {}

  /// The rows of tiles of one phase, and where its weights begin in a panel.
  private record PhaseKernels(Phase rows, Phase columns, List<TileRows> tiles, long panel) {}

  Step compile(Target target, Operand from, MemorySegment weights, Optional<Epilogue> epilogue, Operand to) {
    return new Bound(target, from, weights, epilogue, to);
  }

  /// The pass over operands in memory.
  private final class Bound implements InPieces {
    private final Target target;
    private final PixelSteps steps;
    private final Operand from;
    private final Tile tile;
    private final WeightPanels panels;
    /// All panels, where they are few.
    private final MemorySegment panelMemory;
    private final Operand to;
    private final Optional<Epilogue> epilogue;
    /// The epilogue's, as long as the panels are wide: kernels read whole vectors of it.
    private final MemorySegment bias;
    private final boolean allPanels;
    private final IntConsumer packAll;
    private final WeightPanels.Packer pack;
    /// Into how many parts the bands are shared out where panels take turns.
    private final int shares;
    /// Where results that become planes lie in the workspace, behind a panel.
    private final long resultsAt;
    /// Which panel of which run is in each thread's workspace.
    private final long[] panelOf;
    private long run;
    private IntConsumer then = _ -> {};
    /// Bytes from one result pixel to the next, in the workspace where results become planes.
    private final long pixel;
    private final int bandRows;
    private final int bands;
    private final List<PhaseKernels> phases;
    private final List<PhaseKernels> phasesOfLastPanel;
    private final Kernel[] band;
    private final Kernel[] lastBand;

    Bound(Target target, Operand from, MemorySegment weights, Optional<Epilogue> epilogue, Operand to) {
      result.check(to.data(), n);
      source.check(from.data(), n);
      this.target = target;
      this.from = from;
      this.to = to;
      this.epilogue = epilogue;
      steps = PixelSteps.of(source, from.channelsLast());
      tile = ChannelsLastConv.tile(target, result.channels(), rows.getFirst().count(), columns.getFirst().count());
      // [plane][tap][channel of the plane]
      int[] slots = slots();
      panels = new WeightPanels(result.channels(), source.channels(), perOutput, perSource,
          Arrays.stream(slots).map(s -> s * steps.run()).toArray(), steps.planes() == 1 ? 1 : slots.length, tile.lanes(target));
      bias = target.scratch(epilogue.isPresent() ? 4L * panels.panels() * panels.lanes() : 0);
      allPanels = panels.bytes() <= CACHED_PANELS;
      panelMemory = target.shared(allPanels ? panels.bytes() : 0);
      packAll = allPanels ? panels.pack(target, weights, panelMemory) : null;
      pack = allPanels ? null : panels.packer(target, weights);
      int panelsAtOnce = allPanels ? panels.panels() : 1;
      pixel = 4L * (to.channelsLast() ? result.channels() : panels.lanes() * panelsAtOnce);
      int rowStep = tile.rows() * rows.getFirst().step();
      bandRows = rowStep * (int) Math.clamp(RESULTS / (4L * panels.lanes() * panelsAtOnce * result.width() * rowStep), 1, Math.ceilDiv(result.height(), rowStep));
      bands = Math.ceilDiv(result.height(), bandRows);
      shares = allPanels ? n * bands : Math.min(Math.ceilDiv(PARTS, panels.panels()), n * bands);
      resultsAt = allPanels ? 0 : panels.panel();
      panelOf = new long[target.workers().threads()];
      target.workspace().reserve(resultsAt + (to.channelsLast() ? 0 : pixel * result.width() * bandRows));
      phases = phases(panels.lanes());
      int last = to.channelsLast() ? result.channels() - (panels.panels() - 1) * panels.lanes() : panels.lanes();
      phasesOfLastPanel = last == panels.lanes() ? phases : phases(last);
      band = toPlanes(bandRows * result.width());
      lastBand = toPlanes((result.height() - (bands - 1) * bandRows) * result.width());
      target.path(ConvPath.CHANNELS_LAST.label(), profile(target.workspace().bytes()));
    }

    /// For profiles: weights to panels, the products of what lies inside the images, and results to planes where they go there.
    private Target.Phase[] profile(long workspace) {
      long touched = allPanels ? panels.bytes() : panels.panel() * target.workers().threads();
      Traffic panelsRead = new Traffic(panels.bytes(), 0, touched);
      long results = to.data().byteSize();
      Target.Phase pack = new Target.Phase(0, List.of(1), false, List.of(new Traffic(0, panels.bytes(), touched)));
      return to.channelsLast()
          ? new Target.Phase[] {pack, new Target.Phase(arithmetic(), List.of(0), true, List.of(panelsRead))}
          : new Target.Phase[] {pack,
              new Target.Phase(arithmetic(), List.of(0), false, List.of(panelsRead, new Traffic(0, results, workspace))),
              new Target.Phase(0, List.of(), true, List.of(new Traffic(results, 0, workspace)))};
    }

    private long arithmetic() {
      long pixels = 0;
      for (Phase r : rows) {
        for (Phase c : columns) {
          pixels += reached(r, source.height()) * reached(c, source.width());
        }
      }
      return 2 * n * pixels * source.channels() * panels.panels() * panels.lanes();
    }

    @Override
    public void run() {
      run++;
      epilogue.ifPresent(e -> MemorySegment.copy(e.bias().data(), 0, bias, 0, e.bias().data().byteSize()));
      if (allPanels) {
        target.workers().run(panels.parts(target), packAll);
        target.workers().run(shares, part -> target.workspace().use(piece -> bands(part, 0, panels.panels(), panelMemory.address(), piece)));
      } else {
        // neighbouring parts share a panel
        target.workers().run(shares * panels.panels(), part -> target.workspace().use(piece -> panel(part, piece)));
      }
    }

    @Override
    public Pieces pieces() {
      return Pieces.of(new Bands(n, result, bandRows), result.channels(), allPanels ? result.channels() : panels.lanes());
    }

    @Override
    public void then(IntConsumer body) {
      then = body;
    }

    /// A share of the bands in the channels of one panel.
    private void panel(int part, long piece) {
      int panel = part / shares;
      long stamp = run * panels.panels() + panel;
      if (panelOf[Workers.number()] != stamp) {
        pack.pack(panel, piece);
        panelOf[Workers.number()] = stamp;
      }
      bands(part % shares, panel, panel + 1, piece, piece + resultsAt);
    }

    /// A share of the bands, in the channels of some panels, of which the first is at `panel`.
    private void bands(int share, int firstPanel, int endPanel, long panel, long workspace) {
      int end = (int) ((long) n * bands * (share + 1) / shares);
      for (int band = (int) ((long) n * bands * share / shares); band < end; band++) {
        int image = band / bands;
        int firstRow = band % bands * bandRows;
        if (to.channelsLast()) {
          long results = to.address() + (long) (image * result.height() + firstRow) * result.width() * pixel + 4L * firstPanel * panels.lanes();
          compute(image, firstRow, firstPanel, endPanel, panel, results);
          then.accept(allPanels ? band : band * panels.panels() + firstPanel);
        } else {
          compute(image, firstRow, firstPanel, endPanel, panel, workspace);
          move(image, firstRow, firstPanel, endPanel, workspace);
        }
      }
    }

    /// A band of rows of an image, in some panels' channels.
    private void compute(int image, int firstRow, int firstPanel, int endPanel, long panel, long results) {
      int endRow = Math.min(result.height(), firstRow + bandRows);
      for (int p = firstPanel; p < endPanel; p++) {
        for (PhaseKernels phase : p == panels.panels() - 1 ? phasesOfLastPanel : phases) {
          compute(phase, from.address() + steps.at(image, 0, 0), panel + (p - firstPanel) * panels.panel() + phase.panel,
              results + 4L * (p - firstPanel) * panels.lanes(), bias.address() + 4L * p * panels.lanes(), firstRow, endRow);
        }
      }
    }

    private void move(int image, int firstRow, int firstPanel, int endPanel, long results) {
      int endRow = Math.min(result.height(), firstRow + bandRows);
      int first = firstPanel * panels.lanes();
      Kernel[] move = endRow - firstRow == bandRows ? band : lastBand;
      for (int c = first; c < Math.min(result.channels(), endPanel * panels.lanes()); c += target.lanes()) {
        long plane = ((long) image * result.channels() + c) * result.height() * result.width();
        move[c / target.lanes()].call(to.address() + 4 * (plane + (long) firstRow * result.width()), results + 4L * (c - first),
            (long) (endRow - firstRow) * result.width() / target.lanes());
      }
    }

    /// Those pixels of rows `firstRow .. endRow - 1` that belong to `phase`; the first pixel of the source is at `image`.
    private void compute(PhaseKernels phase, long image, long panel, long results, long bias, int firstRow, int endRow) {
      Phase r = phase.rows;
      Phase c = phase.columns;
      int first = firstRow / r.step() / tile.rows();
      int end = Math.ceilDiv(Math.ceilDiv(endRow - r.first(), r.step()), tile.rows());
      for (TileRows tiles : phase.tiles) {
        int from = Math.max(first, tiles.first);
        int count = Math.min(end, tiles.first + tiles.count) - from;
        if (count > 0) {
          long row = (long) from * tile.rows();
          long sourceRow = image + steps.at(0, r.source() + row * r.sourceStep(), c.source());
          long resultRow = results + ((r.first() + row * r.step() - firstRow) * result.width() + c.first()) * pixel;
          tiles.kernel.call(sourceRow, panel, resultRow, bias, count, 0);
        }
      }
    }

    private List<PhaseKernels> phases(int channels) {
      List<PhaseKernels> phases = new ArrayList<>();
      long panel = 0;
      for (Phase r : rows) {
        for (Phase c : columns) {
          phases.add(new PhaseKernels(r, c, tiles(r, c, channels), panel));
          panel += 4L * r.kernel().size() * c.kernel().size() * steps.run() * panels.lanes();
        }
      }
      return phases;
    }

    private List<TileRows> tiles(Phase r, Phase c, int channels) {
      List<Sides> across = Sides.of(sides(c, tile.columns(), source.width(), steps.pixel(), pixel));
      long skipped = 4L * panels.lanes() * (panels.rowStep() - r.kernel().size() * c.kernel().size());
      List<TileRows> tiles = new ArrayList<>();
      int first = 0;
      for (Sides down : Sides.of(sides(r, tile.rows(), source.height(), steps.row(), result.width() * pixel))) {
        Kernel kernel = new ChannelsLastConv(down.side(), across, tile.vectors(), channels, steps.planes(), steps.plane(), steps.run(), skipped,
            epilogue.isPresent(), epilogue.isPresent() && epilogue.get().relu()).compile(target);
        tiles.add(new TileRows(kernel, first, down.count()));
        first += down.count();
      }
      return tiles;
    }

    /// A kernel for each vector of channels, that moves `run` pixels.
    private Kernel[] toPlanes(int run) {
      Kernel[] kernels = new Kernel[Math.ceilDiv(result.channels(), target.lanes())];
      Arrays.setAll(kernels, b -> new LaneTranspose(false, Math.min(target.lanes(), result.channels() - b * target.lanes()),
          4L * result.height() * result.width(), pixel, false, run % target.lanes()).compile(target));
      return kernels;
    }
  }

  /// Taps that lie inside the source, of all results.
  private static long reached(Phase phase, int places) {
    return phase.reaches(0, phase.count(), places).stream().mapToLong(r -> r.end() - r.from()).sum();
  }

  /// The tiles of one axis. `place` and `pixel`: bytes from one place of the source to the next, and from one result.
  private static List<Side> sides(Phase phase, int size, int places, long place, long pixel) {
    List<Side> sides = new ArrayList<>();
    for (int first = 0; first < phase.count(); first += size) {
      int count = Math.min(size, phase.count() - first);
      sides.add(new Side(count, phase.sourceStep() * place, phase.tapStep() * place, phase.step() * pixel,
          phase.reaches(first, count, places), phase.zeros(), pixel));
    }
    return sides;
  }

  /// For each kernel position its place among the taps of a panel: phases one after the other, then those that no pixel of
  /// a small image needs.
  private int[] slots() {
    int[] slots = new int[kernelH * kernelW];
    Arrays.fill(slots, -1);
    int slot = 0;
    for (Phase r : rows) {
      for (Phase c : columns) {
        for (int ky : r.kernel()) {
          for (int kx : c.kernel()) {
            slots[ky * kernelW + kx] = slot++;
          }
        }
      }
    }
    for (int k = 0; k < slots.length; k++) {
      if (slots[k] < 0) {
        slots[k] = slot++;
      }
    }
    return slots;
  }
}
