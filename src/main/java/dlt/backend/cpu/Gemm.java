package dlt.backend.cpu;

import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/// Matrix products by emitted kernels, planned for one size: C = A B for each of a number of matrices, on raw addresses, which
/// whoever gives them has checked.
///
/// Where both operands run along k (A B^T) and k is long, rows are multiplied with rows ([DotKernel]). Else tiles of C are summed
/// over k ([GemmKernel]), with A and B read in place; they are packed in panels ([PackKernel]) where their lines would drive one
/// another out of the cache while they are read often, and where elements of a row of B are not neighbours. Long sums are cut into
/// blocks of k, added in order; where C is so small that there would be no parts to share, the blocks are parts themselves and
/// their sums are added at the end, in order too. All of this depends on the size alone.
final class Gemm {
  /// A matrix in memory: where its rows and columns begin, in floats. One of the two is 1.
  record Layout(long row, long column) {
    static Layout rows(long leadingDimension) {
      return new Layout(leadingDimension, 1);
    }

    static Layout columns(long leadingDimension) {
      return new Layout(1, leadingDimension);
    }

    /// The sizes are in floats; the kernels' displacements are 32-bit.
    private int rowBytes() {
      return Math.toIntExact(4 * row);
    }

    private int columnBytes() {
      return Math.toIntExact(4 * column);
    }
  }

  /// C [m, n] = A [m, k] B [k, n]. C's columns are adjacent. With `biased` a row is added to each row of C, with `relu` negative
  /// elements become zero.
  record Size(int m, int n, int k, Layout a, Layout b, long cRow, boolean biased, boolean relu) {
    Size {
      if (m < 1 || n < 1 || k < 0) {
        throw new IllegalArgumentException("a product of " + m + " x " + k + " x " + n);
      }
    }
  }

  /// Neighbours of one extent along a side of C: `count` of them, the first at `from`, before which there are `before` others.
  private record Run(int from, int extent, int count, int before) {
    int at(int index) {
      return from + (index - before) * extent;
    }

    int first(int least) {
      return Math.max(least, before);
    }

    int end(int most) {
      return Math.min(most, before + count);
    }
  }

  /// Length of a block of k: a panel of B and of A stay in the caches.
  private static final int BLOCK = 768;
  private static final int DOT_BLOCK = 4096;
  /// The most rows of C whose sums are rows by rows: for more of them B's part is packed.
  private static final int DOT_ROWS = 128;
  /// The most rows and columns of a part, about: A's part of a block stays in the level 2 cache.
  private static final int PART_ROWS = 140;
  private static final int PART_COLUMNS = 512;
  /// Work below this is not worth another thread.
  private static final long PART_FLOPS = 500_000;
  /// Parts of fewer elements of C than this read A and B so often that memory is the limit; enough for many threads come first.
  private static final long PART_AREA = 128 * 128;
  private static final int SOME_PARTS = 16;
  private static final int MOST_PARTS = 128;
  /// Sums longer than this are cut where there are few tiles.
  private static final int SPLIT = 8192;
  private static final int MOST_SPLITS = 16;
  /// A result is small if the operands have so many times its elements.
  private static final int SMALL_RESULT = 8;
  private static final int LEAST_SPLIT = 32;
  /// Where B is larger than this, packing all of it beforehand would write it to memory and read it again; where A is no larger
  /// than this, it stays in the caches while each part goes through all of it.
  private static final long STREAM_BYTES = 8 << 20;
  private static final long CACHED_BYTES = 1 << 20;
  /// Where k is longer than this and a block of all of A is no larger than that, the block stays in the level 2 cache instead.
  private static final int LONG = 8 * BLOCK;
  private static final long CACHED_BLOCK = 768 << 10;
  /// Where B is no larger than this, it stays in the level 2 cache of each core.
  private static final long OWN_BYTES = 512 << 10;
  /// Packing less than this is not worth another thread.
  private static final long PACK_BYTES = 1 << 17;

  /// The places of the nearest cache that an address can go to are known by its place in a page.
  private static final int PAGE_BYTES = 4096;

  private final Target target;
  private final Size size;
  private final int matrices;
  private final int lanes;
  private final boolean dot;
  private final boolean packA;
  private final boolean packB;
  /// Whether parts pack their blocks of B themselves, just before they read them.
  private final boolean streamB;
  private final List<Run> rows;
  private final List<Run> columns;
  private final int[] blocks;
  private final int rowParts;
  private final int columnParts;
  private final int splits;
  private final long packedA;
  private final long packedB;
  private final MemorySegment packed;
  private final MemorySegment partial;
  /// By run of rows, run of columns and block.
  private final Kernel[][][] kernels;
  private final Kernel[] packersA;
  private final Kernel[] packersB;
  /// By block and run of columns.
  private final Kernel[][] streamersB;

