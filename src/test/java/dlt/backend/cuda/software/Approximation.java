package dlt.backend.cuda.software;

import static java.lang.Float.floatToRawIntBits;
import static java.lang.Float.intBitsToFloat;

import java.util.function.DoubleUnaryOperator;

/// Functions of one float: exactly rounded ones, and those that the PTX ISA lets be wrong by a little. Of the latter the exact result is
/// computed in double precision and then moved by an amount that its input settles, within the stated bound, so that nothing can rely on
/// a better one; results that a float holds exactly stay. `-Dsoftware.gpu.approximation=exact` switches that off.
enum Approximation {
  /// 2 ulp.
  EX2(v -> Math.pow(2, v), 0x1p-23, 0),
  /// 2^-22 of the result, or 2^-22 where it is near 0.
  LG2(v -> Math.log(v) / Math.log(2), 0x1p-22, 0x1p-22),
  /// 2^-20.5 within -pi and pi.
  SIN(Math::sin, 0, 0x1.6p-21),
  COS(Math::cos, 0, 0x1.6p-21),
  /// 1 ulp.
  RCP(v -> 1 / v, 0x1p-24, 0),
  /// 2^-23 of the result.
  SQRT(Math::sqrt, 0x1p-24, 0),
  /// 2^-22.9 of the result.
  RSQRT(v -> 1 / Math.sqrt(v), 0x1p-23, 0),
  /// 2^-11 of the result.
  TANH(Math::tanh, 0x1p-12, 0);

  private static final boolean EXACT = "exact".equals(System.getProperty("software.gpu.approximation"));

  private final DoubleUnaryOperator exact;
  private final double relative;
  private final double absolute;

  Approximation(DoubleUnaryOperator exact, double relative, double absolute) {
    this.exact = exact;
    this.relative = relative;
    this.absolute = absolute;
  }

  /// The function that an instruction names.
  static Step.Ints1 of(Instruction x, Rounding mode) {
    boolean approximate = x.take("approx");
    Approximation f = switch (x.name()) {
      case "ex2" -> EX2;
      case "lg2" -> LG2;
      case "sin" -> SIN;
      case "cos" -> COS;
      case "rcp" -> RCP;
      case "sqrt" -> SQRT;
      case "rsqrt" -> RSQRT;
      case "tanh" -> TANH;
      default -> throw x.refused();
    };
    if (approximate) {
      return (d, a) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = floatToRawIntBits(f.apply(intBitsToFloat(a[k])));
        }
      };
    }
    return switch (f) {
      case RCP -> (d, a) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = floatToRawIntBits(mode.quotient(1, intBitsToFloat(a[k])));
        }
      };
      case SQRT -> (d, a) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = floatToRawIntBits(mode.squareRoot(intBitsToFloat(a[k])));
        }
      };
      case EX2, LG2, SIN, COS, RSQRT, TANH -> throw x.refused();
    };
  }

  float apply(float v) {
    return moved(exact.applyAsDouble(v), floatToRawIntBits(v));
  }

  private float moved(double r, int seed) {
    float f = (float) r;
    if (EXACT || f == r || Double.isNaN(r)) {
      return f;
    }
    // from -1 to 1
    double luck = (seed * 0x9E37_79B9 ^ seed * 0x85EB_CA6B >>> 15) * 0x1p-31;
    float m = (float) (r + luck * Math.max(Math.abs(r) * relative, absolute));
    return Float.isInfinite(m) ? f : m;
  }

  /// div.approx and div.full: 2 ulp.
  static void quotient(int[] d, int[] a, int[] b) {
    for (int k = 0; k < Warp.LANES; k++) {
      double r = (double) intBitsToFloat(a[k]) / intBitsToFloat(b[k]);
      d[k] = floatToRawIntBits(RSQRT.moved(r, a[k] ^ Integer.rotateLeft(b[k], 16)));
    }
  }
}
