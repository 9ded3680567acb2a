package dlt.loss;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

@Doc("Binary cross entropy of logits and answers 0 or 1 (or anything between); the sigmoid is inside.")
public record BceWithLogits(
    @Doc("A factor for each column, the last dimension of the output.") @Default("[]") List<Double> classWeights,
    @Doc("A factor for the answer 1, one or one for each column, or `balanced`: how often the training part has 0 for each 1, in each column of [N, C].")
        Optional<PosWeight> posWeight,
    @Doc("mean, sum or none.") @Default("mean") Reduction reduction)
    implements Loss {
  @Override
  public Optional<Target> target(List<Shape> predictions, DType found) {
    return Optional.of(Target.Numbers.probabilities(Targets.one(this, predictions)));
  }

  @Override
  public Activation activation() {
    return Activation.SIGMOID;
  }

  @Override
  public boolean needsAnswerShares() {
    return posWeight.isPresent() && posWeight.get().unsettled();
  }

  @Override
  public BceWithLogits withAnswerShares(List<Double> shares) {
    return new BceWithLogits(classWeights, Optional.of(PosWeight.balanced(shares)), reduction);
  }

  @Override
  public Value emit(Emit g, List<Value> predictions, Optional<Value> target) {
    Value x = predictions.getFirst();
    Value t = Targets.fit(g, this, predictions, target);
    Value loss = Terms.binaryCrossEntropy(g, x, t);
    if (posWeight.isPresent()) {
      if (needsAnswerShares()) {
        throw new IllegalStateException(Targets.name(this) + " was not told how often the answer is 1");
      }
      Value yes = Targets.weighted(g, this, g.mul(t, Terms.softplus(g, g.neg(x))), posWeight.get().weights());
      loss = g.add(yes, g.mul(g.sub(1, t), Terms.softplus(g, x)));
    }
    return reduction.apply(g, Targets.weighted(g, this, loss, classWeights));
  }
}
