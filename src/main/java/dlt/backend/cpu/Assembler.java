package dlt.backend.cpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// An encoder of x86-64 machine code: 512-bit vectors in EVEX or 256-bit ones in VEX behind the same calls, general
/// registers, labels, and a pool of constants after the code. Operands come in Intel's order, the destination first.
///
/// A vector source is a register's number, a constant of the pool ([#constant(float)]) or an [Address]. A kernel gets its
/// arguments in RDI, RSI, RDX, RCX, R8, R9 and keeps RBX, RBP and R12 to R15 as it found them.
final class Assembler {
  static final int RAX = 0, RCX = 1, RDX = 2, RBX = 3, RSP = 4, RBP = 5, RSI = 6, RDI = 7;
  static final int R8 = 8, R9 = 9, R10 = 10, R11 = 11, R12 = 12, R13 = 13, R14 = 14, R15 = 15;

  private static final int CONSTANT = 1 << 16;

  /// What a jump depends on, after an instruction that sets the flags; signed.
  enum Condition {
    ZERO(0x4), NOT_ZERO(0x5), LESS(0xC), GREATER_EQUAL(0xD), LESS_EQUAL(0xE), GREATER(0xF);

    private final int code;

    Condition(int code) {
      this.code = code;
    }
  }

  /// What [#compare] asks of `a` and `b`; all but `NOT_LESS`, `NOT_EQUAL` and `UNORDERED` are false for a NaN.
  enum Predicate {
    EQUAL(0x00), LESS(0x01), LESS_EQUAL(0x02), UNORDERED(0x03), NOT_EQUAL(0x04), NOT_LESS(0x05), GREATER_EQUAL(0x1D),
    GREATER(0x1E);

    private final int code;

    Predicate(int code) {
      this.code = code;
    }
  }

  /// A place in the code that jumps lead to; bound once.
  static final class Label {
    private int position = -1;
    private final List<Integer> uses = new ArrayList<>();
  }

  private record Constant(int element, List<Byte> bytes) {}

  /// A RIP-relative displacement at `position` with `trailing` bytes of the instruction after it.
  private record Fixup(int position, int constant, int trailing) {}

