package dlt.backend.cpu;

import static dlt.backend.cpu.Address.at;
import static dlt.backend.cpu.Assembler.*;

import java.util.List;
import java.util.stream.IntStream;

/// The micro-kernel of a matrix product: tiles of `rows` x `vectors` registers of C, one below the other, each summed over `k`
/// in order. Each step of k loads a row of B once and multiplies it with one broadcast element of A per row of the tile, so
/// B is read in place or from panels, and A wherever its strides say.
///
/// Call: rdi A, rsi B, rdx C, rcx number of tiles (1 or more), r8 bias. All strides are in bytes.
///
/// @param lastLanes lanes of the last vector that belong to C; 0 for all of them
/// @param maskedLoads whether B has nothing to read beyond these lanes either
/// @param aRow from one row of A to the next
/// @param aK from one element of a row of A to the next
/// @param aTile from one tile's first row of A to the next tile's
/// @param bK from one row of B to the next
/// @param cRow from one row of C to the next
/// @param start what the sum is added to
/// @param relu whether negative results become zero
/// @param bAhead how far behind a row of B that is multiplied the one lies that is asked for then, for the nearest cache; 0: none
/// @param streams what else is asked for meanwhile
record GemmKernel(int rows, int vectors, int lastLanes, boolean maskedLoads, int k, int aRow, int aK, int aTile, int bK, int cRow,
    Start start, boolean relu, int bAhead, List<Stream> streams) {
  /// The same that asks for nothing ahead.
  GemmKernel(int rows, int vectors, int lastLanes, boolean maskedLoads, int k, int aRow, int aK, int aTile, int bK, int cRow,
      Start start, boolean relu) {
    this(rows, vectors, lastLanes, maskedLoads, k, aRow, aK, aTile, bK, cRow, start, relu, 0, List.of());
  }

  /// Memory that is asked for, `bytes` of it with each [#UNROLL] steps of k, for the nearest cache or for the second: from where general
  /// register `at` points, which moves on by as many.
  record Stream(int at, int bytes, boolean near) {
    /// One that has asked for `bytes` after so many times.
    static Stream of(int at, long bytes, long times, boolean near) {
      return new Stream(at, times == 0 ? 0 : Math.toIntExact(Math.ceilDiv(bytes, times)), near);
    }

    private void ask(Assembler a) {
      for (int line = 0; line < bytes; line += 64) {
        if (near) {
          a.prefetch(Address.at(at, line));
        } else {
          a.prefetchFar(Address.at(at, line));
        }
      }
      if (bytes > 0) {
        a.addImmediate(at, bytes);
      }
    }
  }

  /// What a sum is added to: nothing, the present C, or a bias of an element a column (at r8).
  enum Start {
    ZERO, C, BIAS
  }

  /// Steps of k in a turn of the loop.
  static final int UNROLL = 4;
  /// The opmask of the last vector.
  private static final int K1 = 1;

  /// The most rows that a tile of so many vectors has registers for.
  static int mostRows(InstructionSet set, int vectors) {
    return switch (set) {
      // two registers for broadcasts, but for 7 x 4 and a single column, which multiply by elements in memory
      case AVX512 -> switch (vectors) {
        case 1 -> 28;
        case 4 -> 7;
        default -> (30 - vectors) / vectors;
      };
      // one for a broadcast, one for the mask
      case AVX2 -> (14 - vectors) / vectors;
      case JAVA -> throw new IllegalArgumentException("no registers");
    };
  }

  void emit(Assembler a) {
    tiles(a);
    a.ret();
  }

  /// The same without a return.
  void tiles(Assembler a) {
    boolean evex = a.instructionSet() == InstructionSet.AVX512;
    int accumulators = rows * vectors;
    int b = accumulators;
    int free = b + vectors;
    int mask = evex ? K1 : a.vectorRegisters() - 1;
    if (lastLanes > 0) {
      a.maskFirst(mask, lastLanes);
    }
    Label tile = a.here();
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < vectors; j++) {
        int c = i * vectors + j;
        switch (start) {
          case ZERO, C -> a.zero(c);
          case BIAS -> {
            if (i > 0) {
              a.move(c, j);
            } else {
              load(a, c, at(R8, j * a.vectorBytes()), j, mask, true);
            }
          }
        }
        a.prefetch(at(RDX, i * cRow + j * a.vectorBytes()));
      }
    }
    a.moveRegister(R10, RDI);
    a.moveRegister(R11, RSI);
    int turns = k / UNROLL;
    if (turns > 0) {
      if (turns > 1) {
        a.moveImmediate(RAX, turns);
        a.align(32);
      }
      Label loop = a.here();
      for (int u = 0; u < UNROLL; u++) {
        step(a, evex, b, free, mask, u);
      }
      ask(a);
      a.addImmediate(R10, UNROLL * aK);
      a.addImmediate(R11, UNROLL * bK);
      if (turns > 1) {
        a.subImmediate(RAX, 1);
        a.jump(Condition.NOT_ZERO, loop);
      }
    }
    for (int u = 0; u < k % UNROLL; u++) {
      step(a, evex, b, free, mask, u);
    }
    finish(a, evex, b, mask);
    a.addImmediate(RDI, aTile);
    a.addImmediate(RDX, rows * cRow);
    a.subImmediate(RCX, 1);
    a.jump(Condition.NOT_ZERO, tile);
  }

  /// Asks for what [#UNROLL] steps of k are to, each line once.
  private void ask(Assembler a) {
    if (bAhead != 0) {
      IntStream.range(0, UNROLL).flatMap(u -> IntStream.of(u * bK, u * bK + vectors * a.vectorBytes() - 4)).map(x -> x / 64 * 64).distinct()
          .forEach(line -> a.prefetch(at(R11, bAhead + line)));
    }
    streams.forEach(s -> s.ask(a));
  }

  private void load(Assembler a, int d, Address from, int vector, int mask, boolean masked) {
    if (masked && lastLanes > 0 && vector == vectors - 1) {
      a.loadMasked(d, from, mask);
    } else {
      a.load(d, from);
    }
  }

  private void step(Assembler a, boolean evex, int b, int free, int mask, int u) {
    for (int j = 0; j < vectors; j++) {
      load(a, b + j, at(R11, u * bK + j * a.vectorBytes()), j, mask, maskedLoads);
    }
    int spare = (evex ? a.vectorRegisters() : a.vectorRegisters() - 1) - free;
    for (int i = 0; i < rows; i++) {
      Address element = at(R10, u * aK + i * aRow);
      if (evex && (vectors == 1 || spare == 0)) {
        for (int j = 0; j < vectors; j++) {
          a.op(Instruction.FMADD231, i * vectors + j, b + j, element.broadcasting());
        }
      } else {
        int t = free + (spare > 1 ? i % 2 : 0);
        a.broadcast(t, element);
        for (int j = 0; j < vectors; j++) {
          a.op(Instruction.FMADD231, i * vectors + j, b + j, t);
        }
      }
    }
  }

  private void finish(Assembler a, boolean evex, int t, int mask) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < vectors; j++) {
        int c = i * vectors + j;
        Address to = at(RDX, i * cRow + j * a.vectorBytes());
        boolean last = lastLanes > 0 && j == vectors - 1;
        if (start == Start.C) {
          load(a, t, to, j, mask, true);
          a.op(Instruction.ADD, c, t, c);
        }
        if (relu) {
          if (i == 0 && j == 0) {
            a.zero(t + 1);
          }
          // the second operand where one is NaN: NaN stays
          a.op(Instruction.MAX, c, t + 1, c);
        }
        if (last) {
          a.storeMasked(to, c, mask);
        } else {
          a.store(to, c);
        }
      }
    }
  }
}
