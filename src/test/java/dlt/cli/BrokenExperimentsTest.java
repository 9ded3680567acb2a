package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What a user sees of a broken experiment: the place, what is wrong, an exit code, and never a stack trace.
class BrokenExperimentsTest {
  /// `edit` turns the good file into a broken one: `old -> new`.
  private record Broken(String name, String old, String by, int code, int line, String... says) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final String GOOD = """
      name: good
      data:
        train: {csv: {path: data.csv, target: y}}
        split: {validation: 0.25, stratify: true}
      model:
        layers:
          - linear: 8
          - relu
          - linear: {out_features: 3, as: logits}
      loss: cross_entropy
      optimizer: {adam: {lr: 1e-2}}
      training: {batch_size: 8, epochs: 1}
      metrics: [accuracy]
      """;

  @TempDir Path folder;

  static Stream<Broken> broken() {
    return Stream.of(
        new Broken("wrong key", "epochs: 1", "epochz: 1", 2, 12, "epochz", "epochs"),
        new Broken("duplicate key", "loss: cross_entropy", "loss: cross_entropy\nloss: mse", 2, 11, "loss"),
        new Broken("wrong type", "batch_size: 8", "batch_size: many", 2, 12, "many", "whole number"),
        new Broken("out of range", "epochs: 1", "epochs: -1", 2, 12, "-1", "0"),
        new Broken("misspelt layer", "- relu", "- rellu", 2, 8, "rellu", "relu"),
        new Broken("misspelt optimizer", "adam:", "adamm:", 2, 11, "adamm", "adam"),
        new Broken("missing argument", "- linear: 8", "- linear", 2, 7, "out_features"),
        new Broken("shape mismatch", "- relu", "- conv2d: {out_channels: 4, kernel_size: 3}", 2, 8, "conv2d"),
        new Broken("missing file", "data.csv", "nowhere.csv", 3, 3, "nowhere.csv"),
        new Broken("target out of range", "out_features: 3", "out_features: 2", 3, 3, "2"),
        new Broken("a loss that does not fit the output", "out_features: 3", "out_features: 1", 2, 10, "cross_entropy", "bce_with_logits"),
        new Broken("a column that is none", "split: {", "preprocess: [{log: {columns: [aa]}}]\n  split: {", 2, 4, "'aa'", "of which there are a, b"),
        new Broken("empty split", "validation: 0.25", "validation: 0.0001", 3, 3, "validation"),
        new Broken("cyclic from", "- linear: 8", "- linear: {out_features: 8, from: logits}", 2, 7, "logits"),
        new Broken("unknown from", "- relu", "- relu: {from: nobody}", 2, 8, "nobody"),
        new Broken("unknown target", "target: y", "target: z", 3, 3, "z", "y"),
        new Broken("a metric that does not fit", "[accuracy]", "[r2]", 2, 13, "r2"),
        new Broken("not YAML", "optimizer: {adam: {lr: 1e-2}}", "optimizer: {adam: {lr: 1e-2}", 2, 12, "YAML"),
        new Broken("a tab", "  layers:", "\tlayers:", 2, 6, "YAML"),
        new Broken("no validation part to stop by", "split: {validation: 0.25, stratify: true}", "split: none\nselect: {metric: accuracy}", 2, 5, "validation"),
        new Broken("a schedule longer than the training", "loss: cross_entropy", "schedule: [{linear: {epochs: 2}}, cosine]\nloss: cross_entropy", 2, 10, "phase 2", "training's 4"),
        new Broken("a group's setting of another optimizer", "{lr: 1e-2}", "{groups: [\n  {match: '.*', lr: 1},\n  {match: '.*', momentum: 0.5}]}", 2, 13, "found a setting that adam does not have"),
        new Broken("a group's setting beside the optimizer's", "{adam: {lr: 1e-2}}", "{sgd: {groups: [\n  {match: '.*',\n  nesterov: true}]}}", 2, 13, "a momentum above 0 and no dampening"),
        new Broken("learning rate as text", "lr: 1e-2", "lr: fast", 2, 11, "fast"));
  }

  @ParameterizedTest
  @MethodSource
  void broken(Broken b) throws IOException {
    StringBuilder csv = new StringBuilder("a,b,y\n");
    for (int i = 0; i < 40; i++) {
      csv.append(i).append(',').append(i * i % 7).append(',').append(i % 3).append('\n');
    }
    Files.writeString(folder.resolve("data.csv"), csv);
    assertThat(GOOD).contains(b.old());
    Path file = Files.writeString(folder.resolve("exp.yaml"), GOOD.replace(b.old(), b.by()));
    String said = said(b.code(), "check", file.toString());
    assertThat(said).contains("exp.yaml:" + b.line() + ":").contains(b.says()).doesNotContain("\tat ", "Exception");
    String json = said(b.code(), "check", file.toString(), "--json");
    assertThat(json).contains("{\"error\":{\"code\":" + b.code());
  }

  private static String said(int code, String... arguments) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream err = System.err;
    PrintStream out = System.out;
    PrintStream both = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    System.setErr(both);
    System.setOut(both);
    try {
      int found = Main.run(arguments);
      assertThat(found).as(() -> bytes.toString(StandardCharsets.UTF_8)).isEqualTo(code);
    } finally {
      System.setErr(err);
      System.setOut(out);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
