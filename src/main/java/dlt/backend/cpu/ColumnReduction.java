package dlt.backend.cpu;

import static dlt.backend.cpu.Assembler.RAX;
import static dlt.backend.cpu.Assembler.RCX;
import static dlt.backend.cpu.Assembler.RDI;
import static dlt.backend.cpu.Assembler.RDX;
import static dlt.backend.cpu.Assembler.RSI;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dlt.backend.cpu.Assembler.Condition;
import dlt.backend.cpu.Assembler.Label;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/// Reduces the middle one of three dimensions: `outer` slabs of `rows` rows of `columns` contiguous elements each become one
/// row. Row i goes to accumulator i mod 4 of its column, and the four are then folded pairwise; more than [#block] rows are
/// cut into blocks whose results are reduced in their turn.
final class ColumnReduction {
  /// Rows that are folded at one go, at most.
  static final int MOST_ROWS = 256;
  /// Elements of such rows, where they are narrow enough: a [ReducingGroup] keeps them in the first cache.
  private static final int CACHED = 8192;
  /// Columns of a part.
  private static final int CHUNK = 256;
  /// Rows that go to accumulators of their own.
  static final int ACCUMULATORS = 4;

  private record Key(Folding folding, int columns, int stride) {}

  private ColumnReduction() {}

  /// How many rows are folded at one go.
  static int block(int columns) {
    return columns > CACHED / 8 ? MOST_ROWS : Math.clamp(CACHED / columns, 8, MOST_ROWS);
  }

  /// Bytes of memory for block results that [#compile] wants.
  static long scratchBytes(long outer, long rows, int columns) {
    if (rows <= block(columns)) {
      return 0;
    }
    long blocks = Math.ceilDiv(rows, (long) block(columns));
    return 4 * outer * blocks * columns + scratchBytes(outer, blocks, columns);
  }

  static void compile(Target target, Folding folding, long outer, long rows, int columns, MemorySegment x, MemorySegment y,
      MemorySegment scratch, List<Step> steps) {
    if (rows <= block(columns)) {
      steps.add(blocks(target, folding, outer, rows, columns, x, y));
      return;
    }
    long blocks = Math.ceilDiv(rows, (long) block(columns));
    MemorySegment partial = scratch.asSlice(0, 4 * outer * blocks * columns);
    steps.add(blocks(target, folding, outer, rows, columns, x, partial));
    compile(target, folding, outer, blocks, columns, partial, y, scratch.asSlice(partial.byteSize()), steps);
  }

  /// Reduces `rows` rows, some columns of them: from element `from` of x on to element `to` of y on.
  private interface Run {
    void run(long from, int rows, long to);
  }

  /// Each block of each slab to one row.
  private static Step blocks(Target target, Folding folding, long outer, long rows, int columns, MemorySegment x, MemorySegment y) {
    Blocks blocks = new Blocks(rows, block(columns));
    Blocks chunks = new Blocks(columns, CHUNK);
    Run full = run(target, folding, Math.min(columns, CHUNK), columns, x, y);
    int rest = columns % CHUNK;
    Run last = rest == 0 ? full : run(target, folding, rest, columns, x, y);
    // the units of work are the chunks of blocks; a part is some of them
    long units = outer * blocks.parts() * chunks.parts();
    Blocks parts = Blocks.of(units, Math.min(rows, block(columns)) * Math.min(columns, CHUNK));
    return () -> target.workers().run(parts.parts(), part -> {
      for (long unit = parts.from(part); unit < parts.to(part); unit++) {
        int chunk = (int) (unit % chunks.parts());
        long result = unit / chunks.parts();
        int block = (int) (result % blocks.parts());
        long first = result / blocks.parts() * rows + blocks.from(block);
        Run run = chunk == chunks.parts() - 1 ? last : full;
        run.run(first * columns + chunks.from(chunk), (int) (blocks.to(block) - blocks.from(block)),
            result * columns + chunks.from(chunk));
      }
    });
  }

  private static Run run(Target target, Folding folding, int columns, int stride, MemorySegment x, MemorySegment y) {
    if (!target.emits() || 16L * stride != (int) (16L * stride)) {
      return (from, rows, to) -> twin(folding, columns, stride, x, from, rows, y, to);
    }
    Kernel kernel = kernel(target, folding, columns, stride);
    long source = x.address();
    long destination = y.address();
    return (from, rows, to) -> kernel.call(source + 4 * from, rows, destination + 4 * to);
  }

