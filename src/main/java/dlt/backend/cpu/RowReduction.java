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

/// Reduces each of `rows` contiguous runs of `length` elements to one. Element i of a run goes to lane i mod 64, and the
/// lanes are then folded in halves; a run of more than [#BLOCK] elements is cut into blocks whose results are reduced in
/// their turn, so errors grow with the logarithm of the length.
final class RowReduction {
  /// Elements of a run that are folded at one go.
  static final int BLOCK = 4096;
  private static final int LANES = 64;

  private record Key(Folding folding, int length) {}

  private RowReduction() {}

  /// Bytes of memory for block results that [#compile] wants.
  static long scratchBytes(long rows, long length) {
    if (length <= BLOCK) {
      return 0;
    }
    long blocks = Math.ceilDiv(length, (long) BLOCK);
    return 4 * rows * blocks + scratchBytes(rows, blocks);
  }

  static void compile(Target target, Folding folding, long rows, long length, MemorySegment x, MemorySegment y,
      MemorySegment scratch, List<Step> steps) {
    if (length <= BLOCK) {
      steps.add(rows(target, folding, rows, (int) length, x, y));
      return;
    }
    long blocks = Math.ceilDiv(length, (long) BLOCK);
    MemorySegment partial = scratch.asSlice(0, 4 * rows * blocks);
    steps.add(blocks(target, folding, rows, length, blocks, x, partial));
    compile(target, folding, rows, blocks, partial, y, scratch.asSlice(partial.byteSize()), steps);
  }

  /// Reduces `count` rows of one length: from element `from` of x to element `to` of y.
  private interface Run {
    void run(long from, long count, long to);
  }

  private static Step rows(Target target, Folding folding, long rows, int length, MemorySegment x, MemorySegment y) {
    Run run = run(target, folding, length, x, y);
    Blocks parts = Blocks.of(rows, length);
    return () -> target.workers().run(parts.parts(),
        part -> run.run(parts.from(part) * length, parts.to(part) - parts.from(part), parts.from(part)));
  }

  private static Step blocks(Target target, Folding folding, long rows, long length, long blocks, MemorySegment x, MemorySegment y) {
    Run full = run(target, folding, BLOCK, x, y);
    long whole = length / BLOCK;
    int rest = (int) (length % BLOCK);
    Run last = rest == 0 ? null : run(target, folding, rest, x, y);
    // a part is some blocks of one row
    Blocks parts = Blocks.of(whole, BLOCK);
    return () -> target.workers().run(Math.toIntExact(rows * parts.parts()), part -> {
      long row = part / parts.parts();
      int i = part % parts.parts();
      full.run(row * length + parts.from(i) * BLOCK, parts.to(i) - parts.from(i), row * blocks + parts.from(i));
      if (last != null && i == parts.parts() - 1) {
        last.run(row * length + whole * BLOCK, 1, row * blocks + whole);
      }
    });
  }

  private static Run run(Target target, Folding folding, int length, MemorySegment x, MemorySegment y) {
    if (!target.emits()) {
      return (from, count, to) -> twin(folding, length, x, from, count, y, to);
    }
    Kernel kernel = kernel(target, folding, length);
    long source = x.address();
    long destination = y.address();
    return (from, count, to) -> kernel.call(source + 4 * from, count, destination + 4 * to);
  }

  /// Machine code for runs of one length, at most [#BLOCK]: RDI the runs, RSI how many, RDX the results.
  static Kernel kernel(Target target, Folding folding, int length) {
    return target.kernel(new Key(folding, length), a -> emit(a, folding, length));
  }

  private static void twin(Folding folding, int length, MemorySegment x, long from, long count, MemorySegment y, long to) {
    float[] lane = new float[LANES];
    float[] next = new float[LANES];
    for (long r = 0; r < count; r++) {
      Arrays.fill(lane, folding.identity());
      long row = from + r * length;
      for (int i = 0; i < length; i += LANES) {
        int n = Math.min(LANES, length - i);
        MemorySegment.copy(x, JAVA_FLOAT, 4 * (row + i), next, 0, n);
        folding.apply(lane, next, n);
      }
      y.setAtIndex(JAVA_FLOAT, to + r, fold(folding, lane));
    }
  }

