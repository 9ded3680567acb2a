package dlt.backend.cuda.software;

/// What the lanes of a warp tell each other: shfl, vote, redux, activemask. Where a lane reads one that does not take part, that is reported:
/// the PTX ISA leaves open what it would get.
final class WarpOps {
  private WarpOps() {}

  /// shfl.sync.MODE.b32 d|p, a, b, c, mask
  static Step shuffle(Instruction x) {
    x.takeLast();
    if (!x.take("sync")) {
      throw x.refused();
    }
    String mode = x.takeOne("", "idx", "up", "down", "bfly");
    if (mode.isEmpty()) {
      throw x.refused();
    }
    int d = x.operand(0) instanceof Ptx.Pair p ? x.slots().of(p.first()) : x.intOut(0);
    int valid = x.operand(0) instanceof Ptx.Pair p ? x.slots().of(p.second()) : -1;
    int a = x.intIn(1);
    int b = x.intIn(2);
    int c = x.intIn(3);
    int mask = x.intIn(4);
    return x.done((w, lanes) -> {
      int wanted = members(w, lanes, mask);
      if (!w.gathered(lanes, wanted)) {
        return;
      }
      int[] from = w.ints[a].clone();
      int in = 0;
      for (int m = lanes; m != 0; m &= m - 1) {
        int k = Integer.numberOfTrailingZeros(m);
        int bound = w.ints[c][k] & 31;
        int segment = w.ints[c][k] >>> 8 & 31;
        int distance = w.ints[b][k] & 31;
        int least = k & segment;
        int most = least | bound & ~segment;
        int source = switch (mode) {
          case "up" -> k - distance;
          case "down" -> k + distance;
          case "bfly" -> k ^ distance;
          default -> least | distance & ~segment;
        };
        boolean inside = mode.equals("up") ? source >= most : source <= most;
        source = inside ? source : k;
        if ((wanted >>> source & 1) == 0) {
          throw Fault.at(w, k, "reads lane " + source + ", which does not take part");
        }
        w.ints[d][k] = from[source];
        in |= (inside ? 1 : 0) << k;
      }
      if (valid >= 0) {
        w.setPredicate(valid, lanes, in);
      }
    });
  }

  /// vote.sync.MODE d, p, mask
  static Step vote(Instruction x) {
    String type = x.takeLast();
    if (!x.take("sync")) {
      throw x.refused();
    }
    String mode = x.takeOne("", "all", "any", "uni", "ballot");
    boolean ballot = mode.equals("ballot");
    if (mode.isEmpty() || !type.equals(ballot ? "b32" : "pred")) {
      throw x.refused();
    }
    int d = ballot ? x.intOut(0) : x.predicateOut(0);
    boolean negated = x.operand(1) instanceof Ptx.Negated;
    int p = x.operand(1) instanceof Ptx.Negated n ? x.slots().of(n.register()) : x.predicateIn(1);
    int mask = x.intIn(2);
    return x.done((w, lanes) -> {
      int wanted = members(w, lanes, mask);
      if (!w.gathered(lanes, wanted)) {
        return;
      }
      int yes = (negated ? ~w.predicates[p] : w.predicates[p]) & wanted;
      boolean r = switch (mode) {
        case "all" -> yes == wanted;
        case "any" -> yes != 0;
        default -> yes == 0 || yes == wanted;
      };
      if (!ballot) {
        w.setPredicate(d, lanes, r ? -1 : 0);
        return;
      }
      for (int m = lanes; m != 0; m &= m - 1) {
        w.ints[d][Integer.numberOfTrailingZeros(m)] = yes;
      }
    });
  }

  /// redux.sync.OP.TYPE d, a, mask
  static Step reduction(Instruction x) {
    String type = x.takeLast();
    if (!x.take("sync")) {
      throw x.refused();
    }
    String op = x.takeOne("", "add", "min", "max", "and", "or", "xor");
    boolean signed = type.equals("s32");
    if (op.isEmpty() || !signed && !type.equals("u32") && !type.equals("b32")) {
      throw x.refused();
    }
    int d = x.intOut(0);
    int a = x.intIn(1);
    int mask = x.intIn(2);
    int flip = signed ? 0 : Integer.MIN_VALUE;
    return x.done((w, lanes) -> {
      int wanted = members(w, lanes, mask);
      if (!w.gathered(lanes, wanted)) {
        return;
      }
      int r = w.ints[a][Integer.numberOfTrailingZeros(wanted)];
      for (int m = wanted & wanted - 1; m != 0; m &= m - 1) {
        int v = w.ints[a][Integer.numberOfTrailingZeros(m)];
        r = switch (op) {
          case "add" -> r + v;
          case "min" -> Math.min(r ^ flip, v ^ flip) ^ flip;
          case "max" -> Math.max(r ^ flip, v ^ flip) ^ flip;
          case "and" -> r & v;
          case "or" -> r | v;
          default -> r ^ v;
        };
      }
      for (int m = lanes; m != 0; m &= m - 1) {
        w.ints[d][Integer.numberOfTrailingZeros(m)] = r;
      }
    });
  }

  static Step activeMask(Instruction x) {
    x.takeLast();
    int d = x.intOut(0);
    return x.done((w, lanes) -> {
      for (int m = lanes; m != 0; m &= m - 1) {
        w.ints[d][Integer.numberOfTrailingZeros(m)] = lanes;
      }
    });
  }

  /// The lanes that an instruction's mask names: all that run it have to name the same, and themselves.
  private static int members(Warp w, int lanes, int mask) {
    int first = Integer.numberOfTrailingZeros(lanes);
    int r = w.ints[mask][first];
    for (int m = lanes; m != 0; m &= m - 1) {
      int k = Integer.numberOfTrailingZeros(m);
      if (w.ints[mask][k] != r || (r >>> k & 1) == 0) {
        throw Fault.at(w, k, "its mask 0x" + Integer.toHexString(w.ints[mask][k]) + (w.ints[mask][k] != r ? " is not that of lane " + first
            : " does not name itself"));
      }
    }
    // lanes that a block's last warp never had cannot be waited for
    return r & w.existing();
  }
}