  /// Plans `matrices` products of one size, to be run by the threads of `target`.
  Gemm(Target target, Size size, int matrices) {
    this.target = target;
    this.size = size;
    this.matrices = matrices;
    InstructionSet set = target.instructionSet();
    this.lanes = target.lanes();
    boolean alongK = size.a.column == 1 && size.b.row == 1 && (size.b.column != 1 || size.n == 1);
    this.dot = alongK && size.k >= 8 * lanes && (size.m <= DOT_ROWS || size.n <= 2 * lanes);
    int nv = dot ? 1 : vectors(set, lanes, size.m, size.n);
    this.rows = even(size.m, dot ? DotKernel.mostRows(set) : GemmKernel.mostRows(set, nv));
    this.columns = dot ? even(size.n, DotKernel.COLUMNS) : fixed(size.n, nv * lanes);
    int rowCount = count(rows);
    int columnCount = count(columns);
    this.packB = !dot && (size.b.column != 1 || rowCount >= 9 && size.k >= 64 && collides(size.b.row));
    this.packA = !dot && columnCount >= 4 && size.k >= 64 && size.m > 4 && collides(Math.max(size.a.row, size.a.column));
    long flops = 2L * size.m * size.n * size.k;
    int most = (int) Math.clamp((long) size.m * size.n * matrices / PART_AREA, SOME_PARTS, MOST_PARTS);
    int wanted = Math.ceilDiv((int) Math.clamp(flops * matrices / PART_FLOPS, 1, most), matrices);
    boolean longB = packB && cachesBlocks(size);
    this.splits = splits(size, wanted, longB);
    wanted = Math.ceilDiv(wanted, splits);
    this.blocks = blocks(size.k, dot ? DOT_BLOCK : BLOCK, splits);
    this.streamB = packB && 4L * size.k * size.n > STREAM_BYTES && (4L * size.m * size.k <= CACHED_BYTES || longB && splits > 1);
    // rows are samples, most often: a thread that takes neighbouring ones finds in its own caches what it wrote for them before
    boolean byRows = !streamB && 4L * size.k * size.n <= OWN_BYTES;
    int r = streamB ? 1 : Math.min(rowCount, Math.ceilDiv(size.m, PART_ROWS));
    int c = byRows ? 1 : Math.min(columnCount, Math.ceilDiv(size.n, PART_COLUMNS));
    while (r * c < wanted && (r < rowCount && !streamB || c < columnCount)) {
      if (c >= columnCount || !streamB && r < rowCount && (byRows || size.m / r >= size.n / c)) {
        r = Math.min(rowCount, 2 * r);
      } else {
        c = Math.min(columnCount, 2 * c);
      }
    }
    this.rowParts = r;
    this.columnParts = c;
    this.packedA = packA ? rows.stream().mapToLong(x -> x.count * PackKernel.bytes(size.k, x.extent)).sum() : 0;
    this.packedB = packB && !streamB ? columns.stream().mapToLong(x -> x.count * PackKernel.bytes(size.k, panelWidth(x))).sum() : 0;
    // one request: another one could hand out the same bytes
    long pack = matrices * (packedA + packedB);
    long sums = 4L * (splits - 1) * matrices * size.m * size.n;
    MemorySegment shared = target.shared(pack + sums);
    this.packed = shared.asSlice(0, pack);
    this.partial = shared.asSlice(pack, sums);
    this.kernels = new Kernel[rows.size()][columns.size()][blocks.length - 1];
    for (int i = 0; i < rows.size(); i++) {
      for (int j = 0; j < columns.size(); j++) {
        for (int block = 0; block < blocks.length - 1; block++) {
          kernels[i][j][block] = kernel(rows.get(i), columns.get(j), block);
        }
      }
    }
    this.packersA = packA ? packers(rows.stream().map(x -> new PackKernel(size.a.column == 1, size.k, x.extent, x.extent,
        size.a.column == 1 ? size.a.rowBytes() : size.a.columnBytes())).toList()) : null;
    this.packersB = packB && !streamB ? packersB(size.k) : null;
    this.streamersB = new Kernel[streamB ? blocks.length - 1 : 0][];
    for (int block = 0; block < streamersB.length; block++) {
      streamersB[block] = packersB(blocks[block + 1] - blocks[block]);
    }
    if (streamB) {
      target.workspace().reserve(PackKernel.bytes(longest(blocks), panelWidth(columns.getFirst())));
    }
  }

