package dlt.loss;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

@Doc("max(0, -target (input1 - input2) + margin): the target 1 wants the first higher, -1 the second.")
public record MarginRanking(
    @Doc("How much higher is enough.") @Default("0") double margin,
    @Doc("mean, sum or none.") @Default("mean") Reduction reduction)
    implements Loss {
  @Override
  public List<String> inputs() {
    return List.of("input1", "input2");
  }

  @Override
  public Optional<Target> target(List<Shape> predictions, DType found) {
    return Optional.of(new Target.Signs(Targets.same(this, predictions)));
  }

  @Override
  public Optional<Value> decision(Emit g, List<Value> predictions) {
    return Optional.of(g.sub(predictions.get(0), predictions.get(1)));
  }

  @Override
  public Value emit(Emit g, List<Value> predictions, Optional<Value> target) {
    Value t = Targets.fit(g, this, predictions, target);
    Value difference = g.sub(predictions.get(0), predictions.get(1));
    return reduction.apply(g, Terms.positive(g, g.sub(margin, g.mul(t, difference))));
  }
}
