package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dlt.infer.OnnxModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Nets with a second head that only helps training.
class AuxiliaryHeadTest {
  private static final String NET = """
      seed: 3
      data:
        train: {csv: {path: %s, target: species}}
        split: {validation: 0.2, stratify: true}
        preprocess: [standardize]
      model:
        layers:
          - linear: {out_features: 8, as: trunk}
          - relu: {as: middle}
          - linear: {out_features: 3, from: middle, as: aux}
          - linear: {out_features: 3, from: middle, as: main}
        outputs: [main]
      loss:
        - cross_entropy: {input: main}
        - cross_entropy: {input: aux, weight: 0.3}
      optimizer: {sgd: {lr: 0.1}}
      training: {batch_size: all, epochs: 100}
      """.formatted(Path.of("experiments/data/iris.csv").toAbsolutePath());

  @TempDir Path folder;

  private CommandsTest.Result train(String run, String yaml, String... more) throws IOException {
    Path file = Files.writeString(folder.resolve(run + ".yaml"), yaml);
    List<String> arguments = new ArrayList<>(List.of("train", file.toString(), "--out", folder.resolve(run).toString(), "--json"));
    arguments.addAll(List.of(more));
    return CommandsTest.dlt(arguments.toArray(String[]::new));
  }

  private double firstLoss(String run) throws IOException {
    return new ObjectMapper().readTree(Files.readAllLines(folder.resolve(run + "/metrics.jsonl")).getFirst()).get("loss").asDouble();
  }

  private List<String> exported(String run) {
    try (OnnxModel onnx = OnnxModel.open(folder.resolve(run + "/model.onnx"), 1)) {
      return onnx.outputs().stream().map(OnnxModel.Port::name).toList();
    }
  }

  @Test
  void anAuxiliaryHeadIsTrainedAndNotExportedUnlessItIsListed() throws IOException {
    CommandsTest.Result r = train("both", NET);
    assertThat(r.code()).as(r.err()).isZero();
    JsonNode best = r.json().get("best").get("validation");
    assertThat(best.get("accuracy").asDouble()).isGreaterThan(0.7);
    assertThat(exported("both")).containsExactly("main");
    String listed = NET.replace("outputs: [main]", "outputs: [main, aux]");
    CommandsTest.Result l = train("listed", listed);
    assertThat(l.code()).as(l.err()).isZero();
    assertThat(exported("listed")).containsExactly("main", "aux");
    assertThat(l.json().get("best").get("validation")).isEqualTo(best);
  }

  @Test
  void theLossIsTheWeightedSum() throws IOException {
    assertThat(train("sum", NET, "--set", "training.epochs=1").code()).isZero();
    assertThat(train("main", NET.replaceAll(".*input: aux.*\n", ""), "--set", "training.epochs=1").code()).isZero();
    assertThat(train("aux", NET.replaceAll(".*input: main.*\n", "").replace(", weight: 0.3", "").replace("[main]", "[aux]"),
        "--set", "training.epochs=1").code()).isZero();
    assertThat(firstLoss("sum")).isCloseTo(firstLoss("main") + 0.3 * firstLoss("aux"), within(1e-5));
  }

  @Test
  void theFirstLossIsOfAnOutput() throws IOException {
    CommandsTest.Result r = train("wrong", NET.replaceAll(".*input: main.*\n", ""));
    assertThat(r.code()).isEqualTo(Main.USAGE);
    assertThat(r.err()).contains("found 'aux' under the first loss", "outputs are main");
    r = train("unknown", NET.replace("input: aux", "input: auxx"));
    assertThat(r.code()).isEqualTo(Main.USAGE);
    assertThat(r.err()).contains("found 'auxx'").contains("as: auxx");
  }
}
