package dlt.backend.cpu;

import static dlt.backend.cpu.Address.at;
import static dlt.backend.cpu.Assembler.*;

/// The micro-kernel of a product of rows with rows (C = A B^T): tiles of `rows` x `columns` registers, side by side, each
/// summed lane by lane along the rows and folded at the end, so that neither operand is packed.
///
/// Call: rdi A, rsi B, rdx C, rcx number of tiles (1 or more), r8 bias. All strides are in bytes.
///
/// @param columns at most 4
/// @param aRow from one row of A to the next
/// @param bRow from one row of B to the next
/// @param cRow from one row of C to the next
/// @param start what the sums are added to
/// @param relu whether negative results become zero
record DotKernel(int rows, int columns, int k, int aRow, int bRow, int cRow, GemmKernel.Start start, boolean relu) {
  static final int COLUMNS = 4;
  private static final int K1 = 1, K2 = 2;

  /// The most rows that a tile of 4 columns has registers for.
  static int mostRows(InstructionSet set) {
    return switch (set) {
      case AVX512 -> 6;
      case AVX2 -> 3;
      case JAVA -> throw new IllegalArgumentException("no registers");
    };
  }

  void emit(Assembler a) {
    boolean evex = a.instructionSet() == InstructionSet.AVX512;
    int lanes = a.lanes();
    int tail = k % lanes;
    if (evex && tail > 0) {
      a.maskFirst(K1, tail);
    }
    if (evex && columns < COLUMNS) {
      a.maskFirst(K2, columns);
    }
    int left = rows * columns;
    int right = left + rows;
    Label tile = a.here();
    for (int i = 0; i < left; i++) {
      a.zero(i);
    }
    a.moveRegister(R10, RDI);
    a.moveRegister(R11, RSI);
    int turns = k / lanes;
    int unroll = turns >= 2 ? 2 : 1;
    if (turns > 0) {
      a.moveImmediate(RAX, turns / unroll);
      a.align(32);
      Label loop = a.here();
      for (int u = 0; u < unroll; u++) {
        step(a, left, right, u, 0);
      }
      a.addImmediate(R10, unroll * a.vectorBytes());
      a.addImmediate(R11, unroll * a.vectorBytes());
      a.subImmediate(RAX, 1);
      a.jump(Condition.NOT_ZERO, loop);
    }
    int done = 0;
    for (; done < turns % unroll; done++) {
      step(a, left, right, done, 0);
    }
    if (tail > 0) {
      step(a, left, right, done, tail);
    }
    for (int i = 0; i < rows; i++) {
      fold(a, evex, i, left);
    }
    a.addImmediate(RSI, columns * bRow);
    a.addImmediate(RDX, columns * 4);
    if (start == GemmKernel.Start.BIAS) {
      a.addImmediate(R8, columns * 4);
    }
    a.subImmediate(RCX, 1);
    a.jump(Condition.NOT_ZERO, tile);
    a.ret();
  }

  private void step(Assembler a, int left, int right, int u, int tail) {
    for (int i = 0; i < rows; i++) {
      load(a, left + i, at(R10, i * aRow + u * a.vectorBytes()), tail);
    }
    for (int j = 0; j < columns; j++) {
      load(a, right, at(R11, j * bRow + u * a.vectorBytes()), tail);
      for (int i = 0; i < rows; i++) {
        a.op(Instruction.FMADD231, i * columns + j, left + i, right);
      }
    }
  }

  /// All lanes, or the first `tail` of them and zeros.
  private static void load(Assembler a, int d, Address from, int tail) {
    if (tail == 0) {
      a.load(d, from);
    } else if (a.instructionSet() == InstructionSet.AVX512) {
      a.loadMasked(d, from, K1);
    } else {
      // no register is left for a mask
      a.maskFirst(d, tail);
      a.loadMasked(d, from, d);
    }
  }

  /// Sums each register of tile row `i` and puts the sums side by side into C.
  private void fold(Assembler a, boolean evex, int i, int free) {
    int[] v = new int[COLUMNS];
    int zero = free + 2;
    int t = free;
    int s = free + 1;
    if (columns < COLUMNS) {
      a.zero(zero);
    }
    for (int j = 0; j < COLUMNS; j++) {
      v[j] = j < columns ? i * columns + j : zero;
    }
    // the pairs of a and b, then of c and d, then all four, in each 128-bit part
    a.op(Instruction.UNPACK_LOW, t, v[0], v[1]);
    a.op(Instruction.UNPACK_HIGH, s, v[0], v[1]);
    a.op(Instruction.ADD, v[0], t, s);
    a.op(Instruction.UNPACK_LOW, t, v[2], v[3]);
    a.op(Instruction.UNPACK_HIGH, s, v[2], v[3]);
    a.op(Instruction.ADD, t, t, s);
    a.op(Instruction.UNPACK_LOW_PAIRS, s, v[0], t);
    a.op(Instruction.UNPACK_HIGH_PAIRS, v[0], v[0], t);
    a.op(Instruction.ADD, s, s, v[0]);
    for (int width = a.vectorBytes(); width > 16; width /= 2) {
      a.width(width);
      a.highHalf(t, s);
      a.width(width / 2);
      a.op(Instruction.ADD, s, s, t);
    }
    Address to = at(RDX, i * cRow);
    int mask = evex ? K2 : zero;
    if (columns < COLUMNS && !evex) {
      a.maskFirst(mask, columns);
    }
    switch (start) {
      case ZERO -> {}
      case C -> add(a, s, t, to, mask);
      case BIAS -> add(a, s, t, at(R8), mask);
    }
    if (relu) {
      a.zero(t);
      // the second operand where one is NaN: NaN stays
      a.op(Instruction.MAX, s, t, s);
    }
    if (columns < COLUMNS) {
      a.storeMasked(to, s, mask);
    } else {
      a.store(to, s);
    }
    a.width(a.vectorBytes());
  }

  private void add(Assembler a, int sum, int free, Address from, int mask) {
    if (columns < COLUMNS) {
      a.loadMasked(free, from, mask);
    } else {
      a.load(free, from);
    }
    a.op(Instruction.ADD, sum, free, sum);
  }
}