  /// Whether lines so many floats apart have their places in the same few of a cache's, where they drive one another out.
  private static boolean collides(long floats) {
    return 4 * floats % PAGE_BYTES == 0;
  }

  /// `n` cut into the fewest pieces of at most `most`, which differ by one at most, the larger ones first.
  private static List<Run> even(int n, int most) {
    int count = Math.ceilDiv(n, most);
    int extent = Math.ceilDiv(n, count);
    int large = n - count * (extent - 1);
    List<Run> runs = new ArrayList<>();
    runs.add(new Run(0, extent, large, 0));
    if (large < count) {
      runs.add(new Run(large * extent, extent - 1, count - large, large));
    }
    return runs;
  }

  /// `n` cut into pieces of `extent` and what remains.
  private static List<Run> fixed(int n, int extent) {
    List<Run> runs = new ArrayList<>();
    int whole = n / extent;
    if (whole > 0) {
      runs.add(new Run(0, extent, whole, 0));
    }
    if (n % extent > 0) {
      runs.add(new Run(whole * extent, n % extent, 1, whole));
    }
    return runs;
  }

  private static int count(List<Run> runs) {
    return runs.getLast().before + runs.getLast().count;
  }

  private int panelWidth(Run column) {
    return Math.ceilDiv(column.extent, lanes) * lanes;
  }

  private static int longest(int[] blocks) {
    int longest = 0;
    for (int block = 0; block < blocks.length - 1; block++) {
      longest = Math.max(longest, blocks[block + 1] - blocks[block]);
    }
    return longest;
  }

  private Kernel[] packersB(int k) {
    return packers(columns.stream().map(x -> new PackKernel(size.b.column != 1, k, panelWidth(x), x.extent,
        size.b.column != 1 ? size.b.columnBytes() : size.b.rowBytes())).toList());
  }

  private Kernel[] packers(List<PackKernel> kernels) {
    return kernels.stream().map(k -> target.kernel(k, k::emit)).toArray(Kernel[]::new);
  }

  private GemmKernel.Start start(int block) {
    for (int s = 0; s < splits; s++) {
      if (block == firstBlock(s)) {
        return size.biased ? GemmKernel.Start.BIAS : GemmKernel.Start.ZERO;
      }
    }
    return GemmKernel.Start.C;
  }

  private int firstBlock(int split) {
    return (blocks.length - 1) * split / splits;
  }

  private Kernel kernel(Run row, Run column, int block) {
    int k = blocks[block + 1] - blocks[block];
    int cRow = Math.toIntExact(4 * size.cRow);
    if (dot) {
      DotKernel kernel = new DotKernel(row.extent, column.extent, k, size.a.rowBytes(), size.b.columnBytes(), cRow, start(block),
          size.relu && block == blocks.length - 2);
      return target.kernel(kernel, kernel::emit);
    }
    int lastLanes = column.extent % lanes;
    GemmKernel kernel = new GemmKernel(row.extent, Math.ceilDiv(column.extent, lanes), lastLanes, !packB && lastLanes > 0, k,
        packA ? 4 : size.a.rowBytes(), packA ? 4 * row.extent : size.a.columnBytes(),
        packA ? Math.toIntExact(PackKernel.bytes(size.k, row.extent)) : Math.multiplyExact(row.extent, size.a.rowBytes()),
        packB ? 4 * panelWidth(column) : size.b.rowBytes(), cRow,
        start(block), size.relu && block == blocks.length - 2);
    return target.kernel(kernel, kernel::emit);
  }

