package dlt.backend.cpu;

import static dlt.backend.cpu.Address.at;
import static dlt.backend.cpu.Assembler.RCX;
import static dlt.backend.cpu.Assembler.RDI;
import static dlt.backend.cpu.Assembler.RDX;
import static dlt.backend.cpu.Assembler.RSI;

import dlt.backend.cpu.Assembler.Condition;
import dlt.backend.cpu.Assembler.Label;

/// The micro-kernel of a matrix product whose sums are short: tiles of `rows` x `vectors` registers of C, side by side, so that
/// rows of C are written from end to end, a line after the other. A's elements are broadcast, B's rows are read in place.
///
/// Call: rdi A, rsi B, rdx C, rcx number of tiles (1 or more). All strides are in bytes.
///
/// @param lastLanes lanes of the last vector that belong to B and C; 0 for all of them
/// @param aRow from one row of A to the next
/// @param aK from one element of a row of A to the next
/// @param bK from one row of B to the next
/// @param cRow from one row of C to the next
record AlongKernel(int rows, int vectors, int lastLanes, int k, int aRow, int aK, int bK, int cRow) {
  private static final int K1 = 1;

  void emit(Assembler a) {
    boolean evex = a.instructionSet() == InstructionSet.AVX512;
    int mask = evex ? K1 : a.vectorRegisters() - 1;
    int b = rows * vectors;
    int free = b + vectors;
    int broadcasts = Math.min((evex ? a.vectorRegisters() : mask) - free, 4);
    if (lastLanes > 0) {
      a.maskFirst(mask, lastLanes);
    }
    a.align(32);
    Label tile = a.here();
    for (int c = 0; c < b; c++) {
      a.zero(c);
      a.prefetch(at(RDX, c / vectors * cRow + (c % vectors + vectors) * a.vectorBytes()));
    }
    for (int step = 0; step < k; step++) {
      for (int j = 0; j < vectors; j++) {
        Address from = at(RSI, step * bK + j * a.vectorBytes());
        if (partial(j)) {
          a.loadMasked(b + j, from, mask);
        } else {
          a.load(b + j, from);
        }
      }
      for (int i = 0; i < rows; i++) {
        int t = free + i % broadcasts;
        a.broadcast(t, at(RDI, step * aK + i * aRow));
        for (int j = 0; j < vectors; j++) {
          a.op(Instruction.FMADD231, i * vectors + j, b + j, t);
        }
      }
    }
    for (int c = 0; c < b; c++) {
      Address to = at(RDX, c / vectors * cRow + c % vectors * a.vectorBytes());
      if (partial(c % vectors)) {
        a.storeMasked(to, c, mask);
      } else {
        a.store(to, c);
      }
    }
    a.addImmediate(RSI, vectors * a.vectorBytes());
    a.addImmediate(RDX, vectors * a.vectorBytes());
    a.subImmediate(RCX, 1);
    a.jump(Condition.NOT_ZERO, tile);
    a.ret();
  }

  private boolean partial(int vector) {
    return lastLanes > 0 && vector == vectors - 1;
  }
}
