package dlt.data;

import java.util.List;

/// A column of a table among the features of an input. `categories` names the values of a categorical column in the order
/// of their indices; it is empty where the column is numeric.
public record Column(String name, List<String> categories) {
  public Column {
    categories = List.copyOf(categories);
  }

  /// A column of numbers.
  public static Column numeric(String name) {
    return new Column(name, List.of());
  }

  public boolean categorical() {
    return !categories.isEmpty();
  }
}
