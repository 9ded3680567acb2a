package dlt.loss;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

@Doc("Mean squared error: (input - target)^2.")
public record Mse(@Doc("What becomes of the losses of single elements.") @Default("mean") Reduction reduction) implements Loss {
  @Override
  public Optional<Target> target(List<Shape> predictions, DType found) {
    return Optional.of(Target.Numbers.any(predictions.getFirst()));
  }

  @Override
  public Value emit(Emit g, List<Value> predictions, Optional<Value> target) {
    Value x = predictions.getFirst();
    return reduction.apply(g, g.square(g.sub(x, Targets.like(g, this, x, target))));
  }
}
