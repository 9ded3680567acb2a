package dlt.experiment;

import dlt.data.Field;
import dlt.data.Part;
import dlt.data.Preprocess;
import dlt.data.Preprocessing;
import dlt.data.Schema;
import dlt.loss.LossTerm;
import dlt.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/// Which targets are rescaled by `data.preprocess_targets`: those whose loss compares a prediction with the target itself.
public final class ScaledTargets {
  private ScaledTargets() {}

  /// Whether the target of `term` is rescaled.
  static boolean scaled(Experiment experiment, Schema schema, LossTerm term) {
    return !experiment.data().preprocessTargets().isEmpty() && term.loss().inTargetUnits() && numbers(schema, term) != null;
  }

  private static Field numbers(Schema schema, LossTerm term) {
    return schema.targets().stream().filter(f -> term.target().isEmpty() || f.name().equals(term.target().get())).findFirst()
        .filter(f -> f.type().dtype() == DType.FLOAT32).orElse(null);
  }

  /// The steps for each target of `schema`, none for one that stays as it is.
  public static List<List<Preprocess>> steps(Experiment experiment, Schema schema) {
    List<List<Preprocess>> r = new ArrayList<>();
    for (Field field : schema.targets()) {
      boolean scaled = experiment.loss().stream().anyMatch(t -> scaled(experiment, schema, t) && numbers(schema, t).equals(field));
      r.add(scaled ? experiment.data().preprocessTargets() : List.of());
    }
    return r;
  }

  /// The steps of each target, fitted to `train`.
  static List<Preprocessing> fit(Experiment experiment, Part train) {
    List<Preprocessing> r = new ArrayList<>();
    for (List<Preprocess> steps : steps(experiment, train.dataset().schema())) {
      r.add(Preprocessing.fitTarget(steps, train, r.size()));
    }
    return r;
  }
}
