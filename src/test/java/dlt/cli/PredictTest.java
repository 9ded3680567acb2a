package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dlt.cli.CommandsTest.Result;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Npy;
import dlt.tensor.Npz;
import dlt.tensor.Shape;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Predictions of images and of their pixels.
class PredictTest {
  private static final int HEIGHT = 8, WIDTH = 12;

  @TempDir static Path folder;

  /// Images twice as large as the model sees them: black, a white left half in the even ones, grey at the bottom. Their masks say so.
  @BeforeAll
  static void train() throws IOException {
    for (int i = 0; i < 12; i++) {
      BufferedImage image = new BufferedImage(2 * WIDTH, 2 * HEIGHT, BufferedImage.TYPE_BYTE_GRAY);
      BufferedImage mask = new BufferedImage(2 * WIDTH, 2 * HEIGHT, BufferedImage.TYPE_BYTE_GRAY);
      for (int y = 0; y < 2 * HEIGHT; y++) {
        for (int x = 0; x < 2 * WIDTH; x++) {
          int c = y >= HEIGHT ? 2 : i % 2 == 0 && x < WIDTH ? 1 : 0;
          image.getRaster().setSample(x, y, 0, c == 2 ? 100 : c == 1 ? 255 : 0);
          mask.getRaster().setSample(x, y, 0, c);
        }
      }
      write(image, "data/images/" + i % 3 + "/p" + i + ".png");
      write(mask, "data/masks/" + i % 3 + "/p" + i + ".png");
    }
    Files.writeString(folder.resolve("classes.yaml"), """
        name: classes
        data:
          train: {image_masks: {images: data/images, masks: data/masks, size: [8, 12], channels: 1}}
          split: {validation: 0.25}
          preprocess: [{scale: 0.004}]
        model: {layers: [{conv2d: {out_channels: 16, kernel_size: 1}}, relu, {conv2d: {out_channels: 3, kernel_size: 1}}]}
        loss: cross_entropy
        optimizer: {adam: {lr: 5e-2}}
        training: {batch_size: 4, epochs: 60}
        """);
    Files.writeString(folder.resolve("binary.yaml"), Files.readString(folder.resolve("classes.yaml")).replace("channels: 1}", "channels: 1, threshold: 1}")
        .replace("out_channels: 3", "out_channels: 1").replace("cross_entropy", "bce_with_logits"));
    for (String name : List.of("classes", "binary")) {
      Result r = CommandsTest.dlt("train", folder.resolve(name + ".yaml").toString(), "--out", folder.resolve(name).toString(), "--no-report");
      assertThat(r.code()).as(r.err()).isZero();
    }
  }

  private static void write(BufferedImage image, String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    ImageIO.write(image, "png", file.toFile());
  }

  private static Result predict(String run, String... arguments) {
    return CommandsTest.dlt(Stream.concat(Stream.of("predict", folder.resolve(run).toString(), "--input"), Stream.of(arguments)).toArray(String[]::new));
  }

  private static String path(String name) {
    return folder.resolve(name).toString();
  }

  @Test
  void everyAnswerNamesItsImage() throws IOException {
    Result table = predict("classes", path("data/images"));
    assertThat(table.code()).as(table.err()).isZero();
    List<String> lines = table.out().lines().toList();
    assertThat(lines).hasSize(13);
    assertThat(lines.getFirst()).startsWith("file,prediction_0,prediction_1,");
    assertThat(lines.get(1)).startsWith("0/p0.png,1,1,1,1,1,1,0,0,").endsWith(",2,2");
    Result json = predict("classes", path("data/images/1"), "--json");
    assertThat(new ObjectMapper().readTree(json.out().lines().findFirst().orElseThrow()).get("file").asText()).isEqualTo("p1.png");
    Result alone = predict("classes", path("data/images/0/p0.png"), "--output", "-");
    assertThat(alone.out().lines()).hasSize(2).last().asString().isEqualTo(lines.get(1).replace("0/p0", "p0"));
    assertThat(Path.of("-")).doesNotExist();
  }

