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
import static dlt.backend.cpu.Assembler.RBP;
import static dlt.backend.cpu.Assembler.RBX;
import static dlt.backend.cpu.Assembler.RCX;
import static dlt.backend.cpu.Assembler.RDI;
import static dlt.backend.cpu.Assembler.RDX;
import static dlt.backend.cpu.Assembler.RSI;

import dlt.backend.cpu.Assembler.Label;
import dlt.backend.cpu.Assembler.Predicate;
import dlt.backend.cpu.Taps.Tap;
import java.util.List;

/// Rows of a pool, or of its gradient, over as many planes as a vector has lanes: operands are [row][column] of a vector each,
/// planes that were moved into lanes or neighbouring channels where they lie, several vectors of them one after the other. A
/// tile of columns stays in registers while a loop goes over the rows that it takes from. Only taps inside the plane are there: columns at the edges have code of their
/// own, equal neighbours share a loop.
///
/// Call it with the source row of the first tap, the same row of what is taken from beside the source (or the row of the second result), the result row, the
/// number of rows that the result takes from (which may be 0), the row of the table, and the number of result rows. The
/// table holds four bytes a source element or, of kinds whose table is [Kind#ofResults], a result element.
///
/// `columns`: the source columns of each result column; then, in rows of the source: from one tap to the next, from one result
/// row to the next, and from the first tap to the first row that only the next result row takes from, 0 where nothing is asked for ahead; then the widths of source and result.
record LanePool(Kind kind, List<List<Tap>> columns, int tapStep, int rowStep, int next, int sourceWidth, int resultWidth, Pixels pixels) {
  /// How far apart neighbouring pixels are, in bytes, how many lanes of a vector there are, how many vectors of a pixel, and how many
  /// bytes a place (of which there are whole vectors). `ahead`: what the next rows take is asked for; `streams`: whole vectors of
  /// results are stored past the caches.
  record Pixels(int source, int second, int result, int lanes, int vectors, int place, boolean ahead, boolean streams) {
    /// Of planes in lanes, which are in the cache since they were moved there; `place` bytes a place.
    static Pixels inLanes(Target target, Kind kind, int place) {
      int vector = 4 * target.lanes();
      int places = place * target.lanes();
      return switch (kind) {
        case MAX, SUM_SCALED, SCALED_SUM -> new Pixels(vector, vector, vector, target.lanes(), 1, place, false, false);
        case MAX_AND_PLACE -> new Pixels(vector, places, vector, target.lanes(), 1, place, false, false);
        case MATCHING_SUM -> new Pixels(places, vector, vector, target.lanes(), 1, place, false, false);
      };
    }
  }

  /// What becomes of the source elements of a result.
  enum Kind {
    /// The largest; NaN where there is one.
    MAX(8),
    /// The largest, and as a second result its place, the table's entry: of several, or several NaN, the first one.
    MAX_AND_PLACE(4),
    /// The sum of the second elements of those, places, that equal the table's entry of the result.
    MATCHING_SUM(4),
    /// The sum times the table's entry of the result.
    SUM_SCALED(8),
    /// The sum of the elements, each times its entry of the table.
    SCALED_SUM(8);

    private final int tile;

    Kind(int tile) {
      this.tile = tile;
    }

    boolean ofResults() {
      return switch (this) {
        case MATCHING_SUM, SUM_SCALED -> true;
        case MAX, MAX_AND_PLACE, SCALED_SUM -> false;
      };
    }

    /// Whether what is beside the source and the result belongs to the result.
    boolean secondOfResults() {
      return this == MAX_AND_PLACE;
    }

    private boolean hasSecond() {
      return this == MATCHING_SUM || this == MAX_AND_PLACE;
    }
  }

  Kernel compile(Target target) {
    return target.kernel(this, this::emit);
  }

