package dlt.draft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.error.Failure;
import dlt.experiment.ExperimentFile;
import dlt.experiment.Prepared;
import dlt.metric.Task;
import dlt.tensor.HostTensor;
import dlt.tensor.Npy;
import dlt.tensor.Npz;
import dlt.tensor.Shape;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SequencedMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DraftTest {
  @TempDir Path folder;

  /// The draft, written beside the data, and everything short of training done with it.
  private Prepared prepared(Draft draft) throws IOException {
    Path file = Files.writeString(folder.resolve("draft.yaml"), draft.yaml());
    return Prepared.of(ExperimentFile.read(file, List.of()));
  }

  private Draft table(String text, Optional<String> target) throws IOException {
    Path file = Files.writeString(folder.resolve("table.csv"), text);
    return Draft.of(file, target, "table.csv");
  }

  private static String rows(int n, IntFunction<String> row) {
    StringBuilder b = new StringBuilder();
    for (int i = 0; i < n; i++) {
      b.append(row.apply(i)).append('\n');
    }
    return b.toString();
  }

  @Test
  void aRunningTextGetsALanguageModel() throws IOException {
    Path text = Files.writeString(folder.resolve("rhyme.txt"), Files.readString(Path.of("experiments/data/jack.txt")));
    Draft d = Draft.of(text, Optional.empty(), "rhyme.txt");
    assertThat(d.name()).isEqualTo("rhyme");
    assertThat(d.seen().getFirst()).isEqualTo("a text of 2,341 characters, 27 different ones, in 146 blocks of 16");
    Prepared p = prepared(d);
    assertThat(p.assembly().outputs().get("output").dims()).containsExactly(29, 16);
    assertThat(p.parts().validation().orElseThrow().size()).isEqualTo(15);
  }

  @Test
  void columnsThatCannotHelpAreLeftOutAndNamed() throws IOException {
    Random random = new Random(1);
    String text = "id,constant,colour,size,gap,note,leak,kind\n" + rows(200, i -> {
      int k = random.nextInt(3);
      return i + ",7," + List.of("red", "green").get(i % 2) + "," + random.nextDouble() + "," + (i % 10 == 0 ? "" : "" + random.nextInt(50)) + ",text " + i + "," + (10 - k) + ",k" + k;
    });
    Draft d = table(text, Optional.empty());
    assertThat(d.seen()).anyMatch(s -> s.startsWith("left out id")).anyMatch(s -> s.startsWith("left out constant")).anyMatch(s -> s.startsWith("left out note"))
        .anyMatch(s -> s.startsWith("left out leak") && s.contains("gives the target away")).anyMatch(s -> s.startsWith("gap: missing in 20 rows"))
        .anyMatch(s -> s.contains("kind: 3 classes"));
    Prepared p = prepared(d);
    assertThat(p.task()).isEqualTo(Task.MULTICLASS);
    assertThat(p.parts().train().dataset().inputs().getFirst().columns()).extracting(c -> c.name()).containsExactly("colour", "size", "gap");
  }

  @Test
  void textsBecomeInputsOfTheirOwnBesideTheOtherColumns() throws IOException {
    Random random = new Random(1);
    String rows = rows(100, i -> "\"the " + (i % 2 == 0 ? "good" : "bad") + " film, number " + i + "\"," + random.nextDouble() + ",an opinion of row " + i + "," + (i % 2 == 0));
    Draft d = table("review,size,title,kind\n" + rows, Optional.empty());
    assertThat(d.seen()).contains("review: texts, of which 95 % have 6 words at the most", "title: texts, of which 95 % have 5 words at the most");
    Prepared p = prepared(d);
    assertThat(p.parts().train().dataset().inputs()).extracting(f -> f.name()).containsExactly("text0", "text1", "columns");
    assertThat(p.parts().train().dataset().inputs().getFirst().type().shape().dims()).containsExactly(8);
    assertThat(p.assembly().outputs().get("output").dims()).containsExactly(2);
    Prepared alone = prepared(table("review,score\n" + rows(100, i -> "the film number " + i + "," + random.nextDouble()), Optional.empty()));
    assertThat(alone.task()).isEqualTo(Task.REGRESSION);
    assertThat(alone.parts().train().dataset().inputs()).extracting(f -> f.name()).containsExactly("text");
  }

  @Test
  void datesAreNoTextsAndLeftOut() throws IOException {
    Random random = new Random(3);
    Draft d = table("sold,moved,area,price\n" + rows(60, i -> "2024-05-" + (10 + i % 20) + ",2024-06-" + (10 + i % 20) + " 10:30:00," + random.nextInt(100) + "," + random.nextDouble()), Optional.empty());
    assertThat(d.seen()).anyMatch(s -> s.startsWith("left out sold: it holds dates") && s.endsWith("split: {validation: 0.2, time: sold}"))
        .anyMatch(s -> s.startsWith("left out moved: it holds dates"));
    assertThat(prepared(d).parts().train().dataset().inputs().getFirst().columns()).extracting(c -> c.name()).containsExactly("area");
  }

  @Test
  void jsonLinesAreATable() throws IOException {
    Random random = new Random(4);
    Path file = Files.writeString(folder.resolve("rows.jsonl"), rows(60, i -> "{\"area\": " + random.nextInt(100) + ", \"city\": \"" + List.of("Bern", "Genf").get(i % 2) + "\", \"price\": " + random.nextDouble() + "}"));
    Draft d = Draft.of(file, Optional.empty(), "rows.jsonl");
    assertThat(d.name()).isEqualTo("rows");
    assertThat(d.yaml()).contains("train: {jsonl: {path: rows.jsonl, target: price}}");
    assertThat(prepared(d).task()).isEqualTo(Task.REGRESSION);
  }

  @Test
  void imagesInOneFolderAloneHaveNoClasses() throws IOException {
    Files.createDirectories(folder.resolve("photos/all"));
    for (int i = 0; i < 3; i++) {
      ImageIO.write(new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB), "png", folder.resolve("photos/all/" + i + ".png").toFile());
    }
    assertThatThrownBy(() -> Draft.of(folder.resolve("photos"), Optional.empty(), "photos")).isInstanceOf(Failure.class)
        .hasMessageContainingAll("all images lie in one folder, 'all'", "labels: {csv: ");
  }

  @Test
  void manyNumbersAreARegressionAndFewAreClasses() throws IOException {
    Random random = new Random(2);
    String text = "a,price,grade\n" + rows(100, i -> random.nextDouble() + "," + random.nextInt(100_000) + "," + i % 4);
    assertThat(prepared(table(text, Optional.of("price"))).task()).isEqualTo(Task.REGRESSION);
    assertThat(prepared(table(text, Optional.of("grade"))).task()).isEqualTo(Task.MULTICLASS);
    assertThatThrownBy(() -> table(text, Optional.of("prize"))).isInstanceOf(Failure.class).hasMessageContaining("price");
  }

  @Test
  void numbersThatNeverComeTwiceGiveNothingAwayUnlessTheyAreTheTarget() throws IOException {
    Random random = new Random(7);
    Draft d = table("a,copy,price\n" + rows(60, i -> {
      double price = 1000 * random.nextDouble();
      return random.nextDouble() + "," + price + "," + price;
    }), Optional.empty());
    assertThat(d.seen()).noneMatch(s -> s.startsWith("left out a")).anyMatch(s -> s.startsWith("left out copy"));
  }

  @Test
  void digitsAreSeenToBeImages() {
    Draft d = Draft.of(Path.of("experiments/data/digits.csv"), Optional.empty(), "digits.csv");
    assertThat(d.yaml()).contains("shape: [1, 8, 8]", "conv2d", "scale: 0.0625");
  }

  @Test
  void pixelsThatTellANumberEndInOneOutput() throws IOException {
    Random random = new Random(1);
    String header = IntStream.range(0, 64).mapToObj(i -> "p" + i + ",").collect(Collectors.joining()) + "angle\n";
    Prepared p = prepared(table(header + rows(60, i -> random.ints(64, 0, 256).mapToObj(v -> v + ",").collect(Collectors.joining()) + random.nextDouble()), Optional.empty()));
    assertThat(p.task()).isEqualTo(Task.REGRESSION);
    assertThat(p.assembly().outputs().get("output").dims()).containsExactly(1);
  }

  @Test
  void pixelsThatAreAllBlackMakeADraftToo() throws IOException {
    String header = IntStream.range(0, 64).mapToObj(i -> "p" + i + ",").collect(Collectors.joining()) + "kind\n";
    assertThat(prepared(table(header + rows(60, i -> "0,".repeat(64) + "ab".charAt(i % 2)), Optional.empty())).task()).isEqualTo(Task.MULTICLASS);
  }

  @Test
  void aFolderOfImagesIsReadAtTheirMiddleSize() throws IOException {
    for (String c : List.of("cat", "dog")) {
      Files.createDirectories(folder.resolve("pets").resolve(c));
      for (int i = 0; i < 6; i++) {
        ImageIO.write(new BufferedImage(40 + i, 30, BufferedImage.TYPE_INT_RGB), "png", folder.resolve("pets").resolve(c).resolve(i + ".png").toFile());
      }
    }
    Draft d = Draft.of(folder.resolve("pets"), Optional.empty(), "pets");
    assertThat(d.yaml()).contains("size: [30, 40]", "channels: 3");
    assertThat(prepared(d).parts().train().size()).isGreaterThan(8);
  }

  @Test
  void arraysAreToldApartByTheirNamesAndSizes() throws IOException {
    Files.copy(Path.of("experiments/data/discs.npz"), folder.resolve("discs.npz"));
    assertThatThrownBy(() -> Draft.of(folder.resolve("discs.npz"), Optional.of("nothing"), "discs.npz")).isInstanceOf(Failure.class).hasMessageContaining("nothing");
  }

  @Test
  void whatDividesCellsAndDecimalsIsSeen() throws IOException {
    Random random = new Random(5);
    Draft d = table("L\u00e4nge;Farbe;Preis\n" + rows(80, i -> (i + random.nextDouble() + ";" + (i % 2 == 0 ? "rot" : "blau") + ";" + 1000 * random.nextDouble()).replace('.', ',')), Optional.empty());
    assertThat(d.yaml()).contains("delimiter: ';', decimal: ','}");
    assertThat(d.seen()).contains("read with delimiter: ';', decimal: ','");
    Prepared p = prepared(d);
    assertThat(p.task()).isEqualTo(Task.REGRESSION);
    assertThat(p.parts().train().dataset().inputs().getFirst().columns()).extracting(c -> c.name()).containsExactly("L\u00e4nge", "Farbe");
    assertThat(prepared(table("a\tb\tkind\n" + rows(60, i -> random.nextDouble() + "\t" + random.nextDouble() + "\t" + i % 3), Optional.empty())).task()).isEqualTo(Task.MULTICLASS);
    Draft quoted = table("\"a\";\"b, c\";\"kind\"\n" + rows(60, i -> random.nextDouble() + ";" + random.nextDouble() + ";\"x, " + i % 3 + "\""), Optional.empty());
    assertThat(prepared(quoted).parts().train().dataset().targets().getFirst().classes()).containsExactly("x, 0", "x, 1", "x, 2");
    Draft headless = table(rows(60, i -> random.nextDouble() + "," + random.nextDouble() + "," + i % 2), Optional.empty());
    assertThat(headless.yaml()).contains("target: c2", "header: false");
    assertThat(prepared(headless).task()).isEqualTo(Task.MULTICLASS);
    assertThat(table("a,\"b\"\n" + rows(60, i -> random.nextDouble() + ",\"x;y" + i % 2 + "\""), Optional.empty()).yaml()).doesNotContain("delimiter");
  }

  @Test
  void whereTheTargetIsMissingSomeRowsAllRowsWithGapsAreDropped() throws IOException {
    String gaps = "a,b,y\n" + rows(60, i -> (i == 7 ? "" : i * 3 % 17) + "," + i % 5 + "," + (i % 3 * 0.5 + i));
    assertThat(table(gaps, Optional.empty()).yaml()).contains("a: missing in 1 rows; the median or no category stands in", "missing: median");
    assertThat(table(gaps + "1,2,\n", Optional.empty()).yaml()).contains("a: missing in 1 rows, which are dropped too", "missing: drop");
  }

  /// So many images of 30 x 22 pixels and their masks of these values in turn, two of them in each.
  private Draft masks(String name, int type, String suffix, int... values) throws IOException {
    for (String part : List.of("pictures", "labels")) {
      Files.createDirectories(folder.resolve(name).resolve(part));
    }
    for (int i = 0; i < 10; i++) {
      ImageIO.write(new BufferedImage(30, 22, BufferedImage.TYPE_BYTE_GRAY), "png", folder.resolve(name).resolve("pictures/" + i + ".png").toFile());
      BufferedImage mask = new BufferedImage(30, 22, type);
      for (int x = 0; x < 30; x++) {
        for (int y = 0; y < 22; y++) {
          int v = values[(x + i) % values.length];
          if (type == BufferedImage.TYPE_BYTE_GRAY) {
            mask.getRaster().setSample(x, y, 0, v);
          } else {
            mask.setRGB(x, y, v);
          }
        }
      }
      ImageIO.write(mask, "png", folder.resolve(name).resolve("labels/" + i + suffix + ".png").toFile());
    }
    return Draft.of(folder.resolve(name), Optional.empty(), name);
  }

  @Test
  void imagesAndTheirMasksBecomeAUNet() throws IOException {
    Draft binary = masks("binary", BufferedImage.TYPE_BYTE_GRAY, "_m", 0, 255);
    assertThat(binary.yaml()).contains("images: binary/pictures, masks: binary/labels, size: [20, 28], channels: 1, suffix: _m}", "loss: bce_with_logits", "metrics: [iou, dice]");
    assertThat(prepared(binary).task()).isEqualTo(Task.BINARY);
    Draft classes = masks("classes", BufferedImage.TYPE_BYTE_GRAY, "", 0, 1, 3, 255);
    assertThat(classes.yaml()).contains("ignore_index: 255", "conv2d: {out_channels: 4, kernel_size: 1}");
    assertThat(prepared(classes).task()).isEqualTo(Task.MULTICLASS);
    Draft ignored = masks("ignored", BufferedImage.TYPE_BYTE_GRAY, "", 0, 1, 255);
    assertThat(ignored.yaml()).contains("masks of classes 0 to 1; 255 does not count", "ignore_index: 255", "conv2d: {out_channels: 2, kernel_size: 1}");
    assertThat(prepared(ignored).task()).isEqualTo(Task.MULTICLASS);
    assertThat(masks("shades", BufferedImage.TYPE_BYTE_GRAY, "", 0, 128, 255).yaml()).contains("3 grey values", "threshold: 127", "bce_with_logits");
    Draft colors = masks("colors", BufferedImage.TYPE_INT_RGB, "", 0, 0xff0000, 0x0000ff);
    assertThat(colors.yaml()).contains("colors: {class0: [0, 0, 0], class1: [0, 0, 255], class2: [255, 0, 0]}");
    assertThat(prepared(colors).assembly().outputs().get("output").dims()).containsExactly(3, 20, 28);
    assertThat(masks("many", BufferedImage.TYPE_BYTE_GRAY, "", 0, 1, 3, 200, 252, 253).yaml()).contains("threshold: 127");
  }

  @Test
  void npyFilesFindTheirTargetBesideThem() throws IOException {
    HostTensor x = HostTensor.allocate(dlt.tensor.TensorType.float32(Shape.of(40, 2, 5)));
    HostTensor y = HostTensor.allocate(dlt.tensor.TensorType.int64(40));
    for (int i = 0; i < 400; i++) {
      x.set(i, i % 7);
      y.setLong(i / 10, i / 10 % 3);
    }
    Files.createDirectories(folder.resolve("alone"));
    Npy.write(folder.resolve("alone/x.npy"), x);
    Draft alone = Draft.of(folder.resolve("alone/x.npy"), Optional.empty(), "alone/x.npy");
    assertThat(alone.seen()).anyMatch(s -> s.contains("an autoencoder"));
    assertThat(prepared(alone).assembly().outputs().values()).containsExactly(Shape.of(2, 5));
    Npy.write(folder.resolve("alone/kinds.npy"), y);
    assertThatThrownBy(() -> Draft.of(folder.resolve("alone/x.npy"), Optional.empty(), "alone/x.npy")).isInstanceOf(Failure.class)
        .hasMessageContaining("which array is the target? name it with --target; beside it there are x.npy, kinds.npy");
    assertThat(prepared(Draft.of(folder.resolve("alone/x.npy"), Optional.of("alone/kinds.npy"), "alone/x.npy")).task()).isEqualTo(Task.MULTICLASS);
    Npy.write(folder.resolve("alone/y.npy"), y);
    Draft beside = Draft.of(folder.resolve("alone/x.npy"), Optional.empty(), "alone/x.npy");
    assertThat(beside.yaml()).contains("npy: {inputs: alone/x.npy, targets: alone/y.npy}");
    assertThat(prepared(beside).task()).isEqualTo(Task.MULTICLASS);
    Npz.write(folder.resolve("none.npz"), new LinkedHashMap<>());
    assertThatThrownBy(() -> Draft.of(folder.resolve("none.npz"), Optional.empty(), "none.npz")).isInstanceOf(Failure.class).hasMessageContaining("none.npz: holds no arrays");
    Npz.write(folder.resolve("one.npz"), new LinkedHashMap<>(java.util.Map.of("data", x)));
    assertThat(prepared(Draft.of(folder.resolve("one.npz"), Optional.empty(), "one.npz")).task()).isEqualTo(Task.REGRESSION);
  }

  @Test
  void aFileWithTrainingAndTestArraysGivesBoth() throws IOException {
    LinkedHashMap<String, HostTensor> arrays = new LinkedHashMap<>();
    for (String part : java.util.List.of("train", "test")) {
      int n = part.equals("train") ? 40 : 12;
      HostTensor x = HostTensor.allocate(new dlt.tensor.TensorType(dlt.tensor.DType.UINT8, Shape.of(n, 10, 10)));
      HostTensor y = HostTensor.allocate(new dlt.tensor.TensorType(dlt.tensor.DType.UINT8, Shape.of(n)));
      for (int i = 0; i < x.size(); i++) {
        x.set(i, i * 7 % 255);
        y.set(i / 100, i / 100 % 4);
      }
      arrays.put("x_" + part, x);
      arrays.put("y_" + part, y);
    }
    Npz.write(folder.resolve("mnist.npz"), arrays);
    Draft keras = Draft.of(folder.resolve("mnist.npz"), Optional.empty(), "mnist.npz");
    assertThat(keras.yaml()).contains("  train: {npz: {path: mnist.npz, inputs: x_train, targets: y_train, layout: hw}}\n"
        + "  test: {npz: {path: mnist.npz, inputs: x_test, targets: y_test, layout: hw}}\n");
    assertThat(prepared(keras).parts().test().orElseThrow().size()).isEqualTo(12);
    assertThat(prepared(keras).assembly().schema().inputs().getFirst().type().shape()).isEqualTo(Shape.of(1, 10, 10));
    arrays.put("x_test", HostTensor.allocate(dlt.tensor.TensorType.float32(12, 9, 9))); // of other images
    Npz.write(folder.resolve("other.npz"), arrays);
    assertThat(Draft.of(folder.resolve("other.npz"), Optional.empty(), "other.npz").yaml()).doesNotContain("  test:");
  }

  @Test
  void otherFilesAreRefusedInWords() throws IOException {
    Path file = Files.writeString(folder.resolve("data.doc"), "x");
    assertThatThrownBy(() -> Draft.of(file, Optional.empty(), "data.doc")).isInstanceOf(Failure.class).hasMessageContaining("csv");
    assertThatThrownBy(() -> Draft.of(folder.resolve("none.csv"), Optional.empty(), "none.csv")).isInstanceOf(Failure.class).hasMessageContaining("no such file");
    assertThatThrownBy(() -> table("only\n1\n", Optional.empty())).isInstanceOf(Failure.class).hasMessageContaining("one column");
  }

  @Test
  void namesThatYamlReadsAsSomethingElseMakeDraftsTooAndSoDoTextsOfSeveralLines() throws IOException {
    Random random = new Random(3);
    String text = "\"gr\u00f6\u00dfe\nin cm\",yes,\"art:\nx\"\n" + rows(60, i -> random.nextDouble() + "," + random.nextInt(1000) + ",\"" + (i % 2 == 0 ? "a\n# b" : "c") + "\"");
    for (String name : List.of("2024.csv", "true.csv", "\u65e5\u672c.csv", "-a-.csv", "x y.CSV")) {
      Path file = Files.writeString(folder.resolve(name), text);
      Prepared p = prepared(Draft.of(file, Optional.empty(), name));
      assertThat(p.parts().train().dataset().inputs().getFirst().columns()).extracting(c -> c.name()).containsExactly("gr\u00f6\u00dfe\nin cm", "yes");
      assertThat(p.parts().train().dataset().targets().getFirst().classes()).containsExactly("a\n# b", "c");
    }
    assertThat(Draft.of(folder.resolve("2024.csv"), Optional.empty(), "2024.csv").name()).isEqualTo("2024");
    assertThat(Draft.of(folder.resolve("\u65e5\u672c.csv"), Optional.empty(), "x").name()).isEqualTo("experiment");
  }

  @Test
  void theFormatIsThatOfTheNameHoweverItIsWritten() throws IOException {
    Random random = new Random(4);
    String text = "a\tkind\n" + rows(60, i -> random.nextDouble() + "\t" + (i % 2 == 0 ? "a" : "b"));
    Path plain = Files.writeString(folder.resolve("A.TSV"), text);
    assertThat(prepared(Draft.of(plain, Optional.empty(), "A.TSV")).task()).isEqualTo(Task.MULTICLASS);
    Path zipped = folder.resolve("b.tsv.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    assertThat(prepared(Draft.of(zipped, Optional.empty(), "b.tsv.gz")).task()).isEqualTo(Task.MULTICLASS);
    Path parquet = Files.copy(Path.of("src/test/resources/data/table-none.parquet"), folder.resolve("T.PARQUET"));
    assertThat(Draft.of(parquet, Optional.of("y"), "T.PARQUET").yaml()).contains("parquet: {path: T.PARQUET");
    SequencedMap<String, HostTensor> arrays = new LinkedHashMap<>();
    arrays.put("x", HostTensor.of(Shape.of(6, 2), new float[12]));
    arrays.put("y", HostTensor.of(Shape.of(6), 0L, 1, 0, 1, 0, 1));
    Path npz = folder.resolve("C.NPZ");
    Npz.write(npz, arrays);
    assertThat(Draft.of(npz, Optional.empty(), "C.NPZ").yaml()).contains("npz: {path: C.NPZ", "linear: 2");
  }

  @Test
  void classesThatAreLinksAreFollowedAndOtherFilesLeftAside() throws IOException {
    for (String name : List.of("cat", "dog")) {
      Path images = Files.createDirectories(folder.resolve("elsewhere").resolve(name));
      Files.createSymbolicLink(Files.createDirectories(folder.resolve("images")).resolve(name), images);
      Files.writeString(images.resolve("notes.txt"), "none");
      Files.write(images.resolve("0.bin"), new byte[64]); // looks like a WBMP
      for (int i = 0; i < 5; i++) {
        ImageIO.write(new BufferedImage(12, 10, BufferedImage.TYPE_BYTE_GRAY), "png", images.resolve(i + ".png").toFile());
      }
    }
    assertThat(prepared(Draft.of(folder.resolve("images"), Optional.empty(), "images")).parts().train().size()).isEqualTo(8);
    Files.writeString(folder.resolve("elsewhere/cat/0.png"), "torn");
    assertThatThrownBy(() -> Draft.of(folder.resolve("images"), Optional.empty(), "images")).isInstanceOf(Failure.class)
        .hasMessageContaining("images/cat/0.png: is not an image that can be read");
  }
}
