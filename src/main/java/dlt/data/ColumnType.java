package dlt.data;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import java.util.Optional;

@Doc("How a column of a table is read.")
public sealed interface ColumnType {
  @Doc("Numbers.")
  record Numeric() implements ColumnType {}

  @Doc("Names, of which each becomes an index.")
  record Categorical() implements ColumnType {}

  @Doc("Texts, of which each word becomes an index: an input of its own, int64 [length], for an embedding. 0 is padding, 1 a word that is not in the vocabulary. "
      + "A target is one longer: behind its words stands an end mark (3). An input of the target's column begins with a begin mark (2) instead, so that it "
      + "holds what comes before each word.")
  record Text(
      @Doc("The words of a sample: longer texts are cut, shorter ones padded.") @Range(min = 1) int length,
      @Doc("How many words have an index of their own at the most: those that are most frequent in the training part.")
          @Default("10000") @Range(min = 1, max = 16_000_000) int vocabulary,
      @Doc("How often a word must come in the training part to have one; from 2 on, unknown words are trained too.") @Default("1") @Range(min = 1) int minCount,
      @Doc("What a text is cut into.") @Default("word") By by,
      @Doc("Whether capital letters count as small ones.") @Default("true") boolean lowercase,
      @Doc("Where a short text is padded; `select: -1` sees its last word where that is left. A target is padded and cut at its end.") @Default("left") Side paddingSide,
      @Doc("Where a long text is cut.") @Default("left") Side truncationSide,
      @Doc("Another text column whose vocabulary this one has too: the words of both are counted together, as that one's `vocabulary` and `min_count` say.")
          Optional<String> vocabularyOf,
      @Doc("A file of the words that have an index, one a line from 2 on, in place of those of the training part.") Optional<String> words)
      implements ColumnType {
    /// With a vocabulary of its own, fitted to the training part.
    Text(int length, int vocabulary, int minCount, By by, boolean lowercase, Side paddingSide, Side truncationSide) {
      this(length, vocabulary, minCount, by, lowercase, paddingSide, truncationSide, Optional.empty(), Optional.empty());
    }

    /// The same for a text that is written from its beginning on: a target.
    Text written() {
      return new Text(length, vocabulary, minCount, by, lowercase, Side.RIGHT, Side.RIGHT, vocabularyOf, words);
    }

    /// The column whose vocabulary that of column `name` is: itself, or another one.
    String root(String name) {
      return vocabularyOf.orElse(name);
    }
  }

  /// What the words of a text are.
  enum By {
    @Doc("Words of letters and digits, and every other sign by itself.") WORD,
    @Doc("Characters; what stands between words is one space.") CHARACTER,
    @Doc("Characters (Unicode's code points) as they are, line ends and runs of spaces too.") CODE_POINT
  }

  /// An end of a text.
  enum Side {
    @Doc("The beginning.") LEFT,
    @Doc("The end.") RIGHT
  }
}
