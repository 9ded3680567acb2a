package dlt.backend.cuda.software;

import java.util.Map;

/// Branches, ends, barriers and fences.
final class Control {
  private Control() {}

  static Step branch(Instruction x, Map<String, Integer> labels) {
    x.take("uni");
    if (!(x.operand(0) instanceof Ptx.Symbol(String label)) || !labels.containsKey(label)) {
      throw x.refused();
    }
    int target = labels.get(label);
    return x.done((w, lanes) -> w.branch(target, lanes));
  }

  static Step end(Instruction x) {
    x.take("uni");
    return x.done(Warp::exit);
  }

  /// A fence orders what memory shows to other threads; here each access is seen at once.
  static Step fence(Instruction x) {
    for (String m : new String[] {"gl", "cta", "sys", "gpu", "acq_rel", "sc"}) {
      x.take(m);
    }
    return x.done((_, _) -> {});
  }

  /// bar.sync, bar.arrive and bar.red, and barrier with the same. All threads of a warp have to come, and none may have ended.
  static Step barrier(Instruction x) {
    x.take("cta");
    x.take("aligned");
    if (x.take("warp")) {
      return warpBarrier(x);
    }
    if (x.take("red")) {
      return reduction(x);
    }
    boolean arrives = x.take("arrive");
    if (!arrives && !x.take("sync")) {
      throw x.refused();
    }
    int id = x.intIn(0);
    int count = x.operands() > 1 ? x.intIn(1) : -1;
    return x.done((w, lanes) -> {
      if (w.gathered(lanes, w.existing())) {
        int b = w.ints[id][0];
        int n = count < 0 ? w.block.threads() : w.ints[count][0];
        if (arrives) {
          w.block.arrive(w, b, n, false, 0);
        } else {
          w.await(b, n, 0, _ -> {});
        }
      }
    });
  }

  private static Step warpBarrier(Instruction x) {
    if (!x.take("sync")) {
      throw x.refused();
    }
    int mask = x.intIn(0);
    return x.done((w, lanes) -> {
      int wanted = w.ints[mask][Integer.numberOfTrailingZeros(lanes)] & w.existing() & ~w.exited();
      if (w.gathered(lanes, wanted)) {
        w.synchronizeLanes();
      }
    });
  }

  private static Step reduction(Instruction x) {
    String type = x.takeLast();
    String op = x.takeOne("", "popc", "and", "or");
    boolean counts = op.equals("popc") && type.equals("u32");
    if (!counts && !(type.equals("pred") && !op.isEmpty() && !op.equals("popc"))) {
      throw x.refused();
    }
    int d = counts ? x.intOut(0) : x.predicateOut(0);
    int id = x.intIn(1);
    int last = x.operands() - 1;
    int count = last > 2 ? x.intIn(2) : -1;
    boolean negated = x.operand(last) instanceof Ptx.Negated;
    int p = x.operand(last) instanceof Ptx.Negated n ? x.slots().of(n.register()) : x.predicateIn(last);
    return x.done((w, lanes) -> {
      if (w.gathered(lanes, w.existing())) {
        int n = count < 0 ? w.block.threads() : w.ints[count][0];
        int votes = Integer.bitCount((negated ? ~w.predicates[p] : w.predicates[p]) & lanes);
        w.await(w.ints[id][0], n, votes, v -> {
          if (counts) {
            java.util.Arrays.fill(w.ints[d], v);
          } else {
            w.predicates[d] = (op.equals("or") ? v > 0 : v == n) ? -1 : 0;
          }
        });
      }
    });
  }
}
