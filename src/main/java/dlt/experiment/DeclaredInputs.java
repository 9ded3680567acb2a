package dlt.experiment;

import dlt.config.ConfigException;
import dlt.data.Field;
import dlt.data.Preprocessing;
import dlt.data.Schema;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// What `model.inputs` says of the data's inputs.
final class DeclaredInputs {
  private DeclaredInputs() {}

  /// The names of the model's inputs, in the order of the data's. Throws [ConfigException] where the model declares others than the data
  /// have, or other shapes than `preprocessing` (one an input) makes of them.
  static List<String> names(ExperimentFile file, Schema schema, List<Preprocessing> preprocessing) {
    Model model = file.experiment().model();
    Map<String, List<Integer>> declared = model.inputs();
    List<String> r = model.inputNames(schema);
    if (declared.isEmpty()) {
      return r;
    }
    if (declared.size() != schema.inputs().size()) {
      throw wrong(file, declared.size() + " inputs, but the data has " + schema.inputs().size() + ": " + schema.inputs().stream().map(Field::name).collect(Collectors.joining(", ")));
    }
    for (int i = 0; i < r.size(); i++) {
      Shape found = preprocessing.get(i).output().shape();
      if (!new Shape(declared.get(r.get(i))).equals(found)) {
        throw wrong(file, r.get(i) + ": " + declared.get(r.get(i)) + ", but its samples are " + found);
      }
    }
    return r;
  }

  private static ConfigException wrong(ExperimentFile file, String found) {
    return new ConfigException(file.bound().at(file.experiment().model(), "inputs"), "found " + found, "");
  }
}
