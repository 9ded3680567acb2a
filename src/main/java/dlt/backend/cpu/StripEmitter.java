package dlt.backend.cpu;

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
import static dlt.backend.cpu.Assembler.RSP;

import dlt.backend.cpu.Assembler.Condition;
import dlt.backend.cpu.Assembler.Label;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Machine code for [VectorCode] code over rows of columns, a strip of some vectors of columns after the other: what has one
/// value a column stays in registers while the strip's rows go by, and so do the results of reductions of columns, whose bits are
/// those of [ColumnReduction].
///
/// Call it with the addresses of the slots, the number of rows, and how far the rows that the same core takes next are from these: of
/// them as much is asked for in each turn as is used, line after line, since memory gives bursts of requests, and such as leave lines
/// out, at a lower rate. A row of [Strips.Slot.Fold] is where that reduction's results go.
final class StripEmitter implements VectorEmitter.Memory {
  private static final int[] POINTERS = {R8, R9, R10, R11, RBX, R12, R13, R14, R15};
  /// POINTERS from here on belong to the caller.
  private static final int KEPT = 4;
  /// Rows that go by in one turn, one for each accumulator.
  private static final int ROWS = ColumnReduction.ACCUMULATORS;
  private static final int MOST_VECTORS = 4;
  /// From an operand's rows to what is asked for next; belongs to the caller.
  private static final int ASKED = RBP;
  /// Bytes that one request gets.
  private static final int LINE = 64;

  private final Assembler a;
  private final Strips.Code code;
  private final boolean evex;
  private final int rowBytes;
  private final Map<Integer, Integer> pointers = new HashMap<>();
  private final int tailMask;
  private int temporary = -1;
  private int foldMask;
  /// Where the number of rows waits on the stack.
  private Address count;

  // what load and store refer to at the moment
  private int row;
  private int vector;
  private Vector current;
  private boolean masked;

  /// The vectors of a strip: registers of the operands that stay, and of the accumulators, by slot; the code for one row and for some.
  private final class Vector {
    final Map<Integer, Integer> fixed = new HashMap<>();
    final Map<Integer, int[]> sums = new HashMap<>();
    VectorEmitter one;
    VectorEmitter some;
  }

  /// `copies`: how many rows are computed at a time.
  private record Strip(List<Vector> vectors, int copies) {
    int spills() {
      return vectors.stream().mapToInt(v -> Math.max(v.one.spills(), v.some.spills())).max().orElse(0);
    }
  }

  private StripEmitter(Assembler a, Strips.Code code) {
    this.a = a;
    this.code = code;
    this.evex = a.instructionSet() == InstructionSet.AVX512;
    this.rowBytes = 4 * code.row();
    this.tailMask = evex ? 1 : 15;
  }

  static void emit(Assembler assembler, Strips.Code code) {
    new StripEmitter(assembler, code).emit();
  }

  private void emit() {
    int full = code.columns() / a.lanes();
    int tail = code.columns() % a.lanes();
    Strip narrow = strip(1);
    Strip wide = narrow;
    for (int width = 2; width <= Math.min(full, MOST_VECTORS); width *= 2) {
      Strip wider = strip(width);
      wide = wider != null && wider.spills() == 0 ? wider : wide;
    }
    int frame = Math.max(narrow.spills(), wide.spills()) * a.vectorBytes() + 8;
    count = Address.at(RSP, frame - 8);
    List<Integer> slots = IntStream.range(0, code.slots().size()).filter(this::whole).boxed().toList();
    for (int i = 0; i < Math.min(slots.size(), POINTERS.length); i++) {
      pointers.put(slots.get(i), POINTERS[i]);
    }
    int kept = Math.max(0, pointers.size() - KEPT);
    for (int i = 0; i < kept; i++) {
      a.push(POINTERS[KEPT + i]);
    }
    a.push(ASKED);
    a.subImmediate(RSP, frame);
    a.moveRegister(ASKED, RDX);
    pointers.forEach((slot, r) -> a.loadRegister(r, Address.at(RDI, 8 * slot)));
    a.storeRegister(count, RSI);
    a.moveImmediate(RDX, 0);
    int end = full * a.vectorBytes();
    int narrower = full / wide.vectors.size() * wide.vectors.size() * a.vectorBytes();
    strips(wide, 0, narrower);
    strips(narrow, narrower, end);
    if (tail != 0) {
      a.maskFirst(tailMask, tail);
      masked = true;
      rows(narrow);
    }
    a.addImmediate(RSP, frame);
    a.pop(ASKED);
    for (int i = kept - 1; i >= 0; i--) {
      a.pop(POINTERS[KEPT + i]);
    }
    a.ret();
  }

