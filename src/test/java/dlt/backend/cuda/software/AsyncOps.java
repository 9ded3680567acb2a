package dlt.backend.cuda.software;

/// cp.async: copies from global to shared memory that are done once their thread has waited for them.
final class AsyncOps {
  private AsyncOps() {}

  static Step translate(Instruction x) {
    if (!x.take("async")) {
      throw x.refused();
    }
    if (x.take("commit_group")) {
      return x.done((w, lanes) -> w.copies.commit(lanes));
    }
    if (x.take("wait_all")) {
      return x.done((w, lanes) -> w.copies.awaitAll(lanes));
    }
    if (x.take("wait_group")) {
      int pending = (int) x.number(0);
      return x.done((w, lanes) -> w.copies.await(lanes, pending));
    }
    boolean large = x.take("cg");
    if (!large && !x.take("ca")) {
      throw x.refused();
    }
    x.take("shared");
    x.take("shared::cta");
    x.take("global");
    for (String h : new String[] {"L2::64B", "L2::128B", "L2::256B"}) {
      x.take(h);
    }
    int bytes = (int) x.number(2);
    if (large ? bytes != 16 : bytes != 4 && bytes != 8 && bytes != 16) {
      throw x.refused();
    }
    Access to = Access.of(x, "b8", 0, x.operand(0), new Ptx.Vector(java.util.List.of()), false);
    Access from = Access.of(x, "b8", 0, x.operand(1), new Ptx.Vector(java.util.List.of()), false);
    int size = x.operands() > 3 ? x.intIn(3) : -1;
    return x.done((w, lanes) -> {
      for (int m = lanes; m != 0; m &= m - 1) {
        int k = Integer.numberOfTrailingZeros(m);
        w.copies.add(k, to.address(w, k), from, bytes, size < 0 ? bytes : w.ints[size][k]);
      }
    });
  }
}
