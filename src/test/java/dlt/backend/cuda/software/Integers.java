package dlt.backend.cuda.software;

import java.math.BigInteger;
import java.util.function.IntBinaryOperator;
import java.util.function.IntUnaryOperator;

/// Integer arithmetic and logic. Registers of 16 bits lie in 32-bit slots whose upper half means nothing: what reads them cuts it off.
/// Division by 0 gives -1 (all bits), its remainder the dividend, as NVIDIA's hardware does; the PTX ISA leaves it open.
final class Integers {
  private Integers() {}

  /// The step of an instruction of this family, or null where its type is another.
  static Step translate(Instruction x) {
    String type = x.type();
    return switch (type) {
      case "s32", "u32", "b32" -> words(x, x.takeLast());
      case "s64", "u64", "b64" -> LongIntegers.translate(x, x.takeLast());
      case "s16", "u16", "b16" -> shorts(x, x.takeLast());
      case "pred" -> predicates(x);
      default -> null;
    };
  }

  // ---- 32 bits

  private static Step words(Instruction x, String type) {
    boolean signed = type.equals("s32");
    return switch (x.name()) {
      case "add" -> x.take("sat") ? two(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = (int) Math.clamp((long) a[k] + b[k], Integer.MIN_VALUE, Integer.MAX_VALUE);
        }
      }) : two(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = a[k] + b[k];
        }
      });
      case "sub" -> x.take("sat") ? two(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = (int) Math.clamp((long) a[k] - b[k], Integer.MIN_VALUE, Integer.MAX_VALUE);
        }
      }) : two(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = a[k] - b[k];
        }
      });
      case "mul" -> product(x, signed);
      case "mad" -> productSum(x, signed);
      case "div" -> signed ? two(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = b[k] == 0 ? -1 : a[k] / b[k];
        }
      }) : two(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = b[k] == 0 ? -1 : Integer.divideUnsigned(a[k], b[k]);
        }
      });
      case "rem" -> signed ? two(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = b[k] == 0 ? a[k] : a[k] % b[k];
        }
      }) : two(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = b[k] == 0 ? a[k] : Integer.remainderUnsigned(a[k], b[k]);
        }
      });
      case "min" -> signed ? two(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = Math.min(a[k], b[k]);
        }
      }) : two(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = Integer.compareUnsigned(a[k], b[k]) < 0 ? a[k] : b[k];
        }
      });
      case "max" -> signed ? two(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = Math.max(a[k], b[k]);
        }
      }) : two(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = Integer.compareUnsigned(a[k], b[k]) > 0 ? a[k] : b[k];
        }
      });
      case "abs" -> one(x, (d, a) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = Math.abs(a[k]);
        }
      });
      case "neg" -> one(x, (d, a) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = -a[k];
        }
      });
      default -> wordLogic(x, signed);
    };
  }

  private static Step wordLogic(Instruction x, boolean signed) {
    return switch (x.name()) {
      case "and" -> two(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = a[k] & b[k];
        }
      });
      case "or" -> two(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = a[k] | b[k];
        }
      });
      case "xor" -> two(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = a[k] ^ b[k];
        }
      });
      case "not" -> one(x, (d, a) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = ~a[k];
        }
      });
      // shifts by 32 and more shift all out
      case "shl" -> two(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = b[k] >>> 5 == 0 ? a[k] << b[k] : 0;
        }
      });
      case "shr" -> signed ? two(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = a[k] >> (b[k] >>> 5 == 0 ? b[k] : 31);
        }
      }) : two(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = b[k] >>> 5 == 0 ? a[k] >>> b[k] : 0;
        }
      });
      case "bfe" -> three(x, (d, a, b, c) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = (int) extract(signed ? a[k] : a[k] & 0xFFFF_FFFFL, b[k] & 255, c[k] & 255, 32, signed);
        }
      });
      case "popc" -> one(x, (d, a) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = Integer.bitCount(a[k]);
        }
      });
      case "clz" -> one(x, (d, a) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = Integer.numberOfLeadingZeros(a[k]);
        }
      });
      case "brev" -> one(x, (d, a) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = Integer.reverse(a[k]);
        }
      });
      case "bfind" -> {
        boolean amount = x.take("shiftamt");
        yield one(x, (d, a) -> {
          for (int k = 0; k < Warp.LANES; k++) {
            int v = signed && a[k] < 0 ? ~a[k] : a[k];
            d[k] = v == 0 ? -1 : amount ? Integer.numberOfLeadingZeros(v) : 31 - Integer.numberOfLeadingZeros(v);
          }
        });
      }
      case "bfi" -> x.done(insertion(x));
      case "lop3" -> x.done(lookup(x));
      case "prmt" -> x.done(permutation(x));
      case "shf" -> funnel(x);
      default -> null;
    };
  }

  private static Step product(Instruction x, boolean signed) {
    if (x.take("wide")) {
      return x.done(Step.wide(x.longOut(0), x.intIn(1), x.intIn(2), wide(signed)));
    }
    return two(x, product32(x, signed));
  }

  private static Step.Ints2 product32(Instruction x, boolean signed) {
    if (x.take("lo")) {
      return (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = a[k] * b[k];
        }
      };
    }
    if (x.take("24")) {
      throw x.refused();
    }
    if (!x.take("hi")) {
      throw x.refused();
    }
    return signed ? (d, a, b) -> {
      for (int k = 0; k < Warp.LANES; k++) {
        d[k] = (int) ((long) a[k] * b[k] >> 32);
      }
    } : (d, a, b) -> {
      for (int k = 0; k < Warp.LANES; k++) {
        d[k] = (int) ((a[k] & 0xFFFF_FFFFL) * (b[k] & 0xFFFF_FFFFL) >>> 32);
      }
    };
  }

  private static Step.Widening2 wide(boolean signed) {
    return signed ? (d, a, b) -> {
      for (int k = 0; k < Warp.LANES; k++) {
        d[k] = (long) a[k] * b[k];
      }
    } : (d, a, b) -> {
      for (int k = 0; k < Warp.LANES; k++) {
        d[k] = (a[k] & 0xFFFF_FFFFL) * (b[k] & 0xFFFF_FFFFL);
      }
    };
  }

  private static Step productSum(Instruction x, boolean signed) {
    if (x.take("wide")) {
      return x.done(Step.wide(x.longOut(0), x.intIn(1), x.intIn(2), x.longIn(3), signed ? (d, a, b, c) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = (long) a[k] * b[k] + c[k];
        }
      } : (d, a, b, c) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = (a[k] & 0xFFFF_FFFFL) * (b[k] & 0xFFFF_FFFFL) + c[k];
        }
      }));
    }
    if (x.take("lo")) {
      return three(x, (d, a, b, c) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = a[k] * b[k] + c[k];
        }
      });
    }
    Step.Ints2 high = product32(x, signed);
    return three(x, (d, a, b, c) -> {
      int[] t = new int[Warp.LANES];
      high.apply(t, a, b);
      for (int k = 0; k < Warp.LANES; k++) {
        d[k] = t[k] + c[k];
      }
    });
  }

  /// `length` bits of `a` from `position`; those past its width are zeros, or its sign.
  static long extract(long a, int position, int length, int width, boolean signed) {
    if (length == 0) {
      return 0;
    }
    BigInteger v = BigInteger.valueOf(a);
    if (!signed && a < 0) {
      v = v.add(BigInteger.ONE.shiftLeft(64));
    }
    BigInteger r = v.shiftRight(position).and(BigInteger.ONE.shiftLeft(length).subtract(BigInteger.ONE));
    if (signed) {
      // the sign is the field's last bit that lies inside of the value
      int last = Math.min(position + length - 1, width - 1);
      if (a >>> last << 63 != 0) {
        r = r.or(BigInteger.ONE.shiftLeft(Math.min(length, Math.max(0, width - position))).negate());
      }
    }
    return r.longValue();
  }

  private static Step insertion(Instruction x) {
    int d = x.intOut(0);
    int from = x.intIn(1);
    int into = x.intIn(2);
    int position = x.intIn(3);
    int length = x.intIn(4);
    return (w, lanes) -> {
      int[] t = w.intTarget(d, lanes);
      for (int k = 0; k < Warp.LANES; k++) {
        t[k] = (int) insert(w.ints[from][k], w.ints[into][k], w.ints[position][k] & 255, w.ints[length][k] & 255, 32);
      }
      w.settle(d, lanes, t);
    };
  }

  static long insert(long from, long into, int position, int length, int width) {
    if (position >= width || length == 0) {
      return into;
    }
    long mask = (length >= 64 ? -1L : (1L << length) - 1) << position;
    return into & ~mask | from << position & mask;
  }

  private static Step lookup(Instruction x) {
    int table = (int) x.number(4);
    int d = x.intOut(0);
    return Step.ints(d, x.intIn(1), x.intIn(2), x.intIn(3), (t, a, b, c) -> {
      for (int k = 0; k < Warp.LANES; k++) {
        int r = 0;
        for (int i = 0; i < 8; i++) {
          if ((table >> i & 1) != 0) {
            r |= ((i & 4) != 0 ? a[k] : ~a[k]) & ((i & 2) != 0 ? b[k] : ~b[k]) & ((i & 1) != 0 ? c[k] : ~c[k]);
          }
        }
        t[k] = r;
      }
    });
  }

  private static Step permutation(Instruction x) {
    return Step.ints(x.intOut(0), x.intIn(1), x.intIn(2), x.intIn(3), (d, a, b, c) -> {
      for (int k = 0; k < Warp.LANES; k++) {
        long bytes = (long) b[k] << 32 | a[k] & 0xFFFF_FFFFL;
        int r = 0;
        for (int i = 0; i < 4; i++) {
          int s = c[k] >>> 4 * i;
          int v = (int) (bytes >>> 8 * (s & 7)) & 255;
          r |= ((s & 8) != 0 ? (byte) v >> 7 & 255 : v) << 8 * i;
        }
        d[k] = r;
      }
    });
  }

  private static Step funnel(Instruction x) {
    boolean left = x.take("l");
    if (!left && !x.take("r")) {
      throw x.refused();
    }
    boolean wrap = x.take("wrap");
    if (!wrap && !x.take("clamp")) {
      throw x.refused();
    }
    return three(x, (d, a, b, c) -> {
      for (int k = 0; k < Warp.LANES; k++) {
        int n = wrap ? c[k] & 31 : Integer.compareUnsigned(c[k], 32) > 0 ? 32 : c[k];
        long both = (long) b[k] << 32 | a[k] & 0xFFFF_FFFFL;
        d[k] = left ? (int) (both << n >>> 32) : (int) (both >>> n);
      }
    });
  }

  // ---- 16 bits and truth values

  private static Step shorts(Instruction x, String type) {
    boolean signed = type.equals("s16");
    IntUnaryOperator cut = signed ? v -> (short) v : v -> v & 0xFFFF;
    if (x.name().equals("mul") && x.take("wide")) {
      return two(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = cut.applyAsInt(a[k]) * cut.applyAsInt(b[k]);
        }
      });
    }
    if (x.name().equals("mad") && x.take("lo")) {
      return three(x, (d, a, b, c) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = a[k] * b[k] + c[k];
        }
      });
    }
    boolean high = x.name().equals("mul") && x.take("hi");
    if (x.name().equals("mul") && !high && !x.take("lo")) {
      throw x.refused();
    }
    IntBinaryOperator f = switch (x.name()) {
      case "add" -> (a, b) -> a + b;
      case "sub" -> (a, b) -> a - b;
      case "mul" -> (a, b) -> high ? a * b >> 16 : a * b;
      case "div" -> (a, b) -> b == 0 ? -1 : a / b;
      case "rem" -> (a, b) -> b == 0 ? a : a % b;
      case "min" -> Math::min;
      case "max" -> Math::max;
      case "and" -> (a, b) -> a & b;
      case "or" -> (a, b) -> a | b;
      case "xor" -> (a, b) -> a ^ b;
      case "shl" -> (a, b) -> Integer.compareUnsigned(b, 15) > 0 ? 0 : a << b;
      case "shr" -> (a, b) -> Integer.compareUnsigned(b, 15) > 0 ? a >> 31 : a >> b;
      default -> null;
    };
    if (f != null) {
      boolean shift = x.name().startsWith("sh");
      return two(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = f.applyAsInt(cut.applyAsInt(a[k]), shift ? b[k] : cut.applyAsInt(b[k]));
        }
      });
    }
    IntUnaryOperator g = switch (x.name()) {
      case "not" -> a -> ~a;
      case "neg" -> a -> -a;
      case "abs" -> Math::abs;
      default -> null;
    };
    return g == null ? null : one(x, (d, a) -> {
      for (int k = 0; k < Warp.LANES; k++) {
        d[k] = g.applyAsInt(cut.applyAsInt(a[k]));
      }
    });
  }

  private static Step predicates(Instruction x) {
    x.takeLast();
    int d = x.predicateOut(0);
    int a = x.predicateIn(1);
    if (x.name().equals("not")) {
      return x.done((w, lanes) -> w.setPredicate(d, lanes, ~w.predicates[a]));
    }
    int b = x.predicateIn(2);
    return x.done(switch (x.name()) {
      case "and" -> (w, lanes) -> w.setPredicate(d, lanes, w.predicates[a] & w.predicates[b]);
      case "or" -> (w, lanes) -> w.setPredicate(d, lanes, w.predicates[a] | w.predicates[b]);
      case "xor" -> (w, lanes) -> w.setPredicate(d, lanes, w.predicates[a] ^ w.predicates[b]);
      default -> throw x.refused();
    });
  }

  // ---- shapes

  private static Step one(Instruction x, Step.Ints1 f) {
    return x.done(Step.ints(x.intOut(0), x.intIn(1), f));
  }

  private static Step two(Instruction x, Step.Ints2 f) {
    return x.done(Step.ints(x.intOut(0), x.intIn(1), x.intIn(2), f));
  }

  private static Step three(Instruction x, Step.Ints3 f) {
    return x.done(Step.ints(x.intOut(0), x.intIn(1), x.intIn(2), x.intIn(3), f));
  }
}
