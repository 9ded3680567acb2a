package dlt.backend.cpu;

import static dlt.backend.cpu.Address.at;
import static dlt.backend.cpu.Assembler.*;

/// Copies a panel of a matrix to where the micro-kernel reads it in one stream: `k` rows of `width` floats, of which the
/// first `valid` come from the matrix and the others are zero. With `transpose`, the matrix has them as `valid` rows of `k`
/// floats, `stride` bytes apart, and goes through the registers in square blocks; else as `k` rows.
///
/// Call: rdi the matrix's first element, rsi the panel, which has [#bytes] bytes.
record PackKernel(boolean transpose, int k, int width, int valid, int stride) {
  private static final int K1 = 1, K2 = 2;

  /// What a panel takes: stores reach up to a vector beyond its end.
  static long bytes(int k, int width) {
    return 4L * k * width + 64 + 63 & -64;
  }

  void emit(Assembler a) {
    if (transpose) {
      emitTransposed(a);
    } else {
      emitCopy(a);
    }
    a.ret();
  }

  private void emitCopy(Assembler a) {
    int lanes = a.lanes();
    boolean evex = a.instructionSet() == InstructionSet.AVX512;
    int mask = evex ? K1 : a.vectorRegisters() - 1;
    int vectors = Math.ceilDiv(width, lanes);
    if (valid % lanes > 0) {
      a.maskFirst(mask, valid % lanes);
    }
    int unroll = k % 4 == 0 ? 4 : k % 2 == 0 ? 2 : 1;
    a.moveImmediate(RCX, k / unroll);
    Label loop = a.here();
    for (int u = 0; u < unroll; u++) {
      for (int v = 0; v < vectors; v++) {
        int have = Math.clamp(valid - v * lanes, 0, lanes);
        int d = (u * vectors + v) % 8;
        Address from = at(RDI, u * stride + v * a.vectorBytes());
        if (have == lanes) {
          a.load(d, from);
        } else if (have > 0) {
          a.loadMasked(d, from, mask);
        } else {
          a.zero(d);
        }
        // what this writes beyond the row is written again by the next row
        a.store(at(RSI, u * width * 4 + v * a.vectorBytes()), d);
      }
    }
    a.addImmediate(RDI, unroll * stride);
    a.addImmediate(RSI, unroll * width * 4);
    a.subImmediate(RCX, 1);
    a.jump(Condition.NOT_ZERO, loop);
  }

  private void emitTransposed(Assembler a) {
    int lanes = a.lanes();
    boolean evex = a.instructionSet() == InstructionSet.AVX512;
    int blocks = Math.ceilDiv(width, lanes);
    int tail = k % lanes;
    if (evex) {
      if (tail > 0) {
        a.maskFirst(K1, tail);
      }
      if (width % lanes > 0) {
        a.maskFirst(K2, width % lanes);
      }
    }
    if (k / lanes > 0) {
      a.moveImmediate(RCX, k / lanes);
      Label loop = a.here();
      for (int b = 0; b < blocks; b++) {
        block(a, b, lanes);
      }
      a.addImmediate(RDI, a.vectorBytes());
      a.addImmediate(RSI, lanes * width * 4);
      a.subImmediate(RCX, 1);
      a.jump(Condition.NOT_ZERO, loop);
    }
    if (tail > 0) {
      for (int b = 0; b < blocks; b++) {
        block(a, b, tail);
      }
    }
  }

  /// Floats `b * lanes ..` of `count` rows of the panel.
  private void block(Assembler a, int b, int count) {
    int lanes = a.lanes();
    boolean evex = a.instructionSet() == InstructionSet.AVX512;
    int have = Math.min(valid - b * lanes, lanes);
    if (have < lanes) {
      a.zero(lanes - 1);
    }
    for (int i = 0; i < lanes; i++) {
      Address from = at(RDI, (b * lanes + i) * stride);
      if (i >= have) {
        a.zero(i);
      } else if (count == lanes) {
        a.load(i, from);
      } else if (evex) {
        a.loadMasked(i, from, K1);
      } else {
        a.maskFirst(i, count);
        a.loadMasked(i, from, i);
      }
    }
    transpose(a);
    int wide = width - b * lanes;
    for (int i = 0; i < count; i++) {
      Address to = at(RSI, (i * width + b * lanes) * 4);
      if (wide >= lanes || b == 0) {
        a.store(to, i);       // beyond the row only where the next row comes later
      } else if (evex) {
        a.storeMasked(to, i, K2);
      } else {
        if (i == 0) {
          a.maskFirst(lanes, wide);
        }
        a.storeMasked(to, i, lanes);
      }
    }
  }

  /// Registers 0 to lanes - 1, the rows of a square, become its columns; uses the next as many.
  static void transpose(Assembler a) {
    if (a.instructionSet() == InstructionSet.AVX512) {
      for (int i = 0; i < 16; i += 2) {
        a.op(Instruction.UNPACK_LOW, 16 + i, i, i + 1);
        a.op(Instruction.UNPACK_HIGH, 17 + i, i, i + 1);
      }
      // register 4 i + c: in 128-bit part p, column 4 p + c of rows 4 i to 4 i + 3
      for (int i = 0; i < 16; i += 4) {
        pairs(a, i, 16 + i, 18 + i);
        pairs(a, i + 2, 17 + i, 19 + i);
      }
      for (int c = 0; c < 4; c++) {
        a.opImmediate(Instruction.SHUFFLE_PARTS, 16 + c, c, 4 + c, 0x88);
        a.opImmediate(Instruction.SHUFFLE_PARTS, 20 + c, c, 4 + c, 0xDD);
        a.opImmediate(Instruction.SHUFFLE_PARTS, 24 + c, 8 + c, 12 + c, 0x88);
        a.opImmediate(Instruction.SHUFFLE_PARTS, 28 + c, 8 + c, 12 + c, 0xDD);
      }
      for (int c = 0; c < 4; c++) {
        a.opImmediate(Instruction.SHUFFLE_PARTS, c, 16 + c, 24 + c, 0x88);
        a.opImmediate(Instruction.SHUFFLE_PARTS, 8 + c, 16 + c, 24 + c, 0xDD);
        a.opImmediate(Instruction.SHUFFLE_PARTS, 4 + c, 20 + c, 28 + c, 0x88);
        a.opImmediate(Instruction.SHUFFLE_PARTS, 12 + c, 20 + c, 28 + c, 0xDD);
      }
    } else {
      for (int i = 0; i < 8; i += 2) {
        a.op(Instruction.UNPACK_LOW, 8 + i, i, i + 1);
        a.op(Instruction.UNPACK_HIGH, 9 + i, i, i + 1);
      }
      for (int i = 0; i < 8; i += 4) {
        pairs(a, i, 8 + i, 10 + i);
        pairs(a, i + 2, 9 + i, 11 + i);
      }
      for (int c = 0; c < 4; c++) {
        a.opImmediate(Instruction.PERMUTE_PARTS, 8 + c, c, 4 + c, 0x20);
        a.opImmediate(Instruction.PERMUTE_PARTS, 4 + c, c, 4 + c, 0x31);
        a.move(c, 8 + c);
      }
    }
  }

  private static void pairs(Assembler a, int d, int low, int high) {
    a.op(Instruction.UNPACK_LOW_PAIRS, d, low, high);
    a.op(Instruction.UNPACK_HIGH_PAIRS, d + 1, low, high);
  }
}
