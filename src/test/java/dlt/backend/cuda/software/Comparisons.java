package dlt.backend.cuda.software;

import static java.lang.Double.longBitsToDouble;
import static java.lang.Float.intBitsToFloat;

/// setp, set and selp. A comparison with a NaN holds for those that end in `u`, and for `nan`; for no other.
final class Comparisons {
  private static final String[] RELATIONS = {"eq", "ne", "lt", "le", "gt", "ge", "lo", "ls", "hi", "hs", "equ", "neu", "ltu", "leu", "gtu", "geu", "num",
      "nan"};

  private Comparisons() {}

  static Step setp(Instruction x) {
    String type = x.takeLast();
    boolean ftz = x.take("ftz");
    String relation = x.takeOne("", RELATIONS);
    String with = x.takeOne("", "and", "or", "xor");
    Test test = test(x, relation, type, ftz);
    int d;
    int e;
    if (x.operand(0) instanceof Ptx.Pair p) {
      d = x.slots().of(p.first());
      e = x.slots().of(p.second());
    } else {
      d = x.predicateOut(0);
      e = -1;
    }
    if (with.isEmpty()) {
      if (e < 0) {
        return x.done((w, lanes) -> w.setPredicate(d, lanes, test.of(w)));
      }
      return x.done((w, lanes) -> {
        int r = test.of(w);
        w.setPredicate(d, lanes, r);
        w.setPredicate(e, lanes, ~r);
      });
    }
    boolean negated = x.operand(3) instanceof Ptx.Negated;
    int c = x.operand(3) instanceof Ptx.Negated n ? x.slots().of(n.register()) : x.predicateIn(3);
    return x.done((w, lanes) -> {
      int r = test.of(w);
      int p = negated ? ~w.predicates[c] : w.predicates[c];
      int first = combined(with, r, p);
      int second = combined(with, ~r, p);
      w.setPredicate(d, lanes, first);
      if (e >= 0) {
        w.setPredicate(e, lanes, second);
      }
    });
  }

  private static int combined(String with, int a, int b) {
    return switch (with) {
      case "and" -> a & b;
      case "or" -> a | b;
      default -> a ^ b;
    };
  }

  static Step set(Instruction x) {
    String type = x.takeLast();
    String to = x.takeLast();
    boolean ftz = x.take("ftz");
    String relation = x.takeOne("", RELATIONS);
    Test test = test(x, relation, type, ftz);
    int yes = switch (to) {
      case "u32", "s32" -> -1;
      case "f32" -> Float.floatToRawIntBits(1);
      default -> throw x.refused();
    };
    int d = x.intOut(0);
    return x.done((w, lanes) -> {
      int r = test.of(w);
      for (int m = lanes; m != 0; m &= m - 1) {
        int k = Integer.numberOfTrailingZeros(m);
        w.ints[d][k] = (r >>> k & 1) != 0 ? yes : 0;
      }
    });
  }

  static Step selp(Instruction x) {
    String type = x.takeLast();
    int p = x.predicateIn(3);
    return switch (type) {
      case "b64", "u64", "s64", "f64" -> {
        int d = x.longOut(0);
        int a = type.equals("f64") ? x.doubleIn(1) : x.longIn(1);
        int b = type.equals("f64") ? x.doubleIn(2) : x.longIn(2);
        yield x.done((w, lanes) -> {
          long[] t = w.longTarget(d, lanes);
          long[] yes = w.longs[a];
          long[] no = w.longs[b];
          int m = w.predicates[p];
          for (int k = 0; k < Warp.LANES; k++) {
            t[k] = (m >>> k & 1) != 0 ? yes[k] : no[k];
          }
          w.settle(d, lanes, t);
        });
      }
      case "b32", "u32", "s32", "f32", "b16", "u16", "s16" -> {
        int d = x.intOut(0);
        int a = type.equals("f32") ? x.floatIn(1) : x.intIn(1);
        int b = type.equals("f32") ? x.floatIn(2) : x.intIn(2);
        yield x.done((w, lanes) -> {
          int[] t = w.intTarget(d, lanes);
          int[] yes = w.ints[a];
          int[] no = w.ints[b];
          int m = w.predicates[p];
          for (int k = 0; k < Warp.LANES; k++) {
            t[k] = (m >>> k & 1) != 0 ? yes[k] : no[k];
          }
          w.settle(d, lanes, t);
        });
      }
      default -> throw x.refused();
    };
  }

  /// Bit k says whether the comparison holds in lane k.
  private interface Test {
    int of(Warp w);
  }

