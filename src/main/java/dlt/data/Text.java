package dlt.data;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

@Doc("Running text in a file, UTF-8, for a language model. A sample is a block of it, int64 [length], the input `text`; the target `next` is what comes after "
    + "each word of the block. In each epoch of training the blocks begin elsewhere.")
public record Text(
    @Doc("The file.") String path,
    @Doc("The words (or characters) of a block: the most that the model sees before the one it is to tell.") @Range(min = 1) int length,
    @Doc("What the text is cut into.") @Default("code_point") ColumnType.By by,
    @Doc("How many words have an index of their own at the most: those that are most frequent in the training part.")
        @Default("10000") @Range(min = 1, max = 16_000_000) int vocabulary,
    @Doc("How often a word must come in the training part to have one.") @Default("1") @Range(min = 1) int minCount,
    @Doc("Whether capital letters count as small ones.") @Default("false") boolean lowercase)
    implements Source {
  static final String INPUT = "text", TARGET = "next";

  /// Blocks of so many characters, which are all in the vocabulary unless they are more than 10,000 different ones.
  public static Text of(String path, int length) {
    return new Text(path, length, ColumnType.By.CODE_POINT, 10_000, 1, false);
  }

  /// What there is to go on from is padded behind it, and cut where it begins.
  private ColumnType.Text rule() {
    return new ColumnType.Text(length, vocabulary, minCount, by, lowercase, ColumnType.Side.RIGHT, ColumnType.Side.LEFT);
  }

  @Override
  public Dataset open(Path base, Wanted wanted) {
    SourceFile file = SourceFile.of(base, path);
    if (wanted.targets() == TargetKind.NONE) {
      throw file.failure("is a running text, and a model goes on from the text that `dlt predict --prompt TEXT` gives");
    }
    if (wanted.kind(TARGET) != TargetKind.CLASSES) {
      throw file.failure("the loss wants numbers, and the target is a text; cross_entropy takes its words");
    }
    Optional<Vocabulary> known = wanted.schema().flatMap(s -> s.inputs().getFirst().vocabulary());
    Vocabulary words = known.orElseGet(() -> new Vocabulary(rule(), new LinkedHashMap<>()));
    return wanted.checked(file.whole(() -> RunningText.read(file, words, length, known.isPresent())), path);
  }

  /// The training part gets other blocks in each epoch.
  @Override
  public Parts settled(Parts parts, Wanted wanted, long seed) {
    Part train = parts.train();
    return train.dataset() instanceof RunningText text
        ? new Parts(new Part(train.name(), text.moving(train.samples(), seed), train.samples()), parts.validation(), parts.test()) : parts;
  }

  /// The same of another file.
  Text at(String other) {
    return new Text(other, length, by, vocabulary, minCount, lowercase);
  }

  @Override
  public List<String> paths() {
    return List.of(path);
  }
}
