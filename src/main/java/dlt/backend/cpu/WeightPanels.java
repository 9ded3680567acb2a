package dlt.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/// Weights as panels of rows of `lanes` floats, a panel for each `lanes` result channels and a row for each tap and source channel;
/// lanes without a channel are zero. `rows` says where each tap of the first source channel is, and the next channel's is `rowStep` rows
/// further on. Outside, the weights are a tensor with `perResult` and `perSource` floats from one channel to the next and its taps
/// side by side.
record WeightPanels(int results, int sources, long perResult, long perSource, int[] rows, int rowStep, int lanes) {
  /// How many weights of a row a kernel moves at most, in code of its own each.
  private static final int MOST_ELEMENTS = 512;

  /// Moves weights that have a number to or from a panel.
  @FunctionalInterface
  interface Mover {
    void move(int number, long panel);
  }

  /// Panels [tap][source channel][lane]: `slots` says which tap of the panels each one outside is.
  WeightPanels(int results, int sources, long perResult, long perSource, int[] slots, int lanes) {
    this(results, sources, perResult, perSource, Arrays.stream(slots).map(slot -> slot * sources).toArray(), 1, lanes);
  }

  int panels() {
    return Math.ceilDiv(results, lanes);
  }

  /// Bytes of a panel.
  long panel() {
    return 4L * rows.length * sources * lanes;
  }

  long bytes() {
    return panels() * panel();
  }

  /// The parts of [#pack] and [#unpack].
  int parts(Target target) {
    return panels() * (lanes / target.lanes());
  }

  private int chunk() {
    return perSource == rows.length ? Math.clamp(MOST_ELEMENTS / rows.length, 1, Math.min(16, sources)) : 1;
  }

  /// Fills the panels, one of [#parts] at a time.
  IntConsumer pack(Target target, MemorySegment weights, MemorySegment panels) {
    return all(target, slices(target, true, weights), panels);
  }

  /// Fills the tensor, one of [#parts] at a time.
  IntConsumer unpack(Target target, MemorySegment weights, MemorySegment panels) {
    return all(target, slices(target, false, weights), panels);
  }

  /// Fills a panel, wherever it is.
  Mover packer(Target target, MemorySegment weights) {
    Mover slices = slices(target, true, weights);
    int ofPanel = lanes / target.lanes();
    return (panel, address) -> {
      for (int part = panel * ofPanel; part < (panel + 1) * ofPanel; part++) {
        slices.move(part, address);
      }
    };
  }

  private IntConsumer all(Target target, Mover slices, MemorySegment panels) {
    if (panels.byteSize() != bytes()) {
      throw new IllegalArgumentException(panels.byteSize() + " bytes met " + this);
    }
    return part -> slices.move(part, panels.address() + part / (lanes / target.lanes()) * panel());
  }

  /// Moves one of [#parts] between the tensor and its panel.
  private Mover slices(Target target, boolean toPanels, MemorySegment weights) {
    if (weights.byteSize() != 4L * results * sources * rows.length) {
      throw new IllegalArgumentException(weights.byteSize() + " bytes met " + this);
    }
    return toPanels && perResult == 1 && rows.length == 1 ? copy(target, weights) : move(target, toPanels, weights);
  }

  private Mover move(Target target, boolean toPanels, MemorySegment weights) {
    int chunk = chunk();
    Kernel[] full = kernels(target, toPanels, chunk);
    Kernel[] last = kernels(target, toPanels, sources % chunk == 0 ? chunk : sources % chunk);
    return (part, panel) -> {
      long row = weights.address() + 4 * part * target.lanes() * perResult;
      long vector = panel + 4L * (part * target.lanes() % lanes);
      if (sources >= chunk) {
        full[part].call(row, vector, sources / chunk);
      }
      if (sources % chunk > 0) {
        int done = sources / chunk * chunk;
        last[part].call(row + 4 * done * perSource, vector + 4L * done * rowStep * lanes, 1);
      }
    };
  }

  /// Kernels that move the weights of `chunk` source channels, one for each part.
  private Kernel[] kernels(Target target, boolean toPanels, int chunk) {
    List<Long> vectors = new ArrayList<>();
    for (int s = 0; s < chunk; s++) {
      for (int row : rows) {
        vectors.add(4L * (row + (long) s * rowStep) * lanes);
      }
    }
    Kernel[] kernels = new Kernel[parts(target)];
    for (int part = 0; part < kernels.length; part++) {
      int rows = Math.clamp(results - part * target.lanes(), 0, target.lanes());
      kernels[part] = new LaneTranspose.Scattered(toPanels, rows, 4 * perResult, vectors, 4 * chunk * perSource, 4L * chunk * rowStep * lanes).compile(target);
    }
    return kernels;
  }

  /// Result channels lie side by side already; a part is some source channels of a panel.
  private Mover copy(Target target, MemorySegment weights) {
    int slices = lanes / target.lanes();
    Kernel[] kernels = new Kernel[parts(target)];
    Arrays.setAll(kernels, part -> {
      PackKernel pack = new PackKernel(false, end(part, slices) - begin(part, slices), lanes,
          Math.min(lanes, results - part / slices * lanes), Math.toIntExact(4 * perSource));
      return pack.k() == 0 ? null : target.kernel(pack, pack::emit);
    });
    return (part, panel) -> {
      if (kernels[part] != null) {
        long source = begin(part, slices);
        kernels[part].call(weights.address() + 4 * (part / slices * lanes + source * perSource), panel + 4 * source * lanes);
      }
    };
  }

  /// The source channels of a part of [#copy].
  private int begin(int part, int slices) {
    return sources * (part % slices) / slices;
  }

  private int end(int part, int slices) {
    return sources * (part % slices + 1) / slices;
  }
}
