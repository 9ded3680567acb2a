package dlt.backend.cpu;

import static dlt.backend.cpu.Assembler.Condition.NOT_ZERO;
import static dlt.backend.cpu.Assembler.Condition.ZERO;
import static dlt.backend.cpu.Assembler.RDI;
import static dlt.backend.cpu.Assembler.RDX;
import static dlt.backend.cpu.Assembler.RSI;

import dlt.backend.cpu.Assembler.Label;

/// Moves between rows and lanes: `rows` rows of floats, `pitch` bytes apart, and as many vectors as a row has elements,
/// vector `j` holding element `j` of every row. A kernel works through blocks of as many elements as a vector has lanes and
/// turns each block in registers; after the blocks come `tail` more elements, with masks. Lanes without a row are zero in
/// the vectors and are not written back.
record LaneTranspose(boolean toLanes, int rows, long pitch, int tail) {
  /// Rows to lanes: call it with the first row, the vectors, and the number of whole blocks.
  static Kernel toLanes(Target target, int rows, long pitch, int tail) {
    return target.kernel(new LaneTranspose(true, rows, pitch, tail), new LaneTranspose(true, rows, pitch, tail)::emit);
  }

  /// Lanes to rows: call it with the first row, the vectors, and the number of whole blocks.
  static Kernel toRows(Target target, int rows, long pitch, int tail) {
    return target.kernel(new LaneTranspose(false, rows, pitch, tail), new LaneTranspose(false, rows, pitch, tail)::emit);
  }

  private void emit(Assembler a) {
    int lanes = a.lanes();
    Label rest = new Label();
    a.compareImmediate(RDX, 0);
    a.jump(ZERO, rest);
    a.align(32);
    Label block = a.here();
    block(a, lanes);
    a.addImmediate(RDI, 4 * lanes);
    a.addImmediate(RSI, a.vectorBytes() * lanes);
    a.subImmediate(RDX, 1);
    a.jump(NOT_ZERO, block);
    a.bind(rest);
    if (tail > 0) {
      block(a, tail);
    }
    a.ret();
  }

  private void block(Assembler a, int elements) {
    int lanes = a.lanes();
    // an opmask, or a vector register that the square does not need at that moment
    boolean evex = a.instructionSet() == InstructionSet.AVX512;
    int mask = evex ? 1 : toLanes ? 15 : 0;
    int sources = toLanes ? rows : elements;
    if (toLanes && elements < lanes) {
      a.maskFirst(mask, elements);
    }
    for (int i = 0; i < lanes; i++) {
      if (i >= sources) {
        a.zero(i);
      } else if (!toLanes) {
        a.load(i, Address.at(RSI, i * a.vectorBytes()));
      } else if (elements < lanes) {
        a.loadMasked(i, Address.at(RDI, row(i)), mask);
      } else {
        a.load(i, Address.at(RDI, row(i)));
      }
    }
    int[] turned = turn(a);
    if (!toLanes && elements < lanes) {
      a.maskFirst(mask, elements);
    }
    for (int i = 0; i < (toLanes ? elements : rows); i++) {
      if (toLanes) {
        a.store(Address.at(RSI, i * a.vectorBytes()), turned[i]);
      } else if (elements < lanes) {
        a.storeMasked(Address.at(RDI, row(i)), turned[i], mask);
      } else {
        a.store(Address.at(RDI, row(i)), turned[i]);
      }
    }
  }

  private int row(int i) {
    return Math.toIntExact(i * pitch);
  }

  /// Turns the square in the first registers by means of as many others and says where its columns are then.
  static int[] turn(Assembler a) {
    int n = a.lanes();
    // pairs of rows, then fours: register n + 4 g + c or 4 g + c holds columns c, c + 4, .. of rows 4 g .. 4 g + 3
    for (int i = 0; i < n; i += 2) {
      a.op(Instruction.UNPACK_LOW, n + i, i, i + 1);
      a.op(Instruction.UNPACK_HIGH, n + i + 1, i, i + 1);
    }
    for (int g = 0; g < n; g += 4) {
      for (int h = 0; h < 2; h++) {
        a.op(Instruction.UNPACK_LOW_PAIRS, g + 2 * h, n + g + h, n + g + h + 2);
        a.op(Instruction.UNPACK_HIGH_PAIRS, g + 2 * h + 1, n + g + h, n + g + h + 2);
      }
    }
    int[] columns = new int[n];
    if (n == 8) {
      for (int c = 0; c < 4; c++) {
        a.opImmediate(Instruction.PERMUTE_PARTS, 8 + c, c, 4 + c, 0x20);
        a.opImmediate(Instruction.PERMUTE_PARTS, 12 + c, c, 4 + c, 0x31);
        columns[c] = 8 + c;
        columns[4 + c] = 12 + c;
      }
      return columns;
    }
    for (int c = 0; c < 4; c++) {
      a.opImmediate(Instruction.SHUFFLE_PARTS, 16 + c, c, 4 + c, 0x88);
      a.opImmediate(Instruction.SHUFFLE_PARTS, 20 + c, c, 4 + c, 0xdd);
      a.opImmediate(Instruction.SHUFFLE_PARTS, 24 + c, 8 + c, 12 + c, 0x88);
      a.opImmediate(Instruction.SHUFFLE_PARTS, 28 + c, 8 + c, 12 + c, 0xdd);
    }
    for (int c = 0; c < 4; c++) {
      a.opImmediate(Instruction.SHUFFLE_PARTS, c, 16 + c, 24 + c, 0x88);
      a.opImmediate(Instruction.SHUFFLE_PARTS, 8 + c, 16 + c, 24 + c, 0xdd);
      a.opImmediate(Instruction.SHUFFLE_PARTS, 4 + c, 20 + c, 28 + c, 0x88);
      a.opImmediate(Instruction.SHUFFLE_PARTS, 12 + c, 20 + c, 28 + c, 0xdd);
      for (int q = 0; q < 16; q += 4) {
        columns[q + c] = q + c;
      }
    }
    return columns;
  }
}
