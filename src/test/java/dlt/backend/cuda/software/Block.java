package dlt.backend.cuda.software;

import dlt.backend.cuda.driver.Context.Extent;
import java.util.Arrays;
import java.util.SplittableRandom;

/// The threads of a block, and what they share. Warps run one at a time, between barriers in an order that is meant to do harm: at random
/// with changes at random, or always the first in a random order that can run, so that others lag as far as barriers let them.
final class Block {
  private static final int BARRIERS = 16;

  private final Code code;
  private final Extent size;
  private final int dynamicBytes;
  private final int threads;
  private final Warp[] warps;
  private final SharedMemory shared;
  private final int[] order;
  // by barrier: which warps wait, how many threads came, how many it takes, what they voted, what they know
  private final int[] waiting = new int[BARRIERS];
  private final int[] arrived = new int[BARRIERS];
  private final int[] expected = new int[BARRIERS];
  private final int[] votes = new int[BARRIERS];
  private final int[][] reached;

  private Grid grid;
  private int x;
  private int y;
  private int z;
  private int tag;
  private boolean late;
  private int running;

  Block(Code code, Extent size, int sharedBytes, int[][] ints, long[][] longs, int[] predicates) {
    this.code = code;
    this.size = size;
    dynamicBytes = sharedBytes;
    threads = size.x() * size.y() * size.z();
    warps = new Warp[(threads + Warp.LANES - 1) / Warp.LANES];
    order = new int[warps.length];
    reached = new int[BARRIERS][warps.length];
    shared = new SharedMemory(code.sharedBytes() + sharedBytes, code.smallestShared());
    for (int i = 0; i < warps.length; i++) {
      // constants are the same arrays for all
      int[][] wi = ints.clone();
      long[][] wl = longs.clone();
      for (int k = 0; k < wi.length; k++) {
        wi[k] = wi[k] == null ? new int[Warp.LANES] : wi[k];
      }
      for (int k = 0; k < wl.length; k++) {
        wl[k] = wl[k] == null ? new long[Warp.LANES] : wl[k];
      }
      warps[i] = new Warp(this, i, wi, wl, predicates.clone());
      order[i] = i;
    }
  }

  /// Runs as the block `number` of `grid` and returns how many instructions that took, a lane each.
  long run(Grid grid, int number, SplittableRandom random) {
    this.grid = grid;
    tag = grid.firstTag() + number;
    x = number % grid.size().x();
    y = number / grid.size().x() % grid.size().y();
    z = number / grid.size().x() / grid.size().y();
    late = random.nextBoolean();
    shared.reset();
    Arrays.fill(waiting, 0);
    Arrays.fill(arrived, 0);
    running = warps.length;
    for (Warp w : warps) {
      w.start(Math.min(Warp.LANES, threads - w.index * Warp.LANES));
      for (Code.Special s : code.specials()) {
        special(w, s);
      }
    }
    for (int i = order.length - 1; i > 0; i--) {
      int k = random.nextInt(i + 1);
      int t = order[i];
      order[i] = order[k];
      order[k] = t;
    }
    boolean priority = random.nextBoolean();
    long branches = 0;
    while (running > 0) {
      Warp w = next(priority, random);
      if (w == null) {
        throw deadlock();
      }
      int patience = priority || warps.length == 1 ? 1 << 16 : 1 + random.nextInt(1 << random.nextInt(1, 10));
      w.run(patience);
      branches += patience;
      if (branches > grid.mostBranches()) {
        throw Fault.at(w, 0, "the block does not end: it has taken " + branches + " branches");
      }
    }
    long executed = 0;
    for (Warp w : warps) {
      executed += w.executed();
    }
    return executed;
  }

  private Warp next(boolean priority, SplittableRandom random) {
    int from = priority ? 0 : random.nextInt(order.length);
    for (int i = 0; i < order.length; i++) {
      Warp w = warps[order[(from + i) % order.length]];
      if (w.state == Warp.State.READY) {
        return w;
      }
    }
    return null;
  }

  private Fault deadlock() {
    StringBuilder r = new StringBuilder();
    Warp one = null;
    for (Warp w : warps) {
      if (w.state == Warp.State.AT_BARRIER) {
        one = one == null ? w : one;
        r.append(r.isEmpty() ? "" : ", ").append("warp ").append(w.index).append(" at line ").append(w.statement().line());
      }
    }
    return Fault.at(one, 0, "deadlock: " + r + " wait, the other warps have ended");
  }

