package dlt.backend.cuda.software;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Instructions give what exact arithmetic, rounded once, gives, for all triples of values at edges.
class ArithmeticTest {
  private static final long[] INTEGERS = {0, 1, 2, 3, 5, 7, 31, 32, 33, 63, 64, 127, 128, 255, 256, 0x7FFF, 0x8000, 0xFFFF, 0x12345678, 0x7FFFFFFF, 0x80000000L,
      0xFFFFFFFFL, 0x100000000L, Long.MAX_VALUE, Long.MIN_VALUE, -1, -2, -7, -32768, -2147483648L, 0x9E3779B97F4A7C15L};
  private static final float[] FLOATS = {0f, -0f, 1f, -1f, 0.5f, 1.5f, 2.5f, -2.5f, 0.1f, 3f, -7.3f, 16777216f, 16777217f, 0x1.000002p0f, -0x1.fffffep0f,
      Float.MIN_VALUE, -Float.MIN_VALUE, Float.MIN_NORMAL, 0x1.fffffcp-127f, Float.MAX_VALUE, -Float.MAX_VALUE, 1e-30f, 3e20f, 2147483648f, 4294967040f,
      0x1p-149f * 3, 1e10f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN};

  interface Exact {
    long of(long a, long b, long c);
  }

  interface ExactFloat {
    float of(float a, float b, float c);
  }

  private static Arguments ints(String instruction, Exact exact) {
    return Arguments.of(instruction, exact);
  }

  private static int i(long v) {
    return (int) v;
  }

  private static long u(long v) {
    return v & 0xFFFFFFFFL;
  }

  private static BigInteger big(long v) {
    return BigInteger.valueOf(v);
  }

  private static BigInteger ubig(long v) {
    return new BigInteger(Long.toUnsignedString(v));
  }

