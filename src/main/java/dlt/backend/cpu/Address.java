package dlt.backend.cpu;

/// A memory operand `[base + index * scale + displacement]`; with `broadcast`, one element there fills the register
/// (AVX-512 only).
record Address(int base, int index, int scale, int displacement, boolean broadcast) {
  /// No index register.
  static final int NONE = -1;

  Address {
    if (index == Assembler.RSP || scale != 1 && scale != 2 && scale != 4 && scale != 8) {
      throw new IllegalArgumentException("index " + index + " by " + scale);
    }
  }

  static Address at(int base) {
    return at(base, 0);
  }

  static Address at(int base, int displacement) {
    return new Address(base, NONE, 1, displacement, false);
  }

  static Address at(int base, int index, int displacement) {
    return new Address(base, index, 1, displacement, false);
  }

  static Address at(int base, int index, int scale, int displacement) {
    return new Address(base, index, scale, displacement, false);
  }

  /// One element here for the whole register.
  Address broadcasting() {
    return new Address(base, index, scale, displacement, true);
  }
}
