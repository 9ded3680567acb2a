package dlt.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.error.Failure;
import dlt.tensor.HostTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Blocks of a running text.
class RunningTextTest {
  private static final Wanted CLASSES = Wanted.of(TargetKind.CLASSES);

  @TempDir Path folder;

  private Text file(String text, int length, ColumnType.By by, boolean lowercase) {
    try {
      Files.writeString(folder.resolve("t.txt"), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Text("t.txt", length, by, 10_000, 1, lowercase);
  }

  private Dataset open(String text, int length) {
    return file(text, length, ColumnType.By.CODE_POINT, false).open(folder, CLASSES);
  }

  private static HostTensor read(Dataset d, int sample, boolean target) {
    HostTensor x = HostTensor.allocate((target ? d.targets() : d.inputs()).getFirst().type());
    d.read(sample, target, 0, x.data());
    return x;
  }

  private static String text(Dataset d, int sample, boolean target) {
    return (target ? d.targets() : d.inputs()).getFirst().vocabulary().orElseThrow().text(read(d, sample, target));
  }

  @Test
  void aSampleIsABlockAndItsTargetWhatComesAfterEachCharacter() {
    Dataset d = open("To be,\r\n  or 𝄞ot", 5);
    assertThat(d.size()).isEqualTo(3);
    assertThat(List.of(text(d, 0, false), text(d, 0, true))).containsExactly("To be", "o be,");
    assertThat(List.of(text(d, 1, false), text(d, 1, true))).containsExactly(",\r\n  ", "\r\n  o");
    assertThat(List.of(text(d, 2, false), text(d, 2, true))).containsExactly("or 𝄞o", "r 𝄞ot");
    assertThat(d.origin(1)).isEqualTo("t.txt[5:10]");
  }

  @Test
  void whatIsLeftIsTooShortForABlock() {
    assertThat(open("abcdefg", 3).size()).isEqualTo(2);
    assertThat(open("abcdef", 3).size()).as("nothing comes after the second block").isEqualTo(1);
    assertThatThrownBy(() -> open("abc", 3)).isInstanceOf(Failure.class)
        .hasMessage("t.txt: holds 3 characters, too few for a block of 3 and what comes after it; take a smaller `length`");
    assertThatThrownBy(() -> file("", 3, ColumnType.By.WORD, true).open(folder, CLASSES)).isInstanceOf(Failure.class).hasMessageContaining("holds 0 words");
  }

  @Test
  void wordsAndCharactersGoOnOverLines() {
    assertThat(text(file("One,\n\n two\nThree four", 4, ColumnType.By.WORD, true).open(folder, CLASSES), 0, true)).isEqualTo(", two three four");
    assertThat(text(file("  One\n\n two\nx ", 8, ColumnType.By.CHARACTER, false).open(folder, CLASSES), 0, true)).isEqualTo("ne two x");
  }

  @Test
  void theVocabularyIsThatOfTheTrainingPartForInputAndTarget() {
    Dataset d = open("abababcccd", 3);
    Part train = new Part("training", d, new int[] {0, 1});
    Dataset fitted = Reworded.fitted(new Parts(train, Optional.empty(), Optional.empty())).train().dataset();
    assertThat(fitted.inputs().getFirst().vocabulary().orElseThrow().words()).containsExactly("a", "b");
    assertThat(fitted.targets().getFirst().vocabulary()).isEqualTo(fitted.inputs().getFirst().vocabulary());
    assertThat(text(fitted, 1, true)).isEqualTo("ab[?]");
  }

  /// A block that begins later reads into the next one.
  @Test
  void eachEpochOfTrainingHasOtherBlocksAndNoneReadsWhatIsHeldOut() {
    int length = 8;
    int blocks = 40;
    String text = IntStream.rangeClosed(0, blocks * length).mapToObj(i -> Character.toString(0x4e00 + i)).collect(Collectors.joining());
    Text source = file(text, length, ColumnType.By.CODE_POINT, false);
    Dataset d = source.open(folder, CLASSES);
    int[] training = IntStream.range(0, blocks).filter(i -> i % 5 != 3).toArray();
    Parts parts = new Parts(new Part("training", d, training), Optional.of(new Part("validation", d, IntStream.range(0, blocks).filter(i -> i % 5 == 3).toArray())), Optional.empty());
    Parts settled = source.settled(parts, CLASSES, 7);
    Dataset train = settled.train().dataset();
    Set<Integer> shifts = new HashSet<>();
    for (int epoch = 0; epoch < 60; epoch++) {
      Dataset now = train.epoch(epoch);
      Set<Integer> moved = new HashSet<>();
      for (int sample : training) {
        HostTensor x = read(now, sample, false);
        HostTensor y = read(now, sample, true);
        int shift = (int) x.longAt(0) - Vocabulary.FIRST - sample * length;
        moved.add(shift);
        for (int i = 0; i < length; i++) {
          assertThat(x.longAt(i)).isEqualTo(Vocabulary.FIRST + (long) sample * length + shift + i);
          assertThat(y.longAt(i)).isEqualTo(x.longAt(i) + 1);
          assertThat(((int) x.longAt(i) - Vocabulary.FIRST) / length % 5).as("block").isNotEqualTo(3);
        }
      }
      assertThat(moved).hasSizeLessThanOrEqualTo(2).contains(0); // those before a held-out one stay
      shifts.addAll(moved);
      assertThat(text(now, training[0], false)).isEqualTo(text(train.epoch(epoch), training[0], false));
    }
    assertThat(shifts).hasSize(length).allSatisfy(s -> assertThat(s).isBetween(0, length - 1));
    assertThat(IntStream.of(training).map(i -> (int) read(train.epoch(0), i, false).longAt(0) - Vocabulary.FIRST)).containsExactly(Arrays.stream(training).map(i -> i * length).boxed().toArray(Integer[]::new));
    assertThat(settled.validation().orElseThrow().dataset()).isSameAs(d);
  }

  @Test
  void otherTextsAreReadInTheWordsOfTheModel() {
    Schema schema = open("abcabc", 2).schema();
    Dataset other = file("bzb", 2, ColumnType.By.CODE_POINT, false).open(folder, CLASSES.like(schema));
    assertThat(text(other, 0, false)).isEqualTo("b[?]");
    assertThatThrownBy(() -> file("abcabc", 3, ColumnType.By.CODE_POINT, false).open(folder, CLASSES.like(schema))).isInstanceOf(Failure.class)
        .hasMessageContaining("t.txt: input 'text' is int64[3] a sample, that of the training data int64[2]");
  }

  @Test
  void theRuleAndLineEndsGoThroughTheSchemaUnchanged() {
    Schema schema = open("a\nb\tc", 2).schema();
    assertThat(Schema.parse(schema.json())).isEqualTo(schema);
  }

  @Test
  void whatIsNoTextOrHasNoWordsToTellIsRefused() throws IOException {
    Files.write(folder.resolve("latin.txt"), "caf\u00e9 au lait".getBytes(StandardCharsets.ISO_8859_1));
    Text latin = new Text("latin.txt", 2, ColumnType.By.CODE_POINT, 10, 1, false);
    assertThatThrownBy(() -> latin.open(folder, CLASSES)).isInstanceOf(Failure.class).hasMessage("latin.txt: is not UTF-8 text");
    assertThatThrownBy(() -> file("abcd", 2, ColumnType.By.CODE_POINT, false).open(folder, Wanted.of(TargetKind.VALUES))).isInstanceOf(Failure.class)
        .hasMessageContaining("the loss wants numbers");
    assertThatThrownBy(() -> file("abcd", 2, ColumnType.By.CODE_POINT, false).open(folder, Wanted.of(TargetKind.NONE))).isInstanceOf(Failure.class)
        .hasMessageContaining("--prompt");
  }
}
