package dlt.backend.cuda.software;

/// How results are rounded. Those of float32 operations are computed as an unrounded sum of two doubles first.
enum Rounding {
  NEAREST, ZERO, DOWN, UP;

  /// Takes an instruction's mode of rounding to a floating-point number; to the nearest unless it says so.
  static Rounding take(Instruction x) {
    return switch (x.takeOne("rn", "rn", "rz", "rm", "rp")) {
      case "rz" -> ZERO;
      case "rm" -> DOWN;
      case "rp" -> UP;
      default -> NEAREST;
    };
  }

  float sum(double a, double b) {
    double high = a + b;
    if (Double.isInfinite(high) || Double.isNaN(high)) {
      return (float) high;
    }
    if (high == 0) {
      // an exact sum of opposite numbers is -0 where one rounds down; of zeros of the same sign it has that sign
      return this == DOWN && !(a == 0 && b == 0 && 1 / a == 1 / b) ? -0f : (float) high;
    }
    double t = high - a;
    double low = (a - (high - t)) + (b - t);
    return round(high, low);
  }

  float quotient(float a, float b) {
    float q = a / b;
    if (this == NEAREST || Float.isNaN(q) || Float.isInfinite(a) || Float.isInfinite(b) || b == 0 || a == 0) {
      return q;
    }
    // a double quotient of floats lies on the same side of every float as the exact one: it is a float, or far enough from all
    double exact = (double) a / b;
    return round(exact, 0);
  }

  float squareRoot(float a) {
    return round(Math.sqrt(a), 0);
  }

  /// `high + low`, where `low` is too small to change `high`.
  float round(double high, double low) {
    float f = (float) high;
    if (Double.isNaN(high) || Double.isInfinite(high)) {
      return f;
    }
    int side = high != f ? Double.compare(high, f) : (int) Math.signum(low);
    if (this == NEAREST) {
      return nearest(f, high, low);
    }
    boolean up = this == UP || this == ZERO && (high < 0 || high == 0 && low < 0);
    return side > 0 && up ? Math.nextUp(f) : side < 0 && !up ? Math.nextDown(f) : f;
  }

  /// `f` is `high` rounded; where `high` is half way between two floats, `low` settles it.
  private static float nearest(float f, double high, double low) {
    if (low == 0 || f == high || Float.isInfinite(f)) {
      return f;
    }
    float other = high > f ? Math.nextUp(f) : Math.nextDown(f);
    boolean halfWay = high - f == other - high;
    return halfWay && (low > 0) == (other > f) ? other : f;
  }

  /// To an integer: to the nearest and to the even of two, or towards 0, down, up.
  double integral(double v) {
    return switch (this) {
      case NEAREST -> Math.rint(v);
      case ZERO -> v < 0 ? Math.ceil(v) : Math.floor(v);
      case DOWN -> Math.floor(v);
      case UP -> Math.ceil(v);
    };
  }
}