  private static Test test(Instruction x, String relation, String type, boolean ftz) {
    return switch (type) {
      case "s32", "b32", "u32" -> ints(x.intIn(1), x.intIn(2), words(x, relation, type.equals("u32")));
      case "s16" -> ints(x.intIn(1), x.intIn(2), cut(words(x, relation, false), 16));
      case "b16", "u16" -> ints(x.intIn(1), x.intIn(2), cut(words(x, relation, false), 0));
      case "s64", "b64", "u64" -> {
        Step.LongsTest f = longs(x, relation, type.equals("u64"));
        int a = x.longIn(1);
        int b = x.longIn(2);
        yield w -> f.apply(w.longs[a], w.longs[b]);
      }
      case "f32" -> {
        Step.IntsTest f = floats(x, relation);
        yield ints(x.floatIn(1), x.floatIn(2), !ftz ? f : (a, b) -> f.apply(Floats.flushed(a), Floats.flushed(b)));
      }
      case "f64" -> {
        int holds = relation(x, relation);
        int a = x.doubleIn(1);
        int b = x.doubleIn(2);
        yield w -> {
          int r = 0;
          for (int k = 0; k < Warp.LANES; k++) {
            double v = longBitsToDouble(w.longs[a][k]);
            double u = longBitsToDouble(w.longs[b][k]);
            r |= (holds >> (v < u ? 0 : v == u ? 1 : v > u ? 2 : 3) & 1) << k;
          }
          return r;
        };
      }
      default -> throw x.refused();
    };
  }

  private static Test ints(int a, int b, Step.IntsTest f) {
    return w -> f.apply(w.ints[a], w.ints[b]);
  }

  /// A test of the lower 16 bits, with their sign (16) or without (0).
  private static Step.IntsTest cut(Step.IntsTest f, int signed) {
    return (a, b) -> {
      int[] c = new int[Warp.LANES];
      int[] d = new int[Warp.LANES];
      for (int k = 0; k < Warp.LANES; k++) {
        c[k] = signed > 0 ? (short) a[k] : a[k] & 0xFFFF;
        d[k] = signed > 0 ? (short) b[k] : b[k] & 0xFFFF;
      }
      return f.apply(c, d);
    };
  }

  private static Step.IntsTest words(Instruction x, String relation, boolean unsigned) {
    int flip = unsigned || relation.startsWith("lo") || relation.equals("ls") || relation.startsWith("h") ? Integer.MIN_VALUE : 0;
    return switch (relation) {
      case "eq" -> (a, b) -> {
        int r = 0;
        for (int k = 0; k < Warp.LANES; k++) {
          r |= (a[k] == b[k] ? 1 : 0) << k;
        }
        return r;
      };
      case "ne" -> (a, b) -> {
        int r = 0;
        for (int k = 0; k < Warp.LANES; k++) {
          r |= (a[k] != b[k] ? 1 : 0) << k;
        }
        return r;
      };
      case "lt", "lo" -> (a, b) -> {
        int r = 0;
        for (int k = 0; k < Warp.LANES; k++) {
          r |= ((a[k] ^ flip) < (b[k] ^ flip) ? 1 : 0) << k;
        }
        return r;
      };
      case "le", "ls" -> (a, b) -> {
        int r = 0;
        for (int k = 0; k < Warp.LANES; k++) {
          r |= ((a[k] ^ flip) <= (b[k] ^ flip) ? 1 : 0) << k;
        }
        return r;
      };
      case "gt", "hi" -> (a, b) -> {
        int r = 0;
        for (int k = 0; k < Warp.LANES; k++) {
          r |= ((a[k] ^ flip) > (b[k] ^ flip) ? 1 : 0) << k;
        }
        return r;
      };
      case "ge", "hs" -> (a, b) -> {
        int r = 0;
        for (int k = 0; k < Warp.LANES; k++) {
          r |= ((a[k] ^ flip) >= (b[k] ^ flip) ? 1 : 0) << k;
        }
        return r;
      };
      default -> throw x.refused();
    };
  }

  private static Step.LongsTest longs(Instruction x, String relation, boolean unsigned) {
    long flip = unsigned || relation.startsWith("lo") || relation.equals("ls") || relation.startsWith("h") ? Long.MIN_VALUE : 0;
    int holds = switch (relation) {
      case "eq" -> 0b010;
      case "ne" -> 0b101;
      case "lt", "lo" -> 0b001;
      case "le", "ls" -> 0b011;
      case "gt", "hi" -> 0b100;
      case "ge", "hs" -> 0b110;
      default -> throw x.refused();
    };
    return (a, b) -> {
      int r = 0;
      for (int k = 0; k < Warp.LANES; k++) {
        r |= (holds >> (1 + Long.compare(a[k] ^ flip, b[k] ^ flip)) & 1) << k;
      }
      return r;
    };
  }

  /// For less, equal, greater and unordered, from bit 0 on: whether the relation holds.
  private static int relation(Instruction x, String relation) {
    return switch (relation) {
      case "eq" -> 0b0010;
      case "ne" -> 0b0101;
      case "lt" -> 0b0001;
      case "le" -> 0b0011;
      case "gt" -> 0b0100;
      case "ge" -> 0b0110;
      case "equ" -> 0b1010;
      case "neu" -> 0b1101;
      case "ltu" -> 0b1001;
      case "leu" -> 0b1011;
      case "gtu" -> 0b1100;
      case "geu" -> 0b1110;
      case "num" -> 0b0111;
      case "nan" -> 0b1000;
      default -> throw x.refused();
    };
  }

  private static Step.IntsTest floats(Instruction x, String relation) {
    int holds = relation(x, relation);
    return (a, b) -> {
      int r = 0;
      for (int k = 0; k < Warp.LANES; k++) {
        float v = intBitsToFloat(a[k]);
        float u = intBitsToFloat(b[k]);
        r |= (holds >> (v < u ? 0 : v == u ? 1 : v > u ? 2 : 3) & 1) << k;
      }
      return r;
    };
  }
}
