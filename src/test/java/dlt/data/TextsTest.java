package dlt.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.config.Invalid;
import dlt.error.Failure;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Columns of texts: their words, the indices of these, and the vocabulary of a training part.
class TextsTest {
  private static final Wanted CLASSES = Wanted.of(TargetKind.CLASSES);

  @TempDir Path folder;

  private static ColumnType.Text text(int length) {
    return new ColumnType.Text(length, 10_000, 1, ColumnType.By.WORD, true, ColumnType.Side.LEFT, ColumnType.Side.LEFT);
  }

  private static ColumnType.Text limited(int length, int vocabulary, int minCount) {
    return new ColumnType.Text(length, vocabulary, minCount, ColumnType.By.WORD, true, ColumnType.Side.LEFT, ColumnType.Side.LEFT);
  }

  private static ColumnType.Text characters(boolean lowercase) {
    return new ColumnType.Text(8, 10_000, 1, ColumnType.By.CHARACTER, lowercase, ColumnType.Side.LEFT, ColumnType.Side.LEFT);
  }

  private static ColumnType.Text sides(ColumnType.Side padding, ColumnType.Side truncation) {
    return new ColumnType.Text(3, 10_000, 1, ColumnType.By.WORD, true, padding, truncation);
  }

  private static Csv csv(ColumnType.Text type) {
    return csv(Optional.empty(), Map.of(), type, Table.Missing.ERROR);
  }

  private static Csv csv(Optional<List<String>> features, Map<String, List<String>> inputs, ColumnType.Text type, Table.Missing missing) {
    return new Csv(new TableArguments("t.csv", List.of("y"), features, inputs, List.of(), Map.of("t", type), missing, Table.Unknown.ERROR, Optional.empty()),
        List.of("NA", "?"), ",");
  }

