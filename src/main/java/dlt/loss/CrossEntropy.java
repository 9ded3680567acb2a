package dlt.loss;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Invalid;
import dlt.config.Range;
import dlt.op.Emit;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

@Doc("Cross entropy of logits [N, C, ...] and class indices [N, ...] or probabilities of the classes [N, C, ...]; softmax is inside.")
public record CrossEntropy(
    @Doc("A factor for each class, or `balanced`: N / (C * count) over the training part.") Optional<ClassWeights> classWeights,
    @Doc("The share of the target that is spread over all classes.")
        @Range(min = 0, max = 1) @Default("0") double labelSmoothing,
    @Doc("A class index that does not count.") @Default("-100") long ignoreIndex,
    @Doc("Whether the targets of the data are probabilities of the classes rather than class indices; the mean is not weighted then.") @Default("false") boolean probabilities,
    @Doc("mean (weighted as the classes are), sum or none.") @Default("mean") Reduction reduction)
    implements Loss {
  private static final long IGNORE_INDEX = -100;

  public CrossEntropy {
    if (probabilities && ignoreIndex != IGNORE_INDEX) {
      throw new Invalid("ignoreIndex", Long.toString(ignoreIndex), "none beside `probabilities: true`: no index is among the targets");
    }
    if (probabilities && classWeights.isPresent() && classWeights.get().unsettled()) {
      throw new Invalid("classWeights", "balanced", "a number for each class beside `probabilities: true`: no class is counted");
    }
  }

  @Override
  public Optional<Target> target(List<Shape> predictions, DType found) {
    Shape x = ClassTerms.logits(this, predictions);
    return Optional.of(probabilities || found.floating() ? Target.Numbers.probabilities(x)
        : new Target.ClassIndices(x.without(1), x.dim(1), ignoreIndex));
  }

  @Override
  public Activation activation() {
    return Activation.SOFTMAX;
  }

  @Override
  public boolean needsClassCounts() {
    return classWeights.isPresent() && classWeights.get().unsettled();
  }

  @Override
  public CrossEntropy withClassCounts(List<Long> counts) {
    return new CrossEntropy(ClassWeights.settled(classWeights, counts), labelSmoothing, ignoreIndex, probabilities, reduction);
  }

  @Override
  public Value emit(Emit g, List<Value> predictions, Optional<Value> target) {
    Value t = Targets.fit(g, this, predictions, target);
    Value log = g.logSoftmax(predictions.getFirst(), 1);
    Optional<Value> weights = ClassTerms.weights(g, this, classWeights, log.shape());
    if (t.dtype() == DType.INT64) {
      return ClassTerms.of(g, log, t, ignoreIndex, weights).reduce(g, labelSmoothing, reduction);
    }
    Value smooth = labelSmoothing == 0 ? t : g.add(g.mul(t, 1 - labelSmoothing), labelSmoothing / log.shape().dim(1));
    Value weighted = weights.isPresent() ? g.mul(smooth, weights.get()) : smooth;
    return reduction.apply(g, g.neg(g.sum(g.mul(weighted, log), List.of(1), false)));
  }
}
