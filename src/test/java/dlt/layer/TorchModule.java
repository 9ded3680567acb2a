package dlt.layer;

import com.fasterxml.jackson.databind.JsonNode;
import dlt.config.Binder;
import dlt.config.Doc;
import dlt.config.YamlNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// A module of torch.nn as a layer: its class and arguments become a line of an experiment file, which is bound as any other.
final class TorchModule {
  /// Just enough of an experiment file to bind one list of layers.
  record File(@Doc("The layers.") List<Placed> layers) {}

  /// The names of the arguments that a class takes by position.
  private static final Map<String, List<String>> POSITIONAL = Map.ofEntries(
      Map.entry("Linear", List.of("in_features", "out_features", "bias")),
      convolution("Conv1d"), convolution("Conv2d"),
      Map.entry("ConvTranspose2d", List.of("in_channels", "out_channels", "kernel_size", "stride", "padding", "output_padding", "groups", "bias", "dilation")),
      maxPool("MaxPool1d"), maxPool("MaxPool2d"), averagePool("AvgPool1d"), averagePool("AvgPool2d"),
      Map.entry("AdaptiveAvgPool2d", List.of("output_size")), Map.entry("AdaptiveMaxPool2d", List.of("output_size")),
      Map.entry("ConvTranspose1d", List.of("in_channels", "out_channels", "kernel_size", "stride", "padding", "output_padding", "groups", "bias", "dilation")),
      Map.entry("AdaptiveAvgPool1d", List.of("output_size")), Map.entry("AdaptiveMaxPool1d", List.of("output_size")),
      batchNorm("BatchNorm1d"), batchNorm("BatchNorm2d"), batchNorm("BatchNorm3d"), batchNorm("InstanceNorm1d"), batchNorm("InstanceNorm2d"),
      batchNorm("InstanceNorm3d"), Map.entry("Dropout1d", List.of("p")), Map.entry("Dropout3d", List.of("p")),
      Map.entry("FeatureAlphaDropout", List.of("p")), Map.entry("PixelUnshuffle", List.of("downscale_factor")),
      Map.entry("ConstantPad2d", List.of("padding", "value")),
      Map.entry("LayerNorm", List.of("normalized_shape", "eps", "elementwise_affine", "bias")),
      Map.entry("RMSNorm", List.of("normalized_shape", "eps", "elementwise_affine")),
      Map.entry("GroupNorm", List.of("num_groups", "num_channels", "eps", "affine")),
      Map.entry("Embedding", List.of("num_embeddings", "embedding_dim", "padding_idx")),
      Map.entry("Dropout", List.of("p")), Map.entry("Dropout2d", List.of("p")), Map.entry("AlphaDropout", List.of("p")),
      Map.entry("LeakyReLU", List.of("negative_slope")), Map.entry("PReLU", List.of("num_parameters", "init")),
      Map.entry("ELU", List.of("alpha")), Map.entry("CELU", List.of("alpha")), Map.entry("GELU", List.of("approximate")),
      Map.entry("Softplus", List.of("beta", "threshold")), Map.entry("Hardtanh", List.of("min_val", "max_val")),
      Map.entry("Hardshrink", List.of("lambd")), Map.entry("Softshrink", List.of("lambd")),
      Map.entry("Threshold", List.of("threshold", "value")), Map.entry("Softmax", List.of("dim")),
      Map.entry("LogSoftmax", List.of("dim")), Map.entry("Softmin", List.of("dim")), Map.entry("GLU", List.of("dim")),
      Map.entry("Flatten", List.of("start_dim", "end_dim")), Map.entry("Unflatten", List.of("dim", "unflattened_size")),
      Map.entry("Upsample", List.of("size", "scale_factor", "mode", "align_corners")),
      Map.entry("PixelShuffle", List.of("upscale_factor")), Map.entry("ZeroPad2d", List.of("padding")),
      Map.entry("ReflectionPad2d", List.of("padding")), Map.entry("ReplicationPad2d", List.of("padding")),
      recurrent("RNN"), recurrent("GRU"), recurrent("LSTM"),
      Map.entry("TransformerEncoderLayer", List.of("d_model", "nhead", "dim_feedforward", "dropout", "activation", "layer_norm_eps")));

  /// The sizes that dlt takes from the input instead.
  private static final Set<String> INFERRED =
      Set.of("in_features", "in_channels", "num_features", "num_channels", "input_size", "d_model");

  private TorchModule() {}

  private static Map.Entry<String, List<String>> convolution(String op) {
    return Map.entry(op, List.of("in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias", "padding_mode"));
  }

  private static Map.Entry<String, List<String>> maxPool(String op) {
    return Map.entry(op, List.of("kernel_size", "stride", "padding", "dilation"));
  }

  private static Map.Entry<String, List<String>> averagePool(String op) {
    return Map.entry(op, List.of("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad"));
  }

  private static Map.Entry<String, List<String>> batchNorm(String op) {
    return Map.entry(op, List.of("num_features", "eps", "momentum", "affine"));
  }

  private static Map.Entry<String, List<String>> recurrent(String op) {
    return Map.entry(op, List.of("input_size", "hidden_size", "num_layers"));
  }

  /// The line of the experiment file that stands for a golden case.
  static String yaml(JsonNode golden) {
    String op = golden.get("op").asText();
    Map<String, JsonNode> arguments = new LinkedHashMap<>();
    JsonNode positional = golden.get("positional");
    if (!positional.isEmpty() && !POSITIONAL.containsKey(op)) {
      throw new AssertionError("no layer for " + op);
    }
    for (int i = 0; i < positional.size(); i++) {
      arguments.put(POSITIONAL.get(op).get(i), positional.get(i));
    }
    golden.get("args").properties().forEach(e -> arguments.put(e.getKey(), e.getValue()));
    arguments.keySet().removeAll(INFERRED);
    arguments.remove("batch_first");
    // what PyTorch calls None is left out, but a momentum of None is not the default
    arguments.entrySet().removeIf(e -> e.getValue().isNull() && !e.getKey().equals("momentum"));
    return kind(op) + arguments.entrySet().stream().map(e -> e.getKey() + ": " + e.getValue()).collect(Collectors.joining(", ", ": {", "}"));
  }

  /// Whether a layer over sequences has them as [T, N, F], PyTorch's default; dlt's are [N, T, F].
  static boolean stepsFirst(JsonNode golden) {
    JsonNode batchFirst = golden.get("args").get("batch_first");
    return golden.get("op").asText().matches("RNN|GRU|LSTM|TransformerEncoderLayer") && (batchFirst == null || !batchFirst.asBoolean());
  }

  private static String kind(String op) {
    return op.replace("ReLU", "Relu").replace("ELU", "Elu").replace("SiLU", "Silu")
        .replace("GLU", "Glu").replace("RMS", "Rms").replace("RNN", "Rnn").replace("GRU", "Gru").replace("LSTM", "Lstm").replace("PRelu", "Prelu")
        .replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
  }

  /// Layers as they stand in a file.
  static List<Placed> layers(String yaml) {
    return Binder.bind(YamlNode.parse("layers:\n" + yaml.indent(2), Path.of("layers.yaml")), File.class).value().layers();
  }
}