  /// The products of matrices at these addresses, one entry a matrix. `bias`: where the row lies that
  /// [Size#biased] asks for.
  Step step(long[] a, long[] b, long[] c, long bias) {
    if (a.length != matrices || b.length != matrices || c.length != matrices) {
      throw new IllegalArgumentException("planned for " + matrices + " matrices");
    }
    int packsA = packA ? count(rows) : 0;
    int packs = packsA + (packB && !streamB ? count(columns) : 0);
    // a part packs so many panels
    long panel = 4L * size.k * lanes;
    int group = (int) Math.clamp(PACK_BYTES / panel, 1, packs + 1);
    int packParts = Math.ceilDiv(packs * matrices, group);
    IntConsumer pack = part -> {
      for (int i = part * group; i < Math.min(packs * matrices, (part + 1) * group); i++) {
        int index = i % packs;
        int matrix = i / packs;
        if (index < packsA) {
          pack(rows, packersA, index, a[matrix], size.a.rowBytes(), atA(matrix));
        } else {
          pack(columns, packersB, index - packsA, b[matrix], size.b.columnBytes(), atB(matrix));
        }
      }
    };
    int perMatrix = splits * rowParts * columnParts;
    IntConsumer multiply = part -> {
      int matrix = part / perMatrix;
      int split = part / (rowParts * columnParts) % splits;
      long to = split == 0 ? c[matrix] : partial(matrix, split).address();
      long fromA = packA ? atA(matrix) : a[matrix];
      int rowPart = part / columnParts % rowParts;
      if (streamB) {
        target.workspace().use(piece -> multiply(rowPart, part % columnParts, split, fromA, b[matrix], to, bias, piece));
      } else {
        multiply(rowPart, part % columnParts, split, fromA, packB ? atB(matrix) : b[matrix], to, bias, 0);
      }
    };
    List<Step> folds = IntStream.range(0, splits > 1 ? matrices : 0).mapToObj(matrix -> fold(matrix, c[matrix])).toList();
    return () -> {
      if (packs > 0) {
        target.workers().run(packParts, pack);
      }
      target.workers().run(matrices * perMatrix, multiply);
      for (int i = 0; i < folds.size(); i++) {
        folds.get(i).run();
      }
    };
  }

  private MemorySegment partial(int matrix, int split) {
    long bytes = 4L * size.m * size.n;
    return partial.asSlice(bytes * ((long) matrix * (splits - 1) + split - 1), bytes);
  }

  private long atA(int matrix) {
    return packed.address() + matrix * (packedA + packedB);
  }

  private long atB(int matrix) {
    return atA(matrix) + packedA;
  }

  /// Packs panel `index`; `stride` bytes lie between neighbours along the side of C.
  private void pack(List<Run> runs, Kernel[] packers, int index, long from, int stride, long to) {
    for (int i = 0; i < packers.length; i++) {
      Run run = runs.get(i);
      if (index < run.end(Integer.MAX_VALUE)) {
        packers[i].call(from + (long) run.at(index) * stride, to + panelOffset(runs, i, index));
        return;
      }
    }
  }

  /// Where packed panel `index`, of run `i`, begins.
  private long panelOffset(List<Run> runs, int i, int index) {
    Run run = runs.get(i);
    long before = i == 0 ? 0 : run.before * PackKernel.bytes(size.k, packedWidth(runs, 0));
    return before + (index - run.before) * PackKernel.bytes(size.k, packedWidth(runs, i));
  }

  private int packedWidth(List<Run> runs, int i) {
    return runs == columns ? panelWidth(runs.get(i)) : runs.get(i).extent;
  }

  /// `piece`: where a packed block of a panel of B goes.
  private void multiply(int rowPart, int columnPart, int split, long a, long b, long c, long bias, long piece) {
    int rowCount = count(rows);
    int columnCount = count(columns);
    int firstRow = rowCount * rowPart / rowParts;
    int endRow = rowCount * (rowPart + 1) / rowParts;
    int firstColumn = columnCount * columnPart / columnParts;
    int endColumn = columnCount * (columnPart + 1) / columnParts;
    long cRow = 4 * size.cRow;
    for (int block = firstBlock(split); block < firstBlock(split + 1); block++) {
      long k = blocks[block];
      for (int j = 0; j < columns.size(); j++) {
        Run column = columns.get(j);
        int from = column.first(firstColumn);
        int to = column.end(endColumn);
        if (dot) {
          if (from < to) {
            dots(j, block, firstRow, endRow, a + 4 * k, b + 4 * k + (long) column.at(from) * size.b.columnBytes(),
                c + 4L * column.at(from), cRow, to - from, bias + 4L * column.at(from));
          }
          continue;
        }
        for (int p = from; p < to; p++) {
          long panel;
          if (streamB) {
            panel = piece;
            streamersB[block][j].call(b + k * size.b.rowBytes() + (long) column.at(p) * size.b.columnBytes(), panel);
          } else if (packB) {
            panel = b + panelOffset(columns, j, p) + k * panelWidth(column) * 4;
          } else {
            panel = b + k * size.b.rowBytes() + 4L * column.at(p);
          }
          for (int i = 0; i < rows.size(); i++) {
            Run row = rows.get(i);
            int first = row.first(firstRow);
            int count = row.end(endRow) - first;
            if (count > 0) {
              long tile = packA ? a + panelOffset(rows, i, first) + k * row.extent * 4
                  : a + row.at(first) * (long) size.a.rowBytes() + k * size.a.columnBytes();
              kernels[i][j][block].call(tile, panel, c + row.at(first) * cRow + 4L * column.at(p), count, bias + 4L * column.at(p), 0);
            }
          }
        }
      }
    }
  }