  private void emit(Assembler a) {
    a.push(R12);
    a.push(R13);
    a.push(R14);
    a.push(R15);
    a.push(RBX);
    a.push(RBP);
    if (pixels.lanes < a.lanes()) {
      a.maskFirst(tailMask(a), pixels.lanes);
    }
    a.moveRegister(R15, RSI);
    Label row = a.here();
    a.moveRegister(R11, R8);
    for (ColumnTiles tiles : ColumnTiles.of(columns, kind.tile)) {
      a.address(R10, Address.at(RDI, Math.toIntExact((long) tiles.origin() * pixels.source)));
      if (kind == Kind.MATCHING_SUM) {
        a.address(R15, Address.at(RSI, Math.toIntExact((long) tiles.origin() * pixels.second)));
      }
      if (!kind.ofResults()) {
        a.address(R11, Address.at(R8, 4 * tiles.origin()));
      }
      a.moveImmediate(RAX, tiles.count());
      Label next = a.here();
      if (pixels.vectors > 1) {
        a.moveImmediate(RBP, pixels.vectors);
      }
      Label vector = pixels.vectors > 1 ? a.here() : null;
      tile(a, tiles.taps());
      ask(a, Math.max(tiles.advance(), tiles.width()));
      if (vector != null) {
        advance(a, sourceVector(a), secondVector(a), a.vectorBytes());
        a.subImmediate(RBP, 1);
        a.jump(NOT_ZERO, vector);
      }
      int back = vector == null ? 0 : pixels.vectors;
      advance(a, tiles.advance() * pixels.source - back * sourceVector(a),
          (kind.secondOfResults() ? tiles.width() : tiles.advance()) * pixels.second - back * secondVector(a), tiles.width() * pixels.result - back * a.vectorBytes());
      a.addImmediate(R11, 4 * (kind.ofResults() ? tiles.width() : tiles.advance()));
      a.subImmediate(RAX, 1);
      a.jump(NOT_ZERO, next);
    }
    a.addImmediate(RDI, Math.toIntExact((long) rowStep * sourceWidth * pixels.source));
    a.addImmediate(RSI, Math.toIntExact((long) rowStep * sourceWidth * pixels.second));
    a.addImmediate(R8, 4 * (kind.ofResults() ? resultWidth : rowStep * sourceWidth));
    a.subImmediate(R9, 1);
    a.jump(NOT_ZERO, row);
    a.pop(RBP);
    a.pop(RBX);
    a.pop(R15);
    a.pop(R14);
    a.pop(R13);
    a.pop(R12);
    a.ret();
  }

  /// Asks for what the same columns of the next result row take from beside what these do.
  private void ask(Assembler a, int columns) {
    for (int row = 0; row < rowStep && next > 0; row++) {
      for (int column = 0; column < columns; column++) {
        a.prefetchFar(Address.at(R10, Math.toIntExact(((long) (next + row) * sourceWidth + column) * pixels.source)));
      }
    }
  }

  /// Bytes of a vector of the source, and of what is beside source or result.
  private int sourceVector(Assembler a) {
    return kind == Kind.MATCHING_SUM ? pixels.place * a.lanes() : a.vectorBytes();
  }

  private int secondVector(Assembler a) {
    return kind == Kind.MAX_AND_PLACE ? pixels.place * a.lanes() : a.vectorBytes();
  }

  private void advance(Assembler a, int source, int second, int result) {
    a.addImmediate(R10, source);
    if (kind.hasSecond()) {
      a.addImmediate(R15, second);
    }
    a.addImmediate(RDX, result);
  }

  /// Sources at R10, the table at R11, results at RDX. Registers: a result a column, of some kinds another value a column;
  /// from 10 on pairs for use in turn.
  private void tile(Assembler a, List<List<Tap>> taps) {
    int p = taps.size();
    for (int i = 0; i < p; i++) {
      begin(a, i, p + i, taps.get(i));
    }
    Label done = new Label();
    a.compareImmediate(RCX, 0);
    a.jump(ZERO, done);
    a.moveRegister(R12, R10);
    a.moveRegister(R13, R11);
    a.moveRegister(RBX, R15);
    a.moveRegister(R14, RCX);
    Label row = a.here();
    int most = taps.stream().mapToInt(List::size).max().orElse(0);
    for (int k = 0; k < most; k++) {
      for (int i = 0; i < p; i++) {
        if (k < taps.get(i).size()) {
          take(a, i, p + i, taps.get(i).get(k).place());
        }
      }
    }
    a.addImmediate(R12, Math.toIntExact((long) tapStep * sourceWidth * pixels.source));
    a.addImmediate(RBX, Math.toIntExact((long) tapStep * sourceWidth * pixels.second));
    a.addImmediate(R13, kind.ofResults() ? 0 : 4 * tapStep * sourceWidth);
    a.subImmediate(R14, 1);
    a.jump(NOT_ZERO, row);
    a.bind(done);
    for (int i = 0; i < p; i++) {
      if (kind == Kind.SUM_SCALED) {
        int scale = 10 + i % 2;
        a.broadcast(scale, Address.at(R11, 4 * i));
        a.op(Instruction.MUL, i, i, scale);
      }
      Address to = Address.at(RDX, i * pixels.result);
      if (pixels.lanes < a.lanes()) {
        a.storeMasked(to, i, tailMask(a));
      } else if (pixels.streams) {
        a.storeStreaming(to, i);
      } else {
        a.store(to, i);
      }
      if (kind == Kind.MAX_AND_PLACE) {
        Address place = Address.at(R15, i * pixels.second);
        if (pixels.place == 1) {
          a.storeBytes(place, p + i);
        } else {
          a.store(place, p + i);
        }
      }
    }
  }

