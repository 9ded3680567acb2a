package dlt.backend.cuda.software;

import static java.lang.Double.doubleToRawLongBits;
import static java.lang.Double.longBitsToDouble;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/// Arithmetic of float64, to the nearest.
final class Doubles {
  private Doubles() {}

  static Step translate(Instruction x) {
    x.takeLast();
    x.take("rn");
    return switch (x.name()) {
      case "add" -> two(x, (a, b) -> a + b);
      case "sub" -> two(x, (a, b) -> a - b);
      case "mul" -> two(x, (a, b) -> a * b);
      case "div" -> two(x, (a, b) -> a / b);
      case "min" -> two(x, (a, b) -> a != a ? b : b != b ? a : Math.min(a, b));
      case "max" -> two(x, (a, b) -> a != a ? b : b != b ? a : Math.max(a, b));
      case "copysign" -> two(x, (a, b) -> Math.copySign(b, a));
      case "abs" -> one(x, Math::abs);
      case "neg" -> one(x, a -> -a);
      case "sqrt" -> one(x, Math::sqrt);
      case "rcp" -> one(x, a -> 1 / a);
      case "fma", "mad" -> x.done(Step.longs(x.longOut(0), x.doubleIn(1), x.doubleIn(2), x.doubleIn(3), (d, a, b, c) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = doubleToRawLongBits(Math.fma(longBitsToDouble(a[k]), longBitsToDouble(b[k]), longBitsToDouble(c[k])));
        }
      }));
      default -> throw x.refused();
    };
  }

  private static Step one(Instruction x, DoubleUnaryOperator f) {
    return x.done(Step.longs(x.longOut(0), x.doubleIn(1), (d, a) -> {
      for (int k = 0; k < Warp.LANES; k++) {
        d[k] = doubleToRawLongBits(f.applyAsDouble(longBitsToDouble(a[k])));
      }
    }));
  }

  private static Step two(Instruction x, DoubleBinaryOperator f) {
    return x.done(Step.longs(x.longOut(0), x.doubleIn(1), x.doubleIn(2), (d, a, b) -> {
      for (int k = 0; k < Warp.LANES; k++) {
        d[k] = doubleToRawLongBits(f.applyAsDouble(longBitsToDouble(a[k]), longBitsToDouble(b[k])));
      }
    }));
  }
}
