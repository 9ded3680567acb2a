package dlt.backend.cuda.software;

import java.util.Arrays;

/// A piece of device memory. Within a launch each unit knows which block wrote and which read it: blocks that touch the same unit, one of
/// them writing, race. Detection is by plain stores of concurrent blocks, so a race may rarely be missed, never be made up.
final class Allocation {
  final long address;
  final int length;
  /// Not to be written by kernels.
  final boolean constant;
  /// Null once it is freed.
  byte[] bytes;

  private int limit;
  private volatile Shadow shadow;

  /// Who wrote and who read each unit of `1 << shift` bytes, as [Grid] numbers blocks.
  private record Shadow(int shift, int[] writers, int[] readers) {
    Shadow(int shift, int bytes) {
      this(shift, new int[(bytes >> shift) + 1], new int[(bytes >> shift) + 1]);
    }
  }

  Allocation(long address, int length, boolean constant) {
    this.address = address;
    this.length = length;
    this.constant = constant;
    bytes = new byte[length];
    limit = length;
    Arrays.fill(bytes, (byte) 0xFF);
  }

  boolean holds(long a, int size) {
    long at = a - address;
    return at >= 0 && at <= limit - size;
  }

  boolean freed() {
    return bytes == null;
  }

  void free() {
    limit = Integer.MIN_VALUE / 2;
    bytes = null;
    shadow = null;
  }

  void forgetLaunches() {
    shadow = null;
  }

  /// Notes that a block reads `size` bytes at `at`.
  void read(Warp w, int lane, int at, int size) {
    Grid grid = w.block.grid();
    if (grid.single()) {
      return;
    }
    Shadow s = shadow(grid);
    int me = w.block.tag();
    int first = grid.firstTag();
    int end = (at + size - 1) >> s.shift;
    for (int u = at >> s.shift; u <= end; u++) {
      int writer = s.writers[u];
      if (writer != me && writer >= first) {
        throw Fault.at(w, lane, "reads " + where(s, u) + ", which block " + grid.where(writer) + " of the same launch writes");
      }
      int r = s.readers[u];
      if (r != me) {
        s.readers[u] = r >= first ? grid.severalTag() : me;
      }
    }
  }

  /// Notes that a block writes.
  void write(Warp w, int lane, int at, int size) {
    Grid grid = w.block.grid();
    if (grid.single()) {
      return;
    }
    Shadow s = shadow(grid);
    int me = w.block.tag();
    int first = grid.firstTag();
    int end = (at + size - 1) >> s.shift;
    for (int u = at >> s.shift; u <= end; u++) {
      int writer = s.writers[u];
      if (writer != me) {
        if (writer >= first) {
          throw Fault.at(w, lane, "writes " + where(s, u) + ", which block " + grid.where(writer) + " of the same launch writes too");
        }
        s.writers[u] = me;
      }
      int r = s.readers[u];
      if (r != me && r >= first) {
        throw Fault.at(w, lane, "writes " + where(s, u) + ", which block " + grid.where(r) + " of the same launch reads");
      }
    }
  }

  private Shadow shadow(Grid grid) {
    Shadow s = shadow;
    return s != null && s.shift <= grid.shift() ? s : finer(grid.shift());
  }

  private synchronized Shadow finer(int shift) {
    if (shadow == null || shadow.shift > shift) {
      shadow = new Shadow(shift, length);
    }
    return shadow;
  }

  private String where(Shadow s, int unit) {
    return "byte " + ((long) unit << s.shift) + " of the allocation of " + length + " bytes at 0x" + Long.toHexString(address);
  }
}
