package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.cli.CommandsTest.Result;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A training part whose targets are all the same teaches nothing, and that is said.
class ConstantTargetsTest {
  @TempDir Path folder;

  private void table(String names, IntFunction<String> targets) throws IOException {
    StringBuilder b = new StringBuilder("a," + names + "\n");
    for (int i = 0; i < 40; i++) {
      b.append(i * 7 % 40).append(',').append(targets.apply(i)).append('\n');
    }
    Files.writeString(folder.resolve("t.csv"), b);
  }

  /// The warnings of `dlt check`, which `dlt train` prints too, each once.
  private List<String> warnings(String source, String split, String layers, String loss) throws IOException {
    String file = Files.writeString(folder.resolve("exp.yaml"), """
        data: {train: %s, split: %s}
        model: {layers: %s}
        loss: %s
        optimizer: {sgd: {lr: 1e-3}}
        training: {epochs: 1}
        """.formatted(source, split, layers, loss)).toString();
    Result check = CommandsTest.dlt("check", file);
    assertThat(check.code()).as(check.err()).isZero();
    Result train = CommandsTest.dlt("train", file, "--out", folder.resolve("run" + Integer.toHexString((source + split).hashCode())).toString(), "--no-report");
    assertThat(train.code()).as(train.err()).isZero();
    List<String> warnings = warnings(check);
    assertThat(warnings(train)).isEqualTo(warnings);
    return warnings;
  }

  private static List<String> warnings(Result r) {
    return r.err().lines().filter(l -> l.contains("warning:")).toList();
  }

  @Test
  void aSingleClass() throws IOException {
    table("y", _ -> "setosa");
    assertThat(warnings("{csv: {path: t.csv, target: y}}", "{validation: 0.2}", "[{linear: 2}]", "cross_entropy")).containsExactly(
        "dlt: warning: target 'y' is of the class 'setosa' in all 32 training samples: the model can learn to say that alone; "
            + "the data have no other class: look whether some are missing");
  }

  @Test
  void aClassThatTheSplitLeavesAlone() throws IOException {
    table("y", i -> i < 20 ? "early" : "late");
    assertThat(warnings("{csv: {path: t.csv, target: y}}", "{validation: 0.5, shuffle: false}", "[{linear: 2}]", "cross_entropy")).singleElement().asString()
        .contains("target 'y' is of the class 'early' in all 20 training samples", "split.stratify");
    assertThat(warnings("{csv: {path: t.csv, target: y}}", "{validation: 0.5}", "[{linear: 2}]", "cross_entropy")).isEmpty();
  }

  @Test
  void aNumber() throws IOException {
    table("y", _ -> "2.5");
    assertThat(warnings("{csv: {path: t.csv, target: y}}", "{validation: 0.2}", "[{linear: 1}]", "mse")).singleElement().asString()
        .contains("target 'y' is 2.5 in all 32 training samples");
  }

  @Test
  void oneOfSeveralLabels() throws IOException {
    table("cat,dog", i -> i % 2 + ",0");
    assertThat(warnings("{csv: {path: t.csv, target: [cat, dog]}}", "{validation: 0.2}", "[{linear: 2}]", "bce_with_logits")).singleElement().asString()
        .contains("of the targets, 'dog' is 0 in all 32 training samples: nothing about it can be learned");
  }

  @Test
  void masksOfOneClass() throws IOException {
    for (int i = 0; i < 4; i++) {
      BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_GRAY);
      Files.createDirectories(folder.resolve("masks"));
      ImageIO.write(image, "png", folder.resolve("masks/" + i + ".png").toFile());
      image.getRaster().setSamples(0, 0, 4, 4, 0, fill(i));
      Files.createDirectories(folder.resolve("images"));
      ImageIO.write(image, "png", folder.resolve("images/" + i + ".png").toFile());
    }
    assertThat(warnings("{image_masks: {images: images, masks: masks, size: 4, channels: 1}}", "{validation: 0.25}", "[{conv2d: {out_channels: 2, kernel_size: 1}}]", "cross_entropy"))
        .singleElement().asString().contains("is the same in all 3 training samples");
  }

  private static int[] fill(int value) {
    int[] r = new int[16];
    Arrays.fill(r, value);
    return r;
  }
}
