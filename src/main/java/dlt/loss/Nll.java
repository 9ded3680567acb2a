package dlt.loss;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

@Doc("Negative log likelihood of logarithms of probabilities [N, C, ...] and class indices [N, ...].")
public record Nll(
    @Doc("A factor for each class, or `balanced`: N / (C * count) over the training part.") Optional<ClassWeights> classWeights,
    @Doc("A class index that does not count.") @Default("-100") long ignoreIndex,
    @Doc("mean (weighted as the classes are), sum or none.") @Default("mean") Reduction reduction)
    implements Loss {
  @Override
  public Optional<Target> target(List<Shape> predictions, DType found) {
    Shape x = ClassTerms.logits(this, predictions);
    return Optional.of(new Target.ClassIndices(x.without(1), x.dim(1), ignoreIndex));
  }

  @Override
  public Activation activation() {
    return Activation.EXP;
  }

  @Override
  public boolean needsClassCounts() {
    return classWeights.isPresent() && classWeights.get().unsettled();
  }

  @Override
  public Nll withClassCounts(List<Long> counts) {
    return new Nll(ClassWeights.settled(classWeights, counts), ignoreIndex, reduction);
  }

  @Override
  public Value emit(Emit g, List<Value> predictions, Optional<Value> target) {
    Value x = predictions.getFirst();
    Value t = Targets.fit(g, this, predictions, target);
    Optional<Value> weights = ClassTerms.weights(g, this, classWeights, x.shape());
    return ClassTerms.of(g, x, t, ignoreIndex, weights).reduce(g, 0, reduction);
  }
}
