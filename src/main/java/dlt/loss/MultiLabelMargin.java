package dlt.loss;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

@Doc("The sum over pairs of a right and a wrong label of max(0, 1 - score of the right + score of the wrong), by the number of labels, of scores [N, C] and answers 0 or 1.")
public record MultiLabelMargin(@Doc("mean, sum or none.") @Default("mean") Reduction reduction) implements Loss {
  @Override
  public Optional<Target> target(List<Shape> predictions, DType found) {
    Shape x = Targets.one(this, predictions);
    if (x.rank() != 2) {
      throw new ShapeException("multi_label_margin", "needs scores [N, C], met " + x);
    }
    return Optional.of(Target.Numbers.probabilities(x));
  }

  @Override
  public Value emit(Emit g, List<Value> predictions, Optional<Value> target) {
    Value x = predictions.getFirst();
    Value t = Targets.fit(g, this, predictions, target);
    int n = x.shape().dim(0);
    int labels = x.shape().dim(1);
    Shape rows = Shape.of(n, labels, 1);
    Shape columns = Shape.of(n, 1, labels);
    Value excess = g.relu(g.add(g.sub(g.reshape(x, columns), g.reshape(x, rows)), 1));
    Value pairs = g.mul(g.reshape(t, rows), g.sub(1, g.reshape(t, columns)));
    return reduction.apply(g, g.div(g.sum(g.mul(excess, pairs), List.of(1, 2), false), labels));
  }
}
