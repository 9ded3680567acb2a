package dlt.backend.cpu;

import java.util.ArrayList;
import java.util.List;

/// Matrix products of which one side is short and an operand is larger than a core's own caches, so that it matters in which order it
/// comes and goes: a dense layer of few outputs behind a large image, forward (`n` is short), the gradient by its input (`k`), and by its
/// weights (`m`). One matrix at a time, on raw addresses, as [Gemm] has them, and the parts depend on the size alone.
final class ThinGemm {
  /// The most columns of C = A B^T, elements of a sum, and rows of C that are few.
  private static final int FEW_COLUMNS = 16, FEW_PRODUCTS = 32, FEW_ROWS = 12;
  /// The fewest floats along the other side, and the most: kernels' displacements are 32-bit.
  private static final int LONG = 256, LONGEST = 1 << 22;
  /// More than this does not stay in a core's own caches.
  private static final long OWN_BYTES = 512 << 10;
  /// B's part of a block of k stays in the first cache while the rows of A go by.
  private static final long BLOCK_BYTES = 20 << 10;
  /// Vectors side by side in a tile of C.
  private static final int VECTORS = 2;
  private static final int MOST_ROWS = 8;
  /// Panels of columns, and tiles of rows, of a part.
  private static final int PANELS = 8, TILES = 2;

  private ThinGemm() {}

  /// Whether this is a product for [#step].
  static boolean fits(InstructionSet set, Gemm.Size size) {
    return Math.max(size.k(), Math.max(size.m(), size.n())) <= LONGEST && (fewColumns(size) || fewProducts(size) || fewRows(set, size));
  }

  private static boolean fewColumns(Gemm.Size size) {
    return size.a().column() == 1 && size.b().row() == 1 && size.n() > 1 && size.n() <= FEW_COLUMNS && size.k() >= LONG
        && large(size.m(), size.k());
  }

  private static boolean fewProducts(Gemm.Size size) {
    return plain(size) && size.k() <= FEW_PRODUCTS && large(size.m(), size.n());
  }

  private static boolean fewRows(InstructionSet set, Gemm.Size size) {
    return plain(size) && size.m() <= Math.min(FEW_ROWS, GemmKernel.mostRows(set, VECTORS)) && size.m() > 1 && large(size.k(), size.n());
  }

  private static boolean plain(Gemm.Size size) {
    return size.b().column() == 1 && size.n() >= LONG && !size.biased() && !size.relu();
  }

  private static boolean large(long rows, long columns) {
    return 4 * rows * columns > OWN_BYTES;
  }

  /// The product of the matrices at these addresses; `bias`: where the row lies that the size asks for.
  static Step step(Target target, Gemm.Size size, long a, long b, long c, long bias) {
    return fewColumns(size) ? rowsByRows(target, size, a, b, c, bias)
        : fewProducts(size) ? along(target, size, a, b, c) : panels(target, size, a, b, c);
  }

  /// Rows of A meet rows of B, by blocks of k.
  private static Step rowsByRows(Target target, Gemm.Size size, long a, long b, long c, long bias) {
    int lanes = target.lanes();
    int blocks = Math.ceilDiv(size.k(), (int) (BLOCK_BYTES / 4 / size.n()));
    int tile = DotKernel.mostRows(target.instructionSet());
    int tiles = Math.ceilDiv(size.m(), tile);
    int columnTiles = Math.ceilDiv(size.n(), DotKernel.COLUMNS);
    int aRow = bytes(size.a().row());
    int bRow = bytes(size.b().column());
    int cRow = bytes(size.cRow());
    record Call(Kernel full, Kernel last, long a, long b, long c) {}
    List<Call> calls = new ArrayList<>();
    for (int block = 0; block < blocks; block++) {
      int k = cut(size.k(), blocks, block, lanes);
      int steps = cut(size.k(), blocks, block + 1, lanes) - k;
      GemmKernel.Start start = block > 0 ? GemmKernel.Start.C : size.biased() ? GemmKernel.Start.BIAS : GemmKernel.Start.ZERO;
      boolean relu = size.relu() && block == blocks - 1;
      for (int j = 0; j < columnTiles; j++) {
        int column = cut(size.n(), columnTiles, j, 1);
        int width = cut(size.n(), columnTiles, j + 1, 1) - column;
        Kernel[] kernels = new Kernel[2];
        for (int i = 0; i < 2; i++) {
          int rows = i == 0 ? tile : size.m() - (tiles - 1) * tile;
          DotKernel kernel = new DotKernel(rows, width, steps, aRow, bRow, cRow, start, relu);
          kernels[i] = target.kernel(kernel, kernel::emit);
        }
        calls.add(new Call(kernels[0], kernels[1], 4L * k, 4L * k + (long) column * bRow, 4L * column));
      }
    }
    int parts = Math.ceilDiv(tiles, TILES);
    return () -> target.workers().run(parts, part -> {
      int end = tiles * (part + 1) / parts;
      for (int first = 0; first < calls.size(); first += columnTiles) {
        for (int t = tiles * part / parts; t < end; t++) {
          for (int j = 0; j < columnTiles; j++) {
            Call call = calls.get(first + j);
            (t < tiles - 1 ? call.full : call.last).call(a + call.a + (long) t * tile * aRow, b + call.b, c + call.c + (long) t * tile * cRow, 1,
                bias + call.c, 0);
          }
        }
      }
    });
  }

