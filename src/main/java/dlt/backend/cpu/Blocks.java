package dlt.backend.cpu;

/// `count` things cut into parts of `block`; the last part may be smaller. What a part is depends on sizes alone.
record Blocks(long count, long block) implements Strips.Rows {
  /// Work on fewer elements than this is not worth another thread.
  private static final long PART = 1 << 14;

  /// Parts of whole things that touch `cost` elements each.
  static Blocks of(long count, long cost) {
    return new Blocks(count, Math.max(1, PART / Math.max(1, cost)));
  }

  long size(int part) {
    return to(part) - from(part);
  }

  @Override
  public int parts() {
    return Math.toIntExact((count + block - 1) / block);
  }

  @Override
  public long from(int part) {
    return part * block;
  }

  @Override
  public long to(int part) {
    return Math.min(count, (part + 1) * block);
  }
}
