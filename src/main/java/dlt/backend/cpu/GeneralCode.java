package dlt.backend.cpu;

import dlt.backend.cpu.Assembler.Condition;
import dlt.backend.cpu.Assembler.Label;

/// The instructions on general registers, all 64 bits of them, and the jumps.
abstract sealed class GeneralCode extends CodeBuffer permits Assembler {
  static final int RAX = 0, RCX = 1, RDX = 2, RBX = 3, RSP = 4, RBP = 5, RSI = 6, RDI = 7;
  static final int R8 = 8, R9 = 9, R10 = 10, R11 = 11, R12 = 12, R13 = 13, R14 = 14, R15 = 15;

  /// `d = s`.
  void moveRegister(int d, int s) {
    if (d != s) {
      rex(s, d);
      bytes(0x89, 0xC0 | (s & 7) << 3 | d & 7);
    }
  }

  /// `d = value`.
  void moveImmediate(int d, long value) {
    if (value == (int) value) {
      rex(0, d);
      bytes(0xC7, 0xC0 | d & 7);
      int32((int) value);
    } else {
      rex(0, d);
      bytes(0xB8 | d & 7);
      int32((int) value);
      int32((int) (value >>> 32));
    }
  }

  /// `d += s`.
  void addRegister(int d, int s) {
    rex(s, d);
    bytes(0x01, 0xC0 | (s & 7) << 3 | d & 7);
  }

  /// `d += value`, and sets the flags.
  void addImmediate(int d, int value) {
    arithmetic(0, d, value);
  }

  /// `d -= value`, and sets the flags.
  void subImmediate(int d, int value) {
    arithmetic(5, d, value);
  }

  /// Sets the flags of `r - value`.
  void compareImmediate(int r, int value) {
    arithmetic(7, r, value);
  }

  private void arithmetic(int operation, int r, int value) {
    rex(0, r);
    if (value == (byte) value) {
      bytes(0x83, 0xC0 | operation << 3 | r & 7, value);
    } else {
      bytes(0x81, 0xC0 | operation << 3 | r & 7);
      int32(value);
    }
  }

  /// `d =` the 8 bytes at `a`.
  void loadRegister(int d, Address a) {
    general(0x8B, d, a);
  }

  /// The 8 bytes at `a` `= s`.
  void storeRegister(Address a, int s) {
    general(0x89, s, a);
  }

  /// `d =` the address `a` itself.
  void address(int d, Address a) {
    general(0x8D, d, a);
  }

  private void general(int opcode, int r, Address a) {
    int index = a.index() < 0 ? 0 : a.index();
    bytes(0x48 | r >> 3 << 2 | index >> 3 << 1 | a.base() >> 3, opcode);
    modrm(r & 7, a, 1);
  }

  private void rex(int reg, int rm) {
    bytes(0x48 | reg >> 3 << 2 | rm >> 3);
  }

  void push(int r) {
    if (r >= 8) {
      bytes(0x41);
    }
    bytes(0x50 | r & 7);
  }

  void pop(int r) {
    if (r >= 8) {
      bytes(0x41);
    }
    bytes(0x58 | r & 7);
  }

  /// Asks for the cache line at `a`, for the nearest cache.
  void prefetch(Address a) {
    prefetch(a, 1);
  }

  /// Asks for the cache line at `a`, for the second cache: it is needed later.
  void prefetchFar(Address a) {
    prefetch(a, 2);
  }

  private void prefetch(Address a, int hint) {
    int index = a.index() < 0 ? 0 : a.index();
    if (index >= 8 || a.base() >= 8) {
      bytes(0x40 | index >> 3 << 1 | a.base() >> 3);
    }
    bytes(0x0F, 0x18);
    modrm(hint, a, 1);
  }

  /// The bytes that say register and memory operand; `tuple`: by how much a one-byte displacement is scaled.
  void modrm(int reg, Address a, int tuple) {
    int d = a.displacement();
    int base = a.base() & 7;
    // base 101 without a displacement would mean RIP-relative
    int mod = d == 0 && base != 5 ? 0 : d % tuple == 0 && d / tuple >= -128 && d / tuple <= 127 ? 1 : 2;
    boolean sib = a.index() >= 0 || base == 4;
    bytes(mod << 6 | reg << 3 | (sib ? 4 : base));
    if (sib) {
      bytes(Integer.numberOfTrailingZeros(a.scale()) << 6 | (a.index() < 0 ? 4 : a.index() & 7) << 3 | base);
    }
    if (mod == 1) {
      bytes(d / tuple);
    } else if (mod == 2) {
      int32(d);
    }
  }

  void jump(Label target) {
    bytes(0xE9);
    use(target);
  }

  void jump(Condition condition, Label target) {
    bytes(0x0F, 0x80 | condition.code);
    use(target);
  }

  /// Returns to Java; the upper halves of the vector registers become zero, as its code expects.
  void ret() {
    bytes(0xC5, 0xF8, 0x77);
    bytes(0xC3);
  }
}