  private void dots(int j, int block, int firstRow, int endRow, long a, long b, long c, long cRow, int count, long bias) {
    for (int i = 0; i < rows.size(); i++) {
      Run row = rows.get(i);
      for (int t = row.first(firstRow); t < row.end(endRow); t++) {
        kernels[i][j][block].call(a + (long) row.at(t) * size.a.rowBytes(), b, c + row.at(t) * cRow, count, bias, 0);
      }
    }
  }

  /// Adds the sums of the splits to those of the first one, in order.
  private Step fold(int matrix, long c) {
    Shape shape = Shape.of(size.m, size.n);
    TensorType type = TensorType.float32(shape);
    MemorySegment first = MemorySegment.ofAddress(c).reinterpret(type.bytes());
    List<Operand> operands = new ArrayList<>(List.of(new Operand(type, first)));
    VectorCode code = new VectorCode();
    int sum = code.input(0);
    for (int split = 1; split < splits; split++) {
      operands.add(new Operand(type, partial(matrix, split)));
      sum = code.add(sum, code.input(split));
    }
    code.store(splits, sum);
    operands.add(operands.getFirst());
    return PointwiseKernel.compile(target, code.body(), Nest.of(shape, Collections.nCopies(operands.size(), shape)), operands);
  }

  /// How many parts k is cut into whose sums are added at the end: where C is small and k long, where each part then packs the whole
  /// of its own B, and where k counts samples, whose halves threads have in their own caches.
  private static int splits(Size size, int wanted, boolean longB) {
    if (size.biased || size.relu || size.cRow != size.n) {
      return 1;
    }
    long area = (long) size.m * size.n;
    if (area <= SPLIT && size.k >= 2 * SPLIT) {
      return Math.min(MOST_SPLITS, size.k / SPLIT);
    }
    if (longB) {
      return Math.min(MOST_SPLITS, size.k / (LONG / 2));
    }
    boolean samples = size.a.row == 1 && size.b.column == 1;
    boolean small = area * SMALL_RESULT <= (size.m + size.n) * (long) size.k;
    return samples && small && wanted > 1 && size.k >= 2 * LEAST_SPLIT ? 2 : 1;
  }

  /// Whether B is large, k long, and a block of A small.
  private static boolean cachesBlocks(Size size) {
    return size.k >= LONG && 4L * size.k * size.n > STREAM_BYTES && 4L * size.m * BLOCK <= CACHED_BLOCK;
  }

  /// The width of tile with the least work: whole tiles of FMAs, or the loads where they take longer.
  private static int vectors(InstructionSet set, int lanes, int m, int n) {
    int best = 0;
    double least = Double.MAX_VALUE;
    for (int nv : new int[] {2, 3, 4, 1, 6, 8}) {
      int most = GemmKernel.mostRows(set, nv);
      if (most < 1) {
        continue;
      }
      int vectors = Math.ceilDiv(n, lanes);
      int tiles = Math.ceilDiv(m, most);
      double cost = 0;
      for (int i = 0; i < tiles; i++) {
        int rows = (int) ((long) m * (i + 1) / tiles - (long) m * i / tiles);
        int whole = vectors / nv;
        cost += whole * cost(rows, nv) + (vectors % nv == 0 ? 0 : cost(rows, vectors % nv));
      }
      if (cost < least * 0.99) {
        least = cost;
        best = nv;
      }
    }
    return best;
  }

  /// Cycles of a step of k: FMAs, loads, and the latency of few chains.
  private static double cost(int rows, int vectors) {
    return Math.max(Math.max(rows * vectors, 0.9 * (rows + vectors)), 4);
  }

  /// As many blocks of at most `most` for each of `splits`.
  private static int[] blocks(int k, int most, int splits) {
    int count = Math.ceilDiv(k, most * splits) * splits;
    int[] from = new int[count + 1];
    for (int i = 0; i <= count; i++) {
      // multiples of 16 but for the end: no masks inside
      from[i] = i == count ? k : (int) ((long) k * i / count) & -16;
    }
    return from;
  }
}
