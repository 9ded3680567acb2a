package dlt.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dlt.backend.Buffer;
import dlt.backend.reference.ReferenceBackend;
import dlt.backend.reference.ReferenceProgram;
import dlt.config.Kinds;
import dlt.golden.GoldenBackend;
import dlt.golden.GoldenCases;
import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.infer.OnnxModel;
import dlt.onnx.OnnxExport;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Every kind of layer as ONNX: ONNX Runtime gives the reference backend's outputs, for a batch of any size.
class LayerExportTest {
  private record Built(Graph graph, ModelScope model) {}

  /// Layers that the golden cases may not show, by the shape of their input.
  private static final Map<Shape, List<String>> OTHERS = Map.of(
      Shape.of(2, 4, 6, 6), List.of("conv_transpose2d: {out_channels: 3, kernel_size: 2, dilation: 3, output_padding: 2, padding: 1}",
          "avg_pool2d: {kernel_size: 2, divisor_override: 3}", "adaptive_max_pool2d: 2", "adaptive_avg_pool2d: 4", "dropout", "dropout2d", "alpha_dropout",
          "feature_alpha_dropout", "pixel_unshuffle: 2", "constant_pad2d: {padding: 1, value: 0.5}", "replication_pad2d: 1", "unflatten: {dim: 1, unflattened_size: [2, 2]}",
          "permute: [0, 2, 3, 1]", "select: 1", "mean: {dim: [2, 3]}", "sum: {dim: 1, keepdim: true}", "reshape: [4, 36]", "identity",
          "sequential: [relu, tanh]", "residual: {shortcut: project, body: [{conv2d: {out_channels: 6, kernel_size: 3, stride: 2, padding: 1}}]}",
          "parallel: {branches: [[tanh], [relu], []]}", "repeat: {times: 2, layers: [{batch_norm: {momentum: null}}, relu]}",
          "shared: {module: m, layers: [{conv2d: {out_channels: 2, kernel_size: 1}}]}", "concat: {from: [input, input]}", "add: {from: [input, input]}",
          "mul: {from: [input, input]}", "tanh: {as: t}\n- sub: {from: [input, t]}", "abs", "max: [2, 3]", "narrow: {start: -3, length: 2}",
          "upsample: {scale_factor: 2, mode: bicubic}", "upsample: {size: [5, 9], mode: bicubic, align_corners: true}", "circular_pad2d: [1, 0, 0, 2]",
          "weight_norm: {layer: {conv2d: {out_channels: 2, kernel_size: 3}}}", "spectral_norm: {layer: {conv2d: {out_channels: 2, kernel_size: 3}}}", "batch_norm: {track_running_stats: false}",
          "lp_pool2d: {norm_type: 2, kernel_size: [3, 2], stride: 2, ceil_mode: true}", "abs\n- lp_pool2d: {norm_type: 3, kernel_size: 2}",
          "unfold: {kernel_size: [2, 3], dilation: 2, padding: 1, stride: [1, 2]}", "upsample: {size: [5, 9], mode: nearest_exact}",
          "unfold: 2\n- fold: {output_size: 6, kernel_size: 2}",
          "pairwise_distance: {from: [input, input]}", "gradient_reversal: 0.5", "matmul: {from: [input, input]}", "scaled_dot_product_attention: {is_causal: true, from: [input, input, input]}",
          "relu: {as: mask}\n- scaled_dot_product_attention: {from: [input, input, input, mask]}",
          "select: 0\n- flatten\n- linear: 6\n- affine_grid: {size: [3, 5], as: grid}\n- grid_sample: {from: [input, grid]}",
          "narrow: {start: 0, length: 2}\n- permute: [0, 2, 3, 1]\n- tanh: {as: grid}\n- grid_sample: {from: [input, grid], padding_mode: border, mode: nearest, align_corners: true}", "reparameterize: {from: [input, input]}", "cosine_similarity: {from: [input, input]}",
          "prelu: 4", "rrelu", "local_response_norm: {size: 3, alpha: 0.5}", "channel_shuffle: 2", "bilinear: {out_features: 3, from: [input, input]}", "instance_norm2d: {affine: true}", "group_norm: 2"),
      Shape.of(2, 4, 3, 5, 6), List.of("conv3d: {out_channels: 6, kernel_size: 3, padding: 1, stride: [2, 1, 1], groups: 2}",
          "conv3d: {out_channels: 2, kernel_size: [2, 1, 3], padding: [1, 0, 2], dilation: [2, 1, 1], padding_mode: replicate}",
          "conv_transpose3d: {out_channels: 3, kernel_size: 2, stride: 2}", "max_pool3d: {kernel_size: 2, padding: 1}", "avg_pool3d: {kernel_size: 2, ceil_mode: true}",
          "adaptive_avg_pool3d: [2, 2, 3]", "adaptive_max_pool3d: 1", "upsample: {scale_factor: 2, mode: trilinear}", "upsample: 2", "batch_norm3d"),
      Shape.of(2, 4, 6), List.of("conv_transpose1d: {out_channels: 3, kernel_size: 3, stride: 2, padding: 1, output_padding: 1}",
          "conv1d: {out_channels: 2, kernel_size: 3, padding: 2, padding_mode: circular}", "max_pool1d: 2", "avg_pool1d: 2", "lp_pool1d: {norm_type: 1, kernel_size: 2}", "adaptive_avg_pool1d: 4",
          "adaptive_max_pool1d: 4", "multihead_attention: {num_heads: 3, is_causal: true}", "multihead_attention: {num_heads: 2, from: [input, input, input]}",
          "transformer_encoder_layer: {nhead: 2, is_causal: true, dim_feedforward: 5}", "gru: 3", "layer_norm",
          "gru: {hidden_size: 3, bidirectional: true, output: last}", "reflection_pad1d: 2", "replication_pad1d: [1, 2]", "circular_pad1d: 1",
          "zero_pad1d: [0, 3]", "upsample: 2", "upsample: {scale_factor: 1.5, mode: linear}", "upsample: {size: 4, mode: linear, align_corners: true}", "constant_pad1d: {padding: 1, value: 0.5}",
          "transformer_decoder_layer: {nhead: 2, dim_feedforward: 5, is_causal: true, from: [input, input]}",
          "abs\n- select: {index: 0, dim: 2}\n- embedding_bag: {num_embeddings: 9, embedding_dim: 3, mode: max, padding_idx: 0}",
          "abs\n- select: {index: 0, dim: 2}\n- embedding_bag: {num_embeddings: 9, embedding_dim: 3}",
          "lstm: {hidden_size: 3, num_layers: 2, bidirectional: true, proj_size: 2}",
          "narrow: {start: 0, length: 2, dim: 2, as: k}\n- multihead_attention: {num_heads: 2, from: [input, k, input]}",
          "positional_encoding", "positional_encoding: learned", "parameter: {shape: [1, 6], init: {normal: {std: 1}}, as: token}\n- concat: {from: [token, input]}", "rms_norm", "linear: 3",
          // the first numbers of each step as indices, of which many are 0
          "sum: {dim: [1, 2], as: length}\n- blank_padding: {blank: 1, from: [input, length]}",
          "select: {index: 0, dim: 2, as: t}\n- masked_mean: {from: [input, t]}",
          "select: {index: 0, dim: 2, as: t}\n- lstm: {hidden_size: 3, bidirectional: true, from: [input, t]}",
          "mean: {dim: 1, as: s}\n- lstm: {hidden_size: 3, initial_state: true, output: state, from: [input, s]}",
          "mean: {dim: 1, as: s}\n- gru: {hidden_size: 3, bidirectional: true, initial_state: true, from: [input, s]}",
          "select: {index: 0, dim: 2, as: t}\n- rnn: {hidden_size: 3, num_layers: 2, output: last, from: [input, t]}",
          "select: {index: 0, dim: 2, as: t}\n- transformer_decoder_layer: {from: [input, input, t], nhead: 3, dim_feedforward: 4}",
          "select: {index: 0, dim: 2, as: t}\n- transformer_encoder_layer: {from: [input, t], nhead: 3, dim_feedforward: 4}",
          "narrow: {start: 0, length: 4, dim: 2}\n- relu: {as: mask}\n- multihead_attention: {from: [input, input, input, mask], num_heads: 2}",
          "select: {index: 0, dim: 2, as: t}\n- multihead_attention: {from: [input, input, input, t], num_heads: 2}"));

