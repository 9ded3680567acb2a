package dlt.data;

import java.util.List;

/// The rows of a table in a file, which can be read several times.
interface TableRows {
  /// What the file itself says of a column's cells.
  enum Kind {
    /// Texts, of which some may be numbers.
    TEXT,
    NUMBER,
    /// The texts `false` and `true`, or the numbers 0 and 1.
    BOOLEAN
  }

  /// The cells of one row, by the number of their column.
  interface Cells {
    /// A cell of any kind; empty or null where the value is missing.
    String text(int column);

    /// A cell that is no text; NaN where the value is missing.
    double number(int column);
  }

  /// What is done with a row; `place` is its line or number.
  interface Consumer {
    void accept(int place, Cells cells);
  }

  SourceFile file();

  /// The names of the columns.
  List<String> header();

  /// Whether a column holds texts or numbers.
  default boolean reads(int column) {
    return true;
  }

  /// Throws Failure(DATA) where a column holds something that is neither text nor number.
  Kind kind(int column);

  /// All rows in order. Of their cells those of `columns` are looked at.
  void forEach(int[] columns, Consumer consumer);

  /// What the file seems to be instead, in messages that say that it does not fit; empty where nothing seems wrong.
  default String otherwise() {
    return "";
  }

  /// The row in messages.
  String at(int place);

  /// The table itself in messages: where its columns are named.
  String atHeader();
}