  /// 64 lanes to one: quarters pairwise, then halves.
  private static float fold(Folding f, float[] lane) {
    for (int i = 0; i < 16; i++) {
      lane[i] = f.apply(f.apply(lane[i], lane[16 + i]), f.apply(lane[32 + i], lane[48 + i]));
    }
    for (int half = 8; half >= 1; half /= 2) {
      for (int i = 0; i < half; i++) {
        lane[i] = f.apply(lane[i], lane[half + i]);
      }
    }
    return lane[0];
  }

  private static void emit(Assembler a, Folding folding, int length) {
    boolean evex = a.instructionSet() == InstructionSet.AVX512;
    int accumulators = LANES / a.lanes();
    // what follows the accumulators: a loaded vector, a temporary, the identity; masks are k1 and k2, or vectors
    int loaded = accumulators;
    int temporary = accumulators + 1;
    int identity = accumulators + 2;
    int tailMask = evex ? 1 : accumulators + 3;
    int mask = evex ? 2 : accumulators + 4;
    int vectors = Math.ceilDiv(length, a.lanes());
    int used = Math.min(vectors, accumulators);
    int tail = length % a.lanes();
    folding.clear(a, identity);
    if (tail != 0) {
      a.maskFirst(tailMask, tail);
    }
    Label row = a.here();
    for (int i = 0; i < accumulators; i++) {
      folding.clear(a, i);
    }
    int groups = length / LANES;
    int at = 0;
    if (groups > 1) {
      a.moveRegister(RAX, RDI);
      a.moveImmediate(RCX, groups);
      a.align(32);
      Label top = a.here();
      for (int i = 0; i < accumulators; i++) {
        a.load(loaded, Address.at(RAX, i * a.vectorBytes()));
        folding.emit(a, i, loaded, mask, temporary);
      }
      a.addImmediate(RAX, 4 * LANES);
      a.subImmediate(RCX, 1);
      a.jump(Condition.NOT_ZERO, top);
      at = groups * accumulators;
    }
    for (; at < vectors; at++) {
      Address address = Address.at(RDI, at * a.vectorBytes());
      if (at == vectors - 1 && tail != 0) {
        a.loadMasked(loaded, address, tailMask);
        a.select(loaded, tailMask, loaded, identity);
      } else {
        a.load(loaded, address);
      }
      folding.emit(a, at % accumulators, loaded, mask, temporary);
    }
    // accumulators of a quarter are neighbours; those that nothing went to change nothing
    int quarter = accumulators / 4;
    for (int i = 0; i < quarter; i++) {
      if (used > quarter + i) {
        folding.emit(a, i, quarter + i, mask, temporary);
      }
      if (used > 3 * quarter + i) {
        folding.emit(a, 2 * quarter + i, 3 * quarter + i, mask, temporary);
      }
      if (used > 2 * quarter + i) {
        folding.emit(a, i, 2 * quarter + i, mask, temporary);
      }
    }
    foldVector(a, folding, loaded, mask, temporary);
    a.storeScalar(Address.at(RDX), 0);
    a.addImmediate(RDI, 4 * length);
    a.addImmediate(RDX, 4);
    a.subImmediate(RSI, 1);
    a.jump(Condition.NOT_ZERO, row);
    a.ret();
  }

  /// The 16 lanes of register 0 (and 1 where vectors are of 8) to the first one, halves onto halves.
  private static void foldVector(Assembler a, Folding folding, int other, int mask, int temporary) {
    if (a.vectorBytes() == 64) {
      a.highHalf(other, 0);
      a.width(32);
      folding.emit(a, 0, other, mask, temporary);
    } else {
      folding.emit(a, 0, 1, mask, temporary);
    }
    a.highHalf(other, 0);
    a.width(16);
    folding.emit(a, 0, other, mask, temporary);
    a.highHalf(other, 0);
    folding.emit(a, 0, other, mask, temporary);
    a.op(Instruction.DUPLICATE_ODD, other, 0);
    folding.emit(a, 0, other, mask, temporary);
    a.width(a.vectorBytes());
  }
}