  /// Rows of C from end to end.
  private static Step along(Target target, Gemm.Size size, long a, long b, long c) {
    int wide = VECTORS * target.lanes();
    int tile = Math.min(MOST_ROWS, GemmKernel.mostRows(target.instructionSet(), VECTORS));
    int tiles = Math.ceilDiv(size.m(), tile);
    int rest = size.n() % wide;
    Kernel[] full = new Kernel[2];
    Kernel[] last = new Kernel[2];
    for (int i = 0; i < 2; i++) {
      int rows = i == 0 ? tile : size.m() - (tiles - 1) * tile;
      full[i] = along(target, size, rows, VECTORS, 0);
      last[i] = rest == 0 ? null : along(target, size, rows, Math.ceilDiv(rest, target.lanes()), rest % target.lanes());
    }
    long before = 4L * (size.n() - rest);
    return () -> target.workers().run(tiles, t -> {
      int i = t < tiles - 1 ? 0 : 1;
      long row = (long) t * tile;
      full[i].call(a + row * bytes(size.a().row()), b, c + row * bytes(size.cRow()), size.n() / wide);
      if (rest > 0) {
        last[i].call(a + row * bytes(size.a().row()), b + before, c + row * bytes(size.cRow()) + before, 1);
      }
    });
  }

  private static Kernel along(Target target, Gemm.Size size, int rows, int vectors, int lastLanes) {
    AlongKernel kernel = new AlongKernel(rows, vectors, lastLanes, size.k(), bytes(size.a().row()), bytes(size.a().column()), bytes(size.b().row()),
        bytes(size.cRow()));
    return target.kernel(kernel, kernel::emit);
  }

  /// All rows of C at once, a panel of columns after the other, the next of which is asked for.
  private static Step panels(Target target, Gemm.Size size, long a, long b, long c) {
    int wide = VECTORS * target.lanes();
    int rest = size.n() % wide;
    int panels = Math.ceilDiv(size.n(), wide);
    Kernel full = panel(target, size, VECTORS, 0);
    Kernel last = rest == 0 ? full : panel(target, size, Math.ceilDiv(rest, target.lanes()), rest % target.lanes());
    int parts = Math.ceilDiv(panels, PANELS);
    return () -> target.workers().run(parts, part -> {
      for (int p = panels * part / parts; p < panels * (part + 1) / parts; p++) {
        long column = 4L * p * wide;
        (p < panels - 1 ? full : last).call(a, b + column, c + column, 1);
      }
    });
  }

  private static Kernel panel(Target target, Gemm.Size size, int vectors, int lastLanes) {
    GemmKernel kernel = new GemmKernel(size.m(), vectors, lastLanes, lastLanes > 0, size.k(), bytes(size.a().row()), bytes(size.a().column()), 0,
        bytes(size.b().row()), bytes(size.cRow()), GemmKernel.Start.ZERO, false, vectors * 4 * target.lanes(), List.of());
    return target.kernel(kernel, kernel::emit);
  }

  /// Where piece `index` of `pieces` of `n` begins, at a multiple of `unit`.
  private static int cut(int n, int pieces, int index, int unit) {
    return index == pieces ? n : (int) ((long) n * index / pieces) / unit * unit;
  }

  private static int bytes(long floats) {
    return Math.toIntExact(4 * floats);
  }
}
