package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.infer.OnnxModel;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Safetensors;
import dlt.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Inputs that a model looks up in embeddings: indices from the file to ONNX.
class LookupsTest {
  @TempDir Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("exp.yaml"), text);
  }

  private static final String TOKENS =
      """
      data:
        train: {safetensors: {path: tokens.safetensors, inputs: [tokens, size], targets: y}}
        split: {validation: 0.25}
        preprocess: [{standardize: per_feature}]
      model:
        layers:
          - embedding: {from: tokens, num_embeddings: 20, embedding_dim: 8, padding_idx: 0}
          - flatten: {as: words}
          - concat: {from: [words, size], dim: 1}
          - linear: 2
      loss: cross_entropy
      optimizer: {adam: {lr: 1e-2}}
      training: {epochs: 5}
      """;

  private void tokens(DType type, long most) throws IOException {
    Random random = new Random(1);
    HostTensor x = HostTensor.allocate(new dlt.tensor.TensorType(type, Shape.of(80, 6)));
    HostTensor size = HostTensor.allocate(dlt.tensor.TensorType.float32(80, 1));
    HostTensor y = HostTensor.allocate(dlt.tensor.TensorType.int64(80));
    for (int i = 0; i < 80; i++) {
      for (int k = 0; k < 6; k++) {
        long token = random.nextInt((int) most + 1);
        if (type == DType.INT64) {
          x.setLong(i * 6L + k, token);
        } else {
          x.set(i * 6L + k, token);
        }
      }
      size.set(i, random.nextInt(1000));
      y.setLong(i, i % 2);
    }
    Safetensors.write(folder.resolve("tokens.safetensors"), new LinkedHashMap<>(Map.of("tokens", x, "size", size, "y", y)), Map.of());
  }

  @Test
  void indicesAreNotPreprocessedAndGoIntoOnnxAsWholeNumbers() throws IOException {
    for (DType type : new DType[] {DType.INT64, DType.FLOAT32}) {
      tokens(type, 19);
      Path run = folder.resolve("run-" + type);
      CommandsTest.Result r = CommandsTest.dlt("train", file(TOKENS).toString(), "--out", run.toString(), "--json");
      assertThat(r.code()).as(r.err()).isZero();
      try (OnnxModel onnx = OnnxModel.open(run.resolve("model.onnx"), 1)) {
        assertThat(onnx.inputs()).extracting(OnnxModel.Port::name).containsExactlyInAnyOrder("tokens", "size");
        for (OnnxModel.Port port : onnx.inputs()) {
          assertThat(port.dtype()).isEqualTo(port.name().equals("tokens") ? DType.INT64 : DType.FLOAT32);
        }
      }
      CommandsTest.Result eval = CommandsTest.dlt("eval", run.toString(), "--json");
      assertThat(eval.code()).as(eval.err()).isZero();
      CommandsTest.Result predict = CommandsTest.dlt("predict", run.toString(), "--input", folder.resolve("tokens.safetensors").toString());
      assertThat(predict.code()).as(predict.err()).isZero();
      assertThat(predict.out().lines()).hasSize(81);
    }
  }

  @Test
  void indicesThatNoEmbeddingHasAreNamed() throws IOException {
    tokens(DType.INT64, 30);
    CommandsTest.Result r = CommandsTest.dlt("check", file(TOKENS).toString());
    assertThat(r.code()).isEqualTo(3);
    assertThat(r.err()).contains("tokens.safetensors[").contains("but the embedding has vectors 0 to 19");
    tokens(DType.INT64, 19);
    Path run = folder.resolve("run");
    assertThat(CommandsTest.dlt("train", file(TOKENS).toString(), "--out", run.toString(), "--set", "training.epochs=1").code()).isZero();
    tokens(DType.INT64, 30);
    r = CommandsTest.dlt("predict", run.toString(), "--input", folder.resolve("tokens.safetensors").toString());
    assertThat(r.code()).isEqualTo(3);
    assertThat(r.err()).contains("but the embedding has vectors 0 to 19");
  }

  @Test
  void numbersThatAreNotWholeAreRefused() throws IOException {
    tokens(DType.FLOAT32, 19);
    CommandsTest.Result r = CommandsTest.dlt("check", file(TOKENS.replace("from: tokens", "from: size").replace("[words, size]", "[words, tokens]")).toString());
    assertThat(r.code()).isEqualTo(3);
    assertThat(r.err()).contains("input 'size'");
  }

  private static final String WAGES =
      """
      data:
        train: {csv: {path: wages.csv, target: wage, unknown: none, missing: mean, inputs: {numbers: [age, hours], job: job, place: [city, land]}}}
        split: {validation: 0.25}
        preprocess: [standardize]
      model:
        layers:
          - embedding: {from: job, num_embeddings: 4, embedding_dim: 3, as: vector}
          - concat: {from: [numbers, vector, place]}
          - linear: 1
      loss: mse
      optimizer: {adam: {lr: 1e-2}}
      training: {epochs: 2}
      """;

  /// Numbers, categories that are looked up and categories that are one-hot out of one table.
  @Test
  void columnsOfATableAreSeveralInputs() throws IOException {
    StringBuilder csv = new StringBuilder("wage,job,age,city,land,hours\n");
    for (int i = 0; i < 80; i++) {
      csv.append(i).append(',').append(List.of("cook", "smith", "baker").get(i % 3)).append(',').append(i == 7 ? "" : 20 + i).append(',')
          .append(i % 2 == 0 ? "Rom" : "Ulm").append(',').append(i % 5 == 0 ? "I" : "D").append(",40\n");
    }
    Files.writeString(folder.resolve("wages.csv"), csv);
    Path run = folder.resolve("run");
    CommandsTest.Result r = CommandsTest.dlt("train", file(WAGES).toString(), "--out", run.toString(), "--json");
    assertThat(r.code()).as(r.err()).isZero();
    try (OnnxModel onnx = OnnxModel.open(run.resolve("model.onnx"), 1)) {
      assertThat(onnx.inputs()).extracting(OnnxModel.Port::name).containsExactlyInAnyOrder("numbers", "job", "place");
      assertThat(onnx.inputs()).filteredOn(p -> p.dtype() == DType.INT64).extracting(OnnxModel.Port::name).containsExactly("job");
    }
    CommandsTest.Result eval = CommandsTest.dlt("eval", run.toString(), "--json");
    assertThat(eval.json().get("metrics").get("loss").asDouble()).isEqualTo(r.json().get("best").get("validation").get("loss").asDouble());
    Files.writeString(folder.resolve("new.csv"), "hours,age,land,city,job\n40,30,D,Rom,cook\n38,,I,Ulm,plumber\n");
    CommandsTest.Result predict = CommandsTest.dlt("predict", run.toString(), "--input", folder.resolve("new.csv").toString());
    assertThat(predict.code()).as(predict.err()).isZero();
    assertThat(predict.out().lines()).hasSize(3);
    Files.writeString(folder.resolve("new.csv"), "hours,age,land,city\n40,30,D,Rom\n");
    predict = CommandsTest.dlt("predict", run.toString(), "--input", folder.resolve("new.csv").toString());
    assertThat(predict.code()).isEqualTo(3);
    assertThat(predict.err()).contains("has no column 'job'");
  }

  @Test
  void aCategoricalInputAloneMayBeOneHot() throws IOException {
    Files.writeString(folder.resolve("wages.csv"), "wage,job\n" + "1,cook\n2,smith\n".repeat(20));
    String yaml = WAGES.replace("{numbers: [age, hours], job: job, place: [city, land]}", "{job: job}")
        .replaceAll("(?m)^ +- (embedding|concat).*\n", "");
    Path run = folder.resolve("run");
    CommandsTest.Result r = CommandsTest.dlt("train", file(yaml).toString(), "--out", run.toString(), "--json", "--set", "training.epochs=200",
        "--set", "optimizer.adam.lr=0.1");
    assertThat(r.code()).as(r.err()).isZero();
    assertThat(r.json().get("best").get("validation").get("loss").asDouble()).isLessThan(1e-2);
  }
}
