package dlt.train;

import dlt.data.Split;
import dlt.experiment.Assembly;
import dlt.loss.Activation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;

/// What an exported model says of itself: the experiment, the classes, the data and how good it is.
final class ModelMetadata {
  private ModelMetadata() {}

  static SequencedMap<String, String> of(Assembly assembly, String dataHash, int epoch, Map<String, Double> metrics) {
    SequencedMap<String, String> m = new LinkedHashMap<>();
    m.put("dlt.experiment", assembly.experiment().name());
    m.put("dlt.schema", assembly.schema().json());
    m.put("dlt.data_sha256", dataHash);
    m.put("dlt.epoch", Integer.toString(epoch));
    if (assembly.experiment().data().split().filter(Split::several).isPresent()) {
      m.put("dlt.refit", "on all samples of the folds; validation metrics are the folds' means");
    }
    metrics.forEach((name, value) -> m.put("dlt.metric." + name, Double.toString(value)));
    List<String> classes = SavedModel.classes(assembly);
    if (!classes.isEmpty()) {
      String line = Predictions.csv(classes);
      m.put("classes", line.substring(0, line.length() - 1));
    }
    Activation activation = assembly.activation(assembly.scored());
    m.put("dlt.output", assembly.experiment().export().onnx().softmax() || activation == Activation.NONE ? "values"
        : "before " + activation.name().toLowerCase(Locale.ROOT));
    return m;
  }
}
