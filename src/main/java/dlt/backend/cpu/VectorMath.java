package dlt.backend.cpu;

import dlt.backend.cpu.Assembler.Predicate;
import dlt.backend.cpu.VectorCode.Op;

/// Functions of one lane as [VectorCode] code: the argument is brought into a small range exactly, a polynomial is evaluated there
/// (coefficients of least maximal error, rounded to float32 one after the other), and the result is scaled back. Errors are
/// at most 1 to 3 units in the last place over all arguments; infinities, NaN and denormal numbers are treated as Math does.
final class VectorMath {
  private static final float LOG2_E = 1.44269504f;
  /// ln 2 in two parts, the first with zeros at its end so that its product with an exponent is exact.
  private static final float LN2_HIGH = 0.693145752f;
  private static final float LN2_LOW = 1.42860677e-6f;
  /// Adding it rounds to a whole number, which then is in the low bits.
  private static final float MAGIC = 0x1.8p23f;
  private static final int ONE = 0x3f800000;
  private static final int SIGN = 0x80000000;
  /// 2/3: mantissas are taken from there to 4/3.
  private static final int TWO_THIRDS = 0x3f2aaaab;

  /// `exp(r) = 1 + r + r^2 Q(r)` for |r| up to ln 2 / 2.
  private static final float[] EXP = {1f, 1f, 0.49999994f, 0.16666521f, 0.041668266f, 0.008368677f, 0.0013820729f};
  /// `expm1(r) = r + r^2 Q(r)`.
  private static final float[] EXPM1 = {0.5f, 0.16666666f, 0.041666493f, 0.008333545f, 0.0013932331f, 0.00019762569f};
  /// `log1p(f) = f + f^2 Q(f)` for f in [-1/3, 1/3].
  private static final float[] LOG = {-0.5f, 0.33333215f, -0.24999803f, 0.20010449f, -0.1668025f, 0.14005217f, -0.12187372f,
      0.13987511f, -0.12878814f};
  /// `erf(x) = x + x P(x^2)` for |x| below 1.
  private static final float[] ERF_SMALL = {0.12837917f, -0.37612626f, 0.11283579f, -0.026853347f, 0.005187162f, -0.0007997853f,
      7.806904e-05f};
  /// `erf(x) = 1 - exp(-P(x))` for x in [1, 4].
  private static final float[] ERF_LARGE = {0.00034151174f, 1.1270893f, 0.6381447f, 0.10310693f, -0.021838168f, 0.00294769f,
      -0.00018638314f};

  private VectorMath() {}

  /// `x = n ln 2 + r`: `shifted` has n in its low bits, `n` is it as a float.
  private record Reduced(int shifted, int n, int r) {}

  private static Reduced reduce(VectorCode l, int x) {
    int shifted = l.fma(x, l.constant(LOG2_E), l.constant(MAGIC));
    int n = l.sub(shifted, l.constant(MAGIC));
    int r = l.fnma(n, l.constant(LN2_LOW), l.fnma(n, l.constant(LN2_HIGH), x));
    return new Reduced(shifted, n, r);
  }

  private static int atLeast(VectorCode l, float bound, int x) {
    return l.op(Op.MAX, l.constant(bound), x);
  }

  private static int atMost(VectorCode l, float bound, int x) {
    return l.op(Op.MIN, l.constant(bound), x);
  }

  private static int withSignOf(VectorCode l, int magnitude, int x) {
    return l.op(Op.OR, magnitude, l.op(Op.AND, x, l.bits(SIGN)));
  }

  static int exp(VectorCode l, int x) {
    return expBelow(l, atMost(l, 89f, x));
  }

  /// `exp(x)` for x below 89.
  static int expBelow(VectorCode l, int x) {
    Reduced a = reduce(l, atLeast(l, -104f, x));
    return l.op(Op.SCALE, l.polynomial(a.r, EXP), a.n);
  }

  private static int expm1Polynomial(VectorCode l, int r) {
    return l.fma(l.mul(r, r), l.polynomial(r, EXPM1), r);
  }

  /// `2^n (expm1(r) + 1) - 1`, the power as a product of two, since 2^128 is none.
  static int expm1(VectorCode l, int x) {
    Reduced a = reduce(l, atLeast(l, -30f, atMost(l, 89f, x)));
    int n = l.op(Op.SUB_INT, a.shifted, l.constant(MAGIC));
    int half = l.shiftRightSigned(n, 1);
    int rest = l.shiftLeft(l.op(Op.SUB_INT, n, half), 23);
    int first = l.op(Op.ADD_INT, l.shiftLeft(half, 23), l.bits(ONE));
    int second = l.op(Op.ADD_INT, rest, l.bits(ONE));
    int inverse = l.op(Op.SUB_INT, l.bits(ONE), rest);
    return l.mul(l.fma(expm1Polynomial(l, a.r), first, l.sub(first, inverse)), second);
  }

  /// `e / (e + 2)` where e is `expm1(2 |x|)`.
  static int tanh(VectorCode l, int x) {
    int z = atMost(l, 10f, l.abs(x));
    Reduced a = reduce(l, l.add(z, z));
    int power = l.op(Op.ADD_INT, l.shiftLeft(a.shifted, 23), l.bits(ONE));
    int e = l.fma(expm1Polynomial(l, a.r), power, l.sub(power, l.constant(1f)));
    return withSignOf(l, l.div(e, l.add(e, l.constant(2f))), x);
  }

