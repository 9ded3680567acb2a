package dlt.backend.cuda.software;

import java.util.List;

/// mov with its packing and unpacking, and cvta between the addresses of a space and generic ones.
final class Moves {
  private Moves() {}

  static Step mov(Instruction x) {
    String type = x.takeLast();
    if (x.operand(0) instanceof Ptx.Vector v) {
      return x.done(unpack(x, v.elements(), type));
    }
    if (x.operand(1) instanceof Ptx.Vector v) {
      return x.done(pack(x, v.elements(), type));
    }
    return x.done(switch (type) {
      case "pred" -> {
        int d = x.predicateOut(0);
        int a = x.predicateIn(1);
        yield (w, lanes) -> w.setPredicate(d, lanes, w.predicates[a]);
      }
      case "b64", "u64", "s64", "f64" -> copy(x.longOut(0), type.equals("f64") ? x.doubleIn(1) : x.longIn(1));
      case "b32", "u32", "s32", "f32", "b16", "u16", "s16", "f16" -> {
        int d = x.intOut(0);
        int a = type.equals("f32") ? x.floatIn(1) : x.intIn(1);
        yield (w, lanes) -> w.settle(d, lanes, w.ints[a]);
      }
      default -> throw x.refused();
    });
  }

  private static Step copy(int d, int a) {
    return (w, lanes) -> w.settle(d, lanes, w.longs[a]);
  }

  /// cvta.SPACE: an address of the space becomes generic; cvta.to.SPACE: the other way.
  static Step cvta(Instruction x) {
    x.takeLast();
    boolean to = x.take("to");
    long base = switch (x.takeOne("", "global", "const", "shared", "shared::cta", "local", "param")) {
      case "global", "const" -> 0;
      case "shared", "shared::cta" -> Grid.SHARED;
      case "local" -> Grid.LOCAL;
      case "param" -> Grid.PARAM;
      default -> throw x.refused();
    };
    int d = x.longOut(0);
    int a = x.longIn(1);
    return x.done(base == 0 ? copy(d, a) : Step.longs(d, a, (t, v) -> {
      for (int k = 0; k < Warp.LANES; k++) {
        t[k] = to ? v[k] - base : v[k] + base;
      }
    }));
  }

  private static Step pack(Instruction x, List<Ptx.Operand> parts, String type) {
    int bits = bits(x, type) / parts.size();
    if (bits(x, type) == 64 && bits == 32) {
      return Step.wide(x.longOut(0), x.in(parts.get(0), Ptx.Kind.INT, "b32"), x.in(parts.get(1), Ptx.Kind.INT, "b32"), (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = (long) b[k] << 32 | a[k] & 0xFFFF_FFFFL;
        }
      });
    }
    int[] from = parts.stream().mapToInt(p -> x.in(p, Ptx.Kind.INT, "b32")).toArray();
    boolean wide = bits(x, type) == 64;
    int d = wide ? x.longOut(0) : x.intOut(0);
    long mask = (1L << bits) - 1;
    return (w, lanes) -> {
      for (int m = lanes; m != 0; m &= m - 1) {
        int k = Integer.numberOfTrailingZeros(m);
        long r = 0;
        for (int i = 0; i < from.length; i++) {
          r |= (w.ints[from[i]][k] & mask) << i * bits;
        }
        if (wide) {
          w.longs[d][k] = r;
        } else {
          w.ints[d][k] = (int) r;
        }
      }
    };
  }

  private static Step unpack(Instruction x, List<Ptx.Operand> parts, String type) {
    boolean wide = bits(x, type) == 64;
    int bits = bits(x, type) / parts.size();
    int a = wide ? x.longIn(1) : x.intIn(1);
    int[] to = parts.stream().mapToInt(p -> p instanceof Ptx.Symbol(String n) && n.equals("_") ? -1 : x.out(p, Ptx.Kind.INT)).toArray();
    int mask = bits == 32 ? -1 : (1 << bits) - 1;
    return (w, lanes) -> {
      for (int m = lanes; m != 0; m &= m - 1) {
        int k = Integer.numberOfTrailingZeros(m);
        long v = wide ? w.longs[a][k] : w.ints[a][k];
        for (int i = 0; i < to.length; i++) {
          if (to[i] >= 0) {
            w.ints[to[i]][k] = (int) (v >>> i * bits) & mask;
          }
        }
      }
    };
  }

  private static int bits(Instruction x, String type) {
    return switch (type) {
      case "b16" -> 16;
      case "b32", "u32" -> 32;
      case "b64", "u64" -> 64;
      default -> throw x.refused();
    };
  }
}
