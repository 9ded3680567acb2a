package dlt.config;

/// Writes a bound record back whole.
public final class YamlWriter {
  private YamlWriter() {}

  /// `record` as YAML with every default filled in; binding it again gives an equal record.
  public static String write(Record record) {
    throw new UnsupportedOperationException("YamlWriter.write");
  }
}
