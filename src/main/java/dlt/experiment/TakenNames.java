package dlt.experiment;

import dlt.config.ConfigException;
import dlt.data.Field;
import dlt.data.Schema;
import dlt.layer.Applied;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Names that a training needs for itself: what else has one is refused by a [ConfigException].
final class TakenNames {
  private TakenNames() {}

  /// An output and what the graphs give besides would be one.
  static void refuseOutputs(ExperimentFile file, Set<String> outputs) {
    Stream.of(Assembly.LOSS, Assembly.DECISION, Assembly.TARGET).filter(outputs::contains).findFirst().ifPresent(name -> {
      throw new ConfigException(file.bound().at(file.experiment().model(), "outputs"), "found output '" + name + "', which is what the training calls its loss",
          "give the layer another `as` name");
    });
  }

  /// A layer's weights and the numbers of the preprocessing would be one in the files of a run.
  static void refuseLayers(ExperimentFile file, List<Applied> layers, Collection<String> weights) {
    String name = Assembly.PREPROCESS;
    layers.stream().filter(l -> l.name().equals(name) && weights.stream().anyMatch(w -> w.startsWith(name + "."))).findFirst().ifPresent(l -> {
      throw new ConfigException(file.bound().at(l.placed()), "found a layer called `" + name + "`, as the files of a run call the numbers of the preprocessing",
          "give it another `as` name");
    });
  }

  /// A batch's samples and what a step takes besides, the optimizer's `scalars` among it, would be one.
  static void refuseInputs(ExperimentFile file, Schema schema, Set<String> scalars) {
    Set<String> taken = new HashSet<>(scalars);
    taken.addAll(List.of(Assembly.RNG, Assembly.GRADIENT_SHARE, Assembly.AVERAGE_SHARE));
    schema.targets().forEach(t -> taken.add(Assembly.target(t.name())));
    schema.inputs().stream().map(Field::name).filter(taken::contains).findFirst().ifPresent(name -> {
      throw new ConfigException(file.bound().at(file.experiment().data(), "train"), "found an input called '" + name
          + "', as what a training step takes besides its samples", "call it otherwise: `inputs: {x: " + name + "}` of a table, or another name of the array");
    });
  }
}