  /// A layer applied to one input, maybe with what it needs beside it.
  private record Example(String yaml, TensorType input, GoldenCases.Case golden) {}

  @TempDir
  private Path folder;

  @Test
  void everyKindIsAmongTheExamples() {
    Set<String> shown = new HashSet<>();
    examples().forEach(e -> TorchModule.layers("- " + e.yaml).forEach(p -> shown.add(p.layer().kind())));
    Set<String> kinds = new HashSet<>();
    Kinds.of(Layer.class).values().forEach(type -> kinds.add(Kinds.name(type)));
    assertThat(shown).containsExactlyInAnyOrderElementsOf(kinds);
  }

  private static List<Example> examples() {
    List<Example> r = new ArrayList<>();
    GoldenCases.read("layers").cases().forEach(c -> r.add(new Example(TorchModule.yaml(c.json()), c.tensor("input").type(), c)));
    OTHERS.forEach((shape, lines) -> lines.forEach(line -> r.add(new Example(line, TensorType.float32(shape), null))));
    return r;
  }

  @TestFactory
  Stream<DynamicTest> everyLayerExports() {
    return examples().stream().map(e -> dynamicTest(e.yaml, () -> check(e)));
  }

  private void check(Example e) throws IOException {
    List<Placed> layers = TorchModule.layers("- " + e.yaml);
    TensorType golden = e.input;
    Map<String, HostTensor> values = new HashMap<>();
    Built two = build(layers, golden, OnnxExport.BATCH);
    if (e.golden != null) {
      two.model.parameters().keySet().forEach(name -> values.put(name, e.golden.tensor(name.substring(2))));
      two.model.buffers().keySet().forEach(name -> values.put(name, e.golden.tensor(name.substring(2))));
    } else {
      List<ParameterSpec> parameters = List.copyOf(two.model.parameters().values());
      parameters.forEach(p -> values.put(p.name(), p.initialise(Arena.ofAuto(), 1, parameters.indexOf(p))));
      two.model.buffers().forEach((name, b) -> values.put(name, b.initialise()));
    }
    Path file = folder.resolve("model.onnx");
    Graph three = build(layers, golden, OnnxExport.OTHER_BATCH).graph;
    Files.write(file, OnnxExport.model(two.graph, three, values, OnnxExport.OPSET, Map.of()).toByteArray());
    try (OnnxModel onnx = OnnxModel.open(file, 1)) {
      for (int batch : new int[] {1, 5}) {
        HostTensor input = input(e, batch);
        double[] expected = reference(build(layers, golden, batch), values, input);
        HostTensor actual = onnx.run(Map.of("input", input)).get("output");
        GoldenBackend.assertClose("batch of " + batch, expected, actual, 1e-5);
        assertThat(actual.shape().dim(0)).isEqualTo(batch);
      }
    }
  }

