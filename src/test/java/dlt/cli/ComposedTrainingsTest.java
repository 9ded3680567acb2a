package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Trainings on pairs, triplets, and images with masks, from the file to the evaluation.
class ComposedTrainingsTest {
  private static final Path DIGITS = Path.of("experiments/data/digits.csv").toAbsolutePath();

  @TempDir Path folder;

  private Path experiment(String name, String source, String tail) throws IOException {
    String of = "{of: {csv: {path: " + DIGITS + ", target: digit}}}";
    return Files.writeString(folder.resolve(name + ".yaml"), """
        name: %s
        data:
          train: {%s: %s}
          split: {validation: 0.2, stratify: true}
          preprocess: [{scale: 0.0625}]
        modules:
          embed: [{linear: 32}, relu, {linear: 8}]
        optimizer: {adam: {lr: 3e-3}}
        training: {batch_size: 64, epochs: 3}
        %s""".formatted(name, source, of, tail));
  }

  private JsonNode train(Path experiment) throws IOException {
    return train(experiment, experiment.getFileName() + ".run", 2);
  }

  private JsonNode train(Path experiment, String run, int threads) throws IOException {
    CommandsTest.Result r = CommandsTest.dlt("train", experiment.toString(), "--out", folder.resolve(run).toString(), "--threads", Integer.toString(threads), "--json");
    assertThat(r.code()).as(r.err()).isZero();
    return r.json();
  }

  @Test
  void aSiameseNetLearnsPairsOfALabelledTable() throws IOException {
    Path file = experiment("siamese", "pairs", """
        model:
          layers:
            - embed: {from: a, as: ea}
            - embed: {from: b, as: eb}
            - pairwise_distance: {from: [ea, eb]}
        loss: {hinge_embedding: {margin: 2}}
        metrics: [accuracy, roc_auc]
        """);
    JsonNode r = train(file);
    assertThat(r.get("best").get("validation").get("roc_auc").asDouble()).isGreaterThan(0.8);
    CommandsTest.Result eval = CommandsTest.dlt("eval", r.get("run").asText(), "--data", DIGITS.toString(), "--json");
    assertThat(eval.code()).as(eval.err()).isZero();
    assertThat(eval.json().get("samples").asInt()).isEqualTo(1797);
    CommandsTest.Result predict = CommandsTest.dlt("predict", r.get("run").asText(), "--input", DIGITS.toString());
    assertThat(predict.code()).isEqualTo(3);
    assertThat(predict.err()).contains("arrays a, b");
  }

  @Test
  void tripletsGoWithTripletMarginAndWithMarginRanking() throws IOException {
    JsonNode r = train(experiment("triplet", "triplets", """
        model:
          layers:
            - embed: {from: anchor, as: ea}
            - embed: {from: positive, as: ep}
            - embed: {from: negative, as: en}
          outputs: [ea, ep, en]
        loss: triplet_margin
        """));
    assertThat(r.get("best").get("validation").get("accuracy").asDouble()).isGreaterThan(0.8);
    r = train(experiment("ranking", "triplets", """
        model:
          layers:
            - embed: {from: anchor, as: ea}
            - embed: {from: positive, as: ep}
            - embed: {from: negative, as: en}
            - pairwise_distance: {from: [ea, en], as: far}
            - pairwise_distance: {from: [ea, ep], as: near}
          outputs: [far, near]
        loss: {margin_ranking: {margin: 1}}
        metrics: [accuracy]
        """));
    assertThat(r.get("best").get("validation").get("accuracy").asDouble()).isGreaterThan(0.8);
  }

  /// Bright squares on noise, and where they are.
  private void squares(int n) throws IOException {
    Random random = new Random(3);
    for (int k = 0; k < n; k++) {
      BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_BYTE_GRAY);
      BufferedImage mask = new BufferedImage(16, 16, BufferedImage.TYPE_BYTE_GRAY);
      int left = random.nextInt(10);
      int top = random.nextInt(10);
      for (int y = 0; y < 16; y++) {
        for (int x = 0; x < 16; x++) {
          boolean in = x >= left && x < left + 6 && y >= top && y < top + 6;
          image.getRaster().setSample(x, y, 0, random.nextInt(100) + (in ? 120 : 0));
          mask.getRaster().setSample(x, y, 0, in ? 255 : 0);
        }
      }
      Files.createDirectories(folder.resolve("images"));
      Files.createDirectories(folder.resolve("masks"));
      ImageIO.write(image, "png", folder.resolve("images/" + k + ".png").toFile());
      ImageIO.write(mask, "png", folder.resolve("masks/" + k + ".png").toFile());
    }
  }

  @Test
  void masksMoveWithTheirImagesAndAreFoundForAnyNumberOfThreads() throws IOException {
    squares(40);
    Path file = Files.writeString(folder.resolve("masks.yaml"), """
        data:
          train: {image_masks: {images: images, masks: masks, size: 16, channels: 1}}
          split: {validation: 0.25}
          preprocess: [{scale: 0.004}]
          augment: [random_horizontal_flip, {random_affine: {degrees: 20, translate: 0.1}}, {random_resized_crop: {scale: [0.5, 1]}}, {color_jitter: {brightness: 0.1}}]
        model: {layers: [{conv2d: {out_channels: 8, kernel_size: 5, padding: 2}}, relu, {conv2d: {out_channels: 1, kernel_size: 3, padding: 1}}]}
        loss: bce_with_logits
        optimizer: {adam: {lr: 1e-2}}
        training: {batch_size: 8, epochs: 12}
        metrics: [accuracy, iou, dice, f1]
        """);
    JsonNode one = train(file, "one", 1);
    train(file, "four", 4);
    assertThat(one.get("best").get("validation").get("iou").asDouble()).isGreaterThan(0.6);
    assertThat(Files.readAllBytes(folder.resolve("one/checkpoints/last.safetensors")))
        .isEqualTo(Files.readAllBytes(folder.resolve("four/checkpoints/last.safetensors")));
    CommandsTest.Result eval = CommandsTest.dlt("eval", folder.resolve("four").toString(), "--data", folder.toString(), "--json");
    assertThat(eval.code()).as(eval.err()).isZero();
    assertThat(eval.json().get("samples").asInt()).isEqualTo(40);
    CommandsTest.Result classes = CommandsTest.dlt("train", file.toString(), "--set", "loss=cross_entropy", "--set",
        "model={layers: [{conv2d: {out_channels: 2, kernel_size: 3, padding: 1}}]}", "--set", "data.train.image_masks.threshold=127",
        "--set", "metrics=[iou_macro]", "--set", "data.augment=[random_vertical_flip, cutmix]", "--set", "training.epochs=2",
        "--out", folder.resolve("classes").toString(), "--json");
    assertThat(classes.code()).as(classes.err()).isZero();
  }
}
