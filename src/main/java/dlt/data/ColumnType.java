package dlt.data;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;

@Doc("How a column of a table is read.")
public sealed interface ColumnType {
  @Doc("Numbers.")
  record Numeric() implements ColumnType {}

  @Doc("Names, of which each becomes an index.")
  record Categorical() implements ColumnType {}

  @Doc("Texts, of which each word becomes an index: an input of its own, int64 [length], for an embedding. 0 is padding, 1 a word that is not in the vocabulary.")
  record Text(
      @Doc("The words of a sample: longer texts are cut, shorter ones padded.") @Range(min = 1) int length,
      @Doc("How many words have an index of their own at the most: those that are most frequent in the training part.")
          @Default("10000") @Range(min = 1, max = 16_000_000) int vocabulary,
      @Doc("How often a word must come in the training part to have one; from 2 on, unknown words are trained too.") @Default("1") @Range(min = 1) int minCount,
      @Doc("What a text is cut into.") @Default("word") By by,
      @Doc("Whether capital letters count as small ones.") @Default("true") boolean lowercase,
      @Doc("Where a short text is padded; `select: -1` sees its last word where that is left.") @Default("left") Side paddingSide,
      @Doc("Where a long text is cut.") @Default("left") Side truncationSide)
      implements ColumnType {}

  /// What the words of a text are.
  enum By {
    @Doc("Words of letters and digits, and every other sign by itself.") WORD,
    @Doc("Characters; what stands between words is one space.") CHARACTER
  }

  /// An end of a text.
  enum Side {
    @Doc("The beginning.") LEFT,
    @Doc("The end.") RIGHT
  }
}
