package dlt.backend.cpu;

import static java.lang.Float.floatToRawIntBits;
import static java.lang.Float.intBitsToFloat;

import dlt.backend.cpu.VectorCode.Value;
import java.util.Arrays;

/// Runs [VectorCode] code in Java over blocks of elements, one operation after the other for the whole block: the twin of
/// [VectorEmitter]. One is used by one thread at a time.
final class VectorInterpreter {
  /// Elements of a block.
  static final int BLOCK = 128;

  private final VectorCode.Body code;
  private final float[][] blocks;

  VectorInterpreter(VectorCode.Body code) {
    this.code = code;
    this.blocks = new float[code.values().size()][BLOCK];
    for (int i = 0; i < blocks.length; i++) {
      Value v = code.values().get(i);
      if (v.op() == VectorCode.Op.CONSTANT) {
        Arrays.fill(blocks[i], intBitsToFloat(v.immediate()));
      }
    }
  }

  /// The block of a value: to be filled for inputs before [#run], to be read for stores after it.
  float[] block(int value) {
    return blocks[value];
  }

  /// Computes the first `n` elements of all values from those of the inputs.
  void run(int n) {
    for (int i = 0; i < blocks.length; i++) {
      Value v = code.values().get(i);
      float[] r = blocks[i];
      float[] a = v.a() < 0 ? r : blocks[v.a()];
      float[] b = v.b() < 0 ? r : blocks[v.b()];
      float[] c = v.c() < 0 ? r : blocks[v.c()];
      switch (v.op()) {
        case INPUT, CONSTANT -> { }
        case ADD -> add(r, a, b, n);
        case SUB -> sub(r, a, b, n);
        case MUL -> mul(r, a, b, n);
        case DIV -> div(r, a, b, n);
        case MIN -> min(r, a, b, n);
        case MAX -> max(r, a, b, n);
        case FMA -> fma(r, a, b, c, n);
        case FNMA -> fnma(r, a, b, c, n);
        case SQRT -> sqrt(r, a, n);
        case FLOOR -> floor(r, a, n);
        case ROUND -> round(r, a, n);
        case SCALE -> scale(r, a, b, n);
        case AND -> and(r, a, b, n);
        case OR -> or(r, a, b, n);
        case XOR -> xor(r, a, b, n);
        case ADD_INT -> addInt(r, a, b, n);
        case SUB_INT -> subInt(r, a, b, n);
        case SHIFT_LEFT -> shiftLeft(r, a, v.immediate(), n);
        case SHIFT_RIGHT_SIGNED -> shiftRightSigned(r, a, v.immediate(), n);
        case INT_TO_FLOAT -> intToFloat(r, a, n);
        case SELECT -> select(v.predicate(), r, a, b, c, blocks[v.d()], n);
        case SIN -> sin(r, a, n);
        case COS -> cos(r, a, n);
        case LGAMMA -> lgamma(r, a, n);
        case POW -> pow(r, a, b, n);
      }
    }
  }

  // each loop is a method of its own so that it is compiled by itself

  private static void add(float[] r, float[] a, float[] b, int n) {
    for (int i = 0; i < n; i++) {
      r[i] = a[i] + b[i];
    }
  }

  private static void sub(float[] r, float[] a, float[] b, int n) {
    for (int i = 0; i < n; i++) {
      r[i] = a[i] - b[i];
    }
  }

  private static void mul(float[] r, float[] a, float[] b, int n) {
    for (int i = 0; i < n; i++) {
      r[i] = a[i] * b[i];
    }
  }

  private static void div(float[] r, float[] a, float[] b, int n) {
    for (int i = 0; i < n; i++) {
      r[i] = a[i] / b[i];
    }
  }

  private static void min(float[] r, float[] a, float[] b, int n) {
    for (int i = 0; i < n; i++) {
      r[i] = a[i] < b[i] ? a[i] : b[i];
    }
  }

  private static void max(float[] r, float[] a, float[] b, int n) {
    for (int i = 0; i < n; i++) {
      r[i] = a[i] > b[i] ? a[i] : b[i];
    }
  }

  private static void fma(float[] r, float[] a, float[] b, float[] c, int n) {
    for (int i = 0; i < n; i++) {
      r[i] = Math.fma(a[i], b[i], c[i]);
    }
  }

  private static void fnma(float[] r, float[] a, float[] b, float[] c, int n) {
    for (int i = 0; i < n; i++) {
      r[i] = Math.fma(-a[i], b[i], c[i]);
    }
  }