  /// Reduces rows of `columns` elements, `stride` elements apart. Call it with the first row, their number and where the result is to be.
  static Kernel kernel(Target target, Folding folding, int columns, int stride) {
    return target.kernel(new Key(folding, columns, stride), a -> emit(a, folding, columns, stride));
  }

  private static void twin(Folding folding, int columns, int stride, MemorySegment x, long from, int rows, MemorySegment y, long to) {
    float[][] sums = new float[ACCUMULATORS][columns];
    float[] row = new float[columns];
    for (float[] s : sums) {
      Arrays.fill(s, folding.identity());
    }
    for (int r = 0; r < rows; r++) {
      MemorySegment.copy(x, JAVA_FLOAT, 4 * (from + (long) r * stride), row, 0, columns);
      folding.apply(sums[r % ACCUMULATORS], row, columns);
    }
    folding.apply(sums[0], sums[1], columns);
    folding.apply(sums[2], sums[3], columns);
    folding.apply(sums[0], sums[2], columns);
    MemorySegment.copy(sums[0], 0, y, JAVA_FLOAT, 4 * to, columns);
  }

  // ---- machine code: RDI the first row, RSI how many rows, RDX the result

  private static void emit(Assembler a, Folding folding, int columns, int stride) {
    boolean evex = a.instructionSet() == InstructionSet.AVX512;
    int widest = evex ? 4 : 2;
    int tail = columns % a.lanes();
    int tailMask = evex ? 1 : 15;
    if (tail != 0) {
      a.maskFirst(tailMask, tail);
    }
    int vectors = Math.ceilDiv(columns, a.lanes());
    for (int v = 0; v < vectors; v += widest) {
      int width = Math.min(widest, vectors - v);
      strip(a, folding, v * a.vectorBytes(), width, 4 * stride, v + width == vectors && tail != 0 ? tailMask : 0);
    }
    a.ret();
  }

  /// `width` vectors of columns at byte `offset` of each row; the last one is masked where there is a mask.
  private static void strip(Assembler a, Folding folding, int offset, int width, int rowBytes, int tailMask) {
    for (int i = 0; i < ACCUMULATORS * width; i++) {
      folding.clear(a, i);
    }
    Label rest = new Label();
    Label end = new Label();
    a.address(RAX, Address.at(RDI, offset));
    a.moveRegister(RCX, RSI);
    a.subImmediate(RCX, ACCUMULATORS);
    a.jump(Condition.LESS, rest);
    a.align(32);
    Label top = a.here();
    for (int r = 0; r < ACCUMULATORS; r++) {
      row(a, folding, r, width, r * rowBytes, tailMask);
    }
    a.addImmediate(RAX, ACCUMULATORS * rowBytes);
    a.subImmediate(RCX, ACCUMULATORS);
    a.jump(Condition.GREATER_EQUAL, top);
    a.bind(rest);
    for (int r = 0; r < ACCUMULATORS - 1; r++) {
      // RCX holds the rows that are left, less the accumulators
      a.compareImmediate(RCX, r - ACCUMULATORS);
      a.jump(Condition.LESS_EQUAL, end);
      row(a, folding, r, width, r * rowBytes, tailMask);
    }
    a.bind(end);
    for (int v = 0; v < width; v++) {
      fold(a, folding, v, width + v);
      fold(a, folding, 2 * width + v, 3 * width + v);
      fold(a, folding, v, 2 * width + v);
      Address to = Address.at(RDX, offset + v * a.vectorBytes());
      if (v == width - 1 && tailMask != 0) {
        a.storeMasked(to, v, tailMask);
      } else {
        a.store(to, v);
      }
    }
  }

  private static void row(Assembler a, Folding folding, int accumulator, int width, int offset, int tailMask) {
    int loaded = ACCUMULATORS * width;
    for (int v = 0; v < width; v++) {
      Address from = Address.at(RAX, offset + v * a.vectorBytes());
      if (v == width - 1 && tailMask != 0) {
        a.loadMasked(loaded, from, tailMask);
      } else {
        a.load(loaded, from);
      }
      fold(a, folding, accumulator * width + v, loaded);
    }
  }

  private static void fold(Assembler a, Folding folding, int into, int x) {
    boolean evex = a.instructionSet() == InstructionSet.AVX512;
    folding.emit(a, into, x, evex ? 2 : 14, evex ? 31 : 13);
  }
}