  /// `1 / (1 + z)` or `z / (1 + z)` where z is `exp(-|x|)`.
  static int sigmoid(VectorCode l, int x) {
    int z = expBelow(l, l.op(Op.OR, x, l.bits(SIGN)));
    return l.div(l.select(Predicate.LESS, x, l.constant(0f), z, l.constant(1f)), l.add(z, l.constant(1f)));
  }

  /// `k ln 2 + log1p(f)`.
  private static int logarithm(VectorCode l, int k, int f) {
    int q = l.mul(l.polynomial(f, LOG), l.mul(f, f));
    return l.fma(k, l.constant(LN2_HIGH), l.add(l.fma(k, l.constant(LN2_LOW), q), f));
  }

  /// Minus infinity at the pole, NaN below it, infinity and NaN as they are.
  private static int logarithmOutside(VectorCode l, int x, float pole, int inside) {
    int below = l.select(Predicate.EQUAL, x, l.constant(pole), l.constant(Float.NEGATIVE_INFINITY), l.constant(Float.NaN));
    int r = l.select(Predicate.LESS_EQUAL, x, l.constant(pole), below, inside);
    return l.select(Predicate.NOT_LESS, x, l.constant(Float.POSITIVE_INFINITY), x, r);
  }

  static int log(VectorCode l, int x) {
    int normal = l.constant(Float.MIN_NORMAL);
    int t = l.select(Predicate.LESS, x, normal, l.mul(x, l.constant(0x1p24f)), x);
    int shift = l.select(Predicate.LESS, x, normal, l.constant(24f), l.constant(0f));
    int k = l.shiftRightSigned(l.op(Op.SUB_INT, t, l.bits(TWO_THIRDS)), 23);
    int mantissa = l.op(Op.SUB_INT, t, l.shiftLeft(k, 23));
    int f = l.sub(mantissa, l.constant(1f));
    return logarithmOutside(l, x, 0f, logarithm(l, l.sub(l.op(Op.INT_TO_FLOAT, k), shift), f));
  }

  /// The exponent k is that of the rounded `1 + x`; `f = x 2^-k + (2^-k - 1)` then is as good as exact. The power is a product
  /// of two, since 2^-128 is no normal number.
  static int log1p(VectorCode l, int x) {
    int k = l.shiftRightSigned(l.op(Op.SUB_INT, l.add(x, l.constant(1f)), l.bits(TWO_THIRDS)), 23);
    int half = l.shiftRightSigned(k, 1);
    int first = l.op(Op.SUB_INT, l.bits(ONE), l.shiftLeft(half, 23));
    int second = l.op(Op.SUB_INT, l.bits(ONE), l.shiftLeft(l.op(Op.SUB_INT, k, half), 23));
    int f = l.fma(l.mul(x, first), second, l.fma(first, second, l.constant(-1f)));
    return logarithmOutside(l, x, -1f, logarithm(l, l.op(Op.INT_TO_FLOAT, k), f));
  }

  static int erf(VectorCode l, int x) {
    int z = l.abs(x);
    int small = l.fma(l.polynomial(l.mul(x, x), ERF_SMALL), x, x);
    int tail = expBelow(l, l.neg(l.polynomial(atMost(l, 4f, z), ERF_LARGE)));
    int large = withSignOf(l, l.sub(l.constant(1f), tail), x);
    return l.select(Predicate.LESS, z, l.constant(1f), small, large);
  }

  /// The sign, 0 with its sign at 0, NaN at NaN.
  static int sign(VectorCode l, int x) {
    int zero = l.constant(0f);
    int negative = l.select(Predicate.LESS, x, zero, l.constant(-1f), x);
    return l.select(Predicate.GREATER, x, zero, l.constant(1f), negative);
  }

  /// To the nearest number of 16 bits, ties to even.
  static int bfloat16(VectorCode l, int x) {
    int odd = l.op(Op.AND, l.shiftRightSigned(x, 16), l.bits(1));
    int rounded = l.op(Op.AND, l.op(Op.ADD_INT, x, l.op(Op.ADD_INT, odd, l.bits(0x7fff))), l.bits(0xffff0000));
    return l.select(Predicate.UNORDERED, x, x, x, rounded);
  }

  /// The larger, or NaN where either is.
  static int max(VectorCode l, int a, int b) {
    return l.select(Predicate.UNORDERED, a, a, a, l.op(Op.MAX, a, b));
  }

  /// The smaller, or NaN where either is.
  static int min(VectorCode l, int a, int b) {
    return l.select(Predicate.UNORDERED, a, a, a, l.op(Op.MIN, a, b));
  }

  /// `x^exponent` as Math.pow has it, for exponents that need no logarithm; else the general function in Java.
  static int pow(VectorCode l, int x, float exponent) {
    if (exponent == 0) {
      return l.constant(1f);
    } else if (exponent == 1) {
      return x;
    } else if (exponent == 2) {
      return l.mul(x, x);
    } else if (exponent == 3) {
      return l.mul(l.mul(x, x), x);
    } else if (exponent == 0.5f) {
      int root = l.op(Op.SQRT, l.add(x, l.constant(0f)));
      return l.select(Predicate.EQUAL, x, l.constant(Float.NEGATIVE_INFINITY), l.constant(Float.POSITIVE_INFINITY), root);
    } else if (exponent == -1 || exponent == -2 || exponent == -3) {
      return pow(l, l.div(l.constant(1f), x), -exponent);
    } else if (exponent == -0.5f) {
      return l.div(l.constant(1f), pow(l, x, 0.5f));
    }
    return l.op(Op.POW, x, l.constant(exponent));
  }
}
