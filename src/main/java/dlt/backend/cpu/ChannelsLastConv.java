package dlt.backend.cpu;

import static dlt.backend.cpu.Assembler.Condition.NOT_ZERO;
import static dlt.backend.cpu.Assembler.R10;
import static dlt.backend.cpu.Assembler.R11;
import static dlt.backend.cpu.Assembler.R12;
import static dlt.backend.cpu.Assembler.R8;
import static dlt.backend.cpu.Assembler.R9;
import static dlt.backend.cpu.Assembler.RAX;
import static dlt.backend.cpu.Assembler.RCX;
import static dlt.backend.cpu.Assembler.RDI;
import static dlt.backend.cpu.Assembler.RDX;
import static dlt.backend.cpu.Assembler.RSI;

import dlt.backend.cpu.Assembler.Label;

/// One tile of a convolution, or of its gradient by the images: `rows` x `columns` pixels by `vectors` vectors of channels,
/// in registers over all taps. The source is [row][column][channel] with zeros around it, so no tap is left out; the weights
/// come as a panel [kernel row][kernel column][source channel][vectors of result channels] and are read once from start to
/// end, while source values are broadcast. Kernel columns that are next to one another in the source are one run of channels.
///
/// Call it with the first source pixel, the panel, the first result pixel, and the bias of the panel's channels. Steps are
/// bytes; `run` is the number of channels in a run. Of the vectors' lanes, `channels` are stored. `biased`: sums start from the bias, `relu`: negative results become zero.
record ChannelsLastConv(
    int rows, int columns, int vectors, int channels, long sourceRow, long sourceColumn, long resultRow, long resultColumn,
    int tapRows, long tapRowStep, int tapColumns, long tapColumnStep, int run, boolean biased, boolean relu) {

  /// How results are cut into tiles.
  record Tile(int rows, int columns, int vectors) {
    int lanes(Target target) {
      return vectors * target.lanes();
    }
  }

  Kernel compile(Target target) {
    return target.kernel(this, this::emit);
  }

  /// The tile that computes `rows` x `columns` pixels of `channels` in the fewest cycles.
  static Tile tile(Target target, int channels, int rows, int columns) {
    boolean many = target.instructionSet() == InstructionSet.AVX512;
    // pixels that fit the registers beside the weights and two source values, by vectors
    int[] most = many ? new int[] {28, 14, 9} : new int[] {12, 6, 3};
    Tile best = null;
    long bestCost = Long.MAX_VALUE;
    for (int v = 1; v <= 3; v++) {
      long panels = Math.ceilDiv(channels, v * target.lanes());
      for (int c = 1; c <= Math.min(columns, most[v - 1]); c++) {
        for (int r = 1; r <= (c == columns ? Math.min(rows, most[v - 1] / c) : 1); r++) {
          long cost = 0;
          for (int[] rowPart : new int[][] {{r, rows / r}, {rows % r, rows % r > 0 ? 1 : 0}}) {
            for (int[] columnPart : new int[][] {{c, columns / c}, {columns % c, columns % c > 0 ? 1 : 0}}) {
              long pixels = (long) rowPart[0] * columnPart[0];
              // multiply-adds and loads, two a cycle each; at least the latency of an addition to the same sum
              cost += rowPart[1] * columnPart[1] * panels * Math.max(Math.max(pixels * v, pixels + v), 9);
            }
          }
          if (cost < bestCost) {
            bestCost = cost;
            best = new Tile(r, c, v);
          }
        }
      }
    }
    return best;
  }

  private void emit(Assembler a) {
    int pixels = rows * columns;
    for (int i = 0; i < pixels * vectors; i++) {
      if (!biased) {
        a.zero(i);
      } else if (i < vectors) {
        a.load(i, Address.at(RCX, i * a.vectorBytes()));
      } else {
        a.move(i, i % vectors);
      }
    }
    a.push(R12);
    if (tapRows * tapColumns > 0) {
      a.moveRegister(R11, RDI);
      a.moveImmediate(R9, tapRows);
      Label tapRow = a.here();
      a.moveRegister(R12, R11);
      a.moveImmediate(RAX, tapColumns);
      Label tapColumn = a.here();
      a.moveRegister(R10, R12);
      run(a);
      a.addImmediate(R12, Math.toIntExact(tapColumnStep));
      a.subImmediate(RAX, 1);
      a.jump(NOT_ZERO, tapColumn);
      a.addImmediate(R11, Math.toIntExact(tapRowStep));
      a.subImmediate(R9, 1);
      a.jump(NOT_ZERO, tapRow);
    }
    int zero = pixels * vectors;
    if (relu) {
      a.zero(zero);
    }
    int mask = a.instructionSet() == InstructionSet.AVX512 ? 1 : zero + 1;
    if (channels % a.lanes() > 0) {
      a.maskFirst(mask, channels % a.lanes());
    }
    for (int i = 0; i < pixels; i++) {
      for (int v = 0; v * a.lanes() < channels; v++) {
        if (relu) {
          // the second operand where one is NaN: NaN stays
          a.op(Instruction.MAX, i * vectors + v, zero, i * vectors + v);
        }
        Address to = Address.at(RDX, offset(i, resultRow, resultColumn) + v * a.vectorBytes());
        if ((v + 1) * a.lanes() > channels) {
          a.storeMasked(to, i * vectors + v, mask);
        } else {
          a.store(to, i * vectors + v);
        }
      }
    }
    a.pop(R12);
    a.ret();
  }

  /// Source channels at R10, the panel at RSI.
  private void run(Assembler a) {
    int unrolled = 4;
    if (run >= unrolled) {
      a.moveImmediate(R8, run / unrolled);
      a.align(32);
      Label next = a.here();
      for (int u = 0; u < unrolled; u++) {
        multiply(a, u);
      }
      a.addImmediate(R10, 4 * unrolled);
      a.addImmediate(RSI, unrolled * vectors * a.vectorBytes());
      a.subImmediate(R8, 1);
      a.jump(NOT_ZERO, next);
    }
    int rest = run % unrolled;
    for (int u = 0; u < rest; u++) {
      multiply(a, u);
    }
    a.addImmediate(RSI, rest * vectors * a.vectorBytes());
  }

  /// Channel `u` from here.
  private void multiply(Assembler a, int u) {
    int pixels = rows * columns;
    int weight = pixels * vectors;
    int source = weight + vectors;
    int spare = Math.min(2, a.vectorRegisters() - source);
    for (int v = 0; v < vectors; v++) {
      a.load(weight + v, Address.at(RSI, (u * vectors + v) * a.vectorBytes()));
    }
    for (int i = 0; i < pixels; i++) {
      Address value = Address.at(R10, offset(i, sourceRow, sourceColumn) + 4 * u);
      if (vectors == 1 && a.instructionSet() == InstructionSet.AVX512) {
        a.op(Instruction.FMADD231, i, weight, value.broadcasting());
        continue;
      }
      int s = source + i % spare;
      a.broadcast(s, value);
      for (int v = 0; v < vectors; v++) {
        a.op(Instruction.FMADD231, i * vectors + v, weight + v, s);
      }
    }
  }

  private int offset(int pixel, long row, long column) {
    return Math.toIntExact(pixel / columns * row + pixel % columns * column);
  }
}
