package dlt.backend.cpu;

import static dlt.backend.cpu.Assembler.RDI;
import static dlt.backend.cpu.Assembler.RDX;
import static dlt.backend.cpu.Assembler.RSI;

import dlt.backend.cpu.Assembler.Condition;
import dlt.backend.cpu.Assembler.Label;

/// Machine code for [dlt.tensor.Philox]: as many blocks at a time as a vector has lanes, each word of theirs in a vector.
/// RDI points to six 32-bit words, the first block's counter and the key; RSI says how many vectors of blocks, RDX where the
/// numbers in [0, 1) go, four for each block. The counter's lowest word must not overflow.
final class PhiloxEmitter {
  private static final int ROUNDS = 10;
  private static final int M0 = 0xD2511F53, M1 = 0xCD9E8D57, W0 = 0x9E3779B9, W1 = 0xBB67AE85;

  // registers: six for the words of a block, two for the round's key, then what stays, then temporaries
  private static final int KEY0 = 6, KEY1 = 7, COUNTER = 8, FACTOR0 = 9, FACTOR1 = 10, HIGH = 11, EVEN = 12, ODD = 13;

  private PhiloxEmitter() {}

  static void emit(Assembler a) {
    int lanes = a.lanes();
    // lane 4 i + j holds the block that unpacking puts at place i of vector j
    int[] offsets = new int[lanes];
    int[] high = new int[lanes];
    for (int p = 0; p < lanes; p++) {
      offsets[p] = p % 4 * (lanes / 4) + p / 4;
      high[p] = -(p & 1);
    }
    a.load(COUNTER, a.constantVector(offsets));
    a.broadcast(EVEN, Address.at(RDI));
    a.op(Instruction.ADD_INT, COUNTER, COUNTER, EVEN);
    a.load(FACTOR0, a.constant(M0));
    a.load(FACTOR1, a.constant(M1));
    a.load(HIGH, a.constantVector(high));
    a.align(32);
    Label top = a.here();
    int[] c = {0, 1, 2, 3};
    int low0 = 4;
    int low1 = 5;
    a.move(c[0], COUNTER);
    for (int word = 1; word < 4; word++) {
      a.broadcast(c[word], Address.at(RDI, 4 * word));
    }
    a.broadcast(KEY0, Address.at(RDI, 16));
    a.broadcast(KEY1, Address.at(RDI, 20));
    for (int round = 0; round < ROUNDS; round++) {
      multiply(a, low0, c[0], FACTOR0);
      a.op(Instruction.XOR, c[3], c[3], c[0]);
      a.op(Instruction.XOR, c[3], c[3], KEY1);
      multiply(a, low1, c[2], FACTOR1);
      a.op(Instruction.XOR, c[1], c[1], c[2]);
      a.op(Instruction.XOR, c[1], c[1], KEY0);
      int free0 = c[0];
      int free1 = c[2];
      c = new int[] {c[1], low1, c[3], low0};
      low0 = free0;
      low1 = free1;
      if (round < ROUNDS - 1) {
        a.op(Instruction.ADD_INT, KEY0, KEY0, a.constant(W0));
        a.op(Instruction.ADD_INT, KEY1, KEY1, a.constant(W1));
      }
    }
    for (int word : c) {
      a.opImmediate(Instruction.SHIFT_RIGHT, word, word, 8);
      a.op(Instruction.INT_TO_FLOAT, word, word);
      a.op(Instruction.MUL, word, word, a.constant(0x1p-24f));
    }
    store(a, c, low0, low1);
    a.op(Instruction.ADD_INT, COUNTER, COUNTER, a.constant(lanes));
    a.addImmediate(RDX, 4 * a.vectorBytes());
    a.subImmediate(RSI, 1);
    a.jump(Condition.NOT_ZERO, top);
    a.ret();
  }

  /// The low halves of the products into `low`, the high ones in the place of `x`: there are products of even lanes only.
  private static void multiply(Assembler a, int low, int x, int factor) {
    a.op(Instruction.MUL_EVEN, EVEN, x, factor);
    a.opImmediate(Instruction.SHIFT_RIGHT_LONG, ODD, x, 32);
    a.op(Instruction.MUL_EVEN, ODD, ODD, factor);
    a.op(Instruction.MUL_INT, low, x, factor);
    a.opImmediate(Instruction.SHIFT_RIGHT_LONG, EVEN, EVEN, 32);
    a.op(Instruction.AND, ODD, ODD, HIGH);
    a.op(Instruction.OR, x, EVEN, ODD);
  }

  /// Four words of a block next to each other.
  private static void store(Assembler a, int[] c, int free0, int free1) {
    a.op(Instruction.UNPACK_LOW, free0, c[0], c[1]);
    a.op(Instruction.UNPACK_HIGH, EVEN, c[0], c[1]);
    a.op(Instruction.UNPACK_LOW, free1, c[2], c[3]);
    a.op(Instruction.UNPACK_HIGH, ODD, c[2], c[3]);
    a.op(Instruction.UNPACK_LOW_PAIRS, c[0], free0, free1);
    a.op(Instruction.UNPACK_HIGH_PAIRS, c[1], free0, free1);
    a.op(Instruction.UNPACK_LOW_PAIRS, c[2], EVEN, ODD);
    a.op(Instruction.UNPACK_HIGH_PAIRS, c[3], EVEN, ODD);
    for (int i = 0; i < 4; i++) {
      a.store(Address.at(RDX, i * a.vectorBytes()), c[i]);
    }
  }
}
