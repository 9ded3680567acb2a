package dlt.backend.cuda.software;

import static java.lang.Double.doubleToRawLongBits;
import static java.lang.Double.longBitsToDouble;
import static java.lang.Float.floatToRawIntBits;
import static java.lang.Float.intBitsToFloat;

import java.math.BigInteger;

/// cvt. The frequent ones have loops of their own; the others go through a double or a long, which hold every value of the smaller types.
final class Conversions {
  private Conversions() {}

  static Step translate(Instruction x) {
    String from = x.takeLast();
    String to = x.takeLast();
    boolean ftz = x.take("ftz");
    boolean saturate = x.take("sat");
    boolean relu = x.take("relu");
    String rounding = x.takeOne("", "rni", "rzi", "rmi", "rpi", "rna", "rn", "rz", "rm", "rp");
    return switch (to) {
      case "tf32" -> {
        if (!rounding.equals("rna")) {
          throw x.refused();
        }
        yield x.done(Step.ints(x.intOut(0), x.floatIn(1), (d, a) -> {
          for (int k = 0; k < Warp.LANES; k++) {
            d[k] = tf32(a[k]);
          }
        }));
      }
      case "bf16x2", "f16x2" -> x.done(pair(x, to, from, rounding, relu));
      default -> x.done(scalar(x, to, from, ftz, saturate, relu, rounding));
    };
  }

  /// To the nearest number with 10 bits of fraction, away from 0 where two are as near.
  static int tf32(int bits) {
    return (bits & 0x7F80_0000) == 0x7F80_0000 ? bits : bits + 0x1000 & ~0x1FFF;
  }

  /// To the nearest bfloat16, the even one of two.
  static int bf16(float v) {
    int bits = floatToRawIntBits(v);
    return v != v ? 0x7FFF : bits + 0x7FFF + (bits >>> 16 & 1) >>> 16;
  }

  private static int half(Instruction x, String type, String rounding, float v) {
    return switch (type) {
      case "bf16", "bf16x2" -> switch (rounding) {
        case "rn" -> bf16(v);
        case "rz" -> v != v ? 0x7FFF : floatToRawIntBits(v) >>> 16;
        default -> throw x.refused();
      };
      case "f16", "f16x2" -> switch (rounding) {
        case "rn" -> v != v ? 0x7FFF : Float.floatToFloat16(v) & 0xFFFF;
        default -> throw x.refused();
      };
      default -> throw x.refused();
    };
  }

  private static Step pair(Instruction x, String to, String from, String rounding, boolean relu) {
    if (!from.equals("f32")) {
      throw x.refused();
    }
    half(x, to, rounding, 0);     // refuses at once what it does not know
    // the first operand goes into the upper half
    return Step.ints(x.intOut(0), x.floatIn(1), x.floatIn(2), (d, a, b) -> {
      for (int k = 0; k < Warp.LANES; k++) {
        float high = intBitsToFloat(a[k]);
        float low = intBitsToFloat(b[k]);
        d[k] = half(x, to, rounding, relu && high < 0 ? 0 : high) << 16 | half(x, to, rounding, relu && low < 0 ? 0 : low);
      }
    });
  }

  private static Step scalar(Instruction x, String to, String from, boolean ftz, boolean saturate, boolean relu, String rounding) {
    boolean longFrom = wide(from);
    boolean longTo = wide(to);
    // PTX lets a wider register stand for a narrower type
    if (x.operand(1) instanceof Ptx.Value v) {
      longFrom = v.register().kind() == Ptx.Kind.LONG;
    }
    if (x.operand(0) instanceof Ptx.Value v) {
      longTo = v.register().kind() == Ptx.Kind.LONG;
    }
    int d = longTo ? x.longOut(0) : x.intOut(0);
    int a = longFrom ? from.equals("f64") ? x.doubleIn(1) : x.longIn(1) : from.equals("f32") ? x.floatIn(1) : x.intIn(1);
    Step fast = saturate || ftz || relu ? null : frequent(to + " " + from + " " + rounding, d, a, longTo, longFrom);
    if (fast != null) {
      return fast;
    }
    Lane f = lane(x, to, from, ftz, saturate, relu, rounding);
    boolean l = longFrom;
    boolean r = longTo;
    return (w, lanes) -> {
      for (int m = lanes; m != 0; m &= m - 1) {
        int k = Integer.numberOfTrailingZeros(m);
        long v = f.of(l ? w.longs[a][k] : w.ints[a][k]);
        if (r) {
          w.longs[d][k] = v;
        } else {
          w.ints[d][k] = (int) v;
        }
      }
    };
  }

