package dlt.loss;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Emit;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

@Doc("1 - cos of two vectors [N, D] where the target [N] is 1, max(0, cos - margin) where it is -1.")
public record CosineEmbedding(
    @Doc("The cosine below which a different pair costs nothing.") @Range(min = -1, max = 1) @Default("0") double margin,
    @Doc("mean, sum or none.") @Default("mean") Reduction reduction)
    implements Loss {
  @Override
  public List<String> inputs() {
    return List.of("input1", "input2");
  }

  @Override
  public Optional<Target> target(List<Shape> predictions, DType found) {
    Shape x = Targets.same(this, predictions);
    if (x.rank() != 2) {
      throw new ShapeException("cosine_embedding", "needs vectors [N, D], met " + x);
    }
    return Optional.of(new Target.Signs(Shape.of(x.dim(0))));
  }

  /// Alike where the cosine is above the middle of 1 and the margin.
  @Override
  public Optional<Value> decision(Emit g, List<Value> predictions) {
    return Optional.of(g.sub(cosine(g, predictions), (1 + margin) / 2));
  }

  @Override
  public Value emit(Emit g, List<Value> predictions, Optional<Value> target) {
    Value t = Targets.fit(g, this, predictions, target);
    Value cos = cosine(g, predictions);
    return reduction.apply(g, g.where(g.less(g.scalar(0), t), g.sub(1, cos), Terms.positive(g, g.sub(cos, margin))));
  }

  private static Value cosine(Emit g, List<Value> predictions) {
    Value a = predictions.get(0);
    Value b = predictions.get(1);
    Value lengths = g.mul(g.add(along(g, a, a), 1e-12), g.add(along(g, b, b), 1e-12));
    return g.div(along(g, a, b), g.sqrt(lengths));
  }

  private static Value along(Emit g, Value a, Value b) {
    return g.sum(g.mul(a, b), List.of(1), false);
  }
}
