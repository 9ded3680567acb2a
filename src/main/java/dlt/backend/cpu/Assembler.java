package dlt.backend.cpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// An encoder of x86-64 machine code: 512-bit vectors in EVEX or 256-bit ones in VEX behind the same calls, general
/// registers, labels, and a pool of constants after the code. Operands come in Intel's order, the destination first.
///
/// A vector source is a register's number, a constant of the pool ([#constant(float)]) or an [Address]. A kernel gets its
/// arguments in RDI, RSI, RDX, RCX, R8, R9 and keeps RBX, RBP and R12 to R15 as it found them.
final class Assembler extends GeneralCode {
  private static final int CONSTANT = 1 << 16;

  /// What a jump depends on, after an instruction that sets the flags; signed.
  enum Condition {
    ZERO(0x4), NOT_ZERO(0x5), LESS(0xC), GREATER_EQUAL(0xD), LESS_EQUAL(0xE), GREATER(0xF);

    final int code;

    Condition(int code) {
      this.code = code;
    }
  }

  /// A place in the code that jumps lead to; bound once.
  static final class Label {
    int position = -1;
    final List<Integer> uses = new ArrayList<>();
  }

  /// What [#compare] asks of `a` and `b`; those that begin with `NOT` and `UNORDERED` are true, the others false for a NaN.
  enum Predicate {
    EQUAL(0x00), LESS(0x01), LESS_EQUAL(0x02), UNORDERED(0x03), NOT_EQUAL(0x04), NOT_LESS(0x05), NOT_LESS_EQUAL(0x06),
    GREATER_EQUAL(0x1D), GREATER(0x1E);

    private final int code;

    Predicate(int code) {
      this.code = code;
    }
  }

  private final InstructionSet instructionSet;
  private final boolean evex;
  private int width;

  Assembler(InstructionSet instructionSet) {
    this.instructionSet = instructionSet;
    this.evex = switch (instructionSet) {
      case AVX512 -> true;
      case AVX2 -> false;
      case JAVA -> throw new IllegalArgumentException("no machine code for " + instructionSet);
    };
    this.width = vectorBytes();
  }

  InstructionSet instructionSet() {
    return instructionSet;
  }

  /// Bytes of a full vector: 64 or 32.
  int vectorBytes() {
    return evex ? 64 : 32;
  }

  /// float32 elements of a full vector.
  int lanes() {
    return vectorBytes() / 4;
  }

  /// How many vector registers there are.
  int vectorRegisters() {
    return evex ? 32 : 16;
  }

  /// The vector instructions that follow work on this many bytes: 16, 32 or 64.
  void width(int bytes) {
    if (bytes != 16 && bytes != 32 && !(evex && bytes == 64)) {
      throw new IllegalArgumentException("width " + bytes);
    }
    width = bytes;
  }

  // ---- constants

  /// A vector source of which every element is `value`.
  int constant(float value) {
    return constant(Float.floatToRawIntBits(value));
  }

  /// A vector source of which every 32-bit element is `bits`.
  int constant(int bits) {
    byte[] b = little(bits);
    return CONSTANT + pool(evex ? b : repeat(b, 8));
  }

  /// A vector source of these 32-bit elements, a full vector of them; not for a source that EVEX would broadcast, that is
  /// only for [#load(int, int)].
  int constantVector(int... elements) {
    byte[] b = new byte[elements.length * 4];
    for (int i = 0; i < elements.length; i++) {
      System.arraycopy(little(elements[i]), 0, b, 4 * i, 4);
    }
    return CONSTANT + pool(b);
  }

  private static byte[] little(int v) {
    byte[] b = new byte[4];
    for (int i = 0; i < 4; i++) {
      b[i] = (byte) (v >>> 8 * i);
    }
    return b;
  }

  private static byte[] repeat(byte[] b, int times) {
    byte[] r = new byte[b.length * times];
    for (int i = 0; i < times; i++) {
      System.arraycopy(b, 0, r, i * b.length, b.length);
    }
    return r;
  }

  // ---- vectors

