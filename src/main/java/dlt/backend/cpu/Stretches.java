package dlt.backend.cpu;

/// Parts of rows, each cut into stretches of about equal length, of at most so many rows as are added up at one go: however large a part is, no
/// accumulator gets more values. What a stretch is depends on sizes alone.
final class Stretches {
  private final int[] first;
  private final long[] from;
  private final long[] to;

  private Stretches(int[] first, long[] from, long[] to) {
    this.first = first;
    this.from = from;
    this.to = to;
  }

  static Stretches of(Strips.Rows parts) {
    int[] first = new int[parts.parts() + 1];
    for (int part = 0; part < parts.parts(); part++) {
      long most = ColumnReduction.MOST_ROWS;
      first[part + 1] = first[part] + Math.toIntExact(Math.max(1, Math.ceilDiv(parts.to(part) - parts.from(part), most)));
    }
    long[] from = new long[first[parts.parts()]];
    long[] to = new long[from.length];
    for (int part = 0; part < parts.parts(); part++) {
      int many = first[part + 1] - first[part];
      long rows = parts.to(part) - parts.from(part);
      for (int i = 0; i < many; i++) {
        from[first[part] + i] = parts.from(part) + rows * i / many;
        to[first[part] + i] = parts.from(part) + rows * (i + 1) / many;
      }
    }
    return new Stretches(first, from, to);
  }

  /// The first rows of each stretch, a power of two and at most `most`.
  Stretches firstRows(int most) {
    long[] ends = new long[from.length];
    for (int i = 0; i < ends.length; i++) {
      ends[i] = from[i] + Math.min(most, Long.highestOneBit(to[i] - from[i]));
    }
    return new Stretches(first, from, ends);
  }

  int parts() {
    return first.length - 1;
  }

  /// How many stretches there are.
  int count() {
    return from.length;
  }

  /// The first stretch of a part; of the part after the last, the one after the last.
  int first(int part) {
    return first[part];
  }

  long from(int stretch) {
    return from[stretch];
  }

  long to(int stretch) {
    return to[stretch];
  }

  int rows(int stretch) {
    return (int) (to[stretch] - from[stretch]);
  }
}
