package dlt.loss;

import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Value;

/// What becomes of the losses of single elements.
public enum Reduction {
  @Doc("Their mean.")
  MEAN,
  @Doc("Their sum.")
  SUM,
  @Doc("They stay as they are; a loss to train with is one number.")
  NONE;

  /// `losses` reduced to a scalar, or as they are.
  Value apply(Emit g, Value losses) {
    return switch (this) {
      case MEAN -> g.mean(losses);
      case SUM -> g.sum(losses);
      case NONE -> losses;
    };
  }
}
