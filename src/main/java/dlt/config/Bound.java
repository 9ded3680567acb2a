package dlt.config;

/// A record that was read from a file, and where each part of it stands there.
public interface Bound<T> {
  T value();

  /// Where a bound record (this very one, not an equal one) stands: its kind or its key. The whole file's place for a
  /// record that was not bound.
  Location at(Object record);

  /// Where the value of a record's component (by its Java name) stands; the record's own place where it was left out.
  Location at(Object record, String component);
}
