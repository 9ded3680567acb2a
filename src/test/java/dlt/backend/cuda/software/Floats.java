package dlt.backend.cuda.software;

import static java.lang.Float.floatToRawIntBits;
import static java.lang.Float.intBitsToFloat;

/// Arithmetic of float32, rounded once as the PTX ISA says: Java's own where it rounds to the nearest, [Rounding] for the other modes.
/// What NaN results look like inside is left to Java.
final class Floats {
  private Floats() {}

  static Step translate(Instruction x) {
    x.takeLast();
    boolean ftz = x.take("ftz");
    boolean saturate = x.take("sat");
    Rounding mode = Rounding.take(x);
    return switch (x.name()) {
      case "add" -> two(x, ftz, saturate, sum(mode));
      case "sub" -> two(x, ftz, saturate, mode == Rounding.NEAREST ? (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = floatToRawIntBits(intBitsToFloat(a[k]) - intBitsToFloat(b[k]));
        }
      } : (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = floatToRawIntBits(mode.sum(intBitsToFloat(a[k]), -intBitsToFloat(b[k])));
        }
      });
      case "mul" -> two(x, ftz, saturate, mode == Rounding.NEAREST ? (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = floatToRawIntBits(intBitsToFloat(a[k]) * intBitsToFloat(b[k]));
        }
      } : (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = floatToRawIntBits(mode.round((double) intBitsToFloat(a[k]) * intBitsToFloat(b[k]), 0));
        }
      });
      case "fma", "mad" -> three(x, ftz, saturate, mode == Rounding.NEAREST ? (d, a, b, c) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = floatToRawIntBits(Math.fma(intBitsToFloat(a[k]), intBitsToFloat(b[k]), intBitsToFloat(c[k])));
        }
      } : (d, a, b, c) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = floatToRawIntBits(mode.sum((double) intBitsToFloat(a[k]) * intBitsToFloat(b[k]), intBitsToFloat(c[k])));
        }
      });
      case "div" -> x.take("approx") || x.take("full") ? two(x, ftz, saturate, Approximation::quotient) : two(x, ftz, saturate, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = floatToRawIntBits(mode.quotient(intBitsToFloat(a[k]), intBitsToFloat(b[k])));
        }
      });
      case "min" -> {
        boolean nan = x.take("NaN");
        yield two(x, ftz, false, (d, a, b) -> {
          for (int k = 0; k < Warp.LANES; k++) {
            d[k] = floatToRawIntBits(least(intBitsToFloat(a[k]), intBitsToFloat(b[k]), nan));
          }
        });
      }
      case "max" -> {
        boolean nan = x.take("NaN");
        yield two(x, ftz, false, (d, a, b) -> {
          for (int k = 0; k < Warp.LANES; k++) {
            d[k] = floatToRawIntBits(-least(-intBitsToFloat(a[k]), -intBitsToFloat(b[k]), nan));
          }
        });
      }
      case "abs" -> one(x, ftz, (d, a) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = a[k] & Integer.MAX_VALUE;
        }
      });
      case "neg" -> one(x, ftz, (d, a) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = a[k] ^ Integer.MIN_VALUE;
        }
      });
      // the sign of the first operand, the magnitude of the second
      case "copysign" -> two(x, ftz, false, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = a[k] & Integer.MIN_VALUE | b[k] & Integer.MAX_VALUE;
        }
      });
      case "testp" -> x.done(test(x));
      default -> one(x, ftz, Approximation.of(x, mode));
    };
  }

  /// A NaN loses against a number, unless `nan`.
  static float least(float a, float b, boolean nan) {
    return a != a ? nan ? a : b : b != b ? nan ? b : a : Math.min(a, b);
  }

  private static Step.Ints2 sum(Rounding mode) {
    return mode == Rounding.NEAREST ? (d, a, b) -> {
      for (int k = 0; k < Warp.LANES; k++) {
        d[k] = floatToRawIntBits(intBitsToFloat(a[k]) + intBitsToFloat(b[k]));
      }
    } : (d, a, b) -> {
      for (int k = 0; k < Warp.LANES; k++) {
        d[k] = floatToRawIntBits(mode.sum(intBitsToFloat(a[k]), intBitsToFloat(b[k])));
      }
    };
  }

  private static Step test(Instruction x) {
    String what = x.takeOne("", "finite", "infinite", "number", "notanumber", "normal", "subnormal");
    int d = x.predicateOut(0);
    int a = x.floatIn(1);
    return (w, lanes) -> {
      int r = 0;
      for (int k = 0; k < Warp.LANES; k++) {
        float v = Math.abs(intBitsToFloat(w.ints[a][k]));
        boolean holds = switch (what) {
          case "finite" -> v < Float.POSITIVE_INFINITY;
          case "infinite" -> v == Float.POSITIVE_INFINITY;
          case "number" -> v == v;
          case "notanumber" -> v != v;
          case "normal" -> v >= Float.MIN_NORMAL && v < Float.POSITIVE_INFINITY;
          case "subnormal" -> v < Float.MIN_NORMAL && v > 0;
          default -> throw x.refused();
        };
        r |= (holds ? 1 : 0) << k;
      }
      w.setPredicate(d, lanes, r);
    };
  }

  // ---- shapes

  private static Step one(Instruction x, boolean ftz, Step.Ints1 f) {
    return x.done(Step.ints(x.intOut(0), x.floatIn(1), !ftz ? f : (d, a) -> {
      f.apply(d, flushed(a));
      flush(d, d);
    }));
  }

  private static Step two(Instruction x, boolean ftz, boolean saturate, Step.Ints2 f) {
    return x.done(Step.ints(x.intOut(0), x.floatIn(1), x.floatIn(2), !ftz && !saturate ? f : (d, a, b) -> {
      f.apply(d, ftz ? flushed(a) : a, ftz ? flushed(b) : b);
      finish(d, ftz, saturate);
    }));
  }

  private static Step three(Instruction x, boolean ftz, boolean saturate, Step.Ints3 f) {
    return x.done(Step.ints(x.intOut(0), x.floatIn(1), x.floatIn(2), x.floatIn(3), !ftz && !saturate ? f : (d, a, b, c) -> {
      f.apply(d, ftz ? flushed(a) : a, ftz ? flushed(b) : b, ftz ? flushed(c) : c);
      finish(d, ftz, saturate);
    }));
  }

  private static void finish(int[] d, boolean ftz, boolean saturate) {
    if (ftz) {
      flush(d, d);
    }
    if (saturate) {
      for (int k = 0; k < Warp.LANES; k++) {
        d[k] = floatToRawIntBits(saturated(intBitsToFloat(d[k])));
      }
    }
  }

  /// Within 0 and 1; NaN becomes 0.
  static float saturated(float v) {
    return v > 0 ? Math.min(v, 1) : 0;
  }

  static int[] flushed(int[] a) {
    int[] r = new int[Warp.LANES];
    flush(r, a);
    return r;
  }

  /// Subnormal numbers become 0 of their sign.
  private static void flush(int[] d, int[] a) {
    for (int k = 0; k < Warp.LANES; k++) {
      d[k] = (a[k] & 0x7F80_0000) == 0 ? a[k] & Integer.MIN_VALUE : a[k];
    }
  }
}
