package dlt.config;

import java.util.SequencedMap;

/// The kinds of a sealed interface: its records, those of sealed interfaces below it included, by their names in the file.
public final class Kinds {
  private Kinds() {}

  /// Name to record in the order of the `permits` clause.
  public static SequencedMap<String, Class<? extends Record>> of(Class<?> sealed) {
    throw new UnsupportedOperationException("Kinds.of");
  }

  /// The name of a record class (or an enum's constant's class) in the file: [Key] or snake_case.
  public static String name(Class<?> kind) {
    throw new UnsupportedOperationException("Kinds.name");
  }
}
