package dlt.draft;

import dlt.data.ArraySurvey;
import dlt.error.Failure;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;

/// Drafts an experiment for named arrays: one is the target, the others with as many samples are inputs.
final class ArraysDraft {
  /// Bytes of fewer rows or columns are no images.
  private static final int LEAST_PIXELS = 8;

  private final Path data;
  private final String name;
  private final String written;
  private final Optional<String> wanted;

  ArraysDraft(Path data, String name, String written, Optional<String> wanted) {
    this.data = data;
    this.name = name;
    this.written = written;
    this.wanted = wanted;
  }

  Draft draft() {
    ArraySurvey survey = ArraySurvey.of(data);
    SequencedMap<String, TensorType> types = survey.types();
    if (types.isEmpty()) {
      throw new Failure(Failure.Kind.DATA, data + ": holds no arrays");
    }
    Optional<String> target = target(types);
    int samples = samples(types.get(target.orElse(types.firstEntry().getKey())));
    List<String> inputs = types.entrySet().stream()
        .filter(e -> !target.equals(Optional.of(e.getKey())) && e.getValue().shape().rank() > 1 && e.getValue().shape().dim(0) == samples)
        .filter(e -> !ArraySurvey.npy(data) || e.getKey().equals(types.firstEntry().getKey())) // the others lie beside it
        .map(e -> e.getKey()).toList();
    if (inputs.size() != 1) {
      throw new Failure(Failure.Kind.USAGE, data + ": expected one array of inputs" + target.map(t -> " beside the target '" + t + "'").orElse("") + " of " + samples
          + " samples, found " + (inputs.isEmpty() ? "none" : String.join(", ", inputs)) + " among " + types + "; name the target with --target, or write the file by hand");
    }
    String input = inputs.getFirst();
    Shape x = types.get(input).shape().without(0);
    List<String> seen = new ArrayList<>();
    types.forEach((key, type) -> seen.add(key + ": " + type));
    if (target.isEmpty()) {
      return autoencoder(input, samples, x, seen);
    }
    TensorType y = types.get(target.get());
    int classes = y.shape().size() == samples ? survey.classes(target.get()) : 0;
    boolean plane = x.rank() == 2 && types.get(input).dtype() == DType.UINT8 && Math.min(x.dim(0), x.dim(1)) >= LEAST_PIXELS;
    boolean image = x.rank() == 3 || plane;
    boolean last = !plane && image && x.dim(2) <= 3 && x.dim(0) > 3;
    String layout = plane ? ", layout: hw" : last ? ", layout: hwc" : "";
    Optional<String> testInput = counterpart(input, types);
    Optional<String> testTarget = counterpart(target.get(), types);
    seen.add(String.format(Locale.ROOT, "%,d samples; predicts %s (%s) from %s", samples, target.get(), classes > 0 ? classes + " classes" : "numbers", input));
    Yaml yaml = new Yaml().comments(seen).line("name: " + Yaml.scalar(name)).line("seed: 42").line("data:")
        .line("  train: {" + source(input, target) + layout + "}}");
    if (testInput.isPresent() && testTarget.isPresent()) {
      yaml.line("  test: {" + source(testInput.get(), testTarget) + layout + "}}");
    }
    yaml.line("  split: {validation: 0.2" + (classes > 0 ? ", stratify: true" : "") + "}")
        .line("  preprocess: [{standardize: " + (image ? "per_channel" : "per_feature") + "}]");
    if (image && classes > 0) {
      yaml.convolutions(last || plane ? x.dim(0) : x.dim(1), last || plane ? x.dim(1) : x.dim(2), classes);
    } else {
      yaml.line("model:").line("  layers:").line("    - flatten").line("    - linear: 64").line("    - relu").line("    - linear: "
          + (classes > 0 ? classes : Math.max(1, y.shape().size() / Math.max(1, samples))));
    }
    yaml.line("loss: " + (classes > 0 ? "cross_entropy" : "mse")).training(samples, 2000, "2e-3", classes > 0 ? "accuracy, f1_macro" : "mae, rmse, r2");
    return new Draft(name, yaml.toString(), seen);
  }

