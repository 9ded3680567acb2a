package dlt.backend.cpu;

import static dlt.backend.cpu.Assembler.Condition.NOT_ZERO;
import static dlt.backend.cpu.Assembler.Condition.ZERO;
import static dlt.backend.cpu.Assembler.R10;
import static dlt.backend.cpu.Assembler.R11;
import static dlt.backend.cpu.Assembler.R12;
import static dlt.backend.cpu.Assembler.R13;
import static dlt.backend.cpu.Assembler.R14;
import static dlt.backend.cpu.Assembler.R15;
import static dlt.backend.cpu.Assembler.R8;
import static dlt.backend.cpu.Assembler.R9;
import static dlt.backend.cpu.Assembler.RAX;
import static dlt.backend.cpu.Assembler.RCX;
import static dlt.backend.cpu.Assembler.RDI;
import static dlt.backend.cpu.Assembler.RDX;
import static dlt.backend.cpu.Assembler.RSI;

import dlt.backend.cpu.Assembler.Label;
import dlt.backend.cpu.Taps.Tap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// One row of `outputs` channels of a convolution, or of its gradient by the images, over as many images as a vector has
/// lanes: every operand but the weights is [channel][row][column][lane], so all lanes work whatever the sizes are, and
/// weights are read where they are and broadcast. The row is cut into tiles of up to `tile` columns; a tile's sums stay in
/// registers while a loop goes over the channels and the kernel rows. Only taps inside the image are there: tiles at the
/// edges have code of their own, equal neighbours share a loop.
///
/// Call it with the source row of the first kernel row and channel, the weight of the first output, channel and kernel row,
/// the result row, the number of kernel rows, which may be 0, and the first output's bias.
///
/// `columns`: the source columns that each result column needs, `channels`: how many channels are summed; the steps are
/// bytes from one (channel, kernel row, output) to the next in the source, the weights and the result. `biased`: sums start from
/// a bias an output, `relu`: negative results become zero.
record LaneConv(
    int outputs, int tile, int channels, List<List<Tap>> columns, long sourceChannel, long sourceRow, long weightChannel,
    long weightRow, long weightOutput, long resultChannel, boolean biased, boolean relu) {

  Kernel compile(Target target) {
    return target.kernel(this, this::emit);
  }

  /// The tile (outputs, columns) that computes `outputs` channels and `columns` columns in the fewest cycles.
  static int[] tile(InstructionSet set, int outputs, int columns) {
    int registers = set == InstructionSet.AVX512 ? 32 : 16;
    int[] best = {1, 1};
    long bestCost = Long.MAX_VALUE;
    for (int o = Math.min(outputs, 16); o >= 1; o--) {
      for (int p = 1; p <= columns && o * p + Math.min(o, p) + 2 <= registers; p++) {
        long cost = 0;
        for (int oRest = outputs; oRest > 0; oRest -= o) {
          for (int pRest = columns; pRest > 0; pRest -= p) {
            int oNow = Math.min(o, oRest);
            int pNow = Math.min(p, pRest);
            // multiply-adds and loads, two a cycle each; at least the latency of an addition to the same sum
            cost += Math.max(Math.max(oNow * pNow, oNow + pNow), 8) + 2;
          }
        }
        if (cost < bestCost) {
          bestCost = cost;
          best = new int[] {o, p};
        }
      }
    }
    return best;
  }

  private void emit(Assembler a) {
    a.push(R12);
    a.push(R13);
    a.push(R14);
    a.push(R15);
    a.moveRegister(R15, R8);
    for (ColumnTiles tiles : ColumnTiles.of(columns, tile)) {
      a.address(R8, Address.at(RDI, tiles.origin() * a.vectorBytes()));
      a.moveImmediate(R9, tiles.count());
      Label next = a.here();
      tile(a, tiles.taps());
      a.addImmediate(R8, tiles.advance() * a.vectorBytes());
      a.subImmediate(R9, 1);
      a.jump(NOT_ZERO, next);
    }
    a.pop(R15);
    a.pop(R14);
    a.pop(R13);
    a.pop(R12);
    a.ret();
  }

  /// Result columns at RDX, which moves on; source columns at R8.
  private void tile(Assembler a, List<List<Tap>> taps) {
    int p = taps.size();
    for (int o = 0; o < outputs; o++) {
      for (int i = 0; i < p; i++) {
        if (!biased) {
          a.zero(o * p + i);
        } else if (i == 0) {
          a.broadcast(o * p, Address.at(R15, 4 * o));
        } else {
          a.move(o * p + i, o * p);
        }
      }
    }
    Label done = new Label();
    a.compareImmediate(RCX, 0);
    a.jump(ZERO, done);
    a.moveRegister(R10, R8);
    a.moveRegister(R11, RSI);
    a.moveImmediate(RAX, channels);
    a.align(32);
    Label channel = a.here();
    a.moveRegister(R12, R10);
    a.moveRegister(R13, R11);
    a.moveRegister(R14, RCX);
    Label row = a.here();
    multiply(a, taps);
    a.addImmediate(R12, Math.toIntExact(sourceRow));
    a.addImmediate(R13, Math.toIntExact(weightRow));
    a.subImmediate(R14, 1);
    a.jump(NOT_ZERO, row);
    a.addImmediate(R10, Math.toIntExact(sourceChannel));
    a.addImmediate(R11, Math.toIntExact(weightChannel));
    a.subImmediate(RAX, 1);
    a.jump(NOT_ZERO, channel);
    a.bind(done);
    int zero = outputs * p;
    if (relu) {
      a.zero(zero);
    }
    for (int o = 0; o < outputs; o++) {
      for (int i = 0; i < p; i++) {
        if (relu) {
          // the second operand where one is NaN: NaN stays
          a.op(Instruction.MAX, o * p + i, zero, o * p + i);
        }
        a.store(Address.at(RDX, Math.toIntExact(o * resultChannel + i * a.vectorBytes())), o * p + i);
      }
    }
    a.addImmediate(RDX, p * a.vectorBytes());
  }

  /// Adds the products of one channel and kernel row: sources at R12, weights at R13.
  private void multiply(Assembler a, List<List<Tap>> taps) {
    int p = taps.size();
    boolean holdSources = outputs >= p;
    int held = outputs * p;
    int weight = held;
    int weights = holdSources ? 2 : outputs;
    List<Integer> order = new ArrayList<>();
    int kernel = taps.stream().flatMap(List::stream).mapToInt(t -> t.k() + 1).max().orElse(0);
    int[][] place = new int[kernel][p];
    for (int k = 0; k < kernel; k++) {
      for (int i = 0; i < p; i++) {
        int now = k;
        place[k][i] = taps.get(i).stream().filter(t -> t.k() == now).mapToInt(Tap::place).findFirst().orElse(-1);
        if (place[k][i] >= 0) {
          order.add(place[k][i]);
        }
      }
    }
    VectorCache sources = new VectorCache(a, R12, weight + weights, a.vectorRegisters(), order);
    int turn = 0;
    for (int k = 0; k < kernel; k++) {
      int[] at = place[k];
      if (holdSources) {
        sources.release();
        int[] registers = new int[p];
        for (int i = 0; i < p; i++) {
          registers[i] = at[i] < 0 ? -1 : sources.next();
        }
        if (Arrays.stream(registers).allMatch(r -> r < 0)) {
          continue;
        }
        for (int o = 0; o < outputs; o++) {
          int w = weight + turn++ % weights;
          a.broadcast(w, Address.at(R13, Math.toIntExact(o * weightOutput + 4 * k)));
          for (int i = 0; i < p; i++) {
            if (registers[i] >= 0) {
              a.op(Instruction.FMADD231, o * p + i, registers[i], w);
            }
          }
        }
      } else {
        for (int o = 0; o < outputs; o++) {
          a.broadcast(weight + o, Address.at(R13, Math.toIntExact(o * weightOutput + 4 * k)));
        }
        for (int i = 0; i < p; i++) {
          if (at[i] >= 0) {
            sources.release();
            int source = sources.next();
            for (int o = 0; o < outputs; o++) {
              a.op(Instruction.FMADD231, o * p + i, source, weight + o);
            }
          }
        }
      }
    }
  }
}
