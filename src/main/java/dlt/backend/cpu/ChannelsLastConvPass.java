package dlt.backend.cpu;

import dlt.backend.cpu.ChannelsLastConv.Tile;
import dlt.backend.cpu.Taps.Phase;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/// A convolution of one group, or its gradient by the images, by [ChannelsLastConv]: the source is copied to channels-last
/// with the zeros that the taps need around it (unless it lies like that), the weights to panels; then each part computes rows
/// of an image, or all images where the weights are many, to where they belong, or into a piece of workspace and from there to
/// planes.
///
/// `perOutput`, `perSource`: weights from one result or source channel to the next.
record ChannelsLastConvPass(
    int n, ImageShape source, ImageShape result, List<Phase> rows, List<Phase> columns, int kernelH, int kernelW,
    long perOutput, long perSource) {
  /// Panels up to this size stay in the second cache while images go by; larger ones take turns and images go by each.
  private static final long CACHED_PANELS = 512 << 10;
  /// Results of a part, in bytes.
  private static final long RESULTS = 256 << 10;

  static ChannelsLastConvPass forward(ConvGeometry g) {
    return new ChannelsLastConvPass(g.n(), g.images(), g.results(), g.rows().pixelPhases(), g.columns().pixelPhases(), g.kh(),
        g.kw(), (long) g.c() * g.kh() * g.kw(), (long) g.kh() * g.kw());
  }

  static ChannelsLastConvPass gradInput(ConvGeometry g) {
    return new ChannelsLastConvPass(g.n(), g.results(), g.images(), g.rows().resultPhases(), g.columns().resultPhases(), g.kh(),
        g.kw(), (long) g.kh() * g.kw(), (long) g.c() * g.kh() * g.kw());
  }

  /// Kernels of one phase, by whether the tile is the last of its row and of its column, and where its panel begins.
  private record PhaseKernels(Phase rows, Phase columns, Kernel[] kernels, long panel) {}

  /// The source as the kernels want it.
  ChannelsLast padded() {
    return new ChannelsLast(n, source.channels(), source.height(), source.width(), before(rows), before(columns),
        after(rows, source.height()), after(columns, source.width()));
  }

  private static int before(List<Phase> phases) {
    return phases.stream().filter(p -> !p.kernel().isEmpty()).mapToInt(p -> Math.max(0, -p.source())).max().orElse(0);
  }

  private static int after(List<Phase> phases, int size) {
    return phases.stream().filter(p -> !p.kernel().isEmpty()).mapToInt(p -> Math.max(0, p.last() - (size - 1))).max().orElse(0);
  }

  Step compile(Target target, Operand from, MemorySegment weights, Optional<Epilogue> epilogue, Operand to) {
    return new Bound(target, from, weights, epilogue, to);
  }

  /// The pass over operands in memory.
  private final class Bound implements Step {
    private final Target target;
    private final ChannelsLast images = padded();
    private final Tile tile;
    private final WeightPanels panels;
    private final MemorySegment padded;
    private final MemorySegment panelMemory;
    private final Operand to;
    private final Optional<Epilogue> epilogue;
    /// The epilogue's, as long as the panels are wide: kernels read whole vectors of it.
    private final MemorySegment bias;
    private final IntConsumer packWeights;
    private final IntConsumer packImages;
    private final boolean allPanels;
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
      this.target = target;
      this.to = to;
      this.epilogue = epilogue;
      tile = ChannelsLastConv.tile(target, result.channels(), rows.getFirst().count(), columns.getFirst().count());
      panels = new WeightPanels(result.channels(), source.channels(), perOutput, perSource, slots(), tile.lanes(target));
      boolean inPlace = from.channelsLast() && images.dense();
      MemorySegment shared = target.shared(panels.bytes() + (inPlace ? 0 : images.bytes()));
      panelMemory = shared.asSlice(0, panels.bytes());
      padded = inPlace ? from.data() : shared.asSlice(panels.bytes());
      bias = target.scratch(epilogue.isPresent() ? 4L * panels.panels() * panels.lanes() : 0);
      packWeights = panels.pack(target, weights, panelMemory);
      packImages = inPlace ? null : images.pack(target, from, padded);
      allPanels = panels.bytes() <= CACHED_PANELS;
      int panelsAtOnce = allPanels ? panels.panels() : 1;
      pixel = 4L * (to.channelsLast() ? result.channels() : panels.lanes() * panelsAtOnce);
      int rowStep = tile.rows() * rows.getFirst().step();
      bandRows = rowStep * (int) Math.clamp(RESULTS / (4L * panels.lanes() * panelsAtOnce * result.width() * rowStep), 1, Math.ceilDiv(result.height(), rowStep));
      bands = Math.ceilDiv(result.height(), bandRows);
      target.workspace().reserve(to.channelsLast() ? 0 : pixel * result.width() * bandRows);
      phases = phases(target, tile, panels.lanes(), images, pixel, epilogue);
      int last = to.channelsLast() ? result.channels() - (panels.panels() - 1) * panels.lanes() : panels.lanes();
      phasesOfLastPanel = last == panels.lanes() ? phases : phases(target, tile, last, images, pixel, epilogue);
      band = toPlanes(target, pixel, bandRows * result.width());
      lastBand = toPlanes(target, pixel, (result.height() - (bands - 1) * bandRows) * result.width());
    }

    @Override
    public void run() {
      int weightParts = panels.parts(target);
      epilogue.ifPresent(e -> MemorySegment.copy(e.bias().data(), 0, bias, 0, e.bias().data().byteSize()));
      target.workers().run(weightParts + (packImages == null ? 0 : images.parts()), part -> {
        if (part < weightParts) {
          packWeights.accept(part);
        } else {
          packImages.accept(part - weightParts);
        }
      });
      // neighbouring parts share what is larger: a panel, or the rows of an image
      int parts = n * bands;
      target.workers().run(allPanels ? parts : parts * panels.panels(), part -> {
        int firstPanel = allPanels ? 0 : part / parts;
        int endPanel = allPanels ? panels.panels() : firstPanel + 1;
        int image = part % parts / bands;
        int firstRow = part % bands * bandRows;
        if (to.channelsLast()) {
          long results = to.address() + (long) (image * result.height() + firstRow) * result.width() * pixel + 4L * firstPanel * panels.lanes();
          compute(image, firstRow, firstPanel, endPanel, results);
        } else {
          target.workspace().use(results -> {
            compute(image, firstRow, firstPanel, endPanel, results);
            move(image, firstRow, firstPanel, endPanel, results);
          });
        }
      });
    }

    /// A band of rows of an image, in some panels' channels.
    private void compute(int image, int firstRow, int firstPanel, int endPanel, long results) {
      int endRow = Math.min(result.height(), firstRow + bandRows);
      for (int p = firstPanel; p < endPanel; p++) {
        for (PhaseKernels phase : p == panels.panels() - 1 ? phasesOfLastPanel : phases) {
          compute(phase, padded.address() + images.at(image, 0, 0), panelMemory.address() + p * panels.panel() + phase.panel,
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
      int end = Math.ceilDiv(endRow - r.first(), r.step());
      for (int i = firstRow / r.step(); i < end; i += tile.rows()) {
        long sourceRow = image + (r.source() + (long) i * r.sourceStep()) * images.row();
        long resultRow = results + (long) (r.first() + i * r.step() - firstRow) * result.width() * pixel;
        int lastRow = end - i < tile.rows() ? 2 : 0;
        for (int j = 0; j < c.count(); j += tile.columns()) {
          int lastColumn = c.count() - j < tile.columns() ? 1 : 0;
          phase.kernels[lastRow + lastColumn].call(sourceRow + (c.source() + (long) j * c.sourceStep()) * images.pixel(), panel,
              resultRow + (c.first() + (long) j * c.step()) * pixel, bias);
        }
      }
    }
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

  private List<PhaseKernels> phases(Target target, Tile tile, int channels, ChannelsLast images, long pixel, Optional<Epilogue> epilogue) {
    List<PhaseKernels> phases = new ArrayList<>();
    long panel = 0;
    for (Phase r : rows) {
      for (Phase c : columns) {
        Kernel[] kernels = new Kernel[4];
        for (int i = 0; i < 4; i++) {
          kernels[i] = kernel(target, tile, channels, r, c, images, pixel, epilogue, i >= 2, i % 2 == 1);
        }
        phases.add(new PhaseKernels(r, c, kernels, panel));
        panel += 4L * r.kernel().size() * c.kernel().size() * source.channels() * tile.lanes(target);
      }
    }
    return phases;
  }

  /// Null where there is no such tile.
  private Kernel kernel(Target target, Tile tile, int channels, Phase r, Phase c, ChannelsLast images, long pixel, Optional<Epilogue> epilogue,
      boolean lastRow, boolean lastColumn) {
    int tileRows = lastRow ? r.count() % tile.rows() : Math.min(r.count(), tile.rows());
    int tileColumns = lastColumn ? c.count() % tile.columns() : Math.min(c.count(), tile.columns());
    if (tileRows == 0 || tileColumns == 0) {
      return null;
    }
    int taps = c.kernel().size();
    boolean oneRun = taps > 0 && c.tapStep() == 1;
    return new ChannelsLastConv(tileRows, tileColumns, tile.vectors(), channels, r.sourceStep() * images.row(), c.sourceStep() * images.pixel(),
        r.step() * result.width() * pixel, c.step() * pixel, r.kernel().size(), r.tapStep() * images.row(), oneRun ? 1 : taps,
        c.tapStep() * images.pixel(), (oneRun ? taps : 1) * source.channels(), epilogue.isPresent(), epilogue.isPresent() && epilogue.get().relu())
        .compile(target);
  }

  /// A kernel for each vector of channels, that moves `run` pixels.
  private Kernel[] toPlanes(Target target, long pixel, int run) {
    Kernel[] kernels = new Kernel[Math.ceilDiv(result.channels(), target.lanes())];
    Arrays.setAll(kernels, b -> new LaneTranspose(false, Math.min(target.lanes(), result.channels() - b * target.lanes()),
        4L * result.height() * result.width(), pixel, false, run % target.lanes()).compile(target));
    return kernels;
  }
}
