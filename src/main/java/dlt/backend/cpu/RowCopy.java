package dlt.backend.cpu;

import static dlt.backend.cpu.Assembler.RDI;
import static dlt.backend.cpu.Assembler.RDX;
import static dlt.backend.cpu.Assembler.RSI;

import dlt.backend.cpu.Assembler.Condition;
import dlt.backend.cpu.Assembler.Label;

/// Copies rows of `length` floats that lie `from` bytes apart to where they lie `to` bytes apart: for rows so short that a call
/// each would cost more than the copy. Call it with the first row, its destination and the number of rows, at least one.
record RowCopy(int length, long from, long to) {
  private static final int MOST = 256;

  static boolean fits(int length, long from, long to) {
    return length <= MOST && from == (int) from && to == (int) to;
  }

  Kernel compile(Target target) {
    return target.kernel(this, this::emit);
  }

  private void emit(Assembler a) {
    int mask = a.instructionSet() == InstructionSet.AVX512 ? 1 : 15;
    int tail = length % a.lanes();
    if (tail > 0) {
      a.maskFirst(mask, tail);
    }
    Label row = a.here();
    int vectors = Math.ceilDiv(length, a.lanes());
    for (int first = 0; first < vectors; first += 8) {
      int end = Math.min(vectors, first + 8);
      for (int v = first; v < end; v++) {
        if (tail > 0 && v == vectors - 1) {
          a.loadMasked(v - first, Address.at(RDI, v * a.vectorBytes()), mask);
        } else {
          a.load(v - first, Address.at(RDI, v * a.vectorBytes()));
        }
      }
      for (int v = first; v < end; v++) {
        if (tail > 0 && v == vectors - 1) {
          a.storeMasked(Address.at(RSI, v * a.vectorBytes()), v - first, mask);
        } else {
          a.store(Address.at(RSI, v * a.vectorBytes()), v - first);
        }
      }
    }
    a.addImmediate(RDI, (int) from);
    a.addImmediate(RSI, (int) to);
    a.subImmediate(RDX, 1);
    a.jump(Condition.NOT_ZERO, row);
    a.ret();
  }
}