  /// `d = a op b`, `b` a register or a constant.
  void op(Instruction i, int d, int a, int b) {
    if (i.extension >= 0) {
      throw new IllegalArgumentException(i + " shifts by an immediate");
    }
    encode(i, d, a, b, 0, false, -1);
  }

  void op(Instruction i, int d, int a, Address b) {
    encode(i, d, a, b, 0, false, -1);
  }

  /// `d = op b`.
  void op(Instruction i, int d, int b) {
    op(i, d, 0, b);
  }

  /// `d = a op b` by an immediate operand.
  void opImmediate(Instruction i, int d, int a, int b, int immediate) {
    encode(i, d, a, b, 0, false, immediate & 0xff);
  }

  /// `d = op b` by an immediate operand, such as a shift's distance.
  void opImmediate(Instruction i, int d, int b, int immediate) {
    if (i.extension >= 0) {
      encode(i, i.extension, d, b, 0, false, immediate & 0xff);
    } else {
      encode(i, d, 0, b, 0, false, immediate & 0xff);
    }
  }

  /// `d = a op` what is at `b`, in the elements that `mask` has set; the others keep what `d` held. AVX-512 only.
  void opMasked(Instruction i, int mask, int d, int a, Address b) {
    needEvex(i.name());
    encode(i, d, a, b, mask, false, -1);
  }

  /// `d = b`.
  void move(int d, int b) {
    if (d != b) {
      vector(1, 0, 0, 0x28, d, 0, b, 0, false, 0);
    }
  }

  /// Fills `d` with a constant of the pool, or loads a [#constantVector].
  void load(int d, int constant) {
    int bytes = poolBytes(constant - CONSTANT);
    if (evex && bytes == 4) {
      pooled(2, 1, 0, 0x18, d, 0, constant, 0, false, 0, false);
    } else if (evex && bytes == 8) {
      pooled(2, 1, 1, 0x19, d, 0, constant, 0, false, 0, false);
    } else {
      pooled(1, 0, 0, 0x10, d, 0, constant, 0, false, 0, false);
    }
  }

  void zero(int d) {
    op(Instruction.XOR, d, d, d);
  }

  void load(int d, Address a) {
    memory(1, 0, 0, 0x10, d, 0, a, width, 0, false, 0);
  }

  void store(Address a, int s) {
    memory(1, 0, 0, 0x11, s, 0, a, width, 0, false, 0);
  }

  /// Bytes, one for each 32-bit element, as unsigned numbers.
  void loadBytes(int d, Address a) {
    memory(2, 1, 0, 0x31, d, 0, a, width / 4, 0, false, 0);
  }

  /// The lowest byte of each 32-bit element. AVX-512 only.
  void storeBytes(Address a, int s) {
    needEvex("a store of bytes");
    memory(2, 2, 0, 0x31, s, 0, a, width / 4, 0, false, 0);
  }

  /// Stores past the caches; the address is aligned to the width.
  void storeStreaming(Address a, int s) {
    memory(1, 0, 0, 0x2B, s, 0, a, width, 0, false, 0);
  }

  /// The elements that `mask` has set; the others become zero and are not read.
  void loadMasked(int d, Address a, int mask) {
    if (evex) {
      memory(1, 0, 0, 0x10, d, 0, a, width, mask, true, 0);
    } else {
      memory(2, 1, 0, 0x2C, d, mask, a, width, 0, false, 0);
    }
  }

  /// The elements that `mask` has set; the others are not written.
  void storeMasked(Address a, int s, int mask) {
    if (evex) {
      memory(1, 0, 0, 0x11, s, 0, a, width, mask, false, 0);
    } else {
      memory(2, 1, 0, 0x2E, s, mask, a, width, 0, false, 0);
    }
  }

  /// One float at `a` into all elements.
  void broadcast(int d, Address a) {
    memory(2, 1, 0, 0x18, d, 0, a, 4, 0, false, 0);
  }

  /// One float at `a` into the elements that `mask` has set. AVX-512 only.
  void broadcastMasked(int d, Address a, int mask) {
    needEvex("a masked broadcast");
    memory(2, 1, 0, 0x18, d, 0, a, 4, mask, false, 0);
  }

  void storeScalar(Address a, int s) {
    scalar(0x11, s, a);
  }