  @Test
  void masksHaveTheSizeOfTheirImagesAndTheClassesInAPalette() throws IOException {
    Result r = predict("classes", path("data/images"), "--masks", path("found"));
    assertThat(r.code()).as(r.err()).isZero();
    assertThat(r.err()).contains("12 predictions in " + path("found"));
    for (int i = 0; i < 12; i++) {
      BufferedImage mask = ImageIO.read(folder.resolve("found/" + i % 3 + "/p" + i + ".png").toFile());
      BufferedImage expected = ImageIO.read(folder.resolve("data/masks/" + i % 3 + "/p" + i + ".png").toFile());
      assertThat(mask.getColorModel()).isInstanceOf(IndexColorModel.class);
      assertThat(mask.getRaster().getPixels(0, 0, 2 * WIDTH, 2 * HEIGHT, (int[]) null)).isEqualTo(expected.getRaster().getPixels(0, 0, 2 * WIDTH, 2 * HEIGHT, (int[]) null));
      assertThat(mask.getRGB(0, 2 * HEIGHT - 1)).isEqualTo(0xff008000); // PASCAL VOC's second colour
    }
    // what it wrote is read as masks again
    Result measured = CommandsTest.dlt("train", path("classes.yaml"), "--out", path("again"), "--no-report", "--set", "data.train.image_masks.masks=found", "--set", "training.epochs=1");
    assertThat(measured.code()).as(measured.err()).isZero();
  }

  @Test
  void aBinaryMaskIsBlackAndWhite() throws IOException {
    Result r = predict("binary", path("data/images/0/p0.png"), "--masks", path("white"));
    assertThat(r.code()).as(r.err()).isZero();
    BufferedImage mask = ImageIO.read(folder.resolve("white/p0.png").toFile());
    assertThat(mask.getRGB(0, 0)).isEqualTo(0xff000000);
    assertThat(mask.getRGB(0, 2 * HEIGHT - 1)).isEqualTo(0xffffffff);
  }

  @Test
  void predictionsAreArraysWhereTheFileIsOne() throws IOException {
    assertThat(predict("classes", path("data/images"), "--output", path("c.npy")).code()).isZero();
    HostTensor classes = Npy.read(folder.resolve("c.npy"));
    assertThat(classes.dtype()).isEqualTo(DType.INT64);
    assertThat(classes.shape()).isEqualTo(Shape.of(12, HEIGHT, WIDTH));
    assertThat(classes.longAt(0)).isEqualTo(1);
    assertThat(classes.longAt(classes.size() - 1)).isEqualTo(2);
    assertThat(predict("classes", path("data/images"), "--output", path("c.npz")).code()).isZero();
    SequencedMap<String, HostTensor> all = Npz.read(folder.resolve("c.npz"));
    HostTensor scores = all.get("output");
    assertThat(scores.shape()).isEqualTo(Shape.of(12, 3, HEIGHT, WIDTH));
    assertThat(scores.at(0) + scores.at(HEIGHT * WIDTH) + scores.at(2 * HEIGHT * WIDTH)).isCloseTo(1, org.assertj.core.api.Assertions.within(1e-5));
  }

  @Test
  void predictionsAreNotWrittenOverTheirInput() throws IOException {
    byte[] image = Files.readAllBytes(folder.resolve("data/images/0/p0.png"));
    Path link = Files.createSymbolicLink(folder.resolve("link.csv"), folder.resolve("data/images/0/p0.png"));
    Result r = predict("classes", path("data/images"), "--masks", path("data/../data/images"));
    assertThat(r.code()).isEqualTo(2);
    assertThat(r.err()).contains("is the folder of the images");
    assertThat(predict("classes", path("data/images/0/p0.png"), "--masks", path("data/images/0")).code()).isEqualTo(2);
    Result linked = predict("classes", path("data/images/0/p0.png"), "--output", link.toString());
    assertThat(linked.code()).isEqualTo(2);
    assertThat(linked.err()).contains("is the input");
    assertThat(folder.resolve("data/images/0/p0.png")).hasBinaryContent(image);
  }

  @Test
  void whatHasNoMasksIsRefused() throws IOException {
    assertThat(predict("classes", path("data/images"), "--masks", path("m"), "--output", path("m.csv")).err()).contains("--masks stands in place of --output");
    assertThat(predict("classes", "-", "--masks", path("m")).err()).contains("leave out --masks");
    Files.createDirectories(folder.resolve("two"));
    Files.copy(folder.resolve("data/images/0/p0.png"), folder.resolve("two/p.png"));
    Files.copy(folder.resolve("data/images/0/p0.png"), folder.resolve("two/p.bmp"));
    Result same = predict("classes", path("two"), "--masks", path("m"));
    assertThat(same.code()).isEqualTo(3);
    assertThat(same.err()).contains("p.png: would have the same mask as p.bmp");
    Result iris = CommandsTest.dlt("train", "experiments/iris.yaml", "--out", path("iris"), "--no-report", "--set", "training.epochs=1");
    assertThat(iris.code()).as(iris.err()).isZero();
    Result none = predict("iris", "experiments/data/iris.csv", "--masks", path("m"));
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("--masks: the model gives {output=[3]} a sample");
    assertThat(folder.resolve("m")).doesNotExist();
    Result image = predict("iris", path("two/p.png"));
    assertThat(image.err()).contains("is an image, and the model's inputs are no images but [4]");
  }
}