  private static boolean wide(String type) {
    return type.endsWith("64");
  }

  private static Step frequent(String what, int d, int a, boolean longTo, boolean longFrom) {
    if (longTo && !longFrom) {
      return switch (what) {
        case "s64 s32 " -> Step.longsOfInts(d, a, (t, v) -> {
          for (int k = 0; k < Warp.LANES; k++) {
            t[k] = v[k];
          }
        });
        case "u64 u32 " -> Step.longsOfInts(d, a, (t, v) -> {
          for (int k = 0; k < Warp.LANES; k++) {
            t[k] = v[k] & 0xFFFF_FFFFL;
          }
        });
        case "f64 f32 " -> Step.longsOfInts(d, a, (t, v) -> {
          for (int k = 0; k < Warp.LANES; k++) {
            t[k] = doubleToRawLongBits(intBitsToFloat(v[k]));
          }
        });
        default -> null;
      };
    }
    if (!longTo && longFrom) {
      return switch (what) {
        case "u32 u64 ", "s32 s64 " -> Step.intsOfLongs(d, a, (t, v) -> {
          for (int k = 0; k < Warp.LANES; k++) {
            t[k] = (int) v[k];
          }
        });
        case "f32 f64 rn" -> Step.intsOfLongs(d, a, (t, v) -> {
          for (int k = 0; k < Warp.LANES; k++) {
            t[k] = floatToRawIntBits((float) longBitsToDouble(v[k]));
          }
        });
        default -> null;
      };
    }
    if (longTo) {
      return null;
    }
    return switch (what) {
      case "u32 u16 " -> Step.ints(d, a, (t, v) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          t[k] = v[k] & 0xFFFF;
        }
      });
      case "f32 s32 rn" -> Step.ints(d, a, (t, v) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          t[k] = floatToRawIntBits(v[k]);
        }
      });
      case "bf16 f32 rn" -> Step.ints(d, a, (t, v) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          t[k] = bf16(intBitsToFloat(v[k]));
        }
      });
      default -> null;
    };
  }

  // ---- one lane

  private interface Lane {
    long of(long raw);
  }

  private static Lane lane(Instruction x, String to, String from, boolean ftz, boolean saturate, boolean relu, String rounding) {
    if (integer(from) && integer(to)) {
      if (!rounding.isEmpty()) {
        throw x.refused();
      }
      return raw -> integer(to, from, integerValue(from, raw), saturate);
    }
    if (integer(from)) {
      Rounding mode = mode(x, rounding);
      return raw -> fromInteger(x, to, from, integerValue(from, raw), mode);
    }
    if (integer(to)) {
      if (!rounding.endsWith("i")) {
        throw x.refused();
      }
      Rounding mode = mode(x, rounding);
      return raw -> {
        double v = floatValue(x, from, raw, ftz);
        return v != v ? 0 : clamp(to, mode.integral(v));
      };
    }
    Rounding integral = rounding.endsWith("i") ? mode(x, rounding) : null;
    Rounding mode = integral == null ? mode(x, rounding) : Rounding.NEAREST;
    encode(x, to, from, 1, mode, ftz);
    floatValue(x, from, 0, ftz);
    return raw -> {
      double v = floatValue(x, from, raw, ftz);
      v = integral != null ? integral.integral(v) : v;
      v = saturate ? v > 0 ? Math.min(v, 1) : 0 : v;
      v = relu && v < 0 ? 0 : v;
      return encode(x, to, from, v, mode, ftz);
    };
  }

  private static boolean integer(String type) {
    return type.startsWith("u") || type.startsWith("s");
  }

  private static Rounding mode(Instruction x, String rounding) {
    return switch (rounding) {
      case "", "rn", "rni" -> Rounding.NEAREST;
      case "rz", "rzi" -> Rounding.ZERO;
      case "rm", "rmi" -> Rounding.DOWN;
      case "rp", "rpi" -> Rounding.UP;
      default -> throw x.refused();
    };
  }

  /// Cut to the type's bits and extended to 64.
  private static long integerValue(String type, long raw) {
    return switch (type) {
      case "s8" -> (byte) raw;
      case "u8" -> raw & 0xFF;
      case "s16" -> (short) raw;
      case "u16" -> raw & 0xFFFF;
      case "s32" -> (int) raw;
      case "u32" -> raw & 0xFFFF_FFFFL;
      default -> raw;
    };
  }

  private static long integer(String to, String from, long v, boolean saturate) {
    if (!saturate) {
      return integerValue(to, v);
    }
    int bits = Integer.parseInt(to.substring(1));
    boolean signed = to.startsWith("s");
    BigInteger value = from.equals("u64") ? unsigned(v) : BigInteger.valueOf(v);
    BigInteger least = signed ? BigInteger.ONE.shiftLeft(bits - 1).negate() : BigInteger.ZERO;
    BigInteger most = BigInteger.ONE.shiftLeft(signed ? bits - 1 : bits).subtract(BigInteger.ONE);
    return value.max(least).min(most).longValue();
  }

  private static BigInteger unsigned(long v) {
    return new BigInteger(Long.toUnsignedString(v));
  }

  private static long fromInteger(Instruction x, String to, String from, long v, Rounding mode) {
    if (from.equals("u64") && v < 0) {
      double high = (v >>> 11) * 0x1p11;
      double low = v & 0x7FF;
      return to.equals("f64") && mode == Rounding.NEAREST ? doubleToRawLongBits(high + low)
          : to.equals("f32") ? floatToRawIntBits(mode.round(high, low)) : encode(x, to, from, high + low, mode, false);
    }
    double high = v;
    if (to.equals("f32")) {
      // what a double cannot hold of a long: exact, since doubles of that size are integers
      double low = high >= 0x1p63 ? v - Long.MAX_VALUE - 1.0 : v - (long) high;
      return floatToRawIntBits(mode.round(high, low));
    }
    return encode(x, to, from, high, mode, false);
  }

  private static double floatValue(Instruction x, String type, long raw, boolean ftz) {
    return switch (type) {
      case "f32" -> {
        float v = intBitsToFloat((int) raw);
        yield ftz && Math.abs(v) < Float.MIN_NORMAL ? Math.copySign(0f, v) : v;
      }
      case "f64" -> longBitsToDouble(raw);
      case "f16" -> Float.float16ToFloat((short) raw);
      case "bf16" -> intBitsToFloat((int) raw << 16);
      default -> throw x.refused();
    };
  }

  private static long encode(Instruction x, String to, String from, double v, Rounding mode, boolean ftz) {
    return switch (to) {
      case "f64" -> doubleToRawLongBits(v);
      case "f32" -> {
        float f = mode.round(v, 0);
        yield floatToRawIntBits(ftz && Math.abs(f) < Float.MIN_NORMAL ? Math.copySign(0f, f) : f);
      }
      case "f16", "bf16" -> {
        if (from.equals("f64")) {
          throw x.refused();
        }
        yield half(x, to, mode == Rounding.NEAREST ? "rn" : mode == Rounding.ZERO ? "rz" : "", (float) v);
      }
      default -> throw x.refused();
    };
  }

  /// The nearest value of an integer type.
  private static long clamp(String to, double v) {
    return switch (to) {
      case "s8" -> (long) Math.clamp(v, Byte.MIN_VALUE, Byte.MAX_VALUE);
      case "u8" -> (long) Math.clamp(v, 0, 0xFF);
      case "s16" -> (long) Math.clamp(v, Short.MIN_VALUE, Short.MAX_VALUE);
      case "u16" -> (long) Math.clamp(v, 0, 0xFFFF);
      case "s32" -> (long) Math.clamp(v, Integer.MIN_VALUE, Integer.MAX_VALUE);
      case "u32" -> (long) Math.clamp(v, 0, 0xFFFF_FFFFL);
      case "s64" -> (long) v;
      default -> v <= 0 ? 0 : v >= 0x1p64 ? -1 : v >= 0x1p63 ? (long) (v - 0x1p63) ^ Long.MIN_VALUE : (long) v;
    };
  }
}