  private void scalar(int opcode, int r, Address a) {
    int w = width;
    width = 16;
    memory(1, 2, 0, opcode, r, 0, a, 4, 0, false, 0);
    width = w;
  }

  /// The high half of `s`, a register of [#width] bytes, into the low half of `d`.
  void highHalf(int d, int s) {
    switch (width) {
      case 64 -> vector(3, 1, 1, 0x1B, s, 0, d, 0, false, 1);
      case 32 -> vector(3, 1, 0, 0x19, s, 0, d, 0, false, 1);
      default -> {
        // movhlps
        vector(1, 0, 0, 0x12, d, s, s, 0, false, 0);
        return;
      }
    }
    bytes(1);
  }

  // ---- masks: an opmask register k1 to k7 in EVEX, a vector register in VEX

  /// A mask of the first `count` elements, 0 to the number of lanes. Changes RAX.
  void maskFirst(int mask, int count) {
    maskRange(mask, 0, count);
  }

  /// A mask of elements `from` to `end - 1`. Changes RAX.
  void maskRange(int mask, int from, int end) {
    if (evex) {
      moveImmediate(RAX, (1L << end) - (1L << from));
      maskFromRax(mask);
    } else {
      int[] m = new int[lanes()];
      Arrays.fill(m, from, end, -1);
      load(mask, constantVector(m));
    }
  }

  /// A mask of the first elements, as many as general register `count` says: 0 to 127. Changes RAX.
  void maskFirstRegister(int mask, int count) {
    if (evex) {
      moveImmediate(RAX, -1);
      // bzhi eax, eax, count
      bytes(0xC4, 0xE2, (~count & 15) << 3, 0xF5, 0xC0);
      maskFromRax(mask);
    } else {
      // vmovd, vpbroadcastd, vpcmpgtd
      bytes(0xC4, (~mask >> 3 & 1) << 7 | 0x40 | (~count >> 3 & 1) << 5 | 1, 0x79, 0x6E, 0xC0 | (mask & 7) << 3 | count & 7);
      vector(2, 1, 0, 0x58, mask, 0, mask, 0, false, 0);
      pooled(1, 1, 0, 0x66, mask, mask, constantVector(0, 1, 2, 3, 4, 5, 6, 7), 0, false, 0, false);
    }
  }

  private void maskFromRax(int mask) {
    // kmovw
    bytes(0xC5, 0xF8, 0x92, 0xC0 | mask << 3);
  }

  /// `mask = a predicate b` per element.
  void compare(int mask, int a, Predicate predicate, int b) {
    vector(1, 0, 0, 0xC2, mask, a, b, 0, false, 1);
    bytes(predicate.code);
  }

  /// `mask = mask and (a predicate b)` per element; `temporary` is another mask, which may be destroyed.
  void compareFurther(int mask, int a, Predicate predicate, int b, int temporary) {
    if (evex) {
      vector(1, 0, 0, 0xC2, mask, a, b, mask, false, 1);
      bytes(predicate.code);
    } else {
      compare(temporary, a, predicate, b);
      op(Instruction.AND, mask, mask, temporary);
    }
  }

  /// `mask = a == b` per 32-bit integer element.
  void compareEqualInt(int mask, int a, int b) {
    vector(1, 1, 0, 0x76, mask, a, b, 0, false, 0);
  }

  /// `d = mask ? yes : no` per element, `yes` a register or a constant, `no` a register.
  void select(int d, int mask, int yes, int no) {
    if (evex) {
      vector(2, 1, 0, 0x65, d, no, yes, mask, false, 0);
    } else {
      vector(3, 1, 0, 0x4A, d, no, yes, 0, false, 1);
      bytes(mask << 4);
    }
  }

  // ---- vector encodings

  private void needEvex(String what) {
    if (!evex) {
      throw new IllegalArgumentException(what + " needs AVX-512");
    }
  }

  private int w(Instruction i) {
    if (i.form == (evex ? Instruction.Form.VEX : Instruction.Form.EVEX)) {
      throw new IllegalArgumentException(i + " is not in " + instructionSet);
    }
    return evex ? i.w : 0;
  }

