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

@Doc("Cross entropy of logits [N, C, ...] and class indices [N, ...] or probabilities [N, C, ...]; softmax is inside.")
public record CrossEntropy(
    @Doc("A factor for each class, or `balanced`: N / (C * count) over the training part.") Optional<ClassWeights> classWeights,
    @Doc("The share of the target that is spread over all classes.") @Range(min = 0, max = 1) @Default("0") double labelSmoothing,
    @Doc("A class index that does not count.") @Default("-100") long ignoreIndex,
    @Doc("What becomes of the losses of single elements; the mean is weighted.") @Default("mean") Reduction reduction)
    implements Loss {
  @Override
  public Optional<Target> target(List<Shape> predictions, DType found) {
    Shape x = predictions.getFirst();
    if (x.rank() < 2 || x.dim(1) < 2) {
      throw new ShapeException("cross_entropy", "predictions " + x + " have no dimension 1 with two classes or more"
          + (x.rank() == 2 ? "; use bce_with_logits for one yes-or-no answer" : ""));
    }
    return Optional.of(found.floating() ? Target.Numbers.probabilities(x)
        : new Target.ClassIndices(x.without(1), x.dim(1), ignoreIndex));
  }

  @Override
  public Activation activation() {
    return Activation.SOFTMAX;
  }

  @Override
  public Value emit(Emit g, List<Value> predictions, Optional<Value> target) {
    Value x = predictions.getFirst();
    target(List.of(x.shape()), DType.INT64);
    throw new UnsupportedOperationException();
  }
}