  static Stream<Arguments> integers() {
    return Stream.of(
        ints("add.s32 %r, %ra, %rb;", (a, b, c) -> u(big(a).add(big(b)).longValue())),
        ints("add.sat.s32 %r, %ra, %rb;", (a, b, c) -> u(big(i(a)).add(big(i(b))).max(big(Integer.MIN_VALUE)).min(big(Integer.MAX_VALUE)).longValue())),
        ints("sub.s64 %l, %la, %lb;", (a, b, c) -> big(a).subtract(big(b)).longValue()),
        ints("mul.lo.s32 %r, %ra, %rb;", (a, b, c) -> u(big(a).multiply(big(b)).longValue())),
        ints("mul.hi.s32 %r, %ra, %rb;", (a, b, c) -> u(big(i(a)).multiply(big(i(b))).shiftRight(32).longValue())),
        ints("mul.hi.u32 %r, %ra, %rb;", (a, b, c) -> u(big(u(a)).multiply(big(u(b))).shiftRight(32).longValue())),
        ints("mul.wide.s32 %l, %ra, %rb;", (a, b, c) -> big(i(a)).multiply(big(i(b))).longValue()),
        ints("mul.wide.u32 %l, %ra, %rb;", (a, b, c) -> big(u(a)).multiply(big(u(b))).longValue()),
        ints("mul.wide.u16 %r, %ha, %hb;", (a, b, c) -> (a & 0xFFFF) * (b & 0xFFFF)),
        ints("mul.hi.u64 %l, %la, %lb;", (a, b, c) -> ubig(a).multiply(ubig(b)).shiftRight(64).longValue()),
        ints("mul.hi.s64 %l, %la, %lb;", (a, b, c) -> big(a).multiply(big(b)).shiftRight(64).longValue()),
        ints("mad.lo.s32 %r, %ra, %rb, %rc;", (a, b, c) -> u(big(a).multiply(big(b)).add(big(c)).longValue())),
        ints("mad.hi.s32 %r, %ra, %rb, %rc;", (a, b, c) -> u(big(i(a)).multiply(big(i(b))).shiftRight(32).add(big(c)).longValue())),
        ints("mad.wide.u32 %l, %ra, %rb, %lc;", (a, b, c) -> big(u(a)).multiply(big(u(b))).add(big(c)).longValue()),
        ints("mad.lo.s64 %l, %la, %lb, %lc;", (a, b, c) -> big(a).multiply(big(b)).add(big(c)).longValue()),
        ints("div.s32 %r, %ra, %rb;", (a, b, c) -> i(b) == 0 ? 0xFFFFFFFFL : u(big(i(a)).divide(big(i(b))).longValue())),
        ints("div.u32 %r, %ra, %rb;", (a, b, c) -> i(b) == 0 ? 0xFFFFFFFFL : u(a) / u(b)),
        ints("rem.s32 %r, %ra, %rb;", (a, b, c) -> i(b) == 0 ? u(a) : u(big(i(a)).remainder(big(i(b))).longValue())),
        ints("rem.u64 %l, %la, %lb;", (a, b, c) -> b == 0 ? a : ubig(a).remainder(ubig(b)).longValue()),
        ints("div.s64 %l, %la, %lb;", (a, b, c) -> b == 0 ? -1 : big(a).divide(big(b)).longValue()),
        ints("min.u32 %r, %ra, %rb;", (a, b, c) -> Math.min(u(a), u(b))),
        ints("max.s32 %r, %ra, %rb;", (a, b, c) -> u(Math.max(i(a), i(b)))),
        ints("max.u64 %l, %la, %lb;", (a, b, c) -> ubig(a).max(ubig(b)).longValue()),
        ints("min.s16 %h, %ha, %hb;", (a, b, c) -> Math.min((short) a, (short) b) & 0xFFFF),
        ints("shr.s16 %h, %ha, %rb;", (a, b, c) -> (short) a >> Math.min(u(b), 31) & 0xFFFF),
        ints("shl.b32 %r, %ra, %rb;", (a, b, c) -> u(b) > 31 ? 0 : u(a << u(b))),
        ints("shr.s32 %r, %ra, %rb;", (a, b, c) -> u(i(a) >> Math.min(u(b), 31))),
        ints("shr.u32 %r, %ra, %rb;", (a, b, c) -> u(b) > 31 ? 0 : u(a) >>> u(b)),
        ints("shl.b64 %l, %la, %rb;", (a, b, c) -> u(b) > 63 ? 0 : a << u(b)),
        ints("shr.s64 %l, %la, %rb;", (a, b, c) -> a >> Math.min(u(b), 63)),
        ints("shf.l.wrap.b32 %r, %ra, %rb, %rc;", (a, b, c) -> u((u(b) << 32 | u(a)) << (c & 31) >>> 32)),
        ints("shf.r.clamp.b32 %r, %ra, %rb, %rc;", (a, b, c) -> u((u(b) << 32 | u(a)) >>> Math.min(u(c), 32))),
        ints("lop3.b32 %r, %ra, %rb, %rc, 0xE8;", (a, b, c) -> u(a & b | a & c | b & c)),
        ints("prmt.b32 %r, %ra, %rb, 0x0123;", (a, b, c) -> u(Integer.reverseBytes(i(a)))),
        ints("prmt.b32 %r, %ra, %rb, 0x9154;", (a, b, c) -> u((a >> 8 & 0x80) != 0 ? 0xFF000000L : 0) | (a >> 8 & 0xFF) << 16 | (b >> 8 & 0xFF) << 8 | b & 0xFF),
        ints("brev.b32 %r, %ra;", (a, b, c) -> u(Integer.reverse(i(a)))),
        ints("popc.b64 %r, %la;", (a, b, c) -> ubig(a).bitCount()),
        ints("clz.b32 %r, %ra;", (a, b, c) -> 32 - big(u(a)).bitLength()),
        ints("bfind.u32 %r, %ra;", (a, b, c) -> u(big(u(a)).bitLength() - 1)),
        ints("bfe.u32 %r, %ra, %rb, %rc;", (a, b, c) -> field(big(u(a)), i(b) & 255, i(c) & 255)),
        ints("bfe.s32 %r, %ra, %rb, %rc;", (a, b, c) -> (c & 255) == 0 ? 0 : u(signedField(i(a), i(b) & 255, i(c) & 255, 32))),
        ints("bfe.s64 %l, %la, %rb, %rc;", (a, b, c) -> (c & 255) == 0 ? 0 : signedField(a, i(b) & 255, i(c) & 255, 64)),
        ints("bfi.b32 %r, %ra, %rb, 5, 7;", (a, b, c) -> u(b & ~(127 << 5) | (a & 127) << 5)),
        ints("bfi.b64 %l, %la, %lb, 40, 64;", (a, b, c) -> b & (1L << 40) - 1 | a << 40),
        ints("setp.lt.u32 %p, %ra, %rb;", (a, b, c) -> u(a) < u(b) ? 1 : 0),
        ints("setp.ge.s64 %p, %la, %lb;", (a, b, c) -> a >= b ? 1 : 0),
        ints("setp.hi.u64 %p, %la, %lb;", (a, b, c) -> ubig(a).compareTo(ubig(b)) > 0 ? 1 : 0),
        ints("setp.lt.s16 %p, %ha, %hb;", (a, b, c) -> (short) a < (short) b ? 1 : 0),
        ints("cvt.s64.s32 %l, %ra;", (a, b, c) -> i(a)),
        ints("cvt.s32.s8 %r, %ra;", (a, b, c) -> u((byte) a)),
        ints("cvt.u32.u16 %r, %ha;", (a, b, c) -> a & 0xFFFF),
        ints("cvt.sat.s32.s64 %r, %la;", (a, b, c) -> u(Math.clamp(a, Integer.MIN_VALUE, Integer.MAX_VALUE))),
        ints("cvt.sat.u8.s32 %r, %ra;", (a, b, c) -> Math.clamp(i(a), 0, 255)),
        ints("cvt.rn.f32.s32 %r, %ra;", (a, b, c) -> bits(new BigDecimal(i(a)).floatValue())),
        ints("cvt.rn.f32.u32 %r, %ra;", (a, b, c) -> bits(new BigDecimal(u(a)).floatValue())),
        ints("cvt.rn.f32.s64 %r, %la;", (a, b, c) -> bits(new BigDecimal(a).floatValue())),
        ints("cvt.rn.f32.u64 %r, %la;", (a, b, c) -> bits(new BigDecimal(ubig(a)).floatValue())),
        ints("cvt.rz.f32.s64 %r, %la;", (a, b, c) -> bits(rounded(new BigDecimal(a), Rounding.ZERO))),
        ints("cvt.rm.f32.u32 %r, %ra;", (a, b, c) -> bits(rounded(new BigDecimal(u(a)), Rounding.DOWN))),
        ints("cvt.rn.f64.s64 %l, %la;", (a, b, c) -> Double.doubleToLongBits(new BigDecimal(a).doubleValue())),
        ints("cvt.rn.f64.u64 %l, %la;", (a, b, c) -> Double.doubleToLongBits(new BigDecimal(ubig(a)).doubleValue())));
  }

