package dlt.config;

/// Binds YAML to records.
public final class Binder {
  private Binder() {}

  /// `root` as a record of `type`. Throws [ConfigException] with every error of the file in the order of its lines.
  public static <T extends Record> Bound<T> bind(YamlNode root, Class<T> type) {
    throw new UnsupportedOperationException("Binder.bind");
  }
}
