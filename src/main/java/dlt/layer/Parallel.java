package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Invalid;
import dlt.op.ShapeException;
import dlt.op.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

@Doc("Several chains of layers on the same input, their outputs joined: an Inception block. Parameters: `NAME.BRANCH.INDEX`.")
public record Parallel(
    @Doc("The chains of layers; an empty one passes the input on.") List<List<Placed>> branches,
    @Doc("How the outputs are joined.") @Default("concat") Merge merge,
    @Doc("The dimension along which concat joins; 1 is the channels.") @Default("1") int dim,
    @Doc("Names of the chains, which prefix their parameters in place of their numbers.") @Default("[]") List<String> names)
    implements Layer {
  public Parallel {
    if (!names.isEmpty() && Set.copyOf(names).size() != branches.size()) {
      throw new Invalid("names", names.toString(), "one name for each of " + branches.size() + " branches");
    }
  }

  /// How outputs are joined.
  public enum Merge {
    CONCAT, ADD, MUL
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    List<Value> outputs = new ArrayList<>();
    for (int i = 0; i < branches.size(); i++) {
      outputs.add(scope.sequence(names.isEmpty() ? Integer.toString(i) : names.get(i), branches.get(i), inputs.getFirst()));
    }
    if (outputs.isEmpty()) {
      throw new ShapeException(kind(), "has no branches");
    }
    return switch (merge) {
      case CONCAT -> scope.concat(outputs, Expect.inSample(this, outputs.getFirst().shape(), dim));
      case ADD -> outputs.stream().reduce(scope::add).orElseThrow();
      case MUL -> outputs.stream().reduce(scope::mul).orElseThrow();
    };
  }
}