  private void encode(Instruction i, int d, int a, int b, int mask, boolean zeroing, int immediate) {
    if (evex && b >= CONSTANT && poolBytes(b - CONSTANT) != i.element()) {
      throw new IllegalArgumentException(i + " met a constant of another element size");
    }
    vector(i.map, i.prefix, w(i), i.opcode, d, a, b, mask, zeroing, immediate < 0 ? 0 : 1);
    if (immediate >= 0) {
      bytes(immediate);
    }
  }

  private void encode(Instruction i, int d, int a, Address b, int mask, boolean zeroing, int immediate) {
    memory(i.map, i.prefix, w(i), i.opcode, d, a, b, b.broadcast() ? i.element() : width, mask, zeroing,
        immediate < 0 ? 0 : 1);
    if (immediate >= 0) {
      bytes(immediate);
    }
  }

  /// Register or constant source; `trailing`: bytes of immediate that follow.
  private void vector(int map, int pp, int w, int opcode, int reg, int vvvv, int rm, int mask, boolean zeroing, int trailing) {
    if (rm >= CONSTANT) {
      pooled(map, pp, w, opcode, reg, vvvv, rm, mask, zeroing, trailing, true);
      return;
    }
    if (evex) {
      check(reg, 31);
      check(vvvv, 31);
      check(rm, 31);
      prefixEvex(map, pp, w, reg, vvvv, ~rm >> 4 & 1, ~rm >> 3 & 1, false, mask, zeroing);
    } else {
      check(reg, 15);
      check(vvvv, 15);
      check(rm, 15);
      prefixVex(map, pp, w, reg, vvvv, 1, ~rm >> 3 & 1);
    }
    bytes(opcode, 0xC0 | (reg & 7) << 3 | rm & 7);
  }

  private void pooled(int map, int pp, int w, int opcode, int reg, int vvvv, int constant, int mask, boolean zeroing, int trailing,
      boolean broadcast) {
    if (evex) {
      prefixEvex(map, pp, w, reg, vvvv, 1, 1, broadcast, mask, zeroing);
    } else {
      check(reg, 15);
      check(vvvv, 15);
      prefixVex(map, pp, w, reg, vvvv, 1, 1);
    }
    bytes(opcode, (reg & 7) << 3 | 5);
    reference(constant - CONSTANT, trailing);
  }

  /// `tuple`: the bytes by which EVEX scales a one-byte displacement.
  private void memory(int map, int pp, int w, int opcode, int reg, int vvvv, Address a, int tuple, int mask, boolean zeroing,
      int trailing) {
    int index = a.index() < 0 ? 0 : a.index();
    if (evex) {
      prefixEvex(map, pp, w, reg, vvvv, ~index >> 3 & 1, ~a.base() >> 3 & 1, a.broadcast(), mask, zeroing);
    } else {
      if (a.broadcast()) {
        needEvex("a broadcast operand");
      }
      check(reg, 15);
      check(vvvv, 15);
      prefixVex(map, pp, w, reg, vvvv, ~index >> 3 & 1, ~a.base() >> 3 & 1);
    }
    bytes(opcode);
    modrm(reg & 7, a, evex ? tuple : 1);
  }

  private static void check(int register, int most) {
    if (register < 0 || register > most) {
      throw new IllegalArgumentException("vector register " + register);
    }
  }

  private void prefixEvex(int map, int pp, int w, int reg, int vvvv, int x, int b, boolean broadcast, int mask, boolean zeroing) {
    bytes(0x62, (~reg >> 3 & 1) << 7 | x << 6 | b << 5 | (~reg >> 4 & 1) << 4 | map, w << 7 | (~vvvv & 15) << 3 | 4 | pp,
        (zeroing ? 0x80 : 0) | (width == 64 ? 2 : width == 32 ? 1 : 0) << 5 | (broadcast ? 0x10 : 0) | (~vvvv >> 4 & 1) << 3 | mask);
  }

  private void prefixVex(int map, int pp, int w, int reg, int vvvv, int x, int b) {
    bytes(0xC4, (~reg >> 3 & 1) << 7 | x << 6 | b << 5 | map, w << 7 | (~vvvv & 15) << 3 | (width == 32 ? 4 : 0) | pp);
  }
}
