package dlt.backend.cuda.software;

import java.util.Arrays;
import java.util.function.IntConsumer;

/// 32 threads that run together while their ways are the same. Where they part, each part is a fragment with its own place in the code;
/// the one at the lowest place runs first, and fragments that meet are one again. A fragment whose instruction needs lanes of others
/// waits for them.
final class Warp {
  enum State {
    READY, AT_BARRIER, ENDED
  }

  static final int LANES = 32;

  final Block block;
  final int index;
  /// By slot, then by lane.
  final int[][] ints;
  final long[][] longs;
  /// By slot, one bit a lane.
  final int[] predicates;
  final byte[] local;
  final AsyncCopies copies;
  // scratch of loads: by lane, and which lane has read some address
  final long[] addresses = new long[LANES];
  final int[] readers = new int[LANES];
  // scratch of matrix instructions
  final int[] rows = new int[LANES];
  final float[] left = new float[16 * 16];
  final float[] right = new float[8 * 16];
  final int[][] sums = new int[4][LANES];
  /// How far this warp knows of each warp of its block: what those did up to that time came before.
  final int[] seen;
  /// This warp's time: it passes at barriers.
  int time;
  State state;
  /// Lanes that run now, and where.
  int active;
  int pc;

  private final Step[] steps;
  private final int[] guards;
  private final int[] negations;
  private final int[] intScratch = new int[LANES];
  private final long[] longScratch = new long[LANES];
  private final int[] otherPc = new int[LANES];
  private final int[] otherLanes = new int[LANES];
  private final boolean[] otherWaits = new boolean[LANES];
  private int others;
  private int merge;
  private int existing;
  private int exited;
  private int at;
  private int patience;
  private long executed;
  private IntConsumer whenReleased;

  Warp(Block block, int index, int[][] ints, long[][] longs, int[] predicates) {
    Code code = block.code();
    this.block = block;
    this.index = index;
    this.ints = ints;
    this.longs = longs;
    this.predicates = predicates;
    local = new byte[LANES * code.localBytes()];
    copies = new AsyncCopies(this);
    seen = new int[block.warpCount()];
    steps = code.steps();
    guards = code.guards();
    negations = code.negations();
  }

  /// Goes to the kernel's beginning with the first `threads` lanes.
  void start(int threads) {
    existing = threads == LANES ? -1 : (1 << threads) - 1;
    active = existing;
    exited = 0;
    pc = 0;
    others = 0;
    merge = -1;
    executed = 0;
    time = 1;
    Arrays.fill(seen, 0);
    Arrays.fill(local, (byte) 0xFF);
    copies.clear();
    state = State.READY;
  }

  /// Runs until a barrier, the end, or `branches` branches.
  void run(int branches) {
    patience = branches;
    while (state == State.READY && patience > 0) {
      if (pc == merge) {
        pick();
      }
      at = pc++;
      int lanes = active;
      int guard = guards[at];
      if (guard >= 0) {
        lanes &= predicates[guard] ^ negations[at];
        if (lanes == 0) {
          continue;
        }
      }
      executed += Integer.bitCount(lanes);
      steps[at].run(this, lanes);
    }
  }

  /// The instruction that runs, or ran last.
  Ptx.Statement statement() {
    return block.code().statements()[at];
  }

  /// Instructions so far, counted a lane each.
  long executed() {
    return executed;
  }

  int existing() {
    return existing;
  }

  int exited() {
    return exited;
  }

  // ---- results of some lanes

  /// Where all lanes of `slot` may be computed: itself where nobody needs the others.
  int[] intTarget(int slot, int lanes) {
    return lanes == existing ? ints[slot] : intScratch;
  }

  void settle(int slot, int lanes, int[] computed) {
    int[] d = ints[slot];
    if (computed != d) {
      for (int m = lanes; m != 0; m &= m - 1) {
        int k = Integer.numberOfTrailingZeros(m);
        d[k] = computed[k];
      }
    }
  }

  long[] longTarget(int slot, int lanes) {
    return lanes == existing ? longs[slot] : longScratch;
  }

  void settle(int slot, int lanes, long[] computed) {
    long[] d = longs[slot];
    if (computed != d) {
      for (int m = lanes; m != 0; m &= m - 1) {
        int k = Integer.numberOfTrailingZeros(m);
        d[k] = computed[k];
      }
    }
  }

  void setPredicate(int slot, int lanes, int holds) {
    predicates[slot] = predicates[slot] & ~lanes | holds & lanes;
  }

  // ---- ways through the code

