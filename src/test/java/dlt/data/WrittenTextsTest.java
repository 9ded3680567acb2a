package dlt.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.error.Failure;
import dlt.tensor.TensorType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Columns of texts that are targets, and what a model reads of them.
class WrittenTextsTest {
  private static final Wanted CLASSES = Wanted.of(TargetKind.CLASSES);
  private static final String TABLE = "de,en\nrot gr\u00fcn,red green\nblau,a blue blue thing\n,\n";

  @TempDir Path folder;

  private static ColumnType.Text text(int length) {
    return new ColumnType.Text(length, 10_000, 1, ColumnType.By.WORD, true, ColumnType.Side.LEFT, ColumnType.Side.LEFT);
  }

  private static ColumnType.Text text(int length, String vocabularyOf, String words) {
    return new ColumnType.Text(length, 10_000, 1, ColumnType.By.WORD, true, ColumnType.Side.LEFT, ColumnType.Side.LEFT, Optional.ofNullable(vocabularyOf), Optional.ofNullable(words));
  }

  private static Csv csv(ColumnType.Text de, ColumnType.Text en) {
    Map<String, List<String>> inputs = new LinkedHashMap<>();
    inputs.put("source", List.of("de"));
    inputs.put("before", List.of("en"));
    return csv(Optional.empty(), inputs, Map.of("de", de, "en", en));
  }

  private static Csv csv(Optional<List<String>> features, Map<String, List<String>> inputs, Map<String, ColumnType> types) {
    return new Csv(new TableArguments("t.csv", List.of("en"), features, inputs, List.of(), types, Table.Missing.ERROR, Table.Unknown.ERROR, Optional.empty()),
        List.of(), ",");
  }

