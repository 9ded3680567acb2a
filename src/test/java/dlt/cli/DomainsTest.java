package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.infer.OnnxModel;
import dlt.tensor.HostTensor;
import dlt.tensor.Npz;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A gradient reversal through the commands: what is learned in one domain is used in another, whose samples have no labels. Of
/// two features the one that tells the classes best means nothing in the other domain.
class DomainsTest {
  private static final String NET = """
      seed: 1
      data:
        train: {npz: {path: train.npz, targets: [label, domain]}}
        test: {npz: {path: test.npz, targets: [label, domain]}}
        split: none
      model:
        layers:
          - linear: 16
          - relu: {as: features}
          - linear: {out_features: 2, from: features, as: class}
          - gradient_reversal: {weight: %s, from: features}
          - linear: 16
          - relu
          - linear: {out_features: 2, as: side}
        outputs: [class]
      loss:
        - cross_entropy: {input: class, target: label}
        - cross_entropy: {input: side, target: domain}
      optimizer: {adam: {lr: 3e-3}}
      training: {batch_size: 32, epochs: 60}
      metrics: [accuracy]
      """;

  @TempDir Path folder;

  /// Samples of the source domain (labels) and of the target domain (labels where `labelled`, else -100) in turn.
  private void write(String name, int samples, boolean source, boolean labelled) {
    Philox random = new Philox(5, Philox.Purpose.SYNTHETIC.stream(0), name.length());
    HostTensor x = HostTensor.allocate(TensorType.float32(samples, 2));
    HostTensor label = HostTensor.allocate(TensorType.int64(samples));
    HostTensor domain = HostTensor.allocate(TensorType.int64(samples));
    for (int i = 0; i < samples; i++) {
      int side = source && i % 2 == 0 ? 0 : 1;
      int c = random.uniform(1_000_000L + i) < 0.5 ? 0 : 1;
      x.set(2L * i, 2 * c - 1 + 0.5 * random.normal(2L * i));
      x.set(2L * i + 1, (side == 0 ? 3 * (2 * c - 1) : 0) + random.normal(2L * i + 1));
      label.setLong(i, side == 0 || labelled ? c : -100);
      domain.setLong(i, side);
    }
    SequencedMap<String, HostTensor> arrays = new LinkedHashMap<>();
    arrays.put("x", x);
    arrays.put("label", label);
    arrays.put("domain", domain);
    Npz.write(folder.resolve(name), arrays);
  }

  private double accuracy(String weight) throws Exception {
    Path file = Files.writeString(folder.resolve("e.yaml"), NET.formatted(weight));
    CommandsTest.Result r = CommandsTest.dlt("train", file.toString(), "--out", folder.resolve("run" + weight).toString(), "--json", "--no-report");
    assertThat(r.code()).as(r.err()).isZero();
    return r.json().get("test").get("accuracy").asDouble();
  }

  @Test
  void featuresByWhichDomainsCannotBeToldApartServeInBoth() throws Exception {
    write("train.npz", 800, true, false);
    write("test.npz", 400, false, true);
    assertThat(accuracy("0")).isLessThan(0.85);
    assertThat(accuracy("1")).isGreaterThan(0.92);
    try (OnnxModel onnx = OnnxModel.open(folder.resolve("run1/model.onnx"), 1)) {
      assertThat(onnx.outputs()).extracting(OnnxModel.Port::name).containsExactly("class");
      assertThat(onnx.run(Map.of("x", HostTensor.allocate(TensorType.float32(3, 2)))).get("class").shape()).isEqualTo(Shape.of(3, 2));
    }
  }
}
