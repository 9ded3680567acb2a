package dlt.backend.cuda;

import dlt.backend.cuda.driver.Context.Extent;
import java.util.List;
import java.util.Locale;

/// How a product of m x k and k x n is cut for the blocks of a grid: into tiles of the result and slices of k. It depends on
/// the sizes alone, so that results do not differ between GPUs of a kind: the number of multiprocessors is taken to be [#GPU].
///
/// @param slabs of the tile's depth that a slice has
record Tiling(Tile tile, int slices, int slabs) {
  /// The multiprocessors of the GPU that products are cut for.
  private static final int GPU = 128;
  private static final int MOST_SLICES = 256;
  /// Cycles to start and end a block, and to launch another kernel.
  private static final double BLOCK = 1500;
  private static final double LAUNCH = 4000;
  /// Bytes of partial sums a cycle, of all multiprocessors.
  private static final double BYTES = 2500;

  /// What chooses a cut: [Tiling#of], but for tests of the others.
  interface Choice {
    Tiling of(Precision precision, List<Tile> tiles, int m, int n, int k, long products);
  }

  /// The tiles that product.h knows: the large one makes the best use of each float that it copies, the small one has its
  /// warps share k, where there are few results.
  enum Tile {
    LARGE(128, 16, 256, 2, 0.9, 500), MEDIUM(64, 16, 128, 4, 0.8, 450), SMALL(32, 64, 128, 3, 0.6, 700);

    static final List<Tile> ALL = List.of(values());
    /// Those of convolution.h's `planes`.
    static final List<Tile> PLANES = List.of(MEDIUM, SMALL);

    /// Rows and columns.
    final int size;
    /// Steps of k that are copied at a time.
    final int depth;
    private final int floatThreads;
    /// Blocks that a multiprocessor holds.
    private final int resident;
    /// The share of the arithmetic's peak that is reached when the multiprocessor is full.
    private final double efficiency;
    /// Cycles that a slab takes at least.
    private final double latency;

    Tile(int size, int depth, int floatThreads, int resident, double efficiency, double latency) {
      this.size = size;
      this.depth = depth;
      this.floatThreads = floatThreads;
      this.resident = resident;
      this.efficiency = efficiency;
      this.latency = latency;
    }

    String suffix() {
      return name().toLowerCase(Locale.ROOT);
    }

    Extent block(Precision precision) {
      return Extent.of(precision == Precision.FLOAT32 ? floatThreads : 128);
    }

    /// Of one product.
    long tiles(int m, int n) {
      return (long) divided(m, size) * divided(n, size);
    }
  }

  /// The cut into one kind of `tiles` that should be the fastest of `products` products of these sizes.
  static Tiling of(Precision precision, List<Tile> tiles, int m, int n, int k, long products) {
    Tiling best = null;
    double least = Double.POSITIVE_INFINITY;
    for (Tile tile : tiles) {
      int slabs = divided(k, tile.depth);
      for (int slices = 1; slices <= Math.clamp(slabs, 1, MOST_SLICES); slices *= 2) {
        Tiling tiling = of(tile, slabs, slices);
        double time = tiling.cycles(precision, tile.tiles(m, n) * products, (double) m * n * products);
        if (time < least) {
          best = tiling;
          least = time;
        }
      }
    }
    return best;
  }

  /// `slabs` of `tile` in at most `slices` slices.
  static Tiling of(Tile tile, int slabs, int slices) {
    int each = Math.max(1, divided(slabs, slices));
    return new Tiling(tile, Math.max(1, divided(slabs, each)), each);
  }

  /// The estimated time of so many blocks a slice and elements of the result.
  private double cycles(Precision precision, long tiles, double elements) {
    long blocks = tiles * slices;
    double waves = Math.ceil((double) blocks / (GPU * tile.resident));
    double neighbours = Math.min(tile.resident, Math.ceil((double) blocks / GPU));
    double products = (double) tile.size * tile.size * tile.depth / (rate(precision) * tile.efficiency);
    double slab = Math.max(tile.latency, products * neighbours);
    return waves * (slabs * slab + BLOCK) + (slices == 1 ? 0 : LAUNCH + 2 * Float.BYTES * slices * elements / BYTES);
  }

  /// Products a cycle of one multiprocessor, as far as memory lets it.
  private static double rate(Precision precision) {
    return switch (precision) {
      case FLOAT32 -> 128;
      case TF32 -> 400;
      case BF16 -> 600;
    };
  }

  static int divided(int n, int by) {
    return (int) (((long) n + by - 1) / by);
  }
}