  private Dataset open(String table, Csv csv, Wanted wanted) {
    try {
      Files.writeString(folder.resolve("t.csv"), table);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return csv.open(folder, wanted);
  }

  private static List<String> words(String text) {
    return Vocabulary.words(text(1), text);
  }

  private static Part part(Dataset d, int... samples) {
    return new Part("training", d, samples);
  }

  private static Dataset fitted(Dataset d, int... train) {
    return Reworded.fitted(new Parts(part(d, train), Optional.empty(), Optional.empty())).train().dataset();
  }

  private static List<String> vocabulary(Dataset d) {
    return d.inputs().getFirst().vocabulary().orElseThrow().words();
  }

  @Test
  void wordsAreLettersAndDigitsInSmallLettersAndOtherSignsStandAlone() {
    assertThat(words("It's 3 o'clock, isn't it?!")).containsExactly("it", "'", "s", "3", "o", "'", "clock", ",", "isn", "'", "t", "it", "?", "!");
    assertThat(words("2nd snake_case\tand\r\nnew line")).containsExactly("2nd", "snake", "_", "case", "and", "new", "line");
    assertThat(words("1,234.5 €5 a+b")).containsExactly("1", ",", "234", ".", "5", "€", "5", "a", "+", "b");
    assertThat(words(" \t\u00a0\u2003\n\u0000\ufeff")).isEmpty();
    assertThat(words("")).isEmpty();
  }

  @Test
  void combiningMarksBelongToTheirWordsWhichAreTheSameComposedOrNot() {
    assertThat(words("Cafe\u0301 CAF\u00c9")).containsExactly("caf\u00e9", "caf\u00e9");
    assertThat(words("x\u0323y")).containsExactly("x\u0323y"); // there is no composed form
    assertThat(words("हिन्दी में")).containsExactly("हिन्दी", "में"); // vowel signs are marks
    assertThat(words("STRASSE Straße ΟΔΟΣ")).containsExactly("strasse", "straße", "οδος");
    assertThat(words("İ")).containsExactly("i\u0307");
  }

  @Test
  void emojiAreSignsAndWhatJoinsThemIsNone() {
    assertThat(words("so 😀😀!")).containsExactly("so", "😀", "😀", "!");
    assertThat(words("👩\u200d🚀")).containsExactly("👩", "🚀");
    assertThat(words("中文 字")).containsExactly("中文", "字");
    assertThat(words("a\ud800b")).containsExactly("a", "b"); // half a character
  }

  @Test
  void charactersAreTakenOneByOneWithOneSpaceBetweenWords() {
    assertThat(Vocabulary.words(characters(true), " Ab \n c! ")).containsExactly("a", "b", " ", "c", "!");
    assertThat(Vocabulary.words(characters(false), "Ab😀")).containsExactly("A", "b", "😀");
    assertThat(Vocabulary.words(characters(true), "\u200b \t")).isEmpty();
  }

  @Test
  void shortTextsArePaddedAndLongOnesCutAtTheSideThatTheExperimentSays() {
    List<String> known = List.of("a", "b", "c", "d");
    Vocabulary left = Vocabulary.of(sides(ColumnType.Side.LEFT, ColumnType.Side.LEFT), known);
    assertThat(left.indices("a b")).containsExactly(0, 2, 3);
    assertThat(left.indices("a b c d")).containsExactly(3, 4, 5);
    assertThat(left.indices("")).containsExactly(0, 0, 0);
    assertThat(left.indices("b q 😀")).containsExactly(3, 1, 1);
    Vocabulary right = Vocabulary.of(sides(ColumnType.Side.RIGHT, ColumnType.Side.RIGHT), known);
    assertThat(right.indices("a b")).containsExactly(2, 3, 0);
    assertThat(right.indices("a b c d")).containsExactly(2, 3, 4);
    assertThat(right.indices("a b c")).containsExactly(2, 3, 4);
  }

  @Test
  void theWordsOfIndicesAreReadableAgain() {
    Vocabulary v = Vocabulary.of(text(5), List.of("good", "film", "."));
    assertThat(v.text(HostTensor.of(Shape.of(5), 0L, 0, 2, 1, 4))).isEqualTo("good [?] .");
    assertThat(v.text(HostTensor.of(Shape.of(2), 0L, 0))).isEmpty();
    assertThat(Vocabulary.of(characters(true), List.of("a", " ", "b")).text(HostTensor.of(Shape.of(4), 2L, 3, 4, 0))).isEqualTo("a b");
  }

  @Test
  void aTextColumnIsOneInputOfIndices() {
    Dataset d = open("t,y\nThe film was good.,1\n\"Bad, \"\"bad\"\"\nfilm\",0\n", csv(text(8)), CLASSES);
    assertThat(d.inputs()).extracting(Field::name).containsExactly("features");
    assertThat(d.inputs().getFirst().type()).isEqualTo(TensorType.int64(8));
    assertThat(d.mayMiss()).isFalse();
    Dataset fitted = fitted(d, 0, 1);
    // by frequency, then by characters
    assertThat(vocabulary(fitted)).containsExactly("\"", "bad", "film", ",", ".", "good", "the", "was");
    assertThat(Samples.input(fitted, 0)).containsExactly(0, 0, 0, 8, 4, 9, 7, 6);
    assertThat(Samples.input(fitted, 1)).containsExactly(0, 0, 3, 5, 2, 3, 2, 4);
    assertThat(fitted.inputs().getFirst().indices()).hasValue(10);
    assertThat(fitted.origin(1)).isEqualTo("t.csv:3");
  }

  @Test
  void theVocabularyIsThatOfTheTrainingPartAlone() {
    Dataset d = open("t,y\na a b,1\nb c c c,0\na d,1\n", csv(text(4)), CLASSES);
    Parts parts = Reworded.fitted(new Parts(part(d, 0, 2), Optional.of(part(d, 1)), Optional.empty()));
    assertThat(vocabulary(parts.train().dataset())).containsExactly("a", "b", "d");
    assertThat(parts.validation().orElseThrow().dataset()).isSameAs(parts.train().dataset());
    assertThat(Samples.input(parts.validation().get().dataset(), 1)).containsExactly(3, 1, 1, 1);
    assertThat(vocabulary(fitted(d, 1))).containsExactly("c", "b");
  }

  @Test
  void wordsBeyondTheCutDoNotCount() {
    Dataset d = open("t,y\nnever never never last,1\n", csv(text(1)), CLASSES);
    assertThat(vocabulary(fitted(d, 0))).containsExactly("last");
  }

  @Test
  void theMostFrequentWordsHaveAnIndex() {
    String table = "t,y\na a a b b c,1\n";
    assertThat(vocabulary(fitted(open(table, csv(limited(6, 2, 1)), CLASSES), 0))).containsExactly("a", "b");
    Dataset often = fitted(open(table, csv(limited(6, 100, 2)), CLASSES), 0);
    assertThat(vocabulary(often)).containsExactly("a", "b");
    assertThat(Samples.input(often, 0)).containsExactly(2, 2, 2, 3, 3, 1);
  }

  @Test
  void aVocabularyWithoutAnyWordIsAnError() {
    Dataset once = open("t,y\na b c,1\n", csv(limited(3, 10, 2)), CLASSES);
    assertThatThrownBy(() -> fitted(once, 0)).isInstanceOf(Failure.class)
        .hasMessage("column 't': the texts of the training part hold no word that comes 2 times; lower `min_count`");
    Dataset empty = open("t,y\n\" \",1\n,0\n", csv(text(3)), CLASSES);
    assertThatThrownBy(() -> fitted(empty, 0, 1)).isInstanceOf(Failure.class).hasMessage("column 't': the texts of the training part hold no word at all");
    Dataset elsewhere = open("t,y\n,1\nword,0\n", csv(text(3)), CLASSES);
    assertThatThrownBy(() -> fitted(elsewhere, 0)).hasMessageContaining("hold no word at all");
  }

  @Test
  void aMissingTextIsEmptyWhateverElseIsDoneAboutMissingValues() {
    for (Table.Missing missing : Table.Missing.values()) {
      Dataset d = open("t,y\n,1\nNA ?,0\nNA,1\n", csv(Optional.empty(), Map.of(), text(2), missing), CLASSES);
      assertThat(d.size()).isEqualTo(3);
      assertThat(Samples.input(d, 0)).containsExactly(0, 0);
      assertThat(Samples.input(d, 2)).containsExactly(0, 2); // a word like others
    }
  }

  @Test
  void parquetHasTextsToo() {
    Path files = Path.of("src/test/resources/data");
    for (String column : List.of("colour", "count")) {
      Parquet p = new Parquet(new TableArguments("table-snappy.parquet", List.of("y"), Optional.of(List.of(column)), Map.of(), List.of(), Map.of(column, text(2)), Table.Missing.ERROR, Table.Unknown.ERROR, Optional.empty()),
          List.of());
      Dataset d = fitted(p.open(files, CLASSES), IntStream.range(0, 10).toArray());
      assertThat(vocabulary(d)).contains(column.equals("colour") ? "blue" : "254");
      assertThat(Samples.input(d, 2)[1] == Vocabulary.PADDING).as("a null").isEqualTo(column.equals("colour"));
    }
  }

  @Test
  void aTextStandsBesideOtherInputs() {
    Map<String, List<String>> inputs = new LinkedHashMap<>();
    inputs.put("words", List.of("t"));
    inputs.put("numbers", List.of("a", "b"));
    Csv csv = csv(Optional.empty(), inputs, text(3), Table.Missing.ERROR);
    Dataset d = fitted(open("a,t,b,y\n1,x y,2,1\n3,x,4,0\n", csv, CLASSES), 0, 1);
    assertThat(d.inputs()).extracting(Field::name).containsExactly("words", "numbers");
    assertThat(Samples.read(d, 0, false, 0)).containsExactly(0, 2, 3);
    assertThat(Samples.read(d, 1, false, 1)).containsExactly(3, 4);
  }

  @Test
  void otherDataAreReadInTheWordsOfTheModel() {
    Dataset trained = fitted(open("t,y\ngood film,1\nbad film,0\n", csv(text(3)), CLASSES), 0, 1);
    Schema schema = Schema.parse(trained.schema().json());
    assertThat(schema).isEqualTo(trained.schema());
    Dataset other = open("t\nfilm new good\n", csv(text(3)), Wanted.of(TargetKind.NONE).like(schema));
    assertThat(Samples.input(other, 0)).containsExactly(2, 1, 4);
    assertThat(other.inputs()).isEqualTo(trained.inputs());
    assertThatThrownBy(() -> open("x\nfilm\n", csv(text(3)), Wanted.of(TargetKind.NONE).like(schema))).isInstanceOf(Failure.class)
        .hasMessageContaining("has no column 't'");
  }

  @Test
  void theRuleAndTheWordsGoThroughTheSchemaUnchanged() {
    ColumnType.Text rule = new ColumnType.Text(5, 7, 2, ColumnType.By.CHARACTER, false, ColumnType.Side.RIGHT, ColumnType.Side.LEFT);
    Field f = new Field("t", TensorType.int64(5), List.of(), List.of(Column.text("t \"q\"", Vocabulary.of(rule, List.of("\"", "é", "😀", " ", "\\")))));
    Schema schema = new Schema(List.of(f), List.of());
    assertThat(Schema.parse(schema.json())).isEqualTo(schema);
  }

  @Test
  void aTextBesideOtherColumnsOfAnInputSaysHowToWriteIt() {
    assertThatThrownBy(() -> open("t,a,y\nx,1,1\n", csv(text(3)), CLASSES)).isInstanceOf(Failure.class)
        .hasMessageContaining("t.csv: column 't' is a text, which is an input of its own; say `inputs: {t: t, others: [a]}`");
    assertThatThrownBy(() -> csv(Optional.of(List.of("a", "t")), Map.of(), text(3), Table.Missing.ERROR))
        .isInstanceOfSatisfying(Invalid.class, e -> assertThat(e.found()).isEqualTo("the text 't' beside other columns"));
    assertThatThrownBy(() -> csv(Optional.empty(), Map.of("all", List.of("t", "b")), text(3), Table.Missing.ERROR))
        .isInstanceOfSatisfying(Invalid.class, e -> assertThat(e.expected()).contains("`inputs: {t: t, others: [b]}`"));
  }

  @Test
  void aTextHasNoShape() {
    assertThatThrownBy(() -> new Csv(new TableArguments("t.csv", List.of("y"), Optional.empty(), Map.of(), List.of(), Map.of("t", text(3)), Table.Missing.ERROR, Table.Unknown.ERROR, Optional.of(Shape.of(3).dims())),
        List.of(), ",")).isInstanceOf(Invalid.class);
  }

  @Test
  void textsThatAreNotDeclaredAreToldFromCategories() {
    StringBuilder table = new StringBuilder("t,y\n");
    IntStream.range(0, 50).forEach(i -> table.append("text number " + i + "," + i % 2 + "\n"));
    Csv plain = new Csv(new TableArguments("t.csv", List.of("y"), Optional.empty(), Map.of(), List.of(), Map.of(), Table.Missing.ERROR, Table.Unknown.ERROR, Optional.empty()),
        List.of(), ",");
    assertThatThrownBy(() -> open(table.toString(), plain, CLASSES)).hasMessageContaining("`types: {t: {text: 64}}`");
  }

  @Test
  void theMembersOfPairsAreInTheSameWords() {
    Dataset d = open("t,y\na b,1\nc a,0\na d,1\nc b,0\n", csv(text(2)), CLASSES);
    Pairs pairs = new Pairs(csv(text(2)), 0.5, -1);
    Parts parts = Reworded.fitted(pairs.settled(new Parts(part(d, 0, 1, 2, 3), Optional.empty(), Optional.empty()), CLASSES, 1));
    Dataset p = parts.train().dataset();
    assertThat(p.inputs()).extracting(Field::name).containsExactly("a", "b");
    assertThat(p.inputs()).allSatisfy(f -> assertThat(f.vocabulary().orElseThrow().words()).containsExactly("a", "b", "c", "d"));
    Dataset epoch = p.epoch(3);
    for (int field = 0; field < 2; field++) {
      assertThat(Arrays.stream(Samples.read(epoch, 0, false, field))).allMatch(w -> w >= 2 && w <= 5);
    }
  }

  private Csv two(ColumnType.Text t, ColumnType.Text u) {
    return new Csv(new TableArguments("t.csv", List.of("y"), Optional.empty(), Map.of("a", List.of("t"), "b", List.of("u")), List.of(), Map.of("t", t, "u", u), Table.Missing.ERROR, Table.Unknown.ERROR, Optional.empty()),
        List.of(), ",");
  }

  private static ColumnType.Text with(ColumnType.Text t, String vocabularyOf, String words) {
    return new ColumnType.Text(t.length(), t.vocabulary(), t.minCount(), t.by(), t.lowercase(), t.paddingSide(), t.truncationSide(),
        Optional.ofNullable(vocabularyOf), Optional.ofNullable(words));
  }

  @Test
  void columnsMayHaveOneVocabularyWhichCountsTheWordsOfBoth() {
    String table = "t,u,y\nred green,blue red,x\ngreen,blue blue,z\nwhite,black,x\n";
    Dataset d = fitted(open(table, two(limited(3, 2, 2), with(limited(4, 9, 1), "t", null)), CLASSES), 0, 1);
    for (Field f : d.inputs()) {
      assertThat(f.vocabulary().orElseThrow().words()).as(f.name()).containsExactly("blue", "green"); // red comes twice too, and later in order
    }
    int a = d.inputs().getFirst().name().equals("a") ? 0 : 1;
    assertThat(Samples.read(d, 0, false, a)).containsExactly(0, 1, 3);
    assertThat(Samples.read(d, 0, false, 1 - a)).containsExactly(0, 0, 2, 1);
    assertThat(Samples.read(d, 2, false, 1 - a)).containsExactly(0, 0, 0, 1);
    assertThatThrownBy(() -> two(text(3), with(text(3), "y", null))).hasMessageContaining("vocabulary_of: y");
    assertThatThrownBy(() -> two(characters(true), with(text(3), "t", null))).hasMessageContaining("whose words are others");
    assertThatThrownBy(() -> two(text(3), with(text(3), "t", "w.txt"))).hasMessageContaining("vocabulary_of beside words");
  }

  @Test
  void aVocabularyMayStandInAFile() throws IOException {
    Files.writeString(folder.resolve("w.txt"), "green\n!\nred\n");
    String table = "t,u,y\nred green,blue red,x\ngreen,red !,z\n";
    Dataset d = fitted(open(table, two(with(text(2), null, "w.txt"), with(text(3), "t", null)), CLASSES), 0);
    int a = d.inputs().getFirst().name().equals("a") ? 0 : 1;
    assertThat(Samples.read(d, 0, false, a)).containsExactly(4, 2);
    assertThat(Samples.read(d, 0, false, 1 - a)).containsExactly(0, 1, 4);
    assertThat(Samples.read(d, 1, false, 1 - a)).containsExactly(0, 4, 3);
    assertThat(d.inputs().getFirst().indices()).hasValue(5);
    for (var wrong : Map.of("a\nTwo\n", "w.txt:2: 'Two' is no word", "a b\n", "it would be [a, b]", "a\nb\na\n", "w.txt:3: 'a' comes twice", "", "holds no words").entrySet()) {
      Files.writeString(folder.resolve("w.txt"), wrong.getKey());
      assertThatThrownBy(() -> open(table, two(with(text(2), null, "w.txt"), text(3)), CLASSES)).isInstanceOf(Failure.class).hasMessageContaining(wrong.getValue());
    }
  }
}
