package dlt.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.backend.Program;
import dlt.backend.reference.ReferenceBackend;
import dlt.config.ConfigException;
import dlt.error.Failure;
import dlt.experiment.ExperimentFile;
import dlt.experiment.Prepared;
import dlt.golden.GoldenBackend;
import dlt.onnx.OnnxWeights;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Npz;
import dlt.tensor.Safetensors;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A model of PyTorch's with random weights, saved as a state dict and exported to ONNX by PyTorch (which renames, transposes and
/// reorders weights there), gives PyTorch's outputs here.
class PretrainedWeightsTest {
  private static final Path SAVED = Path.of("src/test/resources/pretrained").toAbsolutePath();
  private static final String LAYERS = """
          - sequential: {as: stem, layers: [{conv2d: {out_channels: 4, kernel_size: 3}}, {prelu: 4}]}
          - batch_norm: {as: bn2}
          - flatten: {start_dim: 2}
          - permute: [0, 2, 1]
          - lstm: {hidden_size: 5, num_layers: 2, bidirectional: true, as: lstm}
          - gru: {hidden_size: 5, as: gru}
          - linear: {out_features: 6, as: lin}
          - linear: {out_features: 6, bias: false, as: nob}
          - layer_norm: {as: ln}
          - select: -1
          - linear: {out_features: 2, as: fc}
      """;

  @TempDir Path folder;

  private ExperimentFile file(String init, String layers) throws IOException {
    return ExperimentFile.read(Files.writeString(folder.resolve("exp.yaml"), """
        data: {train: {safetensors: {path: %s, inputs: x, targets: y}}, split: none}
        model:
          init: %s
          layers:
        %s
        loss: cross_entropy
        optimizer: sgd
        training: {batch_size: 2, epochs: 1}
        """.formatted(SAVED.resolve("data.safetensors"), init, layers)), List.of());
  }

  private Variables load(String init, String layers) throws IOException {
    Prepared prepared = Prepared.of(file(init, layers));
    Variables variables = Variables.forInference(new ReferenceBackend(), prepared.assembly());
    PretrainedWeights.load(prepared, variables);
    return variables;
  }

  private void assertPyTorchsOutputs(String init) throws IOException {
    Prepared prepared = Prepared.of(file(init, LAYERS));
    try (ReferenceBackend backend = new ReferenceBackend()) {
      Variables variables = Variables.forInference(backend, prepared.assembly());
      PretrainedWeights.load(prepared, variables);
      Map<String, HostTensor> data = Safetensors.read(SAVED.resolve("data.safetensors"));
      try (Program program = backend.compile(prepared.assembly().inference(2, false), variables.buffers())) {
        program.input(program.inputs().iterator().next()).write(data.get("x"));
        program.run();
        GoldenBackend.assertClose(init, GoldenBackend.doubles(program.output(prepared.assembly().outputs().firstEntry().getKey())), data.get("expected"), 1e-6);
      }
    }
  }

  @Test
  void aStateDictGivesPyTorchsOutputs() throws IOException {
    assertPyTorchsOutputs("{weights: " + SAVED.resolve("torch.safetensors") + "}");
  }

  @Test
  void anOnnxModelThatPyTorchExportedGivesPyTorchsOutputs() throws IOException {
    assertPyTorchsOutputs("{weights: " + SAVED.resolve("torch.onnx") + "}");
  }

  @Test
  void lostNamesAndLayoutsOfAnOnnxModelComeBack() {
    Map<String, HostTensor> state = Safetensors.read(SAVED.resolve("torch.safetensors"));
    state.keySet().removeIf(n -> n.endsWith("num_batches_tracked"));
    OnnxWeights onnx = OnnxWeights.read(SAVED.resolve("torch.onnx"));
    assertThat(onnx.tensors()).containsOnlyKeys(state.keySet());
    onnx.tensors().forEach((name, t) -> {
      assertThat(t.shape()).as(name).isEqualTo(state.get(name).shape());
      assertThat(t.toDoubles()).as(name).isEqualTo(state.get(name).toDoubles());
    });
  }

  @Test
  void namesThatDifferByAPrefixAreHintedAt() throws IOException {
    Map<String, HostTensor> state = Safetensors.read(SAVED.resolve("torch.safetensors"));
    SequencedMap<String, HostTensor> wrapped = new LinkedHashMap<>();
    state.forEach((name, t) -> wrapped.put("module." + name, t));
    Path file = folder.resolve("wrapped.safetensors");
    Safetensors.write(file, wrapped, Map.of());
    assertThatThrownBy(() -> load("{weights: " + file + "}", LAYERS)).isInstanceOf(ConfigException.class)
        .hasMessageContaining("stem.0.weight is missing").hasMessageContaining("rename: {'^module\\.': ''}");
    assertPyTorchsOutputs("{weights: " + file + ", rename: {'^module\\.': ''}}");
  }