  private static long field(BigInteger v, int position, int length) {
    return v.shiftRight(position).and(BigInteger.ONE.shiftLeft(length).subtract(BigInteger.ONE)).longValue();
  }

  /// Bit by bit, as the PTX ISA writes it.
  private static long signedField(long a, int position, int length, int width) {
    int most = width - 1;
    long sign = a >>> Math.min(position + length - 1, most) & 1;
    long r = 0;
    for (int k = 0; k <= most; k++) {
      r |= (k < length && position + k <= most ? a >>> (position + k) & 1 : sign) << k;
    }
    return r;
  }

  @ParameterizedTest
  @MethodSource("integers")
  void integersAreExact(String instruction, Exact exact) {
    int n = INTEGERS.length;
    boolean three = instruction.contains("c,") || instruction.contains("c;");
    int m = three ? n : 1;
    long[] a = LongStream.range(0, (long) n * n * m).map(k -> INTEGERS[(int) (k % n)]).toArray();
    long[] b = LongStream.range(0, (long) n * n * m).map(k -> INTEGERS[(int) (k / n % n)]).toArray();
    long[] c = LongStream.range(0, (long) n * n * m).map(k -> INTEGERS[(int) (k / n / n)]).toArray();
    long[] r = OneInstruction.run(instruction, a, b, c);
    for (int k = 0; k < r.length; k++) {
      long expected = exact.of(a[k], b[k], c[k]);
      if (r[k] != expected) {
        assertThat(r[k]).as("%s of %x, %x, %x", instruction, a[k], b[k], c[k]).isEqualTo(expected);
      }
    }
  }

  // ---- floats

  private static long bits(float v) {
    return Float.floatToRawIntBits(v) & 0xFFFFFFFFL;
  }

  private static boolean finite(float... values) {
    for (float v : values) {
      if (!Float.isFinite(v)) {
        return false;
      }
    }
    return true;
  }

  /// The exact value, rounded once.
  static float rounded(BigDecimal v, Rounding mode) {
    float f = v.floatValue();
    int side = Float.isInfinite(f) ? f > 0 ? -1 : 1 : v.compareTo(new BigDecimal(f));
    boolean up = mode == Rounding.UP || mode == Rounding.ZERO && v.signum() < 0;
    if (mode == Rounding.NEAREST || side == 0) {
      return f;
    }
    return side > 0 && up ? Math.nextUp(f) : side < 0 && !up ? Math.nextDown(f) : f;
  }

