package dlt.backend.cpu;

import java.util.Arrays;
import java.util.List;

/// Keeps vectors of a row in registers `from .. to - 1` while straight-line code is emitted that asks for them in a known
/// `order`. Of those not in use since [#release], the one that is needed last makes room.
final class VectorCache {
  private final Assembler assembler;
  private final int base;
  private final int from;
  private final int[] held;
  private final boolean[] inUse;
  private final List<Integer> order;
  private int asked;

  /// The row begins at general register `base`.
  VectorCache(Assembler assembler, int base, int from, int to, List<Integer> order) {
    this.assembler = assembler;
    this.base = base;
    this.from = from;
    this.held = new int[to - from];
    this.inUse = new boolean[to - from];
    this.order = order;
    Arrays.fill(held, -1);
  }

  /// Lets all registers be filled anew.
  void release() {
    Arrays.fill(inUse, false);
  }

  /// The register of the next vector of the order.
  int next() {
    int vector = order.get(asked++);
    int victim = -1;
    int farthest = -1;
    for (int r = 0; r < held.length; r++) {
      if (held[r] == vector) {
        inUse[r] = true;
        return from + r;
      }
      int use = held[r] < 0 ? -1 : order.subList(asked, order.size()).indexOf(held[r]);
      int distance = use < 0 ? Integer.MAX_VALUE : use;
      if (!inUse[r] && distance > farthest) {
        farthest = distance;
        victim = r;
      }
    }
    held[victim] = vector;
    inUse[victim] = true;
    assembler.load(from + victim, Address.at(base, Math.toIntExact((long) vector * assembler.vectorBytes())));
    return from + victim;
  }
}
