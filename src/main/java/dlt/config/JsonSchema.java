package dlt.config;

/// The JSON Schema (draft 2020-12) of a record, so that editors complete and check experiment files.
public final class JsonSchema {
  private JsonSchema() {}

  /// The schema of `type` as indented JSON.
  public static String of(Class<? extends Record> type) {
    throw new UnsupportedOperationException("JsonSchema.of");
  }
}