  private static void sqrt(float[] r, float[] a, int n) {
    for (int i = 0; i < n; i++) {
      r[i] = (float) Math.sqrt(a[i]);
    }
  }

  private static void floor(float[] r, float[] a, int n) {
    for (int i = 0; i < n; i++) {
      r[i] = (float) Math.floor(a[i]);
    }
  }

  private static void round(float[] r, float[] a, int n) {
    for (int i = 0; i < n; i++) {
      r[i] = (float) Math.rint(a[i]);
    }
  }

  /// Two exact powers of two whose product is the wanted one: only the second product is rounded.
  private static void scale(float[] r, float[] a, float[] b, int n) {
    for (int i = 0; i < n; i++) {
      int e = (int) b[i];
      int half = e >> 1;
      r[i] = a[i] * intBitsToFloat(half + 127 << 23) * intBitsToFloat(e - half + 127 << 23);
    }
  }

  private static void and(float[] r, float[] a, float[] b, int n) {
    for (int i = 0; i < n; i++) {
      r[i] = intBitsToFloat(floatToRawIntBits(a[i]) & floatToRawIntBits(b[i]));
    }
  }

  private static void or(float[] r, float[] a, float[] b, int n) {
    for (int i = 0; i < n; i++) {
      r[i] = intBitsToFloat(floatToRawIntBits(a[i]) | floatToRawIntBits(b[i]));
    }
  }

  private static void xor(float[] r, float[] a, float[] b, int n) {
    for (int i = 0; i < n; i++) {
      r[i] = intBitsToFloat(floatToRawIntBits(a[i]) ^ floatToRawIntBits(b[i]));
    }
  }

  private static void addInt(float[] r, float[] a, float[] b, int n) {
    for (int i = 0; i < n; i++) {
      r[i] = intBitsToFloat(floatToRawIntBits(a[i]) + floatToRawIntBits(b[i]));
    }
  }

  private static void subInt(float[] r, float[] a, float[] b, int n) {
    for (int i = 0; i < n; i++) {
      r[i] = intBitsToFloat(floatToRawIntBits(a[i]) - floatToRawIntBits(b[i]));
    }
  }

  private static void shiftLeft(float[] r, float[] a, int distance, int n) {
    for (int i = 0; i < n; i++) {
      r[i] = intBitsToFloat(floatToRawIntBits(a[i]) << distance);
    }
  }

  private static void shiftRightSigned(float[] r, float[] a, int distance, int n) {
    for (int i = 0; i < n; i++) {
      r[i] = intBitsToFloat(floatToRawIntBits(a[i]) >> distance);
    }
  }

  private static void intToFloat(float[] r, float[] a, int n) {
    for (int i = 0; i < n; i++) {
      r[i] = floatToRawIntBits(a[i]);
    }
  }

  private static void select(Assembler.Predicate predicate, float[] r, float[] x, float[] y, float[] yes, float[] no, int n) {
    for (int i = 0; i < n; i++) {
      boolean holds = switch (predicate) {
        case EQUAL -> x[i] == y[i];
        case LESS -> x[i] < y[i];
        case LESS_EQUAL -> x[i] <= y[i];
        case UNORDERED -> x[i] != x[i] || y[i] != y[i];
        case NOT_EQUAL -> x[i] != y[i];
        case NOT_LESS -> !(x[i] < y[i]);
        case NOT_LESS_EQUAL -> !(x[i] <= y[i]);
        case GREATER_EQUAL -> x[i] >= y[i];
        case GREATER -> x[i] > y[i];
      };
      r[i] = holds ? yes[i] : no[i];
    }
  }

  private static void sin(float[] r, float[] a, int n) {
    for (int i = 0; i < n; i++) {
      r[i] = (float) StrictMath.sin(a[i]);
    }
  }

  private static void cos(float[] r, float[] a, int n) {
    for (int i = 0; i < n; i++) {
      r[i] = (float) StrictMath.cos(a[i]);
    }
  }

  private static void lgamma(float[] r, float[] a, int n) {
    for (int i = 0; i < n; i++) {
      r[i] = (float) LogGamma.of(a[i]);
    }
  }

  private static void pow(float[] r, float[] a, float[] b, int n) {
    for (int i = 0; i < n; i++) {
      r[i] = (float) StrictMath.pow(a[i], b[i]);
    }
  }
}
