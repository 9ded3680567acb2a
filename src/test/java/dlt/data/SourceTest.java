package dlt.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.config.IntPair;
import dlt.error.Failure;
import dlt.tensor.TensorType;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceTest {
  private static final Csv CSV =
      new Csv(new TableArguments("a.csv", List.of("y"), Optional.empty(), Map.of(), List.of("id"), Map.of(), Csv.Missing.KEEP, Csv.Unknown.NONE, Optional.empty()),
          List.of("?"), ";");
  private static final Idx IDX = new Idx("i.gz", Optional.of("l.gz"));
  private static final Schema SCHEMA =
      new Schema(List.of(new Field("image", TensorType.float32(1, 8, 9))), List.of(new Field("label", TensorType.int64(), List.of("a", "b"), List.of())));

  @TempDir Path folder;

  @Test
  void otherDataAreReadLikeTheTrainingData() {
    assertThat(Source.of(Path.of("b.csv"), CSV, SCHEMA)).isEqualTo(CSV.at("b.csv", ";"));
    assertThat(Source.of(Path.of("b.TSV"), CSV, SCHEMA)).isEqualTo(CSV.at("b.TSV", "tab"));
    assertThat(Source.of(Path.of("b.csv"), CSV.at("a.tsv.gz", "tab"), SCHEMA)).isEqualTo(CSV.at("b.csv", ","));
    assertThat(Source.of(Path.of("b.csv"), CSV.at("a.txt", "tab"), SCHEMA)).isEqualTo(CSV.at("b.csv", "tab"));
    Csv commas = CSV.at("a.tsv", ",");
    assertThat(Source.of(Path.of("b.csv"), commas, SCHEMA)).isEqualTo(commas.at("b.csv", ","));
    assertThat(Source.of(Path.of("b.tsv"), commas, SCHEMA)).isEqualTo(commas.at("b.tsv", ","));
    assertThat(Source.of(Path.of("b.npz"), new Npz(new ArrayArguments("a.npz", List.of("p"), List.of("q"), 2, ImageLayout.CHW)), SCHEMA)).isEqualTo(new Npz(new ArrayArguments("b.npz", List.of("p"), List.of("q"), 2, ImageLayout.CHW)));
    assertThat(Source.of(Path.of("b.safetensors"), new Safetensors(new ArrayArguments("a", List.of("p"), List.of("q"), 2, ImageLayout.CHW)), SCHEMA))
        .isEqualTo(new Safetensors(new ArrayArguments("b.safetensors", List.of("p"), List.of("q"), 2, ImageLayout.CHW)));
    assertThat(Source.of(Path.of("t10k-images-idx3-ubyte.gz"), IDX, SCHEMA)).isEqualTo(new Idx("t10k-images-idx3-ubyte.gz", Optional.empty()));
  }

  @Test
  void dataInAnotherFormTakeTheNamesOfTheModel() {
    assertThat(Source.of(Path.of("b.npz"), IDX, SCHEMA)).isEqualTo(new Npz(new ArrayArguments("b.npz", List.of("image"), List.of("label"), 1, ImageLayout.CHW)));
    assertThat(Source.of(Path.of("b.npy"), IDX, SCHEMA)).isEqualTo(new Npy(List.of("b.npy"), List.of(), 1, ImageLayout.CHW));
    assertThat(Source.of(folder, IDX, SCHEMA)).isEqualTo(new Images(folder.toString(), new IntPair(8, 9), 1));
    Csv table = (Csv) Source.of(Path.of("b.tsv.gz"), IDX, SCHEMA);
    assertThat(table.arguments().shape()).contains(List.of(1, 8, 9));
    assertThat(table.form().delimiter()).isEqualTo('\t');
  }

  @Test
  void otherNamesAreRefused() {
    assertThatThrownBy(() -> Source.of(Path.of("b.doc"), CSV, SCHEMA))
        .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.USAGE))
        .hasMessageContaining("b.doc: data are read from csv");
    assertThat(Source.of(Path.of("/"), IDX, SCHEMA)).isInstanceOf(Images.class);
    Schema vectors = new Schema(List.of(new Field("x", TensorType.float32(5))), List.of());
    assertThatThrownBy(() -> Source.of(folder, IDX, vectors)).hasMessageContaining("no images but [5]");
  }

  @Test
  void aSchemaSurvivesBeingText() {
    Schema schema =
        new Schema(
            List.of(new Field("features \"q\"", TensorType.float32(2), List.of(), List.of(Column.numeric("a,ü"), new Column("b", List.of("u", "1"))))),
            List.of(new Field("y", TensorType.int64(), List.of("no", "yes"), List.of(Column.numeric("y"))), new Field("z", TensorType.float32())));
    assertThat(Schema.parse(schema.json())).isEqualTo(schema);
    assertThat(schema.json()).doesNotContain("\n");
    for (String damaged : List.of("", "{", "[]", "{\"inputs\":[]}", schema.json().replace("F32", "F99"), schema.json().replace("[2]", "[-2]"))) {
      assertThatThrownBy(() -> Schema.parse(damaged)).as(damaged).isInstanceOf(Failure.class);
    }
  }
}
