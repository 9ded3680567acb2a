package dlt.backend.cuda;

/// Division of numbers below 2^31 by `value` with a multiplication and a shift, as `Divisor` of divisor.h does it:
/// the quotient of n is `(floor(n * multiplier / 2^32) + n) >> shift`, with `2^shift >= value` and
/// `multiplier = floor(2^32 * (2^shift - value) / value) + 1` (Granlund and Montgomery, "Division by Invariant Integers using
/// Multiplication", 1994).
record Divisor(int multiplier, int shift, int value) {
  /// Larger than every number that is divided: the quotient is always 0.
  static final Divisor NONE = Divisor.of(Integer.MAX_VALUE);

  static Divisor of(int value) {
    if (value < 1) {
      throw new IllegalArgumentException("division by " + value);
    }
    int shift = Integer.SIZE - Integer.numberOfLeadingZeros(value - 1);
    return new Divisor((int) ((((1L << shift) - value) << 32) / value + 1), shift, value);
  }

  void addTo(Arguments arguments) {
    arguments.add(multiplier).add(shift).add(value);
  }
}