  /// Gives out the vector registers for a strip of so many vectors; null where there are not enough.
  private Strip strip(int width) {
    int top = evex ? 32 : code.columns() % a.lanes() == 0 ? 16 : 15;
    if (code.slots().stream().anyMatch(s -> s instanceof Strips.Fold fold && !fold.folding().simple())) {
      temporary = --top;
      foldMask = evex ? 2 : --top;
    }
    int least = evex ? 10 : 7;
    List<Vector> vectors = Stream.generate(Vector::new).limit(width).toList();
    for (Vector vector : vectors) {
      for (int slot = 0; slot < code.slots().size(); slot++) {
        if (code.slots().get(slot) instanceof Strips.Fold) {
          top -= ROWS;
          int first = top;
          vector.sums.put(slot, IntStream.range(0, ROWS).map(i -> first + i).toArray());
        }
      }
    }
    for (Vector vector : vectors) {
      for (VectorCode.Value v : code.body().values()) {
        if (v.op() == VectorCode.Op.INPUT && !whole(v.immediate())) {
          if (top > least) {
            vector.fixed.put(v.immediate(), --top);
          } else if (width > 1) {
            return null;
          }
        }
      }
    }
    if (width > 1 && top < least) {
      return null;
    }
    List<Integer> free = IntStream.range(0, top).boxed().toList();
    for (int copies = ROWS; ; copies /= 2) {
      for (Vector vector : vectors) {
        vector.one = new VectorEmitter(a.instructionSet(), code.body(), 1, free, vector.fixed, this, 0);
        vector.some = new VectorEmitter(a.instructionSet(), code.body(), copies, free, vector.fixed, this, 0);
      }
      Strip strip = new Strip(vectors, copies);
      if (copies == 1 || strip.spills() == 0) {
        return strip;
      }
    }
  }

  /// The strips from byte RDX of each row, which is `from`, to byte `to`.
  private void strips(Strip strip, int from, int to) {
    int width = strip.vectors.size() * a.vectorBytes();
    if (from == to) {
      return;
    }
    Label next = a.here();
    rows(strip);
    a.addImmediate(RDX, width);
    if (from + width < to) {
      a.compareImmediate(RDX, to);
      a.jump(Condition.LESS, next);
    }
  }

