package dlt.data;

import java.util.List;
import java.util.Optional;

/// A column of a table among the features of an input. `categories` names the values of a categorical column in the order
/// of their indices, `vocabulary` the words of a column of texts; a column without either is numeric.
public record Column(String name, List<String> categories, Optional<Vocabulary> vocabulary) {
  public Column {
    categories = List.copyOf(categories);
  }

  /// A column of numbers, or of these categories.
  public Column(String name, List<String> categories) {
    this(name, categories, Optional.empty());
  }

  /// A column of numbers.
  public static Column numeric(String name) {
    return new Column(name, List.of());
  }

  /// A column of texts.
  static Column text(String name, Vocabulary vocabulary) {
    return new Column(name, List.of(), Optional.of(vocabulary));
  }

  public boolean categorical() {
    return !categories.isEmpty();
  }
}