  @Test
  void aShapeThatDoesNotFitNamesBothAndAWayOut() throws IOException {
    String five = LAYERS.replace("out_features: 2", "out_features: 5");
    String file = SAVED.resolve("torch.safetensors").toString();
    assertThatThrownBy(() -> load("{weights: " + file + "}", five)).isInstanceOf(ConfigException.class)
        .hasMessageContaining("fc.weight is [2, 6], expected [5, 6]").hasMessageContaining("rename: {'^fc\\.': 'other.'} and strict: false");
    Variables variables = load("{weights: " + file + ", rename: {'^fc\\.': 'other.'}, strict: false}", five);
    assertThat(variables.weights().get("fc.weight").shape()).isEqualTo(Shape.of(5, 6));
    assertThat(variables.weights().get("lin.bias").toDoubles()).isEqualTo(Safetensors.read(Path.of(file)).get("lin.bias").toDoubles());
  }

  @Test
  void severalFilesGiveTheWeightsTogetherAndLaterOnesReplaceEarlierOnes() throws IOException {
    Map<String, HostTensor> state = Safetensors.read(SAVED.resolve("torch.safetensors"));
    SequencedMap<String, HostTensor> trunk = new LinkedHashMap<>();
    SequencedMap<String, HostTensor> head = new LinkedHashMap<>();
    state.forEach((name, t) -> {
      HostTensor doubles = HostTensor.allocate(new TensorType(t.dtype().floating() ? DType.FLOAT64 : t.dtype(), t.shape())); // as numpy has them
      for (long i = 0; i < t.size(); i++) {
        doubles.set(i, t.at(i));
      }
      (name.startsWith("fc.") ? head : trunk).put(name.replaceFirst("^fc", "head"), doubles);
    });
    HostTensor wrong = HostTensor.allocate(state.get("fc.bias").type());
    wrong.set(0, 99);
    trunk.put("fc.bias", wrong);
    Npz.write(folder.resolve("trunk.npz"), trunk);
    Safetensors.write(folder.resolve("head.safetensors"), head, Map.of());
    String renamed = "{weights: head.safetensors, rename: {'^head\\.': 'fc.'}}";
    assertPyTorchsOutputs("[trunk.npz, " + renamed + "]");
    assertThat(load("[" + renamed + ", trunk.npz]", LAYERS).weights().get("fc.bias").at(0)).isEqualTo(99);
    assertThatThrownBy(() -> load("trunk.npz", LAYERS)).isInstanceOf(ConfigException.class)
        .hasMessageContaining("trunk.npz does not fit the model: fc.weight is missing");
    trunk.remove("lin.bias");
    trunk.put("more", wrong);
    Npz.write(folder.resolve("trunk.npz"), trunk);
    assertThatThrownBy(() -> load("[trunk.npz, " + renamed + "]", LAYERS)).hasMessageContaining("trunk.npz does not fit the model: more is not in the model");
    trunk.remove("more");
    Npz.write(folder.resolve("trunk.npz"), trunk);
    assertThatThrownBy(() -> load("[trunk.npz, " + renamed + "]", LAYERS))
        .hasMessageContaining("with those before it " + folder.resolve("head.safetensors") + " does not fit the model: lin.bias is missing");
    load("[{weights: trunk.npz, strict: false}, " + renamed + "]", LAYERS);
    assertThatThrownBy(() -> load("[{weights: trunk.npz, strict: false}, head.safetensors]", LAYERS)).hasMessageContaining("head.weight is not in the model");
  }

  @Test
  void aMisspeltNameIsFound() {
    assertThatThrownBy(() -> load("{weights: " + SAVED.resolve("torch.safetensors") + "}", LAYERS.replace("as: nob", "as: nop")))
        .hasMessageContaining("nop.weight is missing (nob.weight is there)").hasMessageContaining("nob.weight is not in the model");
  }

  @Test
  void aBatchNormThatTheExporterFoldedIsExplained() {
    assertThatThrownBy(() -> load("{weights: " + SAVED.resolve("folded.onnx") + "}", """
              - conv2d: {out_channels: 2, kernel_size: 3, bias: false}
              - batch_norm
              - flatten
          """)).hasMessageContaining("1.running_mean is missing").hasMessageContaining("TrainingMode.PRESERVE");
  }

  @Test
  void filesOfOtherFormatsAreRefusedWithWhatToDo() throws IOException {
    Path pth = Files.writeString(folder.resolve("net.pth"), "PK");
    assertThatThrownBy(() -> load("{weights: " + pth + "}", LAYERS)).isInstanceOf(Failure.class)
        .hasMessageContaining("PyTorch's own format").hasMessageContaining("save_file");
    Path broken = Files.writeString(folder.resolve("net.onnx"), "no model");
    assertThatThrownBy(() -> load("{weights: " + broken + "}", LAYERS)).isInstanceOf(Failure.class).hasMessageContaining("no ONNX model");
    assertThatThrownBy(() -> load("{weights: " + folder.resolve("none.onnx") + "}", LAYERS)).isInstanceOf(Failure.class).hasMessageContaining("no such file");
    assertThatThrownBy(() -> load("{weights: " + folder + "}", LAYERS)).isInstanceOf(Failure.class).hasMessageContaining("the folder of a run");
  }
}
