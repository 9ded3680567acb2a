package dlt.backend.cpu;

/// The vector instructions that kernels are made of, with their place in Intel's opcode maps. Names follow the
/// manual's; a trailing letter is left out where only one element type is used.
enum Instruction {
  // float32
  ADD(1, 0, 0x58), SUB(1, 0, 0x5C), MUL(1, 0, 0x59), DIV(1, 0, 0x5E),
  /// The second source where either is NaN.
  MIN(1, 0, 0x5D), MAX(1, 0, 0x5F),
  SQRT(1, 0, 0x51),
  /// `d = a * b + d`
  FMADD231(2, 1, 0xB8),
  /// `d = a * d + b`
  FMADD213(2, 1, 0xA8),
  /// `d = d * b + a`
  FMADD132(2, 1, 0x98),
  /// `d = -(a * b) + d`
  FNMADD231(2, 1, 0xBC),
  /// `d = -(a * d) + b`
  FNMADD213(2, 1, 0xAC),
  /// `d = a * d - b`
  FMSUB213(2, 1, 0xAA),
  /// Rounds to a whole number; immediate 0 nearest even, 1 down, 2 up, 3 towards zero, plus 8 to raise no inexact flag.
  ROUND(3, 1, 0x08),
  /// `a * 2^floor(b)`
  SCALEF(2, 1, 0, 0x2C, Form.EVEX),
  // float64
  ADD_DOUBLE(1, 1, 1, 0x58, Form.BOTH), MUL_DOUBLE(1, 1, 1, 0x59, Form.BOTH),
  /// Of the low half of `b`.
  FLOAT_TO_DOUBLE(1, 0, 0x5A),
  /// Into the low half of `d`.
  DOUBLE_TO_FLOAT(1, 1, 1, 0x5A, Form.BOTH),
  // int32 and bits
  AND(1, 1, 0xDB),
  /// `~a & b`
  ANDN(1, 1, 0xDF),
  OR(1, 1, 0xEB), XOR(1, 1, 0xEF),
  ADD_INT(1, 1, 0xFE), SUB_INT(1, 1, 0xFA), MUL_INT(2, 1, 0x40), MIN_INT(2, 1, 0x39), MAX_INT(2, 1, 0x3D),
  SHIFT_LEFT(1, 1, 0x72, 6), SHIFT_RIGHT(1, 1, 0x72, 2), SHIFT_RIGHT_SIGNED(1, 1, 0x72, 4),
  // int64
  ADD_LONG(1, 1, 1, 0xD4, Form.BOTH), SUB_LONG(1, 1, 1, 0xFB, Form.BOTH),
  /// 64-bit products of the even 32-bit elements, unsigned.
  MUL_EVEN(1, 1, 1, 0xF4, Form.BOTH),
  SHIFT_LEFT_LONG(1, 1, 1, 0x73, 6), SHIFT_RIGHT_LONG(1, 1, 1, 0x73, 2),
  // conversions
  INT_TO_FLOAT(1, 0, 0x5B),
  /// To the nearest, ties to even.
  FLOAT_TO_INT(1, 1, 0x5B),
  /// Towards zero.
  TRUNCATE_TO_INT(1, 2, 0x5B),
  // shuffles, each within 128-bit parts unless it says otherwise
  UNPACK_LOW(1, 0, 0x14), UNPACK_HIGH(1, 0, 0x15),
  UNPACK_LOW_PAIRS(1, 1, 1, 0x14, Form.BOTH), UNPACK_HIGH_PAIRS(1, 1, 1, 0x15, Form.BOTH),
  SHUFFLE(1, 0, 0xC6), SHUFFLE_INT(1, 1, 0x70), DUPLICATE_ODD(1, 2, 0x16), DUPLICATE_EVEN(1, 2, 0x12),
  /// 128-bit parts: the low half of the result from `a`, the high half from `b`, by the immediate.
  SHUFFLE_PARTS(3, 1, 0, 0x23, Form.EVEX),
  /// 128-bit parts of two 256-bit registers by the immediate.
  PERMUTE_PARTS(3, 1, 0, 0x06, Form.VEX),
  /// Elements of `b` chosen by the indices in `a`, across the register.
  PERMUTE(2, 1, 0x16);

  /// Which encodings there are.
  enum Form {
    BOTH, VEX, EVEX
  }

  final int map;
  final int prefix;
  final int w;
  final int opcode;
  final Form form;
  /// The opcode's extension in place of a register, or -1.
  final int extension;

  Instruction(int map, int prefix, int opcode) {
    this(map, prefix, 0, opcode, Form.BOTH, -1);
  }

  Instruction(int map, int prefix, int w, int opcode, Form form) {
    this(map, prefix, w, opcode, form, -1);
  }

  Instruction(int map, int prefix, int opcode, int extension) {
    this(map, prefix, 0, opcode, Form.BOTH, extension);
  }

  Instruction(int map, int prefix, int w, int opcode, int extension) {
    this(map, prefix, w, opcode, Form.BOTH, extension);
  }

  Instruction(int map, int prefix, int w, int opcode, Form form, int extension) {
    this.map = map;
    this.prefix = prefix;
    this.w = w;
    this.opcode = opcode;
    this.form = form;
    this.extension = extension;
  }

  /// Size of an element in bytes: what an embedded broadcast reads.
  int element() {
    return w == 1 ? 8 : 4;
  }
}