  private static Arguments floats(String instruction, ExactFloat exact) {
    return Arguments.of(instruction, exact);
  }

  private static ExactFloat sum(Rounding mode, float sign) {
    return (a, b, c) -> {
      if (!finite(a, b) || a == 0 && b == 0) {
        return mode == Rounding.DOWN && a == 0 && b == 0 && 1 / a != 1 / (sign * b) ? -0f : a + sign * b;
      }
      BigDecimal v = new BigDecimal(a).add(new BigDecimal(sign * b));
      return v.signum() == 0 ? mode == Rounding.DOWN ? -0f : 0f : signed(rounded(v, mode), v);
    };
  }

  private static ExactFloat fma(Rounding mode) {
    return (a, b, c) -> {
      if (!finite(a, b, c)) {
        return (float) ((double) a * b + c);
      }
      BigDecimal v = new BigDecimal(a).multiply(new BigDecimal(b)).add(new BigDecimal(c));
      if (v.signum() == 0) {
        float p = a * b;
        boolean same = Math.copySign(1, a) * Math.copySign(1, b) == Math.copySign(1, c);
        return c == 0 && (a == 0 || b == 0) && same ? c : mode == Rounding.DOWN ? -0f : c == 0 && p == 0 && same ? c : 0f;
      }
      return signed(rounded(v, mode), v);
    };
  }

  private static float signed(float f, BigDecimal exact) {
    return Math.copySign(f, exact.signum());
  }

  private static ExactFloat product(Rounding mode) {
    return (a, b, c) -> !finite(a, b) || a == 0 || b == 0 ? a * b : signed(rounded(new BigDecimal(a).multiply(new BigDecimal(b)), mode),
        new BigDecimal(a).multiply(new BigDecimal(b)));
  }

  private static ExactFloat quotient(Rounding mode) {
    return (a, b, c) -> !finite(a, b) || a == 0 || b == 0 ? a / b
        : signed(rounded(new BigDecimal(a).divide(new BigDecimal(b), new MathContext(400)), mode), new BigDecimal(a).multiply(new BigDecimal(b)));
  }

  static Stream<Arguments> floats() {
    return Stream.of(
        floats("add.f32 %r, %ra, %rb;", sum(Rounding.NEAREST, 1)),
        floats("add.rz.f32 %r, %ra, %rb;", sum(Rounding.ZERO, 1)),
        floats("add.rm.f32 %r, %ra, %rb;", sum(Rounding.DOWN, 1)),
        floats("sub.rp.f32 %r, %ra, %rb;", sum(Rounding.UP, -1)),
        floats("mul.rn.f32 %r, %ra, %rb;", product(Rounding.NEAREST)),
        floats("mul.rz.f32 %r, %ra, %rb;", product(Rounding.ZERO)),
        floats("mul.rp.f32 %r, %ra, %rb;", product(Rounding.UP)),
        floats("fma.rn.f32 %r, %ra, %rb, %rc;", fma(Rounding.NEAREST)),
        floats("fma.rz.f32 %r, %ra, %rb, %rc;", fma(Rounding.ZERO)),
        floats("fma.rm.f32 %r, %ra, %rb, %rc;", fma(Rounding.DOWN)),
        floats("fma.rp.f32 %r, %ra, %rb, %rc;", fma(Rounding.UP)),
        floats("div.rn.f32 %r, %ra, %rb;", quotient(Rounding.NEAREST)),
        floats("div.rz.f32 %r, %ra, %rb;", quotient(Rounding.ZERO)),
        floats("rcp.rn.f32 %r, %ra;", (a, b, c) -> quotient(Rounding.NEAREST).of(1, a, 0)),
        floats("sqrt.rn.f32 %r, %ra;", (a, b, c) -> !finite(a) || a <= 0 ? (float) Math.sqrt(a) : new BigDecimal(a).sqrt(new MathContext(200)).floatValue()),
        floats("min.f32 %r, %ra, %rb;", (a, b, c) -> a != a ? b : b != b ? a : Math.min(a, b)),
        floats("max.f32 %r, %ra, %rb;", (a, b, c) -> a != a ? b : b != b ? a : Math.max(a, b)),
        floats("max.NaN.f32 %r, %ra, %rb;", (a, b, c) -> Math.max(a, b)),
        floats("abs.f32 %r, %ra;", (a, b, c) -> Math.abs(a)),
        floats("neg.f32 %r, %ra;", (a, b, c) -> -a),
        floats("copysign.f32 %r, %ra, %rb;", (a, b, c) -> Math.copySign(b, a)),
        floats("add.sat.f32 %r, %ra, %rb;", (a, b, c) -> a + b > 0 ? Math.min(a + b, 1) : 0),
        floats("mul.ftz.f32 %r, %ra, %rb;", (a, b, c) -> flushed(flushed(a) * flushed(b))),
        floats("cvt.rni.f32.f32 %r, %ra;", (a, b, c) -> (float) Math.rint(a)),
        floats("cvt.rmi.f32.f32 %r, %ra;", (a, b, c) -> (float) Math.floor(a)),
        floats("cvt.rpi.f32.f32 %r, %ra;", (a, b, c) -> (float) Math.ceil(a)),
        floats("cvt.rzi.f32.f32 %r, %ra;", (a, b, c) -> a < 0 ? (float) Math.ceil(a) : (float) Math.floor(a)),
        floats("cvt.sat.f32.f32 %r, %ra;", (a, b, c) -> a > 0 ? Math.min(a, 1) : 0),
        floats("selp.f32 %r, %ra, 0f3F800000, 1;", (a, b, c) -> a));
  }

