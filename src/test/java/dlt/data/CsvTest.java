package dlt.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.OpenFiles;
import dlt.error.Failure;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class CsvTest {
  private static final Wanted CLASSES = Wanted.of(TargetKind.CLASSES);
  private static final Wanted VALUES = Wanted.of(TargetKind.VALUES);

  @TempDir Path folder;

  /// Arguments of a source, to be changed one by one.
  private Csv csv(String... target) {
    return new Csv(new TableArguments("t.csv", List.of(target), Optional.empty(), Map.of(), List.of(), Map.of(), Csv.Missing.ERROR, Csv.Unknown.ERROR, Optional.empty()),
        List.of("NA", "?"), ",");
  }

  private static Csv of(Csv c, TableArguments arguments) {
    return new Csv(arguments, c.missingValues(), c.delimiter(), c.header(), c.decimal());
  }

  private static Csv missing(Csv c, Csv.Missing missing) {
    TableArguments a = c.arguments();
    return of(c, new TableArguments(a.path(), a.target(), a.features(), a.inputs(), a.ignore(), a.types(), missing, a.unknown(), a.shape()));
  }

  private static Csv types(Csv c, Map<String, ColumnType> types) {
    TableArguments a = c.arguments();
    return of(c, new TableArguments(a.path(), a.target(), a.features(), a.inputs(), a.ignore(), types, a.missing(), a.unknown(), a.shape()));
  }

  private static Csv columns(Csv c, Optional<List<String>> features, List<String> ignore) {
    TableArguments a = c.arguments();
    return of(c, new TableArguments(a.path(), a.target(), features, a.inputs(), ignore, a.types(), a.missing(), a.unknown(), a.shape()));
  }

  private static Csv form(Csv c, Optional<List<Integer>> shape, String delimiter, boolean header) {
    TableArguments a = c.arguments();
    return new Csv(new TableArguments(a.path(), a.target(), a.features(), a.inputs(), a.ignore(), a.types(), a.missing(), a.unknown(), shape), c.missingValues(), delimiter, header, ".");
  }

  private Dataset open(String text, Csv csv, Wanted wanted) {
    try {
      Files.writeString(folder.resolve("t.csv"), text);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return csv.open(folder, wanted);
  }

  private void fails(String text, Csv csv, Wanted wanted, String message) {
    assertThatThrownBy(() -> open(text, csv, wanted))
        .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
        .hasMessageContaining(message);
  }

  @Test
  void whatCannotDivideCellsIsRefused() {
    for (String delimiter : List.of("\"", "\n", "\r", "", "::")) {
      assertThatThrownBy(() -> new Csv(TableArguments.numbers("a.csv", dlt.tensor.Shape.of(1)), List.of(), delimiter)).isInstanceOf(dlt.config.Invalid.class);
    }
  }

  @Test
  void numbersAreFeaturesAndNamesAreClassesInSortedOrder() {
    Dataset d = open("a,b,kind\n1,2.5,pear\n-3e1, 4 ,apple\n", csv("kind"), CLASSES);
    assertThat(d.size()).isEqualTo(2);
    assertThat(d.inputs().getFirst().type()).isEqualTo(TensorType.float32(2));
    assertThat(d.targets().getFirst().type()).isEqualTo(TensorType.int64());
    assertThat(d.targets().getFirst().classes()).containsExactly("apple", "pear");
    assertThat(Samples.input(d, 0)).containsExactly(1, 2.5);
    assertThat(Samples.input(d, 1)).containsExactly(-30, 4);
    assertThat(Samples.target(d, 0)).containsExactly(1);
    assertThat(Samples.target(d, 1)).containsExactly(0);
    assertThat(d.origin(1)).isEqualTo("t.csv:3");
  }

  @Test
  void wholeNumbersAreClassesInNumericOrder() {
    Dataset d = open("a,y\n0,10\n0,9\n0,10.0\n0,2\n", csv("y"), CLASSES);
    assertThat(d.targets().getFirst().classes()).containsExactly("2", "9", "10");
    assertThat(Samples.target(d, 2)).containsExactly(2);
  }

  @Test
  void theSameNumbersAreValuesWhereTheLossWantsValues() {
    Dataset d = open("a,y\n0,10\n0,9.5\n", csv("y"), VALUES);
    assertThat(d.targets().getFirst().type()).isEqualTo(TensorType.float32(1));
    assertThat(Samples.target(d, 1)).containsExactly(9.5);
  }

  @Test
  void twoNamesAreZeroAndOneWhereTheLossWantsValuesAndMoreAreRefused() {
    Dataset d = open("a,y\n0,yes\n0,no\n", csv("y"), VALUES);
    assertThat(Samples.target(d, 0)).containsExactly(1);
    assertThat(d.targets().getFirst().classes()).containsExactly("no", "yes");
    fails("a,y\n0,x\n0,y\n0,z\n", csv("y"), VALUES, "the loss wants numbers, but target column 'y' holds 3 different names (x, y, z)");
  }

  @Test
  void severalTargetsOfNumbersAreOneTensorAndOfClassesAreSeveral() {
    String text = "a,u,v\n0,1,2\n0,3,4\n";
    Dataset values = open(text, csv("u", "v"), VALUES);
    assertThat(values.targets()).hasSize(1);
    assertThat(Samples.target(values, 1)).containsExactly(3, 4);
    Dataset classes = open(text, csv("u", "v"), CLASSES);
    assertThat(classes.targets()).extracting(Field::name).containsExactly("u", "v");
    assertThat(Samples.read(classes, 1, true, 1)).containsExactly(1);
    Dataset mixed = open(text, csv("u", "v"), new Wanted(TargetKind.VALUES, Map.of("u", TargetKind.CLASSES), Optional.empty()));
    assertThat(mixed.targets()).extracting(Field::type).containsExactly(TensorType.int64(), TensorType.float32(1));
  }

  @Test
  void aCategoricalFeatureHoldsTheIndexOfItsCategory() {
    Dataset d = open("colour,a,y\nred,1,0\nblue,2,1\nred,3,0\n", csv("y"), CLASSES);
    assertThat(d.inputs().getFirst().columns()).containsExactly(new Column("colour", List.of("blue", "red")), Column.numeric("a"));
    assertThat(Samples.input(d, 0)).containsExactly(1, 1);
  }

  @Test
  void aGivenTypeOverridesTheInferredOne() {
    Dataset d = open("zip,y\n01,0\n2,1\n", types(csv("y"), Map.of("zip", new ColumnType.Categorical())), CLASSES);
    assertThat(d.inputs().getFirst().columns().getFirst().categories()).containsExactly("01", "2");
    fails("a,y\n1,0\nx,1\n", types(csv("y"), Map.of("a", new ColumnType.Numeric())), CLASSES, "t.csv:3: column 'a': 'x' is not a number");
  }

  @Test
  void cellsAreReadAsJavaReadsDecimalNumbers() {
    java.util.Random random = new java.util.Random(3);
    List<String> texts = new java.util.ArrayList<>(List.of("0", "-0", "-0.0", ".5", "5.", "-.5", "1e5", "+3", "1E-3", "000123.4500", "123456789012345", "1234567890123456", "0.1234567890123456"));
    for (int i = 0; i < 20000; i++) {
      String digits = Long.toString(random.nextLong() >>> random.nextInt(64)).replace("-", "");
      int point = random.nextInt(digits.length() + 1);
      texts.add((random.nextBoolean() ? "-" : "") + digits.substring(0, point) + "." + digits.substring(point));
    }
    for (String text : texts) {
      assertThat(Double.doubleToRawLongBits(CsvCell.number(text))).as(text).isEqualTo(Double.doubleToRawLongBits(Double.parseDouble(text)));
    }
    for (String text : List.of("", "-", ".", "-.", "1.2.3", "e", "1e", "--1", "1-", "1 2", "\u0663", "1d", "0x1p3", "NaN", "Infinity", "1e999")) {
      assertThat(CsvCell.number(text)).as(text).isNaN();
    }
  }

  @Test
  void aColumnOfNamesMayBeginWithNumbers() {
    Dataset d = open("size,y\n38,1\nS,2\nM,1\n,2\n", missing(csv("y"), Csv.Missing.KEEP), CLASSES);
    assertThat(d.inputs().getFirst().columns().getFirst().categories()).containsExactly("38", "M", "S");
    assertThat(Samples.input(d, 0)).containsExactly(0);
    assertThat(Samples.input(d, 3)).containsExactly(-1);
  }

  @Test
  void classNumbersKeepAllTheirDigits() {
    Dataset d = open("a,y\n1,20230102\n1,20230101\n", csv("y"), CLASSES);
    assertThat(d.targets().getFirst().classes()).containsExactly("20230101", "20230102");
  }

  @Test
  void numbersForAModelOfArraysMayNotBeNames() {
    Schema arrays = new Schema(List.of(new Field("x", TensorType.float32(2))), List.of());
    fails("a,b\n1,u\n2,v\n", csv(), Wanted.of(TargetKind.NONE).like(arrays), "t.csv:2: column 'b': 'u' is not a number");
  }

  @Test
  void aTextAmongNumbersIsAnErrorAndNotACategory() {
    fails("a,y\n1,0\n2,1\n3x,1\n", csv("y"), CLASSES, "t.csv:4: column 'a': '3x' is not a number");
    for (String odd : List.of("1f", "0x10", "NaN", "Infinity", "1e999", "1,5".replace(',', ';'))) {
      fails("a,y\n1,0\n2,1\n" + odd + ",1\n", csv("y"), CLASSES, "t.csv:4: column 'a'");
    }
    fails("a,y\n1,0\n1e300,1\n", csv("y"), CLASSES, "t.csv:3: column 'a': 1e300 is too large for float32");
    fails("a,y\n1,0\n1,1e39\n", csv("y"), VALUES, "t.csv:3: column 'y': 1e39 is too large for float32");
    fails("a,y\n1,0\n1,9007199254740993\n", csv("y"), CLASSES, "is too large for the number of a class; say `types: {y: categorical}`");
  }

  @Test
  void numbersThatFallTogetherAsFloatsAreAnError() {
    StringBuilder times = new StringBuilder("t,y\n");
    StringBuilder months = new StringBuilder("t,y\n");
    StringBuilder flags = new StringBuilder("t,y\n");
    for (int i = 0; i < 300; i++) {
      times.append(1700000000 + i).append(",1\n");
      months.append(1700000000 + i * 100_000).append(",1\n");
      flags.append(i % 2 == 0 ? "1000000.1" : "1000003.3").append(",1\n");
    }
    fails(times.toString(), csv("y"), VALUES, "t.csv:1: column 't': its numbers from 1700000000 to 1700000299 fall together as float32, which has steps of 128 there; subtract 1700000000");
    fails(times.toString().replace(",1\n", ",2\n").replace("t,y", "y,t"), csv("y"), VALUES, "column 'y': its numbers");
    assertThat(open(times + times.substring(4), csv("t"), CLASSES).targets().getFirst().classes()).as("classes keep their digits").hasSize(300);
    Dataset long_ = open(months.toString(), csv("y"), VALUES);
    assertThat(long_.size()).isEqualTo(300);
    assertThat(open(flags.toString(), csv("y"), VALUES).size()).as("few levels that stay apart").isEqualTo(300);
    assertThat(open(times.toString(), csv("y"), VALUES.like(long_.schema())).size()).as("a model has learned from more").isEqualTo(300);
  }

  @Test
  void missingValuesAreWhatThePolicySays() {
    String text = "a,c,y\n1,u,0\n,v,1\nNA,u,0\n4,?,1\n";
    fails(text, csv("y"), CLASSES, "t.csv:3: column 'a': the value is missing");
    Dataset dropped = open(text, missing(csv("y"), Csv.Missing.DROP), CLASSES);
    assertThat(dropped.size()).isEqualTo(1);
    assertThat(dropped.mayMiss()).isFalse();
    Dataset kept = open(text, missing(csv("y"), Csv.Missing.KEEP), CLASSES);
    assertThat(kept.mayMiss()).isTrue();
    assertThat(Samples.input(kept, 1)).containsExactly(Double.NaN, 1);
    assertThat(Samples.input(kept, 3)).containsExactly(4, -1);
    assertThat(missing(csv("y"), Csv.Missing.MEDIAN).preprocess())
        .containsExactly(new Preprocess.Impute(Preprocess.Strategy.MEDIAN, 0));
    fails("a,y\n1,\n", missing(csv("y"), Csv.Missing.KEEP), CLASSES, "t.csv:2: column 'y': the target is missing");
    fails("a,y\n,1\n,2\n", missing(csv("y"), Csv.Missing.KEEP), CLASSES, "column 'a' has no values at all");
    fails("a,y\n,1\n", types(missing(csv("y"), Csv.Missing.KEEP), Map.of("a", new ColumnType.Categorical())), CLASSES, "column 'a' has no values at all");
    fails("a,y\n,1\n", missing(csv("y"), Csv.Missing.DROP), CLASSES, "no row without a missing value");
  }

  @Test
  void columnsAreChosenAndLeftOutByName() {
    String text = "id,a,b,y\n7,1,2,0\n8,3,4,1\n";
    assertThat(Samples.input(open(text, columns(csv("y"), Optional.empty(), List.of("id")), CLASSES), 0)).containsExactly(1, 2);
    assertThat(Samples.input(open(text, columns(csv("y"), Optional.of(List.of("b", "a")), List.of()), CLASSES), 0)).containsExactly(2, 1);
    fails(text, csv("yy"), CLASSES, "t.csv:1: has no column 'yy'");
    fails("sepal,species\n1,2\n", csv("specie"), CLASSES, "has no column 'specie' - did you mean 'species'?");
    fails(text, columns(csv("y"), Optional.empty(), List.of("idd")), CLASSES, "has no column 'idd'");
    fails(text, types(csv("y"), Map.of("q", new ColumnType.Numeric())), CLASSES, "has no column 'q'");
    fails("y\n1\n", csv("y"), CLASSES, "no column is left to predict from");
    fails("a;b;y\n1;2;3\n", csv("y"), CLASSES, "its only column is 'a;b;y'; the cells seem to be divided by ';' (`delimiter: ';'`)");
  }

  @Test
  void damagedFilesAreNamedWithTheLine() {
    fails("a,y\n1,2\n1\n", csv("y"), CLASSES, "t.csv:3: has 1 cells, the first line has 2");
    fails("a,y\n1,2,3\n", csv("y"), CLASSES, "t.csv:2: has 3 cells, the first line has 2");
    fails("", csv("y"), CLASSES, "t.csv: is empty");
    fails("a,y\n", csv("y"), CLASSES, "t.csv: has no rows of data");
    fails("a,a\n1,2\n", csv("a"), CLASSES, "two columns are called 'a'");
    fails("a,\n1,2\n", csv("a"), CLASSES, "column 2 has no name");
    fails("1,2\n3,4\n", csv(), CLASSES, "say `header: false`");
    fails("a,y\n1,\"2\n", csv("y"), CLASSES, "t.csv: is not csv");
    assertThatThrownBy(() -> new Csv(new TableArguments("no.csv", List.of(), Optional.empty(), Map.of(), List.of(), Map.of(), Csv.Missing.ERROR, Csv.Unknown.ERROR, Optional.empty()),
        List.of(), ",").open(folder, CLASSES))
        .hasMessageContaining("no.csv: no such file (looked for " + folder.resolve("no.csv") + ")");
  }

  @Test
  void bytesThatAreNoUtf8AreAnError() throws IOException {
    Files.write(folder.resolve("t.csv"), "a,y\n\u00e9,1\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> csv("y").open(folder, CLASSES)).isInstanceOf(Failure.class).hasMessageContaining("t.csv: is not UTF-8 text");
    Files.write(folder.resolve("t.csv"), "a,y\nb,1\n".getBytes(StandardCharsets.UTF_16));
    assertThatThrownBy(() -> csv("y").open(folder, CLASSES)).isInstanceOf(Failure.class).hasMessageContaining("iconv -f UTF-16 -t UTF-8");
    assertThat(OpenFiles.names()).noneMatch(f -> f.endsWith("t.csv"));
  }

  @Test
  void quotesByteOrderMarksDelimitersAndMissingHeadersAreUnderstood() {
    Dataset d = open("\uFEFF\"a\",\"y, quoted\"\r\n1,\"one\nline\"\r\n\r\n2,b\r\n", csv("y, quoted"), CLASSES);
    assertThat(d.targets().getFirst().classes()).containsExactly("b", "one\nline");
    assertThat(d.origin(1)).isEqualTo("t.csv:5");
    assertThat(Samples.input(open("1\t5\n2\t6\n", form(csv("c1"), Optional.empty(), "tab", false), CLASSES), 1)).containsExactly(2);
  }

  @Test
  void gzippedTextIsUnzipped() throws IOException {
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(folder.resolve("t.csv")))) {
      out.write("a,y\n5,1\n".getBytes(StandardCharsets.UTF_8));
    }
    assertThat(Samples.input(csv("y").open(folder, CLASSES), 0)).containsExactly(5);
  }

  @Test
  void aShapeOrdersTheColumns() {
    Dataset d = open("a,b,c,d,y\n1,2,3,4,0\n", form(csv("y"), Optional.of(List.of(1, 2, 2)), ",", true), CLASSES);
    assertThat(d.inputs().getFirst().type()).isEqualTo(TensorType.float32(1, 2, 2));
    assertThat(form(csv("y"), Optional.of(List.of(1, 2, 2)), ",", true).declared(CLASSES).orElseThrow().inputs().getFirst().type())
        .isEqualTo(TensorType.float32(1, 2, 2));
    fails("a,b,y\n1,2,0\n", form(csv("y"), Optional.of(List.of(1, 2, 2)), ",", true), CLASSES, "has 2 feature columns, but shape [1, 2, 2] needs 4");
    fails("a,b,y\nu,2,0\nv,2,0\n", form(csv("y"), Optional.of(List.of(1, 2)), ",", true), CLASSES, "column 'a' holds names");
  }

  @Test
  void columnsWithTooManyDifferentTextsAreTakenForAMistake() {
    StringBuilder names = new StringBuilder("name,y\n");
    StringBuilder values = new StringBuilder("a,y\n");
    for (int i = 0; i < 60; i++) {
      names.append("n").append(i).append(",").append(i % 2).append("\n");
      values.append("1,").append(i).append("\n");
    }
    fails(names.toString(), csv("y"), CLASSES, "column 'name' has 60 different values in 60 rows; list it under `ignore`");
    fails(values.toString(), csv("y"), CLASSES, "column 'y' has 60 different values in 60 rows; the loss wants classes");
    fails("a,y\n1,0\n1,1.5\n", csv("y"), CLASSES, "t.csv:3: column 'y': the loss wants classes, and 1.5 is no name and no whole number");
  }

  @Test
  void dataForAModelTakeItsColumnsCategoriesAndClasses() {
    Schema schema = open("colour,a,y\nred,1,5\nblue,2,7\n", csv("y"), CLASSES).schema();
    Wanted like = CLASSES.like(schema);
    Dataset d = open("y,extra,a,colour\n7,x,9,blue\n", csv("y"), like);
    assertThat(Samples.input(d, 0)).containsExactly(0, 9);
    assertThat(Samples.target(d, 0)).containsExactly(1);
    assertThat(d.schema()).isEqualTo(schema);
    fails("y,a,colour\n7,9,green\n", csv("y"), like, "t.csv:2: column 'colour': 'green' is none of the categories of the training data");
    fails("y,a,colour\n6,9,red\n", csv("y"), like, "t.csv:2: column 'y': '6' is none of the classes of the training data");
    fails("y,colour\n7,red\n", csv("y"), like, "has no column 'a'");
    fails("y,a,colour\n7,,red\n", csv("y"), like, "column 'a': the value is missing, and the model was trained without missing values");
    Dataset inputs = open("a,colour\n9,red\n", csv("y"), Wanted.of(TargetKind.NONE).like(schema));
    assertThat(inputs.targets()).isEmpty();
    assertThat(Samples.input(inputs, 0)).containsExactly(1, 9);
    Csv unknown = csv("y");
    TableArguments a = unknown.arguments();
    unknown = of(unknown, new TableArguments(a.path(), a.target(), a.features(), a.inputs(), a.ignore(), a.types(), a.missing(), Csv.Unknown.NONE, a.shape()));
    assertThat(Samples.input(open("y,a,colour\n7,9,green\n", unknown, like), 0)).containsExactly(-1, 9);
  }

  @Test
  void theHashIsThatOfTheFile() throws IOException {
    assertThat(open("a,y\n1,2\n", csv("y"), CLASSES).hash()).isEqualTo("6eca8591af4d545e49ff4fcdfb9cac5b5656b6187eace6af1d9a9af2dafa9023");
  }

  @Test
  void aColumnThatSamplesAreDividedByIsNoFeatureUnlessItIsListed() {
    String text = "who,a,y\np1,1,0\np02,2,1\n7.50,3,0\n";
    Dataset d = open(text, csv("y"), CLASSES.keyed(Set.of("who")));
    assertThat(d.inputs().getFirst().columns()).containsExactly(Column.numeric("a"));
    assertThat(d.key("who")).contains(List.of("p1", "p02", "7.50"));
    assertThat(d.key("a")).isEmpty();
    Dataset both = open(text, columns(csv("y"), Optional.of(List.of("a", "who")), List.of()), CLASSES.keyed(Set.of("who", "y")));
    assertThat(both.inputs().getFirst().columns()).hasSize(2);
    assertThat(both.key("y")).contains(List.of("0", "1", "0"));
    assertThat(open(text, columns(csv("y"), Optional.empty(), List.of("who")), CLASSES.keyed(Set.of("who"))).key("who")).isPresent();
    fails(text, csv("y"), CLASSES.keyed(Set.of("whom")), "has no column 'whom'");
    fails("who,a,y\n,1,0\n", csv("y"), CLASSES.keyed(Set.of("who")), "t.csv:2: column 'who': the value is missing, and samples are divided by it");
    assertThat(open("who,a,y\n,,0\nq,1,1\n", missing(csv("y"), Csv.Missing.DROP), CLASSES.keyed(Set.of("who"))).key("who")).contains(List.of("q"));
  }

  private static Csv inputs(Csv c, Map<String, List<String>> inputs) {
    TableArguments a = c.arguments();
    return of(c, new TableArguments(a.path(), a.target(), a.features(), inputs, a.ignore(), a.types(), a.missing(), a.unknown(), a.shape()));
  }

  @Test
  void columnsBecomeSeveralInputs() {
    Map<String, List<String>> columns = new LinkedHashMap<>();
    columns.put("numbers", List.of("hours", "age"));
    columns.put("job", List.of("job"));
    columns.put("where", List.of("city", "land"));
    Csv csv = inputs(csv("y"), columns);
    Dataset d = open("age,job,hours,city,land,y\n30,cook,40,Rom,I,1\n31,baker,38,Ulm,D,2\n32,cook,20,Bonn,D,3\n", csv, VALUES);
    assertThat(d.inputs()).extracting(Field::name).containsExactly("numbers", "job", "where");
    assertThat(d.inputs()).extracting(f -> f.type().shape()).containsExactly(Shape.of(2), Shape.SCALAR, Shape.of(2));
    assertThat(d.inputs().get(1).columns()).containsExactly(new Column("job", List.of("baker", "cook")));
    assertThat(Samples.read(d, 2, false, 0)).containsExactly(20, 32);
    assertThat(Samples.read(d, 0, false, 1)).containsExactly(1);
    assertThat(Samples.read(d, 1, false, 2)).containsExactly(2, 0);
    Dataset like = open("land,city,job,age,hours,y\nI,Rom,cook,1,2,0\n", csv, VALUES.like(d.schema()));
    assertThat(Samples.read(like, 0, false, 0)).containsExactly(2, 1);
    assertThat(Samples.read(like, 0, false, 2)).containsExactly(1, 1);
    assertThatThrownBy(() -> open("land,city,job,age,hours,y\nI,Rom,smith,1,2,0\n", csv, VALUES.like(d.schema()))).hasMessageContaining("'smith' is none of the categories");
  }

  @Test
  void inputsAreSaidInOneWay() {
    assertThatThrownBy(() -> inputs(csv("y"), Map.of("a", List.of("y")))).hasMessageContaining("beside the target of that name");
    assertThatThrownBy(() -> inputs(csv("y"), Map.of("a", List.of("b"), "c", List.of("b")))).hasMessageContaining("'b' twice");
    assertThatThrownBy(() -> inputs(csv("y"), Map.of("a", List.of()))).hasMessageContaining("no columns of 'a'");
    assertThatThrownBy(() -> inputs(columns(csv("y"), Optional.of(List.of("b")), List.of()), Map.of("a", List.of("c")))).hasMessageContaining("beside features");
  }

  @Test
  void decimalCommasAreNumbersWhereTheTableSaysSo() throws IOException {
    Files.writeString(folder.resolve("t.csv"), "a;b;y\n1,5;1.234,25;ja\n-0,25;12;nein\n;1.234.567;ja\n");
    Csv c = csv("y");
    Csv comma = new Csv(missing(c, Csv.Missing.KEEP).arguments(), c.missingValues(), ";", true, ",");
    Dataset d = comma.open(folder, CLASSES);
    assertThat(Samples.input(d, 0)).containsExactly(1.5, 1234.25);
    assertThat(Samples.input(d, 1)).containsExactly(-0.25, 12);
    assertThat(Samples.input(d, 2)).containsExactly(Double.NaN, 1234567);
    assertThatThrownBy(() -> new Csv(c.arguments(), c.missingValues(), ",", true, ","))
        .isInstanceOf(dlt.config.Invalid.class).hasMessageContaining("divides the cells too");
  }

  @Test
  void whatDividesTheCellsInsteadIsNamed() {
    fails("a,b;y\n1;2\n", csv("b;y"), CLASSES, "has 1 cells, the first line has 2; the cells seem to be divided by ';' (`delimiter: ';'`)");
    fails("\"a\"\t\"y\"\n1\t2\n", csv("y"), CLASSES, "the cells seem to be divided by tabs (`delimiter: tab`)");
  }

  @Test
  void numbersWithThousandsCommasOrSignsAreToldHowToBeWritten() {
    fails(mostly("1,234"), csv("y"), VALUES, "'1,234' is not a number, as most values of the column are; write thousands without commas, or say `decimal: ','` if the comma stands before decimals; mend it");
    fails(mostly("1,234,567.5"), csv("y"), VALUES, "write thousands without commas; mend it");
    fails(mostly("1 234"), csv("y"), VALUES, "write thousands without what stands between them; mend it");
    fails(mostly("12,5"), csv("y"), VALUES, "is not a number, as most values of the column are; say `decimal: ','` if the comma stands before decimals; mend it");
    fails(mostly("$5"), csv("y"), VALUES, "write numbers without the '$'; mend it");
    fails(mostly("5 %"), csv("y"), VALUES, "write numbers without the '%'; mend it");
    fails(mostly("p5"), csv("y"), VALUES, "'p5' is not a number, as most values of the column are; mend it");
    StringBuilder all = new StringBuilder("a,y\n");
    for (int i = 100; i < 200; i++) {
      all.append("\"1,").append(i).append("\",1\n");
    }
    fails(all.toString(), csv("y"), VALUES, "column 'a' has 100 different values in 100 rows, such as '1,100'; write thousands without commas");
  }

  private static String mostly(String odd) {
    return "a,y\n1,1\n2,1\n3,1\n\"" + odd + "\",1\n";
  }

  @Test
  void aFirstLineOfNumbersIsNoHeaderEvenWhereSomeAreAlike() {
    fails("0,0,1\n1,2,3\n", csv("y"), VALUES, "the first line holds numbers, not names; say `header: false`");
  }

  @Test
  void anArchiveIsNoTable() {
    fails("PK\u0003\u0004\0\0\0,y\n", csv("y"), VALUES, "is not text but a zip archive, as workbooks are too; unpack it, or save it as csv");
  }

  @Test
  void tablesOfGenesHaveManyColumns() {
    int genes = 20_000;
    StringBuilder text = new StringBuilder("y");
    for (int i = 0; i < genes; i++) {
      text.append(",g").append(i);
    }
    for (int row = 0; row < 3; row++) {
      text.append('\n').append(row % 2).append((",0." + row).repeat(genes));
    }
    Dataset d = open(text + "\n", csv("y"), CLASSES);
    assertThat(d.inputs().getFirst().type()).isEqualTo(TensorType.float32(genes));
    assertThat(Samples.input(d, 2)[genes - 1]).isEqualTo(0.2f);
  }

  @Test
  void aGzipFileThatEndsEarlySaysSo() throws IOException {
    Files.write(folder.resolve("t.csv"), new byte[] {0x1f, (byte) 0x8b, 8, 0});
    assertThatThrownBy(() -> csv("y").open(folder, CLASSES)).hasMessage("t.csv: cannot be read: it ends early");
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aTableMayHaveHundredsOfThousandsOfColumns() {
    int n = 300_000;
    String names = IntStream.range(0, n).mapToObj(i -> String.format(Locale.ROOT, "gene_%012d", i)).collect(Collectors.joining(","));
    Dataset d = open(names + ",y\n" + "1,".repeat(n) + "0\n" + "2,".repeat(n) + "1\n", csv("y"), CLASSES);
    assertThat(d.inputs().getFirst().type().shape()).isEqualTo(Shape.of(n));
  }
}