  /// The rows of the columns at byte RDX of each row; RSI goes down them.
  private void rows(Strip strip) {
    for (vector = 0; vector < strip.vectors.size(); vector++) {
      Vector v = strip.vectors.get(vector);
      v.fixed.forEach((slot, register) -> column(register, slot));
      v.sums.forEach((slot, registers) -> {
        for (int r : registers) {
          folding(slot).clear(a, r);
        }
      });
    }
    int pieces = strip.vectors.size() * ROWS / strip.copies;
    int lines = Math.ceilDiv(Math.ceilDiv(ROWS * rowBytes * strip.vectors.size(), Math.ceilDiv(code.columns(), a.lanes())), LINE);
    Label rest = new Label();
    Label end = new Label();
    a.loadRegister(RCX, count);
    a.moveRegister(RSI, RDX);
    a.subImmediate(RCX, ROWS);
    a.jump(Condition.LESS, rest);
    a.align(32);
    Label top = a.here();
    for (row = 0; row < ROWS; row += strip.copies) {
      for (vector = 0; vector < strip.vectors.size(); vector++) {
        current = strip.vectors.get(vector);
        current.some.emit(a);
        int piece = row / strip.copies * strip.vectors.size() + vector;
        for (int line = lines * piece / pieces; line < lines * (piece + 1) / pieces; line++) {
          int at = LINE * line;
          pointers.forEach((slot, r) -> {
            if (code.slots().get(slot) instanceof Strips.Full && code.row() == code.columns()) {
              a.prefetchFar(Address.at(r, ASKED, at));
            }
          });
        }
      }
    }
    a.addImmediate(ASKED, LINE * lines);
    a.addImmediate(RSI, ROWS * rowBytes);
    a.subImmediate(RCX, ROWS);
    a.jump(Condition.GREATER_EQUAL, top);
    a.bind(rest);
    for (row = 0; row < ROWS - 1; row++) {
      // RCX holds the rows that are left, less those of a turn
      a.compareImmediate(RCX, row - ROWS);
      a.jump(Condition.LESS_EQUAL, end);
      for (vector = 0; vector < strip.vectors.size(); vector++) {
        current = strip.vectors.get(vector);
        current.one.emit(a);
      }
    }
    a.bind(end);
    for (vector = 0; vector < strip.vectors.size(); vector++) {
      strip.vectors.get(vector).sums.forEach((slot, s) -> {
        fold(slot, s[0], s[1]);
        fold(slot, s[2], s[3]);
        fold(slot, s[0], s[2]);
        a.loadRegister(RAX, Address.at(RDI, 8 * slot));
        Address to = Address.at(RAX, RDX, vector * a.vectorBytes());
        if (masked) {
          a.storeMasked(to, s[0], tailMask);
        } else {
          a.store(to, s[0]);
        }
      });
    }
  }

  /// Whether there is an element for each row and column.
  private boolean whole(int slot) {
    return code.slots().get(slot) instanceof Strips.Full || code.slots().get(slot) instanceof Strips.Near;
  }

  private Folding folding(int slot) {
    return ((Strips.Fold) code.slots().get(slot)).folding();
  }

  private void fold(int slot, int into, int x) {
    folding(slot).emit(a, into, x, foldMask, temporary);
  }

  /// An operand's values for the columns of the strip.
  private void column(int register, int slot) {
    a.loadRegister(RAX, Address.at(RDI, 8 * slot));
    Address from = Address.at(RAX, RDX, vector * a.vectorBytes());
    if (code.slots().get(slot) instanceof Strips.Scalar) {
      a.broadcast(register, Address.at(RAX));
    } else if (masked) {
      a.loadMasked(register, from, tailMask);
    } else {
      a.load(register, from);
    }
  }

  private Address address(int slot, int copy) {
    int pointer = pointers.getOrDefault(slot, RAX);
    if (pointer == RAX) {
      a.loadRegister(RAX, Address.at(RDI, 8 * slot));
    }
    return Address.at(pointer, RSI, (row + copy) * rowBytes + vector * a.vectorBytes());
  }

  @Override
  public void load(Assembler assembler, int register, int slot, int copy) {
    if (!whole(slot)) {
      column(register, slot);
    } else if (masked) {
      a.loadMasked(register, address(slot, copy), tailMask);
    } else {
      a.load(register, address(slot, copy));
    }
  }

  @Override
  public void store(Assembler assembler, int register, int slot, int copy) {
    if (code.slots().get(slot) instanceof Strips.Fold) {
      fold(slot, current.sums.get(slot)[row + copy], register);
    } else if (masked) {
      a.storeMasked(address(slot, copy), register, tailMask);
    } else {
      a.store(address(slot, copy), register);
    }
  }
}
