package dlt.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/// Runs the commands once on a tiny experiment, so that the start-up cache which the launcher makes of this process holds
/// what they load.
@Command(name = "warm-up", hidden = true, description = "Loads what commands need, for the start-up cache.")
final class Warmup implements Callable<Integer> {
  private static final String EXPERIMENT = """
      name: warm-up
      data:
        train: {csv: {path: data.csv, target: y, shape: [1, 2, 2]}}
        split: {validation: 0.25, stratify: true}
        preprocess: [standardize]
      model:
        layers: [{conv2d: {out_channels: 2, kernel_size: 1}}, batch_norm, relu, {max_pool2d: 2}, flatten, {dropout: 0.1}, {linear: 2}]
      loss: cross_entropy
      optimizer: {adam: {lr: 1e-3}}
      schedule: [{cosine: {epochs: 2}}]
      training: {batch_size: 8, epochs: 2}
      """;
  /// What the nets of residual blocks repeat.
  private static final String BASIC = """
      blocks:
        basic:
          params: {channels: required, stride: 1}
          layers:
            - residual:
                shortcut: project
                body:
                  - conv2d: {out_channels: $channels, kernel_size: 3, stride: $stride, padding: 1, bias: false}
                  - batch_norm
                  - relu
                  - conv2d: {out_channels: $channels, kernel_size: 3, padding: 1, bias: false}
                  - batch_norm
            - relu
      """;
  /// Nets of the usual kinds: each has kernels that the others lack.
  private static final List<String> NETS = List.of("""
      name: residual
      data: {train: {synthetic: {samples: 32, shape: [3, 16, 16], classes: 4}}, split: none}
      """ + BASIC + """
      model:
        layers:
          - conv2d: {out_channels: 32, kernel_size: 7, stride: 2, padding: 3}
          - batch_norm
          - relu
          - max_pool2d: {kernel_size: 3, stride: 1, padding: 1}
          - basic: 32
          - basic: {channels: 64, stride: 2}
          - adaptive_avg_pool2d: 1
          - flatten
          - linear: 64
          - tanh
          - linear: 4
      loss: cross_entropy
      optimizer: {sgd: {lr: 1e-2, momentum: 0.9}}
      training: {batch_size: 4, epochs: 1}
      """, """
      name: answers
      data: {train: {synthetic: {samples: 8, shape: [3, 64, 64], labels: [19]}}, split: none}
      """ + BASIC + """
      model:
        layers:
          - conv2d: {out_channels: 64, kernel_size: 7, stride: 2, padding: 3, bias: false}
          - batch_norm
          - relu
          - max_pool2d: {kernel_size: 3, stride: 2, padding: 1}
          - basic: 64
          - basic: {channels: 128, stride: 2}
          - adaptive_avg_pool2d: 1
          - flatten
          - dropout: 0.1
          - linear: 19
          - sigmoid
      loss: bce
      optimizer: {adam: {lr: 1e-4}}
      training: {batch_size: 5, epochs: 1}
      """, """
      name: small
      data: {train: {synthetic: {samples: 128, shape: [1, 28, 28], classes: 10}}, split: none}
      model:
        layers: [{conv2d: {out_channels: 6, kernel_size: 5, padding: 2}}, tanh, {avg_pool2d: 2}, {conv2d: {out_channels: 16, kernel_size: 5}}, tanh,
          {avg_pool2d: 2}, flatten, {linear: 120}, tanh, {linear: 84}, tanh, {linear: 10}]
      loss: cross_entropy
      optimizer: {sgd: {lr: 0.01, momentum: 0.9}}
      training: {batch_size: 128, epochs: 1}
      """, """
      name: smallest
      data: {train: {synthetic: {samples: 128, shape: [1, 28, 28], classes: 10}}, split: none}
      model: {layers: [{conv2d: {out_channels: 8, kernel_size: 3}}, flatten, {linear: 10}]}
      loss: cross_entropy
      optimizer: {adam: {lr: 1e-3}}
      training: {batch_size: 128, epochs: 1}
      """, """
      name: images
      data: {train: {synthetic: {samples: 128, shape: [3, 32, 32], classes: 10}}, split: none}
      model:
        layers: [{conv2d: {out_channels: 32, kernel_size: 3, padding: 1}}, batch_norm, relu, {max_pool2d: 2},
          {conv2d: {out_channels: 64, kernel_size: 3, padding: 1}}, batch_norm, relu, {max_pool2d: 2}, flatten, {linear: 10}]
      loss: cross_entropy
      optimizer: {adam: {lr: 1e-3}}
      training: {batch_size: 128, epochs: 1}
      """, """
      name: masks
      data: {train: {synthetic: {samples: 4, shape: [1, 64, 64], labels: [1, 64, 64]}}, split: none}
      model:
        layers: [{conv2d: {out_channels: 16, kernel_size: 3, padding: 1, as: e}}, batch_norm, relu, {max_pool2d: 2},
          {conv2d: {out_channels: 32, kernel_size: 3, padding: 1}}, relu, {conv_transpose2d: {out_channels: 16, kernel_size: 2, stride: 2, as: u}},
          {concat: {from: [u, e]}}, {conv2d: {out_channels: 1, kernel_size: 1}}]
      loss: bce_with_logits
      optimizer: {adam: {lr: 1e-3}}
      training: {batch_size: 4, epochs: 1}
      """, """
      name: numbers
      data: {train: {synthetic: {samples: 64, shape: [512], labels: [1]}}, split: none}
      model: {layers: [{linear: 64}, relu, {linear: 512}, sigmoid, {linear: 1}, sigmoid]}
      loss: bce
      optimizer: {sgd: {lr: 1e-3}}
      training: {batch_size: 64, epochs: 1}
      """);
  private static final int ROWS = 32;

  @Override
  public Integer call() throws IOException {
    Path folder = Files.createTempDirectory("dlt-warm-up");
    try {
      StringBuilder rows = new StringBuilder("a,b,c,d,y\n");
      for (int i = 0; i < ROWS; i++) {
        rows.append(i).append(',').append(i % 3).append(',').append(i % 5).append(",0.5,").append(i % 2).append('\n');
      }
      Path data = Files.writeString(folder.resolve("data.csv"), rows);
      String file = Files.writeString(folder.resolve("exp.yaml"), EXPERIMENT).toString();
      String run = folder.resolve("run").toString();
      int failed = 0;
      String net = "";
      for (String text : NETS.reversed()) {
        net = Files.writeString(folder.resolve("net.yaml"), text).toString();
        failed += Main.run("bench", net, "--steps", "3");
      }
      failed += Main.run("bench", net, "--steps", "3", "--batch-size", "32", "--json");
      return failed + Main.run("--help")
          + Main.run("check", file)
          + Main.run("train", file, "--out", run, "--json")
          + Main.run("summary", net, "--json")
          + Main.run("eval", run, "--json")
          + Main.run("predict", run, "--input", data.toString());
    } finally {
      try (Stream<Path> all = Files.walk(folder)) {
        for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(p);
        }
      }
    }
  }
}
