package dlt.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/// Weights as panels of rows of `lanes` floats, a panel for each `lanes` result channels and a row for each tap and source channel;
/// lanes without a channel are zero. `rows` says where each tap of the first source channel is, and the next channel's is `rowStep` rows
/// further on. Outside, the weights are a tensor with `perResult` and `perSource` floats from one channel to the next and its taps
/// side by side.
record WeightPanels(int results, int sources, long perResult, long perSource, int[] rows, int rowStep, int lanes) {
  /// How many weights of a row a kernel moves at most, in code of its own each.
  private static final int MOST_ELEMENTS = 512;
  /// Tensors of this size and more are no longer in any cache when they are used: an optimizer comes when all gradients are there.
  private static final long FAR = 1 << 20;

  /// Fills a panel, wherever it is.
  @FunctionalInterface
  interface Packer {
    void pack(int number, long panel);
  }

  /// Fills the tensor with what a panel holds of the source channels `first` to `end - 1`.
  @FunctionalInterface
  interface Unpacker {
    void unpack(int number, int first, int end, long panel);
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

  /// The parts of [#pack].
  int parts(Target target) {
    return panels() * slices(target);
  }

  /// Vectors of a panel's row.
  private int slices(Target target) {
    return lanes / target.lanes();
  }

  /// Fills the panels, one of [#parts] at a time.
  IntConsumer pack(Target target, MemorySegment weights, MemorySegment panels) {
    if (panels.byteSize() != bytes()) {
      throw new IllegalArgumentException(panels.byteSize() + " bytes met " + this);
    }
    Packer slice = slice(target, weights);
    return part -> slice.pack(part, panels.address() + part / slices(target) * panel());
  }

  Packer packer(Target target, MemorySegment weights) {
    Packer slice = slice(target, weights);
    return (panel, address) -> {
      for (int part = panel * slices(target); part < (panel + 1) * slices(target); part++) {
        slice.pack(part, address);
      }
    };
  }

  /// What fills one of [#parts] of a panel.
  private Packer slice(Target target, MemorySegment weights) {
    check(weights);
    if (perResult == 1 && rows.length == 1) {
      return copy(target, weights);
    }
    Unpacker move = move(target, true, weights, sources);
    return (part, panel) -> move.unpack(part, 0, sources, panel);
  }

  /// An unpacker of source channels from a multiple of `step` to another one, or to the last.
  Unpacker unpacker(Target target, MemorySegment weights, int step) {
    check(weights);
    Unpacker move = move(target, false, weights, step);
    return (panel, first, end, address) -> {
      for (int part = panel * slices(target); part < (panel + 1) * slices(target); part++) {
        move.unpack(part, first, end, address);
      }
    };
  }

  private void check(MemorySegment weights) {
    if (weights.byteSize() != 4L * results * sources * rows.length) {
      throw new IllegalArgumentException(weights.byteSize() + " bytes met " + this);
    }
  }

  /// Moves source channels of one of [#parts], from one multiple of `step` to another or to the last.
  private Unpacker move(Target target, boolean toPanels, MemorySegment weights, int step) {
    int chunk = chunk(step);
    boolean streaming = !toPanels && weights.byteSize() >= FAR && weights.address() % 64 == 0;
    Kernel[] full = kernels(target, toPanels, chunk, streaming);
    Kernel[] rest = kernels(target, toPanels, sources % chunk, streaming);
    return (part, first, end, panel) -> {
      long row = weights.address() + 4 * (part * target.lanes() * perResult + first * perSource);
      long vector = panel + 4L * (part * target.lanes() % lanes + (long) first * rowStep * lanes);
      int times = (end - first) / chunk;
      if (times > 0) {
        full[part].call(row, vector, times);
      }
      if ((end - first) % chunk > 0) {
        rest[part].call(row + 4 * times * chunk * perSource, vector + 4L * times * chunk * rowStep * lanes, 1);
      }
    };
  }

  /// How many source channels a kernel moves at a time, so that a step is a multiple of it or all there are.
  private int chunk(int step) {
    int most = perSource == rows.length ? Math.clamp(MOST_ELEMENTS / rows.length, 1, Math.min(16, sources)) : 1;
    return step >= sources ? most : IntStream.iterate(most, c -> c - 1).filter(c -> step % c == 0).findFirst().getAsInt();
  }

  /// Kernels that move the weights of `chunk` source channels, one for each part.
  private Kernel[] kernels(Target target, boolean toPanels, int chunk, boolean streaming) {
    List<Long> vectors = new ArrayList<>();
    for (int s = 0; s < chunk; s++) {
      for (int row : rows) {
        vectors.add(4L * (row + (long) s * rowStep) * lanes);
      }
    }
    Kernel[] kernels = new Kernel[parts(target)];
    for (int part = 0; part < kernels.length; part++) {
      int rows = Math.clamp(results - part * target.lanes(), 0, target.lanes());
      kernels[part] = chunk == 0 ? null : new LaneTranspose.Scattered(toPanels, rows, 4 * perResult, vectors, 4 * chunk * perSource, 4L * chunk * rowStep * lanes,
          streaming).compile(target);
    }
    return kernels;
  }

  /// Result channels lie side by side already; a part is some source channels of a panel.
  private Packer copy(Target target, MemorySegment weights) {
    int slices = slices(target);
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
