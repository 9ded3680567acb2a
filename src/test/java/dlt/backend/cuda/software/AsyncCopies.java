package dlt.backend.cuda.software;

import java.util.Arrays;

/// The cp.async copies of a warp that nobody has waited for, in the order in which they were asked for. Their destination is poisoned until
/// then; their source is read either as early or as late as a GPU may, as the block's luck has it.
final class AsyncCopies {
  private static final int WORDS = 16;
  /// In place of the lane: the copy is done.
  private static final int DONE = -1;

  private final Warp warp;
  /// By lane: how many groups the thread has committed.
  private final int[] committed = new int[Warp.LANES];
  /// The copies lie from here on; all before are done.
  private int first;
  private int end;
  private int[] lane = new int[64];
  private int[] group = new int[64];
  private int[] destination = new int[64];
  private int[] size = new int[64];
  private int[] sourceBytes = new int[64];
  private int[] sourceAt = new int[64];
  private Allocation[] source = new Allocation[64];
  private byte[] early = new byte[64 * WORDS];

  AsyncCopies(Warp warp) {
    this.warp = warp;
  }

  void clear() {
    first = 0;
    end = 0;
    Arrays.fill(committed, 0);
  }

  /// Copies `bytes` bytes to `destination`, of which the first `given` come from where `from` says and the others are zeros.
  void add(int lane, long destination, Access from, int bytes, int given) {
    if (given < 0 || given > bytes) {
      throw Fault.at(warp, lane, "source size " + given + " of a copy of " + bytes + " bytes");
    }
    int at = warp.block.shared().pend(warp, lane, destination, bytes);
    if (end == size.length) {
      makeRoom();
    }
    this.lane[end] = lane;
    group[end] = committed[lane];
    this.destination[end] = at;
    size[end] = bytes;
    sourceBytes[end] = given;
    if (given > 0) {
      long address = from.address(warp, lane);
      if ((address & (bytes - 1)) != 0) {
        throw Fault.at(warp, lane, "global address 0x" + Long.toHexString(address) + " is not a multiple of " + bytes);
      }
      source[end] = from.allocation(warp, lane, address, given);
      sourceAt[end] = (int) (address - source[end].address);
      if (!warp.block.late()) {
        read(end, early, end * WORDS);
      }
    }
    end++;
  }

  void commit(int lanes) {
    for (int m = lanes; m != 0; m &= m - 1) {
      committed[Integer.numberOfTrailingZeros(m)]++;
    }
  }

  /// Waits until at most `pending` of each lane's latest groups are not done.
  void await(int lanes, int pending) {
    complete(lanes, pending, false);
  }

  void awaitAll(int lanes) {
    complete(lanes, 0, true);
  }

  private void complete(int lanes, int pending, boolean open) {
    for (int i = first; i < end; i++) {
      int k = lane[i];
      if (k != DONE && (lanes >>> k & 1) != 0 && (open || group[i] < committed[k] - pending)) {
        complete(i);
      }
    }
    while (first < end && lane[first] == DONE) {
      first++;
    }
  }

  private void complete(int i) {
    byte[] shared = warp.block.shared().bytes;
    int at = destination[i];
    Arrays.fill(shared, at + sourceBytes[i], at + size[i], (byte) 0);
    if (warp.block.late()) {
      read(i, shared, at);
    } else {
      System.arraycopy(early, i * WORDS, shared, at, sourceBytes[i]);
    }
    warp.block.shared().complete(warp, lane[i], at, size[i]);
    lane[i] = DONE;
  }

  private void read(int i, byte[] into, int at) {
    int n = sourceBytes[i];
    if (n > 0) {
      source[i].read(warp, lane[i], sourceAt[i], n);
      System.arraycopy(source[i].bytes, sourceAt[i], into, at, n);
    }
  }

  /// Moves the copies that are not done to the front of arrays that are at most half full then.
  private void makeRoom() {
    int n = end - first;
    int length = 2 * n > lane.length ? 2 * lane.length : lane.length;
    lane = moved(lane, new int[length]);
    group = moved(group, new int[length]);
    destination = moved(destination, new int[length]);
    size = moved(size, new int[length]);
    sourceBytes = moved(sourceBytes, new int[length]);
    sourceAt = moved(sourceAt, new int[length]);
    Allocation[] sources = new Allocation[length];
    System.arraycopy(source, first, sources, 0, n);
    source = sources;
    byte[] earlies = new byte[length * WORDS];
    System.arraycopy(early, first * WORDS, earlies, 0, n * WORDS);
    early = earlies;
    first = 0;
    end = n;
  }

  private int[] moved(int[] from, int[] to) {
    System.arraycopy(from, first, to, 0, end - first);
    return to;
  }
}