  private static float flushed(float v) {
    return Math.abs(v) < Float.MIN_NORMAL ? Math.copySign(0, v) : v;
  }

  private static long[][] triples(int count) {
    int n = FLOATS.length;
    int all = n * n * (count > 2 ? n : 1);
    long[][] r = new long[3][all];
    for (int k = 0; k < all; k++) {
      r[0][k] = bits(FLOATS[k % n]);
      r[1][k] = bits(FLOATS[k / n % n]);
      r[2][k] = bits(FLOATS[k / n / n % n]);
    }
    return r;
  }

  @ParameterizedTest
  @MethodSource("floats")
  void floatsAreRoundedOnce(String instruction, ExactFloat exact) {
    long[][] v = triples(instruction.contains("%rc") ? 3 : 2);
    long[] r = OneInstruction.run(instruction, v[0], v[1], v[2]);
    for (int k = 0; k < r.length; k++) {
      float a = Float.intBitsToFloat((int) v[0][k]);
      float b = Float.intBitsToFloat((int) v[1][k]);
      float c = Float.intBitsToFloat((int) v[2][k]);
      Float expected = exact.of(a, b, c);
      if (!expected.equals(Float.intBitsToFloat((int) r[k]))) {
        assertThat((Float) Float.intBitsToFloat((int) r[k])).as("%s of %s, %s, %s", instruction, a, b, c).isEqualTo(expected);
      }
    }
  }

  static Stream<Arguments> fromFloats() {
    return Stream.of(
        floatsTo("cvt.rni.s32.f32 %r, %ra;", a -> u((int) Math.rint(a))),
        floatsTo("cvt.rzi.s32.f32 %r, %ra;", a -> u((int) a)),
        floatsTo("cvt.rmi.s32.f32 %r, %ra;", a -> u((int) Math.floor(a))),
        floatsTo("cvt.rzi.u32.f32 %r, %ra;", a -> a != a ? 0 : (long) Math.clamp((double) a, 0, 4294967295.0)),
        floatsTo("cvt.rzi.s64.f32 %l, %ra;", a -> (long) a),
        floatsTo("cvt.f64.f32 %l, %ra;", a -> Double.doubleToLongBits(a)),
        floatsTo("cvt.rn.f16.f32 %h, %ra;", a -> a != a ? 0x7FFF : Float.floatToFloat16(a) & 0xFFFF),
        floatsTo("cvt.rn.bf16.f32 %h, %ra;", ArithmeticTest::bfloat16),
        floatsTo("cvt.rn.bf16x2.f32 %r, %ra, 0f3F800000;", a -> bfloat16(a) << 16 | 0x3F80),
        floatsTo("cvt.rna.tf32.f32 %r, %ra;", ArithmeticTest::tf32),
        floatsTo("setp.lt.f32 %p, %ra, 0f3F800000;", a -> a < 1 ? 1 : 0),
        floatsTo("setp.geu.f32 %p, %ra, 0f3F800000;", a -> a >= 1 || a != a ? 1 : 0),
        floatsTo("setp.neu.f32 %p, %ra, 0f3F800000;", a -> a != 1 ? 1 : 0),
        floatsTo("setp.nan.f32 %p, %ra, %ra;", a -> a != a ? 1 : 0),
        floatsTo("testp.finite.f32 %p, %ra;", a -> Float.isFinite(a) ? 1 : 0));
  }

