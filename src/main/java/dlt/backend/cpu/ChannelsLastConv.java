package dlt.backend.cpu;

import static dlt.backend.cpu.Assembler.Condition.NOT_ZERO;
import static dlt.backend.cpu.Assembler.R10;
import static dlt.backend.cpu.Assembler.R11;
import static dlt.backend.cpu.Assembler.R12;
import static dlt.backend.cpu.Assembler.R13;
import static dlt.backend.cpu.Assembler.R14;
import static dlt.backend.cpu.Assembler.R15;
import static dlt.backend.cpu.Assembler.R8;
import static dlt.backend.cpu.Assembler.R9;
import static dlt.backend.cpu.Assembler.RAX;
import static dlt.backend.cpu.Assembler.RBP;
import static dlt.backend.cpu.Assembler.RBX;
import static dlt.backend.cpu.Assembler.RCX;
import static dlt.backend.cpu.Assembler.RDI;
import static dlt.backend.cpu.Assembler.RDX;
import static dlt.backend.cpu.Assembler.RSI;

import dlt.backend.cpu.Assembler.Label;
import dlt.backend.cpu.Taps.Reach;
import java.util.ArrayList;
import java.util.List;

/// Rows of tiles of a convolution, or of its gradient by the images. A tile is `rows` x `columns` pixels by `vectors` vectors of
/// channels, in registers over all taps. Source values are broadcast from where they lie in the image; what a tap would take from
/// outside of it is left out of the code. The weights come as a panel [plane][tap row][tap column][source channel of the
/// plane][vectors of result channels], which each tile reads from start to end. Tap columns that are next to one another in the source,
/// and whose pixels are the same ones, are one run of channels.
///
/// Call it with the place of the first pixel's first tap, the panel, the first result pixel, the bias of the panel's channels, and the
/// number of rows of tiles, one below the other.
/// Steps are bytes. `columns` are the tiles of a row; tiles that are equal are the same code, one after the other. The source
/// has `planes` times `run` channels, `plane` bytes apart; after the taps of a plane, `skipped` bytes of the panel are others'. Of the
/// vectors' lanes, `channels` are stored. `biased`: sums start from the bias, `relu`: negative results become zero.
record ChannelsLastConv(
    Side rows, List<Sides> columns, int vectors, int channels, int planes, long plane, int run, long skipped, boolean biased, boolean relu) {

  /// The pixels of a tile along one axis: steps from one's source to the next one's, from tap to tap, and from result to
  /// result; for each tap the pixels that it reaches; and how many results after each one, `zero` bytes apart, become zero.
  record Side(int pixels, long source, long tap, long result, List<Reach> taps, int zeros, long zero) {}

  /// `count` equal tiles next to one another.
  record Sides(Side side, int count) {
    /// Equal neighbours together.
    static List<Sides> of(List<Side> tiles) {
      List<Sides> runs = new ArrayList<>();
      for (Side tile : tiles) {
        if (!runs.isEmpty() && runs.getLast().side.equals(tile)) {
          runs.add(new Sides(tile, runs.removeLast().count + 1));
        } else {
          runs.add(new Sides(tile, 1));
        }
      }
      return runs;
    }
  }

  /// How results are cut into tiles.
  record Tile(int rows, int columns, int vectors) {
    int lanes(Target target) {
      return vectors * target.lanes();
    }
  }

  /// Neighbouring taps of a side that reach the same pixels.
  private record Group(int first, int count, Reach reach) {
    static List<Group> of(List<Reach> taps) {
      List<Group> groups = new ArrayList<>();
      for (int t = 0; t < taps.size(); t++) {
        Group last = groups.isEmpty() ? null : groups.getLast();
        if (last != null && last.reach.equals(taps.get(t))) {
          groups.set(groups.size() - 1, new Group(last.first, last.count + 1, last.reach));
        } else {
          groups.add(new Group(t, 1, taps.get(t)));
        }
      }
      return groups;
    }
  }

  /// Steps of a run in straight-line code, and how long a run may be that is straight-line code as a whole.
  private static final int UNROLLED = 4, STRAIGHT = 7;

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
    int[] kept = {RBX, RBP, R12, R13, R14, R15};
    for (int r : kept) {
      a.push(r);
    }
    a.moveRegister(R13, RSI);
    a.moveRegister(R14, RDI);
    a.moveRegister(R15, R8);
    Label row = a.here();
    long source = 0;
    long result = 0;
    for (Sides tiles : columns) {
      Side side = tiles.side;
      if (tiles.count > 1) {
        a.moveImmediate(RBP, tiles.count);
      }
      Label next = a.here();
      new TileCode(a, side).emit();
      a.addImmediate(R14, Math.toIntExact(side.pixels * side.source));
      a.addImmediate(RDX, Math.toIntExact(side.pixels * side.result));
      if (tiles.count > 1) {
        a.subImmediate(RBP, 1);
        a.jump(NOT_ZERO, next);
      }
      source += tiles.count * side.pixels * side.source;
      result += tiles.count * side.pixels * side.result;
    }
    a.addImmediate(R14, Math.toIntExact(rows.pixels * rows.source - source));
    a.addImmediate(RDX, Math.toIntExact(rows.pixels * rows.result - result));
    a.subImmediate(R15, 1);
    a.jump(NOT_ZERO, row);
    for (int i = kept.length - 1; i >= 0; i--) {
      a.pop(kept[i]);
    }
    a.ret();
  }

  /// One tile, the place of whose first tap is in R14: its panel is in R13, its first result in RDX, the bias in RCX.
  private final class TileCode {
    private final Assembler a;
    private final Side columns;

    TileCode(Assembler a, Side columns) {
      this.a = a;
      this.columns = columns;
    }

    private int pixels() {
      return rows.pixels * columns.pixels;
    }

    void emit() {
      for (int i = 0; i < pixels() * vectors; i++) {
        if (!biased) {
          a.zero(i);
        } else if (i < vectors) {
          a.load(i, Address.at(RCX, i * a.vectorBytes()));
        } else {
          a.move(i, i % vectors);
        }
      }
      if (!rows.taps.isEmpty() && !columns.taps.isEmpty()) {
        sum();
      }
      finish();
    }

    private void sum() {
      // where results go comes into the cache while the sums are computed
      if (oneRun()) {
        a.moveRegister(RBX, RDX);
      } else {
        for (int i = 0; i < pixels(); i++) {
          for (long place : places(i)) {
            for (int v = 0; v * a.lanes() < channels; v++) {
              a.prefetch(Address.at(RDX, Math.toIntExact(place + v * a.vectorBytes())));
            }
          }
        }
        a.moveImmediate(RBX, planes);
      }
      a.moveRegister(RDI, R14);
      a.moveRegister(RSI, R13);
      Label plane = a.here();
      for (Group group : Group.of(rows.taps)) {
        rows(group);
      }
      if (planes > 1) {
        a.addImmediate(RDI, Math.toIntExact(ChannelsLastConv.this.plane));
        a.addImmediate(RSI, Math.toIntExact(skipped));
        a.subImmediate(RBX, 1);
        a.jump(NOT_ZERO, plane);
      }
    }

    /// The taps of some rows, from RDI on.
    private void rows(Group group) {
      int weights = columns.taps.size() * run * vectors * a.vectorBytes();
      if (group.reach.empty()) {
        a.addImmediate(RSI, group.count * weights);
        return;
      }
      a.address(R11, Address.at(RDI, Math.toIntExact(group.first * rows.tap)));
      if (group.count > 1) {
        a.moveImmediate(R9, group.count);
      }
      Label row = a.here();
      for (Group column : Group.of(columns.taps)) {
        columns(group.reach, column);
      }
      if (group.count > 1) {
        a.addImmediate(R11, Math.toIntExact(rows.tap));
        a.subImmediate(R9, 1);
        a.jump(NOT_ZERO, row);
      }
    }

    /// The taps of some columns, in the row at R11.
    private void columns(Reach row, Group group) {
      boolean adjacent = columns.tap == 4L * run;
      if (group.reach.empty()) {
        a.addImmediate(RSI, group.count * run * vectors * a.vectorBytes());
        return;
      }
      a.address(R10, Address.at(R11, Math.toIntExact(group.first * columns.tap)));
      if (adjacent || group.count == 1) {
        run(group.count * run, row, group.reach);
        return;
      }
      a.moveRegister(R12, R10);
      a.moveImmediate(RAX, group.count);
      Label column = a.here();
      run(run, row, group.reach);
      a.addImmediate(R12, Math.toIntExact(columns.tap));
      a.moveRegister(R10, R12);
      a.subImmediate(RAX, 1);
      a.jump(NOT_ZERO, column);
    }

    /// Whether a tile's sums are one loop: too short for all lines of the results, which may be many, to be asked for before it.
    private boolean oneRun() {
      return planes == 1 && rows.taps.size() == 1 && columns.taps.size() == 1 && run > STRAIGHT;
    }

    /// Neighbouring source channels from R10 on, the panel at RSI.
    private void run(int length, Reach row, Reach column) {
      int turns = length > STRAIGHT ? length / UNROLLED : 0;
      int asking = oneRun() ? Math.ceilDiv(resultColumns(), Math.ceilDiv(resultColumns(), turns)) : 0;
      turns(asking, Math.ceilDiv(resultColumns(), Math.max(1, turns)), row, column);
      turns(turns - asking, 0, row, column);
      int rest = length - turns * UNROLLED;
      for (int u = 0; u < rest; u++) {
        multiply(u, row, column);
      }
      if (rest > 0) {
        a.addImmediate(RSI, rest * vectors * a.vectorBytes());
      }
    }

    /// Turns of a loop over some channels, each of which asks for where the results of `asked` columns go, from RBX on.
    private void turns(int turns, int asked, Reach row, Reach column) {
      if (turns == 0) {
        return;
      }
      a.moveImmediate(R8, turns);
      a.align(32);
      Label next = a.here();
      for (int u = 0; u < UNROLLED; u++) {
        multiply(u, row, column);
      }
      nextRows();
      if (asked > 0) {
        for (int i = 0; i < asked; i++) {
          results(i * resultColumn());
        }
        a.addImmediate(RBX, Math.toIntExact(asked * resultColumn()));
      }
      a.addImmediate(R10, 4 * UNROLLED);
      a.addImmediate(RSI, UNROLLED * vectors * a.vectorBytes());
      a.subImmediate(R8, 1);
      a.jump(NOT_ZERO, next);
    }

    /// Columns of results and of the zeros between them.
    private int resultColumns() {
      return columns.pixels * (1 + columns.zeros);
    }

    /// Bytes from one to the next.
    private long resultColumn() {
      return columns.zeros > 0 ? columns.zero : columns.result;
    }

    /// Asks for a column of where results go, `place` bytes from RBX.
    private void results(long place) {
      for (int r = 0; r < rows.pixels; r++) {
        for (int z = 0; z <= rows.zeros; z++) {
          for (int v = 0; v * a.lanes() < channels; v++) {
            a.prefetch(Address.at(RBX, Math.toIntExact(place + r * rows.result + z * rows.zero + v * a.vectorBytes())));
          }
        }
      }
    }

    /// Asks for what these channels of the tile below are computed from: pixels lie too far apart to be foreseen by the processor.
    private void nextRows() {
      // with one vector the loads are the limit
      for (int i = 0; i < pixels() && vectors > 1; i++) {
        a.prefetch(Address.at(R10, source(i, 0) + Math.toIntExact(rows.pixels * rows.source)));
      }
    }

    private int source(int pixel, int u) {
      return Math.toIntExact(pixel / columns.pixels * rows.source + pixel % columns.pixels * columns.source + 4L * u);
    }

    /// Channel `u` from here.
    private void multiply(int u, Reach row, Reach column) {
      int weight = pixels() * vectors;
      int source = weight + vectors;
      int spare = Math.min(2, a.vectorRegisters() - source);
      for (int v = 0; v < vectors; v++) {
        a.load(weight + v, Address.at(RSI, (u * vectors + v) * a.vectorBytes()));
      }
      for (int i = 0; i < pixels(); i++) {
        if (!row.has(i / columns.pixels) || !column.has(i % columns.pixels)) {
          continue;
        }
        Address value = Address.at(R10, source(i, u));
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

    private void finish() {
      int zero = pixels() * vectors;
      if (relu) {
        a.zero(zero);
      }
      int mask = a.instructionSet() == InstructionSet.AVX512 ? 1 : zero + 1;
      if (channels % a.lanes() > 0) {
        a.maskFirst(mask, channels % a.lanes());
      }
      for (int i = 0; i < pixels(); i++) {
        for (int v = 0; v * a.lanes() < channels; v++) {
          if (relu) {
            // the second operand where one is NaN: NaN stays
            a.op(Instruction.MAX, i * vectors + v, zero, i * vectors + v);
          }
          store(places(i).getFirst(), v, i * vectors + v, mask);
        }
      }
      if (rows.zeros + columns.zeros > 0) {
        a.zero(0);
        for (int i = 0; i < pixels(); i++) {
          for (long place : places(i).subList(1, places(i).size())) {
            for (int v = 0; v * a.lanes() < channels; v++) {
              store(place, v, 0, mask);
            }
          }
        }
      }
    }

    private void store(long place, int v, int register, int mask) {
      Address to = Address.at(RDX, Math.toIntExact(place + v * a.vectorBytes()));
      if ((v + 1) * a.lanes() > channels) {
        a.storeMasked(to, register, mask);
      } else {
        a.store(to, register);
      }
    }

    /// Where the result of a pixel goes and, after it, the zeros.
    private List<Long> places(int pixel) {
      List<Long> places = new ArrayList<>();
      for (int r = 0; r <= rows.zeros; r++) {
        for (int c = 0; c <= columns.zeros; c++) {
          places.add(pixel / columns.pixels * rows.result + pixel % columns.pixels * columns.result + r * rows.zero + c * columns.zero);
        }
      }
      return places;
    }
  }
}
