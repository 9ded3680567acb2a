package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Invalid;
import dlt.op.Value;
import java.util.List;

@Doc("x where positive, else x times a slope: in training drawn anew for each element, in inference the middle (Xu et al., 2015).")
public record Rrelu(
    @Doc("The smallest slope.") @Default("0.125") double lower,
    @Doc("The largest slope.") @Default("0.3333333333333333") double upper)
    implements Layer {
  public Rrelu {
    if (lower > upper) {
      throw new Invalid("upper", Double.toString(upper), "a number of at least `lower`, " + lower);
    }
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Value x = inputs.getFirst();
    Value slope = scope.training() ? scope.add(scope.mul(scope.random(x.shape()), upper - lower), lower) : scope.scalar((lower + upper) / 2);
    return scope.where(scope.greater(x, scope.scalar(0)), x, scope.mul(x, slope));
  }
}
