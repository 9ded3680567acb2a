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

@Doc("The mean over wrong classes of max(0, margin - score of the right class + score)^p, of scores [N, C] and class indices.")
public record MultiMargin(
    @Doc("A factor for each class, or `balanced`: N / (C * count) over the training part.") Optional<ClassWeights> classWeights,
    @Doc("1 or 2.") @Range(min = 1, max = 2) @Default("1") int p,
    @Doc("How much higher the right score is to be.") @Default("1") double margin,
    @Doc("mean, sum or none.") @Default("mean") Reduction reduction)
    implements Loss {
  @Override
  public Optional<Target> target(List<Shape> predictions, DType found) {
    Shape x = ClassTerms.logits(this, predictions);
    if (x.rank() != 2) {
      throw new ShapeException("multi_margin", "needs scores [N, C], met " + x);
    }
    return Optional.of(new Target.ClassIndices(x.without(1), x.dim(1), -1));
  }

  @Override
  public boolean needsClassCounts() {
    return classWeights.isPresent() && classWeights.get().unsettled();
  }

  @Override
  public MultiMargin withClassCounts(List<Long> counts) {
    return new MultiMargin(ClassWeights.settled(classWeights, counts), p, margin, reduction);
  }

  @Override
  public Value emit(Emit g, List<Value> predictions, Optional<Value> target) {
    Value x = predictions.getFirst();
    Value t = Targets.fit(g, this, predictions, target);
    int classes = x.shape().dim(1);
    Value right = g.oneHot(t, classes, 1);
    Value score = g.sum(g.mul(x, right), List.of(1), true);
    Value over = g.relu(g.add(g.sub(x, score), margin));
    Value cost = g.mul(p == 1 ? over : g.square(over), g.sub(1, right));
    Value loss = g.div(g.sum(cost, List.of(1), false), classes);
    Optional<Value> weights = ClassTerms.weights(g, this, classWeights, x.shape());
    return reduction.apply(g, weights.isEmpty() ? loss : g.mul(loss, g.sum(g.mul(right, weights.get()), List.of(1), false)));
  }
}
