package dlt.loss;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

@Doc("Binary cross entropy of logits [N, C] and answers 0 or 1, averaged over the labels of each sample.")
public record MultiLabelSoftMargin(
    @Doc("A factor for each column, the last dimension of the output.") @Default("[]") List<Double> classWeights,
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
  public Value emit(Emit g, List<Value> predictions, Optional<Value> target) {
    Value x = predictions.getFirst();
    Value t = Targets.fit(g, this, predictions, target);
    Value loss = Targets.weighted(g, this, Terms.binaryCrossEntropy(g, x, t), classWeights);
    return reduction.apply(g, g.mean(loss, List.of(-1), false));
  }
}