  private static Built build(List<Placed> layers, TensorType golden, int batch) {
    GraphBuilder g = new GraphBuilder();
    ModelScope model = new ModelScope(g, false, null);
    model.input("input", g.input("input", new TensorType(golden.dtype(), golden.shape().with(0, batch))));
    g.output("output", model.apply(layers));
    return new Built(g.build(), model);
  }

  private static double[] reference(Built built, Map<String, HostTensor> values, HostTensor input) {
    ReferenceBackend backend = new ReferenceBackend();
    Map<String, Buffer> variables = new HashMap<>();
    values.forEach((name, value) -> {
      Buffer buffer = backend.allocate(value.type());
      buffer.write(value);
      variables.put(name, buffer);
    });
    ReferenceProgram program = backend.compile(built.graph, variables);
    program.input("input").write(input);
    program.run();
    return program.output("output").doubles();
  }

  /// Random numbers, or the first indices of the case again and again.
  private static HostTensor input(Example e, int batch) {
    Shape shape = e.input.shape().with(0, batch);
    HostTensor r = HostTensor.allocate(new TensorType(e.input.dtype(), shape));
    Philox random = new Philox(1, Philox.Purpose.SYNTHETIC.stream(0), 0);
    for (long i = 0; i < r.size(); i++) {
      if (e.input.dtype() == DType.INT64) {
        HostTensor golden = e.golden.tensor("input");
        r.setLong(i, golden.longAt(i % golden.size()));
      } else {
        r.set(i, random.normal(i));
      }
    }
    return r;
  }
}
