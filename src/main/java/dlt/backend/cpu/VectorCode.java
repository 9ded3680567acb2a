package dlt.backend.cpu;

import dlt.backend.cpu.Assembler.Predicate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Straight-line arithmetic that is done alike in every lane of a vector, each value computed once: what a kernel does
/// between loading and storing. [VectorEmitter] makes machine code of it and [VectorInterpreter] runs it in Java, with the same
/// bits: every operation is rounded by itself and nothing is contracted or reassociated.
final class VectorCode {
  /// What a value is made of. Operations on integers and bits see the same 32 bits.
  enum Op {
    /// What the kernel loads, by the number of its slot.
    INPUT,
    /// The bits in `immediate`.
    CONSTANT,
    ADD, SUB, MUL, DIV,
    /// `a < b ? a : b`: the second where either is NaN.
    MIN,
    /// `a > b ? a : b`: the second where either is NaN.
    MAX,
    /// `a * b + c`, rounded once.
    FMA,
    /// `c - a * b`, rounded once.
    FNMA,
    SQRT, FLOOR,
    /// To a whole number, ties to even.
    ROUND,
    /// `a * 2^b` for a whole number b of at most 250 in size, rounded once.
    SCALE,
    AND, OR, XOR,
    ADD_INT, SUB_INT,
    SHIFT_LEFT, SHIFT_RIGHT_SIGNED,
    INT_TO_FLOAT,
    /// `a predicate b ? c : d`.
    SELECT,
    // computed in Java alone
    SIN, COS, LGAMMA, POW;

    /// Whether there is machine code for it.
    boolean emitted() {
      return switch (this) {
        case INPUT, CONSTANT, ADD, SUB, MUL, DIV, MIN, MAX, FMA, FNMA, SQRT, FLOOR, ROUND, SCALE, AND, OR, XOR, ADD_INT, SUB_INT,
            SHIFT_LEFT, SHIFT_RIGHT_SIGNED, INT_TO_FLOAT, SELECT -> true;
        case SIN, COS, LGAMMA, POW -> false;
      };
    }
  }

  /// Operands are numbers of values, -1 where there is none; `immediate` is a slot, bits, a distance or a predicate.
  record Value(Op op, int a, int b, int c, int d, int immediate) {
    int[] operands() {
      int n = a < 0 ? 0 : b < 0 ? 1 : c < 0 ? 2 : d < 0 ? 3 : 4;
      int[] all = {a, b, c, d};
      return java.util.Arrays.copyOf(all, n);
    }

    Predicate predicate() {
      return Predicate.values()[immediate];
    }
  }

  /// `value` goes to memory at `slot`.
  record Store(int slot, int value) {}

  /// The finished code; equal code gives equal kernels.
  record Body(List<Value> values, List<Store> stores) {
    /// Whether all of it can be machine code.
    boolean emitted() {
      return values.stream().allMatch(v -> v.op().emitted());
    }

    /// Operations, loads and constants not counted.
    int operations() {
      return (int) values.stream().filter(v -> v.op() != Op.INPUT && v.op() != Op.CONSTANT).count();
    }
  }

  private final List<Value> values = new ArrayList<>();
  private final Map<Value, Integer> numbers = new HashMap<>();
  private final List<Store> stores = new ArrayList<>();

  /// The values that the stores need, renumbered.
  Body body() {
    boolean[] needed = new boolean[values.size()];
    stores.forEach(s -> needed[s.value] = true);
    for (int i = values.size() - 1; i >= 0; i--) {
      if (needed[i]) {
        for (int o : values.get(i).operands()) {
          needed[o] = true;
        }
      }
    }
    int[] number = new int[values.size()];
    List<Value> kept = new ArrayList<>();
    for (int i = 0; i < number.length; i++) {
      if (needed[i]) {
        number[i] = kept.size();
        Value v = values.get(i);
        kept.add(new Value(v.op, at(number, v.a), at(number, v.b), at(number, v.c), at(number, v.d), v.immediate));
      }
    }
    return new Body(List.copyOf(kept), stores.stream().map(s -> new Store(s.slot, number[s.value])).toList());
  }

  private static int at(int[] number, int value) {
    return value < 0 ? -1 : number[value];
  }

  private int add(Op op, int a, int b, int c, int d, int immediate) {
    return numbers.computeIfAbsent(new Value(op, a, b, c, d, immediate), v -> {
      values.add(v);
      return values.size() - 1;
    });
  }

  int input(int slot) {
    return add(Op.INPUT, -1, -1, -1, -1, slot);
  }

  int constant(float value) {
    return bits(Float.floatToRawIntBits(value));
  }

  int bits(int bits) {
    return add(Op.CONSTANT, -1, -1, -1, -1, bits);
  }

  /// One operand.
  int op(Op op, int a) {
    return add(op, a, -1, -1, -1, 0);
  }

  /// Two operands.
  int op(Op op, int a, int b) {
    return add(op, a, b, -1, -1, 0);
  }

  int add(int a, int b) {
    return op(Op.ADD, a, b);
  }

  int sub(int a, int b) {
    return op(Op.SUB, a, b);
  }

  int mul(int a, int b) {
    return op(Op.MUL, a, b);
  }

  int div(int a, int b) {
    return op(Op.DIV, a, b);
  }

  /// `a * b + c`.
  int fma(int a, int b, int c) {
    return add(Op.FMA, a, b, c, -1, 0);
  }

  /// `c - a * b`.
  int fnma(int a, int b, int c) {
    return add(Op.FNMA, a, b, c, -1, 0);
  }

  int shiftLeft(int a, int distance) {
    return add(Op.SHIFT_LEFT, a, -1, -1, -1, distance);
  }

  int shiftRightSigned(int a, int distance) {
    return add(Op.SHIFT_RIGHT_SIGNED, a, -1, -1, -1, distance);
  }

  /// `x predicate y ? yes : no`.
  int select(Predicate predicate, int x, int y, int yes, int no) {
    return add(Op.SELECT, x, y, yes, no, predicate.ordinal());
  }

  int neg(int a) {
    return op(Op.XOR, a, bits(0x80000000));
  }

  int abs(int a) {
    return op(Op.AND, a, bits(0x7fffffff));
  }

  /// The polynomial with these coefficients, the lowest first, by Horner's rule.
  int polynomial(int x, float... coefficients) {
    int p = constant(coefficients[coefficients.length - 1]);
    for (int i = coefficients.length - 2; i >= 0; i--) {
      p = fma(p, x, constant(coefficients[i]));
    }
    return p;
  }

  void store(int slot, int value) {
    stores.add(new Store(slot, value));
  }
}
