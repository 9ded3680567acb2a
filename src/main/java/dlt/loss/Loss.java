package dlt.loss;

import dlt.op.Emit;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

/// One kind of loss: the record's components are its arguments in the file, with PyTorch's names and defaults. Adding one is
/// its file and its line here.
public sealed interface Loss
    permits Distance, CrossEntropy, Nll, Bce, BceWithLogits, HingeEmbedding, MarginRanking, KlDiv, PoissonNll,
        GaussianNll, GaussianKl, CosineEmbedding, TripletMargin, SoftMargin, MultiLabelMargin, MultiLabelSoftMargin, MultiMargin, Ctc, Dice, Focal {
  /// What its predictions are called, in their order; most take one.
  default List<String> inputs() {
    return List.of("input");
  }

  /// What the target of predictions of these shapes [N, ...] must be, where the data has targets of element type `found` (cross
  /// entropy takes class indices or probabilities); empty where the loss takes no target. Throws [dlt.op.ShapeException] where
  /// the loss does not fit the predictions.
  Optional<Target> target(List<Shape> predictions, DType found);

  /// What belongs to the prediction before a metric or a person sees it.
  default Activation activation() {
    return Activation.NONE;
  }

  /// Whether its prediction says the target itself, so that one that was learned from a rescaled target can be scaled back.
  default boolean inTargetUnits() {
    return false;
  }

  /// A number that is above 0 where `predictions` mean the target 1 rather than -1 (alike rather than different, the first
  /// higher than the second), for losses whose targets are signs; empty for others.
  default Optional<Value> decision(Emit g, List<Value> predictions) {
    return Optional.empty();
  }

  /// Whether [#withClassCounts] has to be asked before [#emit].
  default boolean needsClassCounts() {
    return false;
  }

  /// This loss with its balanced class weights settled: `N / (classes * count)` for a class that the training part has `count`
  /// times.
  default Loss withClassCounts(List<Long> counts) {
    return this;
  }

  /// Whether [#withAnswerShares] has to be asked before [#emit].
  default boolean needsAnswerShares() {
    return false;
  }

  /// This loss with its balanced factor for the answer 1 settled, from the share of 1 in each column of the training part's target.
  default Loss withAnswerShares(List<Double> shares) {
    return this;
  }

  /// Emits the loss of `predictions`, in the order of [#inputs], as a scalar (unless its reduction is `none`). The target is
  /// as [#target] says; one that differs by dimensions of size 1 is reshaped. Throws [dlt.op.ShapeException].
  Value emit(Emit g, List<Value> predictions, Optional<Value> target);
}
