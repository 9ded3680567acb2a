package dlt.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.error.Failure;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Reads files that pyarrow wrote; src/test/resources/data/make.py says how.
class ParquetTest {
  private static final Path FILES = Path.of("src/test/resources/data");
  private static final Wanted CLASSES = Wanted.of(TargetKind.CLASSES);
  private static final Wanted VALUES = Wanted.of(TargetKind.VALUES);

  @TempDir Path folder;

  private static Parquet table(String file, List<String> features, Table.Missing missing, String... target) {
    return new Parquet(new TableArguments(file, List.of(target), Optional.of(features), Map.of(), List.of(), Map.of(), missing, Table.Unknown.ERROR, Optional.empty()), List.of());
  }

  private static Parquet snappy(String feature, String target) {
    return table("table-snappy.parquet", List.of(feature), Table.Missing.KEEP, target);
  }

  private static Parquet typed(Parquet p, String column, ColumnType type) {
    TableArguments a = p.arguments();
    return new Parquet(new TableArguments(a.path(), a.target(), a.features(), a.inputs(), a.ignore(), Map.of(column, type), a.missing(), a.unknown(), a.shape()), p.missingValues());
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "snappy", "gzip", "zstd", "lz4"})
  void numbersNamesAndBooleansAreReadWhateverTheCompression(String codec) {
    Parquet p = table("table-" + codec + ".parquet", List.of("height", "weight", "count", "big", "half", "price", "new", "colour", "odd.name"), Table.Missing.KEEP, "y");
    Dataset d = p.open(FILES, CLASSES);
    assertThat(d.size()).isEqualTo(10);
    assertThat(d.inputs().getFirst().type()).isEqualTo(TensorType.float32(9));
    assertThat(d.inputs().getFirst().columns().get(7)).isEqualTo(new Column("colour", List.of("blue", "green", "red")));
    assertThat(Samples.input(d, 9)).containsExactly(9.5, 2.25, 254, (float) 4_000_000_009L, 4.5, 2.25, 0, 2, -9);
    assertThat(Samples.input(d, 3)).containsExactly(Double.NaN, 0.75, 253, (float) 4_000_000_003L, 1.5, 0.75, 0, 0, -3);
    assertThat(Samples.input(d, 2)[7]).isEqualTo(-1);
    assertThat(d.mayMiss()).isTrue();
    assertThat(d.targets().getFirst().classes()).containsExactly("no", "yes");
    assertThat(Samples.target(d, 5)).containsExactly(0);
    assertThat(Samples.target(d, 6)).containsExactly(1);
    assertThat(d.origin(9)).isEqualTo("table-" + codec + ".parquet[9]");
    assertThat(d.hash()).hasSize(64);
  }

  @Test
  void aCompressionThatIsNotKnownIsNamed() {
    assertThatThrownBy(() -> table("table-brotli.parquet", List.of("weight"), Table.Missing.KEEP, "y").open(FILES, CLASSES))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("table-brotli.parquet")
        .hasMessageContainingAll("rotli");
  }

  @Test
  void targetsOfEveryTypeAreClassesOrNumbers() {
    assertThat(snappy("weight", "new").open(FILES, CLASSES).targets().getFirst().classes()).containsExactly("false", "true");
    assertThat(Samples.target(snappy("weight", "new").open(FILES, VALUES), 0)).containsExactly(1);
    assertThat(snappy("weight", "count").open(FILES, CLASSES).targets().getFirst().classes()).containsExactly("250", "251", "252", "253", "254");
    assertThat(snappy("weight", "code").open(FILES, CLASSES).targets().getFirst().classes()).containsExactly("5", "6", "7");
    assertThat(Samples.target(snappy("weight", "code").open(FILES, VALUES), 1)).containsExactly(6);
    assertThat(Samples.target(snappy("weight", "big").open(FILES, VALUES), 1)).containsExactly((float) 4_000_000_001L);
    assertThatThrownBy(() -> snappy("weight", "weight2").open(FILES, VALUES))
        .hasMessageContaining("table-snappy.parquet: has no column 'weight2' - did you mean 'weight'?");
    assertThatThrownBy(() -> snappy("count", "weight").open(FILES, CLASSES))
        .hasMessageContaining("table-snappy.parquet[1]: column 'weight': the loss wants classes, and 0.25 is no name and no whole number");
  }

  @Test
  void typesMayBeSetAndAreThoseOfTheModel() {
    Dataset d = typed(snappy("count", "y"), "count", new ColumnType.Categorical()).open(FILES, CLASSES);
    assertThat(d.inputs().getFirst().columns().getFirst().categories()).containsExactly("250", "251", "252", "253", "254");
    assertThat(Samples.input(d, 2)).containsExactly(2);
    assertThat(Samples.input(snappy("count", "y").open(FILES, CLASSES.like(d.schema())), 2)).containsExactly(2);
    Dataset days = snappy("day", "y").open(FILES, CLASSES);
    assertThat(days.inputs().getFirst().columns().getFirst().categories()).containsExactly("2026-01-01", "2026-01-02");
    Dataset flags = typed(snappy("new", "y"), "new", new ColumnType.Categorical()).open(FILES, CLASSES);
    assertThat(flags.inputs().getFirst().columns().getFirst().categories()).containsExactly("false", "true");
  }

  @Test
  void samplesMayBeDividedByAnyColumn() {
    Dataset d = snappy("weight", "y").open(FILES, CLASSES.keyed(Set.of("when", "code")));
    assertThat(d.key("when").orElseThrow().get(3)).isEqualTo("2026-01-01T03:00:00Z");
    assertThat(d.key("code").orElseThrow().subList(0, 3)).containsExactly("7", "6", "5");
  }

  @Test
  void missingValuesAreTreatedAsInCsv() {
    Parquet p = snappy("height", "y");
    assertThat(table(p.arguments().path(), List.of("height"), Table.Missing.DROP, "y").open(FILES, CLASSES).size()).isEqualTo(9);
    assertThatThrownBy(() -> table(p.arguments().path(), List.of("height"), Table.Missing.ERROR, "y").open(FILES, CLASSES))
        .hasMessageContaining("table-snappy.parquet[3]: column 'height': the value is missing; say what to do");
    assertThat(table(p.arguments().path(), List.of("height"), Table.Missing.MEAN, "y").preprocess()).hasSize(1);
    assertThatThrownBy(() -> table("numbers.parquet", List.of("x"), Table.Missing.KEEP, "y").open(FILES, CLASSES))
        .hasMessageContaining("numbers.parquet[2]: column 'x': the value is infinity");
  }

  @Test
  void columnsThatAreNoTableAreNamedWhereTheyAreUsed() {
    assertThat(table("nested.parquet", List.of("x"), Table.Missing.ERROR, "y").open(FILES, CLASSES).size()).isEqualTo(2);
    for (String column : List.of("tags", "point")) {
      assertThatThrownBy(() -> table("nested.parquet", List.of(column), Table.Missing.ERROR, "y").open(FILES, CLASSES))
          .isInstanceOf(Failure.class)
          .hasMessageContaining("nested.parquet: column '" + column + "' is nested (a list, map or struct), and samples are numbers and names; list it under `ignore`");
    }
    assertThatThrownBy(() -> table("nested.parquet", List.of("raw"), Table.Missing.ERROR, "y").open(FILES, CLASSES))
        .hasMessageContaining("column 'raw' holds bytes that are no text");
    assertThatThrownBy(() -> table("empty.parquet", List.of("weight"), Table.Missing.ERROR, "y").open(FILES, CLASSES))
        .hasMessageContaining("empty.parquet: has no rows of data");
  }

  @Test
  void wholeNumbersThatNoDoubleHoldsStayDifferentAsTexts() throws IOException {
    byte[] file = Files.readAllBytes(FILES.resolve("numbers.parquet"));
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    // the two numbers of the dictionary of y
    int at = IntStream.range(0, file.length - 16).filter(i -> bytes.getLong(i) == 0 && bytes.getLong(i + 8) == 1).findFirst().orElseThrow();
    bytes.putLong(at, (1L << 62) + 1).putLong(at + 8, (1L << 62) + 2);
    Files.write(folder.resolve("ids.parquet"), file);
    Parquet p = new Parquet(new TableArguments("ids.parquet", List.of(), Optional.of(List.of("y")), Map.of(), List.of(), Map.of(), Table.Missing.ERROR, Table.Unknown.ERROR, Optional.empty()),
        List.of());
    Dataset d = p.open(folder, Wanted.of(TargetKind.NONE).keyed(Set.of("y")));
    assertThat(d.key("y")).contains(List.of("4611686018427387905", "4611686018427387906", "4611686018427387906"));
  }

  @Test
  void columnsThatAreNoTableAreNoneOfItsTexts() {
    Parquet p = table("nested.parquet", List.of("x"), Table.Missing.ERROR, "y");
    TableTexts texts = TableTexts.of(p, FILES, p.open(FILES, CLASSES)).orElseThrow();
    assertThat(texts.columns()).extracting(TableTexts.Texts::name).contains("x", "y").doesNotContain("tags", "point", "raw");
  }

  @Test
  void samplesMayHaveSeveralDimensions() {
    Parquet p =
        new Parquet(new TableArguments("table-none.parquet", List.of("y"), Optional.of(List.of("weight", "count", "big", "half")), Map.of(), List.of(), Map.of(), Table.Missing.ERROR, Table.Unknown.ERROR, Optional.of(List.of(1, 2, 2))),
            List.of());
    assertThat(p.declared(CLASSES).orElseThrow().inputs().getFirst().type()).isEqualTo(TensorType.float32(1, 2, 2));
    assertThat(p.open(FILES, CLASSES).inputs().getFirst().type().shape()).isEqualTo(Shape.of(1, 2, 2));
  }

  @Test
  @Timeout(60)
  void damagedFilesAreFailuresOfTheData() throws IOException {
    byte[] whole = Files.readAllBytes(FILES.resolve("table-snappy.parquet"));
    Parquet p = table("bad.parquet", List.of("weight", "colour", "count"), Table.Missing.KEEP, "y");
    for (int length : new int[] {0, 3, 8, 100, whole.length / 2, whole.length - 9, whole.length - 1}) {
      Files.write(folder.resolve("bad.parquet"), Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> p.open(folder, CLASSES)).as("%d bytes", length).isInstanceOf(Failure.class).hasMessageContaining("bad.parquet: ");
    }
    int opened = 0;
    for (int at = 4; at < whole.length; at += 29) {
      byte[] damaged = whole.clone();
      for (int i = at; i < Math.min(at + 3, whole.length); i++) {
        damaged[i] ^= 0x5b;
      }
      Files.write(folder.resolve("bad.parquet"), damaged);
      try {
        p.open(folder, CLASSES);
        opened++; // the values were changed, or what nobody asks for
      } catch (Failure e) {
        assertThat(e.kind()).isEqualTo(Failure.Kind.DATA);
        assertThat(e.getMessage()).contains("bad.parquet");
      }
    }
    assertThat(opened).isLessThan(whole.length / 29);
    assertThatThrownBy(() -> p.open(FILES, CLASSES)).hasMessageContaining("bad.parquet: no such file");
  }

  /// Snappy would write as many bytes as the page says behind the memory for those that its header says.
  @Test
  void aPageThatSaysAnotherSizeThanItsHeaderIsAFailure() throws IOException {
    byte[] whole = Files.readAllBytes(FILES.resolve("table-snappy.parquet"));
    Parquet p = table("bad.parquet", List.of("weight", "colour", "count"), Table.Missing.KEEP, "y");
    Set<String> said = new TreeSet<>();
    for (int at = 4; at < 400; at++) {
      byte[] damaged = whole.clone();
      damaged[at] = 127;
      Files.write(folder.resolve("bad.parquet"), damaged);
      try {
        p.open(folder, CLASSES);
      } catch (Failure e) {
        said.add(e.getMessage());
      }
    }
    assertThat(said).anyMatch(s -> s.matches(".*: a page of \\w+ says 127 bytes, its header \\d+"));
  }
}