  private Dataset open(String table, Csv csv, Wanted wanted) {
    try {
      Files.writeString(folder.resolve("t.csv"), table);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return csv.open(folder, wanted);
  }

  private static Dataset fitted(Dataset d, int... train) {
    return Reworded.fitted(new Parts(new Part("training", d, train), Optional.empty(), Optional.empty())).train().dataset();
  }

  @Test
  void aTargetEndsWithAMarkAndItsInputBeginsWithOne() {
    Dataset d = fitted(open(TABLE, csv(text(2), text(3)), CLASSES), 0, 1);
    assertThat(d.targets().getFirst().type()).isEqualTo(TensorType.int64(4));
    assertThat(d.inputs().get(1).type()).isEqualTo(TensorType.int64(4));
    Vocabulary words = d.targets().getFirst().vocabulary().orElseThrow();
    assertThat(words.words()).containsExactly("<begin>", "<end>", "blue", "a", "green", "red");
    assertThat(d.inputs().get(1).vocabulary().orElseThrow().indices()).isEqualTo(words.indices());
    assertThat(d.schema().classes()).hasValue(8);
    assertThat(Samples.target(d, 0)).containsExactly(7, 6, 3, 0);
    assertThat(Samples.read(d, 0, false, 1)).containsExactly(2, 7, 6, 0);
    // cut at its end; the source is padded and cut as it says
    assertThat(Samples.target(d, 1)).containsExactly(5, 4, 4, 3);
    assertThat(Samples.read(d, 1, false, 1)).containsExactly(2, 5, 4, 4);
    assertThat(Samples.read(d, 1, false, 0)).containsExactly(0, 2);
    assertThat(d.inputs().getFirst().vocabulary().orElseThrow().words()).doesNotContain("<begin>");
    // an empty text is its mark
    assertThat(Samples.target(d, 2)).containsExactly(3, 0, 0, 0);
    assertThat(Samples.read(d, 2, false, 1)).containsExactly(2, 0, 0, 0);
    assertThat(Schema.parse(d.schema().json())).isEqualTo(d.schema());
  }

  @Test
  void theWordsOfIndicesAreReadUpToTheEndMark() {
    Vocabulary v = Vocabulary.of(text(3), List.of("<begin>", "<end>", "red", "green")).with(Vocabulary.Mark.END);
    int[] indices = {4, 1, 5, 3, 4, 0};
    assertThat(v.text(indices.length, i -> indices[i])).isEqualTo("red [?] green");
    int[] more = {2, 99, 5};
    assertThat(v.text(more.length, i -> more[i])).isEqualTo("[?] green"); // a class that no word has
  }

  @Test
  void aVocabularyThatIsSharedHasMarksForBothAndCountsATextOnce() {
    for (boolean root : new boolean[] {false, true}) {
      Csv shared = root ? csv(text(2), text(3, "de", null)) : csv(text(2, "en", null), text(3));
      Dataset d = fitted(open("de,en\nx y,y\ny,z z\n", shared, CLASSES), 0, 1);
      assertThat(d.inputs()).allSatisfy(f -> assertThat(f.vocabulary().orElseThrow().words()).as("root %s", root).containsExactly("<begin>", "<end>", "y", "z", "x"));
      assertThat(d.targets().getFirst().vocabulary().orElseThrow().words()).hasSize(5);
      assertThat(Samples.read(d, 0, false, 0)).containsExactly(6, 4);
      assertThat(Samples.target(d, 0)).containsExactly(4, 3, 0, 0);
    }
  }

  @Test
  void marksStandBeforeTheWordsOfAFile() throws IOException {
    Files.writeString(folder.resolve("w.txt"), "green\nred\n");
    Dataset d = fitted(open(TABLE, csv(text(2), text(2, null, "w.txt")), CLASSES), 0);
    assertThat(d.targets().getFirst().vocabulary().orElseThrow().words()).containsExactly("<begin>", "<end>", "green", "red");
    assertThat(Samples.target(d, 0)).containsExactly(5, 4, 3);
    assertThat(Samples.target(d, 1)).containsExactly(1, 1, 3);
  }

  @Test
  void predictionsNeedNoColumnOfWhatIsWritten() {
    Csv csv = csv(text(2), text(3));
    Schema schema = Schema.parse(fitted(open(TABLE, csv, CLASSES), 0, 1).schema().json());
    for (String table : List.of("de\nrot\n", "de,en\nrot,green\n")) {
      Dataset d = open(table, csv, Wanted.of(TargetKind.NONE).like(schema));
      assertThat(Samples.read(d, 0, false, 1)).as(table).containsExactly(2, 0, 0, 0);
      assertThat(d.targets()).isEmpty();
    }
    Dataset whole = open("de,en\nrot,green new\n", csv, CLASSES.like(schema));
    assertThat(Samples.read(whole, 0, false, 1)).containsExactly(2, 6, 1, 0);
    assertThat(Samples.target(whole, 0)).containsExactly(6, 1, 3, 0);
    assertThatThrownBy(() -> open("de\nrot\n", csv, CLASSES.like(schema))).isInstanceOf(Failure.class).hasMessageContaining("has no column 'en'");
  }

  @Test
  void whereNothingElseIsReadATextGoesOnFromItsBeginning() {
    Csv csv = csv(Optional.of(List.of("en")), Map.of(), Map.of("en", text(3)));
    Dataset trained = fitted(open(TABLE, csv, CLASSES), 0, 1);
    assertThat(trained.inputs()).extracting(Field::name).containsExactly("features");
    Dataset d = open("en\nblue\n", csv, Wanted.of(TargetKind.NONE).like(trained.schema()));
    assertThat(Samples.input(d, 0)).containsExactly(2, 4, 0, 0);
  }

  @Test
  void aTextIsNoTargetOfALossForNumbers() {
    assertThatThrownBy(() -> open(TABLE, csv(text(2), text(3)), Wanted.of(TargetKind.VALUES))).isInstanceOf(Failure.class)
        .hasMessage("t.csv: the loss wants numbers, and target column 'en' is a text; cross_entropy takes its words");
  }
}
