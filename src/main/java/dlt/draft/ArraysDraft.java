package dlt.draft;

import dlt.data.ArraySurvey;
import dlt.error.Failure;
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
    String target = target(types);
    TensorType y = types.get(target);
    int samples = y.shape().rank() == 0 ? 0 : y.shape().dim(0);
    List<String> inputs = types.entrySet().stream()
        .filter(e -> !e.getKey().equals(target) && e.getValue().shape().rank() > 1 && e.getValue().shape().dim(0) == samples)
        .map(e -> e.getKey()).toList();
    if (inputs.size() != 1) {
      throw new Failure(Failure.Kind.USAGE, data + ": expected one array of inputs beside the target '" + target + "' of " + samples + " samples, found "
          + (inputs.isEmpty() ? "none" : String.join(", ", inputs)) + " among " + types + "; name the target with --target, or write the file by hand");
    }
    Shape x = types.get(inputs.getFirst()).shape().without(0);
    List<String> seen = new ArrayList<>();
    types.forEach((key, type) -> seen.add(key + ": " + type));
    int classes = y.shape().size() == samples ? survey.classes(target) : 0;
    boolean image = x.rank() == 3;
    boolean last = image && x.dim(2) <= 3 && x.dim(0) > 3;
    seen.add(String.format(Locale.ROOT, "%,d samples; predicts %s (%s) from %s", samples, target, classes > 0 ? classes + " classes" : "numbers", inputs.getFirst()));
    String kind = ArraySurvey.npz(data) ? "npz" : "hdf5";
    Yaml yaml = new Yaml().comments(seen).line("name: " + Yaml.scalar(name)).line("seed: 42").line("data:")
        .line("  train: {" + kind + ": {path: " + Yaml.scalar(written) + ", inputs: " + Yaml.scalar(inputs.getFirst()) + ", targets: " + Yaml.scalar(target)
            + (last ? ", layout: hwc" : "") + "}}")
        .line("  split: {validation: 0.2" + (classes > 0 ? ", stratify: true" : "") + "}")
        .line("  preprocess: [{standardize: " + (image ? "per_channel" : "per_feature") + "}]");
    if (image && classes > 0) {
      yaml.convolutions(last ? x.dim(0) : x.dim(1), last ? x.dim(1) : x.dim(2), classes);
    } else {
      yaml.line("model:").line("  layers:").line("    - flatten").line("    - linear: 64").line("    - relu").line("    - linear: "
          + (classes > 0 ? classes : Math.max(1, y.shape().size() / Math.max(1, samples))));
    }
    yaml.line("loss: " + (classes > 0 ? "cross_entropy" : "mse")).training(samples, 2000, "2e-3", classes > 0 ? "accuracy, f1_macro" : "mae, rmse, r2");
    return new Draft(name, yaml.toString(), seen);
  }

  private String target(SequencedMap<String, TensorType> types) {
    if (wanted.isPresent()) {
      if (!types.containsKey(wanted.get())) {
        throw new Failure(Failure.Kind.USAGE, "--target " + wanted.get() + ": " + data + " has no such array; it has " + String.join(", ", types.keySet()));
      }
      return wanted.get();
    }
    return types.keySet().stream().filter(k -> Draft.TARGET_NAMES.contains(k.toLowerCase(Locale.ROOT))).findFirst().orElseThrow(() ->
        new Failure(Failure.Kind.USAGE, data + ": which array is the target? name it with --target; it has " + String.join(", ", types.keySet())));
  }
}