  private final InstructionSet instructionSet;
  private final boolean evex;
  private final List<Constant> constants = new ArrayList<>();
  private final Map<Constant, Integer> constantNumbers = new HashMap<>();
  private final List<Integer> starts = new ArrayList<>();
  private List<Fixup> fixups = new ArrayList<>();
  private final List<Label> pending = new ArrayList<>();
  private byte[] code = new byte[4096];
  private int size;
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
    byte[] b = little(bits, 4);
    return constant(4, evex ? b : repeat(b, 8));
  }

  /// A vector source of which every 64-bit element is `bits`, for instructions on 64-bit elements.
  int constantLong(long bits) {
    byte[] b = little(bits, 8);
    return constant(8, evex ? b : repeat(b, 4));
  }

  /// A vector source of these 32-bit elements, a full vector of them; not for a source that EVEX would broadcast, that is
  /// only for [#load(int, int)].
  int constantVector(int... elements) {
    byte[] b = new byte[elements.length * 4];
    for (int i = 0; i < elements.length; i++) {
      System.arraycopy(little(elements[i], 4), 0, b, 4 * i, 4);
    }
    return constant(0, b);
  }

  private int constant(int element, byte[] bytes) {
    List<Byte> list = new ArrayList<>();
    for (byte b : bytes) {
      list.add(b);
    }
    Constant c = new Constant(element, list);
    return CONSTANT + constantNumbers.computeIfAbsent(c, k -> {
      constants.add(k);
      return constants.size() - 1;
    });
  }

  private static byte[] little(long v, int bytes) {
    byte[] b = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
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

  void op(Instruction i, int d, Address b) {
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

  /// `d = a op b` in the elements that `mask` has set; the others keep what `d` held. AVX-512 only.
  void opMasked(Instruction i, int mask, int d, int a, int b) {
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
    Constant c = constants.get(constant - CONSTANT);
    if (evex && c.element == 4) {
      pooled(2, 1, 0, 0x18, d, 0, constant, 0, false, 0, false);
    } else if (evex && c.element == 8) {
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

  /// The first element of `s` into all elements.
  void broadcast(int d, int s) {
    vector(2, 1, 0, 0x18, d, 0, s, 0, false, 0);
  }

  /// One float; the other elements of the low 16 bytes become zero.
  void loadScalar(int d, Address a) {
    scalar(0x10, d, a);
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
    if (evex) {
      moveImmediate(RAX, (1L << count) - 1);
      maskFromRax(mask);
    } else {
      int[] m = new int[lanes()];
      Arrays.fill(m, 0, count, -1);
      load(mask, constantVector(m));
    }
  }

  /// A mask of the first elements, as many as general register `count` says: 0 to 127. Changes RAX.
  void maskFirstRegister(int mask, int count) {
    if (evex) {
      moveImmediate(RAX, -1);
      start();
      // bzhi eax, eax, count
      bytes(0xC4, 0xE2, (~count & 15) << 3, 0xF5, 0xC0);
      maskFromRax(mask);
    } else {
      start();
      // vmovd, vpbroadcastd, vpcmpgtd
      bytes(0xC4, (~mask >> 3 & 1) << 7 | 0x40 | (~count >> 3 & 1) << 5 | 1, 0x79, 0x6E, 0xC0 | (mask & 7) << 3 | count & 7);
      vector(2, 1, 0, 0x58, mask, 0, mask, 0, false, 0);
      pooled(1, 1, 0, 0x66, mask, mask, constantVector(0, 1, 2, 3, 4, 5, 6, 7), 0, false, 0, false);
    }
  }

  private void maskFromRax(int mask) {
    start();
    // kmovw
    bytes(0xC5, 0xF8, 0x92, 0xC0 | mask << 3);
  }

  /// `mask = a predicate b` per element.
  void compare(int mask, int a, Predicate predicate, int b) {
    vector(1, 0, 0, 0xC2, mask, a, b, 0, false, 1);
    bytes(predicate.code);
  }

  /// `mask = a == b` per 32-bit integer element.
  void compareEqualInt(int mask, int a, int b) {
    vector(1, 1, 0, 0x76, mask, a, b, 0, false, 0);
  }

  /// `mask = a > b` per signed 32-bit integer element.
  void compareGreaterInt(int mask, int a, int b) {
    vector(1, 1, 0, 0x66, mask, a, b, 0, false, 0);
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
    if (evex && b >= CONSTANT && constants.get(b - CONSTANT).element != i.element()) {
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
    start();
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
    start();
    if (evex) {
      prefixEvex(map, pp, w, reg, vvvv, 1, 1, broadcast, mask, zeroing);
    } else {
      check(reg, 15);
      check(vvvv, 15);
      prefixVex(map, pp, w, reg, vvvv, 1, 1);
    }
    bytes(opcode, (reg & 7) << 3 | 5);
    fixups.add(new Fixup(size, constant - CONSTANT, trailing));
    int32(0);
  }

  /// `tuple`: the bytes by which EVEX scales a one-byte displacement.
  private void memory(int map, int pp, int w, int opcode, int reg, int vvvv, Address a, int tuple, int mask, boolean zeroing,
      int trailing) {
    start();
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

  private void modrm(int reg, Address a, int tuple) {
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

  // ---- general registers, all 64 bits

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

  /// `d -= s`.
  void subRegister(int d, int s) {
    rex(s, d);
    bytes(0x29, 0xC0 | (s & 7) << 3 | d & 7);
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

  /// Sets the flags of `a - b`.
  void compareRegister(int a, int b) {
    rex(b, a);
    bytes(0x39, 0xC0 | (b & 7) << 3 | a & 7);
  }

  /// `d = s * value`.
  void multiplyImmediate(int d, int s, int value) {
    rex(d, s);
    bytes(0x69, 0xC0 | (d & 7) << 3 | s & 7);
    int32(value);
  }

  /// `d <<= distance`.
  void shiftLeft(int d, int distance) {
    rex(0, d);
    bytes(0xC1, 0xE0 | d & 7, distance);
  }

  /// `d >>>= distance`.
  void shiftRight(int d, int distance) {
    rex(0, d);
    bytes(0xC1, 0xE8 | d & 7, distance);
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
    start();
    int index = a.index() < 0 ? 0 : a.index();
    bytes(0x48 | r >> 3 << 2 | index >> 3 << 1 | a.base() >> 3, opcode);
    modrm(r & 7, a, 1);
  }

  private void rex(int reg, int rm) {
    start();
    bytes(0x48 | reg >> 3 << 2 | rm >> 3);
  }

  void push(int r) {
    start();
    if (r >= 8) {
      bytes(0x41);
    }
    bytes(0x50 | r & 7);
  }

  void pop(int r) {
    start();
    if (r >= 8) {
      bytes(0x41);
    }
    bytes(0x58 | r & 7);
  }

  /// Asks for the cache line at `a`.
  void prefetch(Address a) {
    start();
    int index = a.index() < 0 ? 0 : a.index();
    if (index >= 8 || a.base() >= 8) {
      bytes(0x40 | index >> 3 << 1 | a.base() >> 3);
    }
    bytes(0x0F, 0x18);
    modrm(1, a, 1);
  }

  // ---- control

  /// Binds `label` to what follows.
  void bind(Label label) {
    if (label.position >= 0) {
      throw new IllegalStateException("a label is bound twice");
    }
    label.position = size;
    for (int use : label.uses) {
      patch(use, size - (use + 4));
    }
    pending.remove(label);
  }

  /// A label bound here.
  Label here() {
    Label label = new Label();
    bind(label);
    return label;
  }

  void jump(Label target) {
    start();
    bytes(0xE9);
    use(target);
  }

  void jump(Condition condition, Label target) {
    start();
    bytes(0x0F, 0x80 | condition.code);
    use(target);
  }

  private void use(Label target) {
    if (target.position >= 0) {
      int32(target.position - (size + 4));
      return;
    }
    if (target.uses.isEmpty()) {
      pending.add(target);
    }
    target.uses.add(size);
    int32(0);
  }

  /// Fills up to a multiple of `bytes`, where a loop begins.
  void align(int bytes) {
    while (size % bytes != 0) {
      int n = Math.min(bytes - size % bytes, NOPS.length);
      start();
      bytes(NOPS[n - 1]);
    }
  }

  private static final int[][] NOPS = {
    {0x90}, {0x66, 0x90}, {0x0F, 0x1F, 0x00}, {0x0F, 0x1F, 0x40, 0}, {0x0F, 0x1F, 0x44, 0, 0}, {0x66, 0x0F, 0x1F, 0x44, 0, 0},
    {0x0F, 0x1F, 0x80, 0, 0, 0, 0}, {0x0F, 0x1F, 0x84, 0, 0, 0, 0, 0}
  };

  /// Returns to Java; the upper halves of the vector registers become zero, as its code expects.
  void ret() {
    start();
    bytes(0xC5, 0xF8, 0x77);
    start();
    bytes(0xC3);
  }

  /// How much code there is: where a segment for [#interleave] begins.
  int position() {
    return size;
  }

  /// Takes turns between the instructions of straight-line segments, which begin at `segments` and end here, so that
  /// independent chains run side by side. They use different registers and no labels.
  void interleave(int... segments) {
    int first = segments[0];
    List<List<int[]>> ranges = new ArrayList<>();
    for (int s = 0; s < segments.length; s++) {
      ranges.add(new ArrayList<>());
    }
    List<Integer> marks = starts.stream().filter(x -> x >= first).toList();
    int segment = 0;
    for (int i = 0; i < marks.size(); i++) {
      while (segment + 1 < segments.length && marks.get(i) >= segments[segment + 1]) {
        segment++;
      }
      ranges.get(segment).add(new int[] {marks.get(i), i + 1 < marks.size() ? marks.get(i + 1) : size});
    }
    byte[] old = Arrays.copyOfRange(code, first, size);
    List<Fixup> moved = new ArrayList<>(fixups.stream().filter(f -> f.position < first).toList());
    starts.removeIf(x -> x >= first);
    int longest = ranges.stream().mapToInt(List::size).max().orElse(0);
    int at = first;
    for (int i = 0; i < longest; i++) {
      for (List<int[]> r : ranges) {
        if (i < r.size()) {
          int from = r.get(i)[0];
          int to = r.get(i)[1];
          System.arraycopy(old, from - first, code, at, to - from);
          starts.add(at);
          for (Fixup f : fixups) {
            if (f.position >= from && f.position < to) {
              moved.add(new Fixup(at + f.position - from, f.constant, f.trailing));
            }
          }
          at += to - from;
        }
      }
    }
    fixups = moved;
  }

  /// The code with its constants after it, to be placed at a multiple of 64 bytes.
  byte[] finish() {
    if (!pending.isEmpty()) {
      throw new IllegalStateException("a jump leads nowhere");
    }
    int end = size;
    int[] at = new int[constants.size()];
    for (int i = 0; i < at.length; i++) {
      int bytes = constants.get(i).bytes.size();
      while (size % bytes != 0) {
        bytes(0);
      }
      at[i] = size;
      for (byte b : constants.get(i).bytes) {
        bytes(b);
      }
    }
    for (Fixup f : fixups) {
      patch(f.position, at[f.constant] - (f.position + 4 + f.trailing));
    }
    byte[] result = Arrays.copyOf(code, size);
    size = end;
    return result;
  }

  private void start() {
    starts.add(size);
  }

  private void bytes(int... values) {
    for (int v : values) {
      if (size == code.length) {
        code = Arrays.copyOf(code, 2 * size);
      }
      code[size++] = (byte) v;
    }
  }

  private void int32(int v) {
    bytes(v, v >> 8, v >> 16, v >> 24);
  }

  private void patch(int position, int v) {
    for (int i = 0; i < 4; i++) {
      code[position + i] = (byte) (v >> 8 * i);
    }
  }
}