  interface ToLong {
    long of(float a);
  }

  private static Arguments floatsTo(String instruction, ToLong exact) {
    return Arguments.of(instruction, exact);
  }

  /// The nearest of the two neighbours with 7 bits of fraction, the even one of two.
  private static long bfloat16(float a) {
    return a != a ? 0x7FFF : nearest(a, 16, true) >>> 16;
  }

  private static long tf32(float a) {
    return Float.isFinite(a) ? nearest(a, 13, false) : bits(a);
  }

  private static long nearest(float a, int dropped, boolean even) {
    if (!Float.isFinite(a)) {
      return bits(a);
    }
    long low = bits(a) >>> dropped << dropped;
    long high = low + (1L << dropped);
    BigDecimal half = value(low).add(value(high)).divide(BigDecimal.TWO);
    int side = new BigDecimal(a).abs().compareTo(half);
    return side < 0 ? low : side > 0 || !even || (low >>> dropped & 1) != 0 ? high : low;
  }

  /// The magnitude of bits; infinity stands for the power of two that comes next.
  private static BigDecimal value(long bits) {
    float f = Math.abs(Float.intBitsToFloat((int) bits));
    return Float.isInfinite(f) ? BigDecimal.TWO.pow(128) : new BigDecimal(f);
  }

  @ParameterizedTest
  @MethodSource("fromFloats")
  void floatsAreConvertedAndComparedExactly(String instruction, ToLong exact) {
    long[][] v = triples(2);
    long[] r = OneInstruction.run(instruction, v[0], v[1], v[2]);
    for (int k = 0; k < r.length; k++) {
      float a = Float.intBitsToFloat((int) v[0][k]);
      assertThat(r[k]).as("%s of %s", instruction, a).isEqualTo(exact.of(a));
    }
  }

  static Stream<Arguments> approximations() {
    return Stream.of(
        Arguments.of("ex2.approx.f32 %r, %ra;", (ToDouble) a -> Math.pow(2, a), 0x1p-22, 0.0),
        Arguments.of("ex2.approx.ftz.f32 %r, %ra;", (ToDouble) a -> Math.pow(2, a), 0x1p-22, (double) Float.MIN_NORMAL),
        Arguments.of("lg2.approx.f32 %r, %ra;", (ToDouble) a -> Math.log(a) / Math.log(2), 0x1.8p-22, 0x1p-22),
        Arguments.of("rcp.approx.f32 %r, %ra;", (ToDouble) a -> 1.0 / a, 0x1p-23, 0.0),
        Arguments.of("sqrt.approx.f32 %r, %ra;", (ToDouble) Math::sqrt, 0x1p-22, 0.0),
        Arguments.of("rsqrt.approx.f32 %r, %ra;", (ToDouble) a -> 1 / Math.sqrt(a), 0x1.2p-23 + 0x1p-24, 0.0),
        Arguments.of("tanh.approx.f32 %r, %ra;", (ToDouble) Math::tanh, 0x1.03p-11, 0.0));
  }

  interface ToDouble {
    double of(double a);
  }

  @ParameterizedTest
  @MethodSource("approximations")
  void approximationsAreWithinTheStatedBoundsAndNotExact(String instruction, ToDouble exact, double relative, double absolute) {
    long[] a = new long[4096];
    for (int k = 0; k < a.length; k++) {
      a[k] = bits((k - 1024) * 0.0173f);
    }
    long[] r = OneInstruction.run(instruction, a, a, a);
    int off = 0;
    for (int k = 0; k < r.length; k++) {
      double e = exact.of(Float.intBitsToFloat((int) a[k]));
      float f = Float.intBitsToFloat((int) r[k]);
      if (Double.isNaN(e) || Double.isInfinite(e)) {
        assertThat((Double) (double) f).isEqualTo((Double) e);
      } else {
        assertThat((double) f).as("%s of %s", instruction, Float.intBitsToFloat((int) a[k])).isBetween(e - Math.abs(e) * relative - absolute,
            e + Math.abs(e) * relative + absolute);
        off += f != (float) e ? 1 : 0;
      }
    }
    assertThat(off).as("results that are not the nearest").isGreaterThan(r.length / 20);
  }
}