  private static int tailMask(Assembler a) {
    return a.instructionSet() == InstructionSet.AVX512 ? 3 : 9;
  }

  private void load(Assembler a, int register, Address from) {
    if (pixels.lanes < a.lanes()) {
      a.loadMasked(register, from, tailMask(a));
    } else {
      a.load(register, from);
    }
  }

  private void begin(Assembler a, int result, int other, List<Tap> taps) {
    switch (kind) {
      case MAX -> a.load(result, a.constant(Float.NEGATIVE_INFINITY));
      case MAX_AND_PLACE -> {
        a.load(result, a.constant(Float.NEGATIVE_INFINITY));
        // where nothing is larger it is the first; a window without pixels has none, which nobody asks for
        a.broadcast(other, Address.at(R11, 4 * (taps.isEmpty() ? 0 : taps.getFirst().place())));
      }
      case MATCHING_SUM -> {
        a.zero(result);
        a.broadcast(other, Address.at(R11, 4 * result));
      }
      case SUM_SCALED, SCALED_SUM -> a.zero(result);
    }
  }

  /// Takes the element at `place` to `result`.
  private void take(Assembler a, int result, int other, int place) {
    int turn = result % 2;
    int value = 10 + turn;
    int entry = 12 + turn;
    int mask = a.instructionSet() == InstructionSet.AVX512 ? 1 + turn : 14 + turn;
    Address source = Address.at(R12, Math.toIntExact((long) place * pixels.source));
    switch (kind) {
      case MAX -> {
        load(a, value, source);
        a.op(Instruction.MAX, result, value, result);
        a.compare(mask, value, Predicate.UNORDERED, value);
        a.select(result, mask, value, result);
      }
      case MAX_AND_PLACE -> {
        load(a, value, source);
        // larger, or the first NaN
        a.compare(mask, value, Predicate.NOT_LESS_EQUAL, result);
        a.compareFurther(mask, result, Predicate.EQUAL, result, entry);
        a.select(result, mask, value, result);
        if (a.instructionSet() == InstructionSet.AVX512) {
          a.broadcastMasked(other, Address.at(R13, 4 * place), mask);
        } else {
          a.broadcast(entry, Address.at(R13, 4 * place));
          a.select(other, mask, entry, other);
        }
      }
      case MATCHING_SUM -> {
        if (pixels.place == 1) {
          a.loadBytes(value, source);
        } else {
          a.load(value, source);
        }
        a.compareEqualInt(mask, value, other);
        Address second = Address.at(RBX, Math.toIntExact((long) place * pixels.second));
        if (a.instructionSet() == InstructionSet.AVX512 && pixels.lanes == a.lanes()) {
          a.opMasked(Instruction.ADD, mask, result, result, second);
          return;
        }
        load(a, value, second);
        a.zero(entry);
        a.select(value, mask, value, entry);
        a.op(Instruction.ADD, result, result, value);
      }
      case SUM_SCALED -> {
        load(a, value, source);
        a.op(Instruction.ADD, result, result, value);
      }
      case SCALED_SUM -> {
        a.broadcast(entry, Address.at(R13, 4 * place));
        load(a, value, source);
        a.op(Instruction.MUL, value, entry, value);
        a.op(Instruction.ADD, result, result, value);
      }
    }
  }
}
