package dlt.backend.cpu;

import dlt.backend.cpu.ChannelsLastConv.Tile;
import dlt.backend.cpu.Taps.Phase;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/// A convolution of one group, or its gradient by the images, by [ChannelsLastConv]: the source is copied to channels-last
/// with the zeros that the taps need around it, the weights to panels; then each part computes rows of an image, or all images
/// where the weights are many, into a piece of workspace and moves them back to planes.
///
/// `perOutput`, `perSource`: weights from one result or source channel to the next.
record ChannelsLastConvPass(
    int n, Side source, Side result, List<Phase> rows, List<Phase> columns, int kernelH, int kernelW, long perOutput, long perSource) {
  /// Images [channels, height, width].
  record Side(int channels, int height, int width) {}

  /// Panels up to this size stay in the second cache while images go by; larger ones take turns and images go by each.
  private static final long CACHED_PANELS = 512 << 10;
  /// Results of a part, in bytes.
  private static final long RESULTS = 256 << 10;

  static ChannelsLastConvPass forward(ConvGeometry g) {
    return new ChannelsLastConvPass(g.n(), new Side(g.c(), g.h(), g.w()), new Side(g.o(), g.oh(), g.ow()), g.rows().pixelPhases(),
        g.columns().pixelPhases(), g.kh(), g.kw(), (long) g.c() * g.kh() * g.kw(), (long) g.kh() * g.kw());
  }

  static ChannelsLastConvPass gradInput(ConvGeometry g) {
    return new ChannelsLastConvPass(g.n(), new Side(g.o(), g.oh(), g.ow()), new Side(g.c(), g.h(), g.w()), g.rows().resultPhases(),
        g.columns().resultPhases(), g.kh(), g.kw(), (long) g.kh() * g.kw(), (long) g.c() * g.kh() * g.kw());
  }

  /// Kernels of one phase, by whether the tile is the last of its row and of its column, and where its panel begins.
  private record PhaseKernels(Phase rows, Phase columns, Kernel[] kernels, long panel) {}

  /// The source as the kernels want it.
  ChannelsLast padded() {
    return new ChannelsLast(n, source.channels, source.height, source.width, before(rows), before(columns),
        after(rows, source.height), after(columns, source.width));
  }

  private static int before(List<Phase> phases) {
    return phases.stream().filter(p -> !p.kernel().isEmpty()).mapToInt(p -> Math.max(0, -p.source())).max().orElse(0);
  }

  private static int after(List<Phase> phases, int size) {
    return phases.stream().filter(p -> !p.kernel().isEmpty()).mapToInt(p -> Math.max(0, p.last() - (size - 1))).max().orElse(0);
  }

  Step compile(Target target, MemorySegment from, MemorySegment weights, MemorySegment to) {
    ChannelsLast images = padded();
    Tile tile = ChannelsLastConv.tile(target, result.channels, rows.getFirst().count(), columns.getFirst().count());
    int panelLanes = tile.lanes(target);
    int panels = Math.ceilDiv(result.channels, panelLanes);
    WeightPanels packed = new WeightPanels(result.channels, source.channels, perOutput, perSource, slots(), panelLanes);
    MemorySegment shared = target.shared(images.bytes() + packed.bytes());
    MemorySegment padded = shared.asSlice(0, images.bytes());
    MemorySegment panelMemory = shared.asSlice(images.bytes(), packed.bytes());
    IntConsumer packWeights = packed.pack(target, weights, panelMemory);
    IntConsumer packImages = images.pack(target, from, padded);

    boolean allPanels = packed.bytes() <= CACHED_PANELS;
    long pixel = 4L * panelLanes * (allPanels ? panels : 1);
    int rowStep = tile.rows() * rows.getFirst().step();
    int bandRows = (int) Math.clamp(RESULTS / (pixel * result.width) / rowStep * rowStep, rowStep, Math.ceilDiv(result.height, rowStep) * rowStep);
    int bands = Math.ceilDiv(result.height, bandRows);
    target.workspace().reserve(bandRows * result.width * pixel);
    List<PhaseKernels> phases = phases(target, tile, images, pixel);
    Kernel[] band = toPlanes(target, pixel, bandRows * result.width);
    Kernel[] lastBand = toPlanes(target, pixel, (result.height - (bands - 1) * bandRows) * result.width);

    int weightParts = packed.parts(target);
    return () -> {
      target.workers().run(weightParts + images.parts(), part -> {
        if (part < weightParts) {
          packWeights.accept(part);
        } else {
          packImages.accept(part - weightParts);
        }
      });
      target.workers().run(n * bands * (allPanels ? 1 : panels), part -> {
        // neighbouring parts share what is larger: a panel, or the rows of an image
        int firstPanel = allPanels ? 0 : part / (n * bands);
        int endPanel = allPanels ? panels : firstPanel + 1;
        int image = part / bands % n;
        int firstRow = part % bands * bandRows;
        int endRow = Math.min(result.height, firstRow + bandRows);
        int piece = target.workspace().acquire();
        long results = target.workspace().piece(piece).address();
        for (int p = firstPanel; p < endPanel; p++) {
          for (PhaseKernels phase : phases) {
            compute(phase, tile, padded.address() + images.at(image, 0, 0), images, panelMemory.address() + p * packed.panel() + phase.panel,
                results + 4L * (p - firstPanel) * panelLanes, pixel, firstRow, endRow);
          }
        }
        Kernel[] move = endRow - firstRow == bandRows ? band : lastBand;
        int lanes = target.lanes();
        for (int c = firstPanel * panelLanes; c < Math.min(result.channels, endPanel * panelLanes); c += lanes) {
          move[c / lanes].call(to.address() + 4 * ((((long) image * result.channels + c) * result.height + firstRow) * result.width),
              results + 4L * (c - firstPanel * panelLanes), (long) (endRow - firstRow) * result.width / lanes);
        }
        target.workspace().release(piece);
      });
    };
  }

  /// Rows `firstRow .. endRow - 1` of an image whose first pixel is at `image`.
  private void compute(PhaseKernels phase, Tile tile, long image, ChannelsLast images, long panel, long results, long pixel, int firstRow, int endRow) {
    Phase r = phase.rows;
    Phase c = phase.columns;
    int end = Math.ceilDiv(endRow - r.first(), r.step());
    for (int i = firstRow / r.step(); i < end; i += tile.rows()) {
      long sourceRow = image + (r.source() + (long) i * r.sourceStep()) * images.row();
      long resultRow = results + (long) (r.first() + i * r.step() - firstRow) * result.width * pixel;
      boolean lastRow = end - i < tile.rows();
      for (int j = 0; j < c.count(); j += tile.columns()) {
        boolean lastColumn = c.count() - j < tile.columns();
        phase.kernels[(lastRow ? 2 : 0) + (lastColumn ? 1 : 0)].call(sourceRow + (c.source() + (long) j * c.sourceStep()) * images.pixel(),
            panel, resultRow + (c.first() + (long) j * c.step()) * pixel);
      }
    }
  }

  /// For each kernel position its place among the taps of a panel: phases one after the other.
  private int[] slots() {
    int[] slots = new int[kernelH * kernelW];
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
    return slots;
  }

  private List<PhaseKernels> phases(Target target, Tile tile, ChannelsLast images, long pixel) {
    List<PhaseKernels> phases = new ArrayList<>();
    long panel = 0;
    for (Phase r : rows) {
      for (Phase c : columns) {
        Kernel[] kernels = new Kernel[4];
        for (int i = 0; i < 4; i++) {
          kernels[i] = kernel(target, tile, r, c, images, pixel, i >= 2, i % 2 == 1);
        }
        phases.add(new PhaseKernels(r, c, kernels, panel));
        panel += 4L * r.kernel().size() * c.kernel().size() * source.channels * tile.lanes(target);
      }
    }
    return phases;
  }

  /// Null where there is no such tile.
  private Kernel kernel(Target target, Tile tile, Phase r, Phase c, ChannelsLast images, long pixel, boolean lastRow, boolean lastColumn) {
    int tileRows = lastRow ? r.count() % tile.rows() : Math.min(r.count(), tile.rows());
    int tileColumns = lastColumn ? c.count() % tile.columns() : Math.min(c.count(), tile.columns());
    if (tileRows == 0 || tileColumns == 0) {
      return null;
    }
    int taps = c.kernel().size();
    boolean oneRun = taps > 0 && c.tapStep() == 1;
    return new ChannelsLastConv(tileRows, tileColumns, tile.vectors(), r.sourceStep() * images.row(), c.sourceStep() * images.pixel(),
        r.step() * result.width * pixel, c.step() * pixel, r.kernel().size(), r.tapStep() * images.row(), oneRun ? 1 : taps,
        c.tapStep() * images.pixel(), (oneRun ? taps : 1) * source.channels).compile(target);
  }

  /// A kernel for each vector of channels, that moves `run` pixels.
  private Kernel[] toPlanes(Target target, long pixel, int run) {
    Kernel[] kernels = new Kernel[Math.ceilDiv(result.channels, target.lanes())];
    Arrays.setAll(kernels, b -> new LaneTranspose(false, Math.min(target.lanes(), result.channels - b * target.lanes()),
        4L * result.height * result.width, pixel, false, run % target.lanes()).compile(target));
    return kernels;
  }
}
