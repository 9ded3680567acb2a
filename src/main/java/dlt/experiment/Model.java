package dlt.experiment;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Invalid;
import dlt.data.Field;
import dlt.data.Schema;
import dlt.layer.Placed;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

@Doc("The layers between the inputs and the outputs.")
public record Model(
    @Doc("Names the inputs, with the shape of one sample each; the data's own where left out.") @Default("{}")
        Map<String, List<Integer>> inputs,
    @Doc("The layers, one after the other unless `from` says otherwise.") List<Placed> layers,
    @Doc("The named outputs that are the model's results; the last layer's output where left out.") @Default("[]") List<String> outputs,
    @Doc("Where the weights come from before training: one file, or several, of which later ones replace what earlier ones give.") @Default("[]") List<Weights> init,
    @Doc("Parameters that are not trained, by regular expressions for their whole names, such as `0\\..*`; buffers too.") @Default("[]") List<String> freeze,
    @Doc("Whether batch norms whose `running_mean` is matched by `freeze` keep their statistics and work as in inference. false: "
            + "`freeze` stops parameters alone, as requires_grad = False does in PyTorch.")
        @Default("true") boolean freezeStatistics) {
  public Model {
    if (layers.isEmpty()) {
      throw new Invalid("layers", "no layers", "at least one");
    }
    for (String pattern : freeze) {
      try {
        Pattern.compile(pattern);
      } catch (PatternSyntaxException e) {
        throw new Invalid("freeze", "'" + pattern + "'", "a regular expression: " + e.getDescription());
      }
    }
  }

  /// What the model calls the inputs of the data, in their order: by name where all declared ones are among them, else by place.
  List<String> inputNames(Schema schema) {
    List<String> names = schema.inputs().stream().map(Field::name).toList();
    return inputs.isEmpty() || names.containsAll(inputs.keySet()) ? names : List.copyOf(inputs.keySet());
  }

  /// Whether the buffer of this name keeps its value in training.
  public boolean frozenBuffer(String name) {
    return freezeStatistics && frozen(name);
  }

  /// Whether the parameter of this name is not trained.
  public boolean frozen(String name) {
    return freeze.stream().anyMatch(p -> Pattern.matches(p, name));
  }
}
