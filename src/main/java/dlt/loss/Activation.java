package dlt.loss;

import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Value;

/// What turns a model's raw output into what people and metrics want, where the loss has it inside.
public enum Activation {
  @Doc("The output is what it says.")
  NONE,
  @Doc("Logits of independent yes-or-no answers.")
  SIGMOID,
  @Doc("Logits of classes along dimension 1.")
  SOFTMAX,
  @Doc("Logarithms.")
  EXP;

  /// `x` activated.
  public Value emit(Emit g, Value x) {
    return switch (this) {
      case NONE -> x;
      case SIGMOID -> g.sigmoid(x);
      case SOFTMAX -> g.softmax(x, 1);
      case EXP -> g.exp(x);
    };
  }
}