  private void special(Warp w, Code.Special s) {
    int[] d = w.ints[s.slot()];
    for (int k = 0; k < Warp.LANES; k++) {
      int t = w.index * Warp.LANES + k;
      d[k] = switch (s.name()) {
        case "%tid.x" -> t % size.x();
        case "%tid.y" -> t / size.x() % size.y();
        case "%tid.z" -> t / size.x() / size.y();
        case "%ntid.x" -> size.x();
        case "%ntid.y" -> size.y();
        case "%ntid.z" -> size.z();
        case "%ctaid.x" -> x;
        case "%ctaid.y" -> y;
        case "%ctaid.z" -> z;
        case "%nctaid.x" -> grid.size().x();
        case "%nctaid.y" -> grid.size().y();
        case "%nctaid.z" -> grid.size().z();
        case "%laneid" -> k;
        case "%lanemask_eq" -> 1 << k;
        case "%lanemask_lt" -> (1 << k) - 1;
        case "%lanemask_le" -> (2 << k) - 1;
        case "%lanemask_gt" -> ~((2 << k) - 1);
        case "%lanemask_ge" -> -(1 << k);
        default -> throw new PtxRefused("special register " + s.name() + " is not known");
      };
    }
  }

  // ---- barriers

  /// `warp` comes to barrier `id`, which takes `count` threads, and waits there where `stays`; `votes` are added up.
  void arrive(Warp warp, int id, int count, boolean stays, int votes) {
    if (id < 0 || id >= BARRIERS) {
      throw Fault.at(warp, 0, "barrier " + id + " is not one of " + BARRIERS);
    }
    if (count <= 0 || count > warps.length * Warp.LANES || count % Warp.LANES != 0 && count != threads) {
      throw Fault.at(warp, 0, "a barrier takes " + count + " threads, where the block has " + threads);
    }
    if (arrived[id] == 0) {
      expected[id] = count;
      this.votes[id] = 0;
      Arrays.fill(reached[id], 0);
    } else if (expected[id] != count) {
      throw Fault.at(warp, 0, "barrier " + id + " takes " + count + " threads here and " + expected[id] + " elsewhere");
    }
    arrived[id] += Math.min(Warp.LANES, threads - warp.index * Warp.LANES);
    this.votes[id] += votes;
    warp.synchronizeLanes();
    for (int v = 0; v < warps.length; v++) {
      reached[id][v] = Math.max(reached[id][v], warp.seen[v]);
    }
    if (stays) {
      waiting[id] |= 1 << warp.index;
      warp.state = Warp.State.AT_BARRIER;
    }
    if (arrived[id] >= Math.min(count, threads)) {
      release(id);
    }
  }

  private void release(int id) {
    for (int m = waiting[id]; m != 0; m &= m - 1) {
      Warp w = warps[Integer.numberOfTrailingZeros(m)];
      for (int v = 0; v < warps.length; v++) {
        w.seen[v] = Math.max(w.seen[v], reached[id][v]);
      }
      w.release(votes[id]);
    }
    waiting[id] = 0;
    arrived[id] = 0;
  }

  void ended(Warp warp) {
    running--;
  }

  // ---- what threads ask

  Code code() {
    return code;
  }

  Grid grid() {
    return grid;
  }

  SharedMemory shared() {
    return shared;
  }

  boolean late() {
    return late;
  }

  /// This block's number in its grid's count of all blocks.
  int tag() {
    return tag;
  }

  Extent size() {
    return size;
  }

  /// Of shared memory, beside what the kernel declares.
  int dynamicBytes() {
    return dynamicBytes;
  }

  int threads() {
    return threads;
  }

  int warpCount() {
    return (size.x() * size.y() * size.z() + Warp.LANES - 1) / Warp.LANES;
  }

  Warp warp(int index) {
    return warps[index];
  }

  String where() {
    return "(" + x + "," + y + "," + z + ")";
  }

  String thread(Warp warp, int lane) {
    int t = warp.index * Warp.LANES + lane;
    return "(" + t % size.x() + "," + t / size.x() % size.y() + "," + t / size.x() / size.y() + ")";
  }
}
