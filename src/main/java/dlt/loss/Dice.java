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

@Doc("1 - (2 |prediction and target| + smooth) / (|prediction| + |target| + smooth) for each image and class of [N, C, ...].")
public record Dice(
    @Doc("sigmoid: logits of masks; softmax: logits of classes, with class indices [N, ...]; none: probabilities of masks.")
        @Default("sigmoid") Activation activation,
    @Doc("Added above and below: keeps empty masks from dividing by 0.")
        @Range(min = 0, minExclusive = true) @Default("1") double smooth,
    @Doc("With softmax, a class index that does not count.") @Default("-100") long ignoreIndex,
    @Doc("mean, sum or none.") @Default("mean") Reduction reduction)
    implements Loss {
  public Dice {
    Terms.only(activation, Activation.SIGMOID, Activation.SOFTMAX, Activation.NONE);
  }

  @Override
  public Optional<Target> target(List<Shape> predictions, DType found) {
    Shape x = activation == Activation.SOFTMAX ? ClassTerms.logits(this, predictions) : Targets.one(this, predictions);
    if (x.rank() < 3) {
      throw new ShapeException("dice", "needs images [N, C, ...], met predictions " + x);
    }
    return Optional.of(activation == Activation.SOFTMAX ? new Target.ClassIndices(x.without(1), x.dim(1), ignoreIndex)
        : Target.Numbers.probabilities(x));
  }

  @Override
  public Value emit(Emit g, List<Value> predictions, Optional<Value> target) {
    Value x = predictions.getFirst();
    Value t = Targets.fit(g, this, predictions, target);
    Value p = activation.emit(g, x);
    if (activation == Activation.SOFTMAX) {
      ClassTerms terms = ClassTerms.of(g, p, t, ignoreIndex, Optional.empty());
      t = terms.hot();
      p = g.mul(p, g.reshape(terms.counted(), x.shape().with(1, 1)));
    }
    List<Integer> pixels = x.shape().axes().subList(2, x.shape().rank());
    Value both = g.sum(g.mul(p, t), pixels, false);
    Value all = g.add(g.sum(p, pixels, false), g.sum(t, pixels, false));
    return reduction.apply(g, g.sub(1, g.div(g.add(g.mul(both, 2), smooth), g.add(all, smooth))));
  }
}