  /// The kind of the source with its arguments.
  private String source(String input, Optional<String> target) {
    if (ArraySurvey.npy(data)) {
      return "npy: {inputs: " + Yaml.scalar(written) + target.map(t -> ", targets: " + Yaml.scalar(written.substring(0, written.lastIndexOf('/') + 1) + t)).orElse("");
    }
    return (ArraySurvey.npz(data) ? "npz" : "hdf5") + ": {path: " + Yaml.scalar(written) + ", inputs: " + Yaml.scalar(input) + ", targets: "
        + target.map(Yaml::scalar).orElse("[]");
  }

  /// The array that is called as `name` with `test` in place of `train`, such as Keras' `x_test`, where its samples have the same shape.
  private Optional<String> counterpart(String name, SequencedMap<String, TensorType> types) {
    return Optional.of(name.replace("train", "test")).filter(other -> !other.equals(name) && !ArraySurvey.npy(data) && types.containsKey(other)
        && types.get(other).shape().rank() > 0 && types.get(other).shape().without(0).equals(types.get(name).shape().without(0)));
  }

  private static int samples(TensorType type) {
    return type.shape().rank() == 0 ? 0 : type.shape().dim(0);
  }

  /// For an array without a target: a net that learns to give its input back.
  private Draft autoencoder(String input, int samples, Shape x, List<String> seen) {
    int size = (int) x.size();
    seen.add(String.format(Locale.ROOT, "%,d samples without a target: an autoencoder, which learns to give them back; name a target with --target", samples));
    int code = Math.clamp(size / 4, 1, 32);
    int hidden = Math.clamp(2L * code, 8, 128);
    Yaml yaml = new Yaml().comments(seen).line("name: " + Yaml.scalar(name)).line("seed: 42").line("data:").line("  train: {" + source(input, Optional.empty()) + "}}")
        .line("  split: {validation: 0.2}").line("  preprocess: [{standardize: per_feature}]").line("model:").line("  layers:").line("    - flatten")
        .line("    - sequential: {as: encoder, layers: [{linear: " + hidden + "}, relu, {linear: " + code + "}]}")
        .line("    - sequential: {as: decoder, layers: [{linear: " + hidden + "}, relu, {linear: " + size + "}]}");
    if (x.rank() > 1) {
      yaml.line("    - unflatten: {dim: 1, unflattened_size: " + x.dims() + "}");
    }
    yaml.line("loss: {mse: {target: " + Yaml.scalar(input.replaceAll("\\.npy$", "")) + "}}").training(samples, 3000, "2e-3", "mae");
    return new Draft(name, yaml.toString(), seen);
  }

  /// The array that is to be predicted; empty where there is but one, of inputs.
  private Optional<String> target(SequencedMap<String, TensorType> types) {
    if (wanted.isPresent()) {
      String named = ArraySurvey.npy(data) ? Path.of(wanted.get()).getFileName().toString() : wanted.get();
      if (!types.containsKey(named)) {
        throw new Failure(Failure.Kind.USAGE, "--target " + wanted.get() + ": " + data + " has no such array" + (ArraySurvey.npy(data) ? " of as many samples beside it" : "")
            + "; it has " + String.join(", ", types.keySet()));
      }
      return Optional.of(named);
    }
    Optional<String> called = types.keySet().stream().filter(k -> Draft.TARGET_NAMES.contains(k.toLowerCase(Locale.ROOT).replaceAll("\\.npy$", ""))).findFirst();
    if (called.isEmpty() && types.size() > 1) {
      throw new Failure(Failure.Kind.USAGE, data + ": which array is the target? name it with --target; "
          + (ArraySurvey.npy(data) ? "beside it there are " : "it has ") + String.join(", ", types.keySet()));
    }
    return called;
  }
}
