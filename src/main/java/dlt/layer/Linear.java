package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Invalid;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

@Doc("A dense layer: x W^T + b over the last dimension.")
public record Linear(
    @Doc("Size of each output sample; `classes`: the number of the target's classes, where they have names, or of a text's words.") OutFeatures outFeatures,
    @Doc("Whether a bias is added.") @Default("true") boolean bias,
    @Doc("How the weights are filled; uniform in +-1/sqrt(in_features) where left out.") Optional<WeightInit> init,
    @Doc("How the bias is filled; uniform in +-1/sqrt(in_features) where left out.") Optional<WeightInit> biasInit,
    @Doc("The `as` name of a layer before this one whose `weight` is this one's too (tied weights), such as the embedding of the words that are told.")
        Optional<String> weightOf)
    implements Layer {
  public Linear {
    Expect.biasInit(bias, biasInit);
    if (weightOf.isPresent() && init.isPresent()) {
      throw new Invalid("init", "init beside weight_of", "one of the two: the other layer fills the weights");
    }
  }

  /// Of so many features.
  Linear(int outFeatures, boolean bias, Optional<WeightInit> init) {
    this(new OutFeatures(outFeatures), bias, init, Optional.empty(), Optional.empty());
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Value x = inputs.getFirst();
    if (x.shape().rank() < 2) {
      throw new ShapeException(kind(), "needs [N, ..., in], met " + x.shape());
    }
    int out = outFeatures.of(scope, kind());
    Shape w = Shape.of(out, x.shape().dim(-1));
    Value weight = weightOf.isPresent() ? scope.tied(weightOf.get(), "weight", w) : scope.parameter("weight", w, WeightInit.weight(init, w));
    Value y = scope.matmul(x, weight, false, true);
    return bias ? scope.add(y, scope.parameter("bias", Shape.of(out), WeightInit.bias(biasInit, out, w))) : y;
  }
}
