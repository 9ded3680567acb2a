package dlt.loss;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

@Doc("The input where the target is 1, max(0, margin - input) where it is -1: distances of alike and different pairs.")
public record HingeEmbedding(
    @Doc("The distance beyond which a different pair costs nothing.") @Default("1") double margin,
    @Doc("mean, sum or none.") @Default("mean") Reduction reduction)
    implements Loss {
  @Override
  public Optional<Target> target(List<Shape> predictions, DType found) {
    return Optional.of(new Target.Signs(Targets.one(this, predictions)));
  }

  /// Alike where the distance is below half of the margin.
  @Override
  public Optional<Value> decision(Emit g, List<Value> predictions) {
    return Optional.of(g.sub(margin / 2, predictions.getFirst()));
  }

  @Override
  public Value emit(Emit g, List<Value> predictions, Optional<Value> target) {
    Value x = predictions.getFirst();
    Value t = Targets.fit(g, this, predictions, target);
    Value apart = Terms.positive(g, g.sub(margin, x));
    return reduction.apply(g, g.where(g.less(g.scalar(0), t), x, apart));
  }
}
