package dlt.backend.cuda.software;

import java.util.Arrays;

/// The cp.async copies of a warp that nobody has waited for. Their destination is poisoned until then; their source is read either as
/// early or as late as a GPU may, as the block's luck has it.
final class AsyncCopies {
  private static final int WORDS = 16;

  private final Warp warp;
  /// By lane: how many groups the thread has committed.
  private final int[] committed = new int[Warp.LANES];
  private int count;
  private int[] lane = new int[64];
  private int[] group = new int[64];
  private int[] destination = new int[64];
  private int[] size = new int[64];
  private int[] sourceBytes = new int[64];
  private long[] source = new long[64];
  private byte[] early = new byte[64 * WORDS];

  AsyncCopies(Warp warp) {
    this.warp = warp;
  }

  void clear() {
    count = 0;
    Arrays.fill(committed, 0);
  }

  /// Copies `from` bytes, and zeros up to `bytes`.
  void add(int lane, long destination, long source, int bytes, int from) {
    if (from < 0 || from > bytes) {
      throw Fault.at(warp, lane, "source size " + from + " of a copy of " + bytes + " bytes");
    }
    int at = warp.block.shared().pend(warp, lane, destination, bytes);
    if (count == size.length) {
      grow();
    }
    this.lane[count] = lane;
    group[count] = committed[lane];
    this.destination[count] = at;
    size[count] = bytes;
    sourceBytes[count] = from;
    this.source[count] = source;
    if (from > 0 && (source & (bytes - 1)) != 0) {
      throw Fault.at(warp, lane, "global address 0x" + Long.toHexString(source) + " is not a multiple of " + bytes);
    }
    read(count, early, count * WORDS);
    count++;
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
    int kept = 0;
    byte[] shared = warp.block.shared().bytes;
    for (int i = 0; i < count; i++) {
      int k = lane[i];
      if ((lanes >>> k & 1) != 0 && (open || group[i] < committed[k] - pending)) {
        Arrays.fill(shared, destination[i], destination[i] + size[i], (byte) 0);
        if (warp.block.late()) {
          read(i, shared, destination[i]);
        } else {
          System.arraycopy(early, i * WORDS, shared, destination[i], sourceBytes[i]);
        }
        warp.block.shared().complete(warp, k, destination[i], size[i]);
      } else {
        lane[kept] = k;
        group[kept] = group[i];
        destination[kept] = destination[i];
        size[kept] = size[i];
        sourceBytes[kept] = sourceBytes[i];
        source[kept] = source[i];
        System.arraycopy(early, i * WORDS, early, kept * WORDS, WORDS);
        kept++;
      }
    }
    count = kept;
  }

  private void read(int i, byte[] into, int at) {
    int n = sourceBytes[i];
    if (n > 0) {
      Allocation a = warp.block.grid().allocation(warp, lane[i], source[i], n, null);
      int from = (int) (source[i] - a.address);
      a.read(warp, lane[i], from, n);
      System.arraycopy(a.bytes, from, into, at, n);
    }
  }

  private void grow() {
    int n = 2 * count;
    lane = Arrays.copyOf(lane, n);
    group = Arrays.copyOf(group, n);
    destination = Arrays.copyOf(destination, n);
    size = Arrays.copyOf(size, n);
    sourceBytes = Arrays.copyOf(sourceBytes, n);
    source = Arrays.copyOf(source, n);
    early = Arrays.copyOf(early, n * WORDS);
  }
}
