package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Value;
import java.util.List;

@Doc("The input as it is, whose gradient is multiplied by -weight: what comes before it learns to spoil the loss that what comes after it "
    + "learns to lower (Ganin and Lempitsky, 2015: features by which domains cannot be told apart).")
public record GradientReversal(@Doc("By what the gradient is multiplied besides -1 (the paper's lambda).") @Default("1") @Range(min = 0) double weight) implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Value x = inputs.getFirst();
    return scope.training() ? scope.withSlope(x, x, scope.scalar(-weight)) : x;
  }
}
