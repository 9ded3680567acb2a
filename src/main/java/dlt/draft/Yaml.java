package dlt.draft;

import dlt.config.Location;
import dlt.config.YamlNode;
import java.nio.file.Path;
import java.util.List;

/// The text of a draft, line by line.
final class Yaml {
  private static final int PIXELS = 8;
  private static final Location NOWHERE = new Location(Path.of(""), 1, 1, "");

  private final StringBuilder text = new StringBuilder();

  Yaml line(String line) {
    text.append(line).append('\n');
    return this;
  }

  /// What is seen, as comments.
  Yaml comments(List<String> lines) {
    lines.forEach(l -> line("# " + l.replaceAll("\\R|\\p{Cntrl}", " ")));
    return this;
  }

  /// Convolutions with batch norm, halving the image until it is at most eight pixels, then dense layers to `outputs`.
  Yaml convolutions(int height, int width, int outputs) {
    line("model:").line("  layers:");
    int channels = 32;
    int h = height;
    int w = width;
    boolean first = true;
    while (first || Math.min(h, w) > PIXELS) {
      for (int i = 0; i < (first && Math.min(h, w) <= 16 ? 2 : 1); i++) {
        line("    - conv2d: {out_channels: " + channels + ", kernel_size: 3, padding: 1}").line("    - batch_norm").line("    - relu");
      }
      line("    - max_pool2d: 2");
      h /= 2;
      w /= 2;
      channels = Math.min(256, channels * 2);
      first = false;
    }
    return line("    - flatten").line("    - dropout: 0.2").line("    - linear: 128").line("    - relu").line("    - linear: " + outputs);
  }

  /// A U-Net of three levels, for sides that can be halved twice.
  Yaml unet(int outputs) {
    line("blocks:").line("  double:").line("    params: {channels: required}").line("    layers:");
    for (int i = 0; i < 2; i++) {
      line("      - conv2d: {out_channels: $channels, kernel_size: 3, padding: 1, bias: false}").line("      - batch_norm").line("      - relu");
    }
    line("model:").line("  layers:");
    for (int level = 1; level <= 2; level++) {
      line("    - double: {channels: " + 8 * (1 << level) + ", as: down" + level + "}").line("    - max_pool2d: 2");
    }
    line("    - double: {channels: 64, as: bottom}");
    for (int level = 2; level >= 1; level--) {
      line("    - conv_transpose2d: {out_channels: " + 8 * (1 << level) + ", kernel_size: 2, stride: 2, as: up" + level + "}")
          .line("    - concat: {from: [down" + level + ", up" + level + "]}").line("    - double: {channels: " + 8 * (1 << level) + ", as: join" + level + "}");
    }
    return line("    - conv2d: {out_channels: " + outputs + ", kernel_size: 1}");
  }

  /// Two dense layers to `outputs`, the first after the layers `before`.
  Yaml dense(List<String> before, int samples, int outputs) {
    int hidden = samples < 2000 ? 32 : 128;
    line("model:").line("  layers:");
    before.forEach(l -> line("    - " + l));
    return line("    - linear: " + hidden).line("    - relu").line("    - dropout: 0.1").line("    - linear: " + outputs);
  }

  /// Batches and epochs for about `steps` steps, with a learning rate that falls to nothing.
  Yaml training(int samples, int steps, String lr, String metrics) {
    int batch = samples < 500 ? 16 : samples < 5000 ? 32 : samples < 20_000 ? 64 : 128;
    int epochs = Math.clamp((long) steps * batch / Math.max(1, samples), 4, 150);
    line("optimizer: {adamw: {lr: " + lr + "}}");
    line("schedule: [{cosine: {epochs: " + epochs + "}}]            # the learning rate falls to nothing over the training");
    line("training: {batch_size: " + batch + ", epochs: " + epochs + "}");
    return metrics.isEmpty() ? this : line("metrics: [" + metrics + "]");
  }

  /// `text` as a scalar that reads as a text again.
  static String scalar(String text) {
    return new YamlNode.Scalar(NOWHERE, text, true).inline();
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