  void branch(int target, int lanes) {
    patience--;
    int rest = active & ~lanes;
    if (rest == 0) {
      pc = target;
    } else {
      park(target, lanes, false);
      active = rest;
    }
    if (others > 0) {
      pick();
    }
  }

  void exit(int lanes) {
    exited |= lanes;
    active &= ~lanes;
    for (int i = 0; i < others; i++) {
      otherWaits[i] = false;
    }
    if (active == 0) {
      if (others == 0) {
        state = State.ENDED;
        block.ended(this);
      } else {
        next();
      }
    }
  }

  /// Whether all of `needed` are here at this instruction; where not, those that are here wait and others go on.
  boolean gathered(int lanes, int needed) {
    if ((needed & ~lanes) == 0) {
      return true;
    }
    int missing = needed & ~lanes;
    if ((missing & exited) != 0 || (missing & existing) != missing) {
      throw Fault.at(this, Integer.numberOfTrailingZeros(lanes), "waits for " + lanes(missing) + ", of which " + lanes(missing & (exited | ~existing))
          + " have ended");
    }
    park(at, active, true);
    next();
    return false;
  }

  private void park(int place, int lanes, boolean waits) {
    otherPc[others] = place;
    otherLanes[others] = lanes;
    otherWaits[others++] = waits;
  }

  private void next() {
    int best = -1;
    for (int i = 0; i < others; i++) {
      if (!otherWaits[i] && (best < 0 || otherPc[i] < otherPc[best])) {
        best = i;
      }
    }
    if (best < 0) {
      at = otherPc[0];
      StringBuilder places = new StringBuilder();
      for (int i = 0; i < others; i++) {
        Ptx.Statement s = block.code().statements()[otherPc[i]];
        places.append(i == 0 ? "" : "; ").append(lanes(otherLanes[i])).append(" at line ").append(s.line()).append(" \"").append(s).append('"');
      }
      throw Fault.at(this, Integer.numberOfTrailingZeros(otherLanes[0]), "threads of a warp wait for each other at different instructions: " + places);
    }
    pc = otherPc[best];
    active = otherLanes[best];
    remove(best);
    pick();
  }

  /// Makes the fragment at the lowest place the one that runs, with all that are at the same place.
  private void pick() {
    int best = -1;
    for (int i = 0; i < others; i++) {
      if (!otherWaits[i] && otherPc[i] < pc && (best < 0 || otherPc[i] < otherPc[best])) {
        best = i;
      }
    }
    if (best >= 0) {
      int p = otherPc[best];
      int m = otherLanes[best];
      otherPc[best] = pc;
      otherLanes[best] = active;
      pc = p;
      active = m;
    }
    merge = -1;
    for (int i = others - 1; i >= 0; i--) {
      if (otherPc[i] == pc) {
        active |= otherLanes[i];
        remove(i);
      }
    }
    for (int i = 0; i < others; i++) {
      if (otherPc[i] > pc && (merge < 0 || otherPc[i] < merge)) {
        merge = otherPc[i];
      }
    }
  }

  private void remove(int i) {
    others--;
    otherPc[i] = otherPc[others];
    otherLanes[i] = otherLanes[others];
    otherWaits[i] = otherWaits[others];
  }

  // ---- order

  /// Whether what another thread did at `stamp` certainly came before what `lane` does now.
  boolean follows(int stamp, int lane) {
    int warp = SharedMemory.warp(stamp);
    return SharedMemory.time(stamp) <= seen[warp] || warp == index && SharedMemory.lane(stamp) == lane && !SharedMemory.several(stamp);
  }

  /// The lanes of this warp have waited for one another.
  void synchronizeLanes() {
    seen[index] = time++;
    if (time == SharedMemory.LAST_TIME) {
      throw Fault.at(this, 0, "more than " + time + " barriers in one block");
    }
  }

  /// Comes to a barrier; `then` gets what all threads voted, once it lets this warp go on.
  void await(int barrier, int count, int votes, IntConsumer then) {
    whenReleased = then;
    block.arrive(this, barrier, count, true, votes);
  }

  void release(int votes) {
    state = State.READY;
    whenReleased.accept(votes);
  }

  static String lanes(int mask) {
    StringBuilder r = new StringBuilder(Integer.bitCount(mask) == 1 ? "lane " : "lanes ");
    boolean first = true;
    for (int k = 0; k < LANES; k++) {
      if ((mask >>> k & 1) != 0) {
        int from = k;
        while (k + 1 < LANES && (mask >>> (k + 1) & 1) != 0) {
          k++;
        }
        r.append(first ? "" : ", ").append(from).append(k > from ? "-" + k : "");
        first = false;
      }
    }
    return r.toString();
  }
}
