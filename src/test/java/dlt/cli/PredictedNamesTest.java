package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dlt.cli.CommandsTest.Result;
import dlt.infer.OnnxModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Predictions carry the names that the targets have.
class PredictedNamesTest {
  @TempDir Path folder;

  @BeforeEach
  void table() throws IOException {
    StringBuilder rows = new StringBuilder("a,b,cat,dog,kind\n");
    for (int i = 0; i < 60; i++) {
      rows.append("0.%d,0.%d,%d,%d,%s%n".formatted(i % 10, i % 7, i % 2, i % 3 / 2, "xyz".charAt(i % 3)));
    }
    Files.writeString(folder.resolve("t.csv"), rows);
  }

  private String trained(String target, String ignore, String model, String loss) throws IOException {
    Path file = Files.writeString(folder.resolve("exp.yaml"), """
        data: {train: {csv: {path: t.csv, target: %s, ignore: %s}}, split: {validation: 0.2}}
        model: %s
        loss: %s
        optimizer: {sgd: {lr: 0.1}}
        training: {epochs: 1}
        """.formatted(target, ignore, model, loss));
    String run = folder.resolve("run").toString();
    Result r = CommandsTest.dlt("train", file.toString(), "--out", run, "--no-report");
    assertThat(r.code()).as(r.err()).isZero();
    return run;
  }

  private JsonNode first(String run) throws IOException {
    Result r = CommandsTest.dlt("predict", run, "--input", folder.resolve("t.csv").toString(), "--json");
    assertThat(r.code()).as(r.err()).isZero();
    return new ObjectMapper().readTree(r.out().lines().findFirst().orElseThrow());
  }

  private String header(String run) {
    return CommandsTest.dlt("predict", run, "--input", folder.resolve("t.csv").toString()).out().lines().findFirst().orElseThrow();
  }

  @Test
  void severalLabelsAreNamedInJsonAsInTables() throws IOException {
    String run = trained("[cat, dog]", "[kind]", "{layers: [{linear: 2}]}", "bce_with_logits");
    assertThat(first(run).get("prediction").fieldNames()).toIterable().containsExactly("cat", "dog");
    assertThat(first(run).get("prediction").get("dog").asDouble()).isBetween(0.0, 1.0);
    assertThat(header(run)).isEqualTo("prediction_cat,prediction_dog");
  }

  @Test
  void outputsOfSeveralLossesHaveTheNamesOfTheirOwnTargets() throws IOException {
    String heads = "{layers: [{linear: {out_features: 4, as: h}}, {linear: {out_features: 1, from: h, as: c}}, {linear: {out_features: 3, from: h, as: k}}], outputs: [c, k]}";
    String run = trained("[cat, kind]", "[dog]", heads, "[{mse: {input: c, target: cat}}, {cross_entropy: {input: k, target: kind}}]");
    assertThat(header(run)).isEqualTo("c,k_x,k_y,k_z");
    assertThat(first(run).get("k").fieldNames()).toIterable().containsExactly("x", "y", "z");
  }

  @Test
  void classesAreThoseOfTheTargetThatIsScored() throws IOException {
    String heads = "{layers: [{linear: {out_features: 4, as: h}}, {linear: {out_features: 3, from: h, as: k}}, {linear: {out_features: 1, from: h, as: c}}], outputs: [k, c]}";
    String run = trained("[cat, kind]", "[dog]", heads, "[{cross_entropy: {input: k, target: kind}}, {mse: {input: c, target: cat}}]");
    assertThat(header(run)).isEqualTo("prediction,p_x,p_y,p_z,c");
    assertThat(first(run).get("prediction").asText()).isIn("x", "y", "z");
    try (OnnxModel onnx = OnnxModel.open(Path.of(run, "model.onnx"), 1)) {
      assertThat(onnx.metadata()).containsEntry("classes", "x,y,z");
    }
  }
}
