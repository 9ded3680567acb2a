package dlt.loss;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

@Doc("Kullback-Leibler divergence: target (log target - input) of an input that is a logarithm of probabilities.")
public record KlDiv(
    @Doc("Whether the target is a logarithm too.") @Default("false") boolean logTarget,
    @Doc("mean, sum, none, or batchmean, which is the divergence per sample.") @Default("mean") How reduction)
    implements Loss {
  /// What becomes of the terms of single elements.
  public enum How {
    MEAN, SUM, NONE, BATCHMEAN;

    /// `losses` [N, ...] reduced to a scalar, or as they are.
    Value apply(Emit g, Value losses) {
      return switch (this) {
        case MEAN -> Reduction.MEAN.apply(g, losses);
        case SUM -> Reduction.SUM.apply(g, losses);
        case NONE -> losses;
        case BATCHMEAN -> g.div(g.sum(losses), losses.shape().dim(0));
      };
    }
  }

  @Override
  public Optional<Target> target(List<Shape> predictions, DType found) {
    Shape x = Targets.one(this, predictions);
    return Optional.of(logTarget ? Target.Numbers.any(x) : Target.Numbers.probabilities(x));
  }

  @Override
  public Activation activation() {
    return Activation.EXP;
  }

  @Override
  public Value emit(Emit g, List<Value> predictions, Optional<Value> target) {
    Value x = predictions.getFirst();
    Value t = Targets.fit(g, this, predictions, target);
    Value loss;
    if (logTarget) {
      loss = g.mul(g.exp(t), g.sub(t, x));
    } else {
      Value some = g.less(g.scalar(0), t);
      Value entropy = g.where(some, g.mul(t, g.log(g.where(some, t, g.scalar(1)))), g.scalar(0));
      loss = g.sub(entropy, g.mul(t, x));
    }
    return reduction.apply(g, loss);
  }
}
