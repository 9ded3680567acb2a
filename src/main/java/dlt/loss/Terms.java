package dlt.loss;

import dlt.config.Invalid;
import dlt.op.Emit;
import dlt.op.Value;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Functions of single elements that several losses are made of.
final class Terms {
  private Terms() {}

  /// `log(1 + exp(x))` without overflow.
  static Value softplus(Emit g, Value x) {
    return g.withSlope(g.add(g.relu(x), tail(g, x)), x, g.sigmoid(x));
  }

  /// Binary cross entropy of logits: `log(1 + exp(x)) - x t`, whose derivative is `sigmoid(x) - t`. Nothing cancels where
  /// the answer is right, because the tail comes last.
  static Value binaryCrossEntropy(Emit g, Value x, Value t) {
    Value value = g.add(g.sub(g.relu(x), g.mul(x, t)), tail(g, x));
    return g.withSlope(value, x, g.sub(g.sigmoid(x), t));
  }

  private static Value tail(Emit g, Value x) {
    return g.log1p(g.exp(g.neg(g.abs(x))));
  }

  /// `max(x, 0)`, whose derivative at 0 is 1 as that of PyTorch's `clamp_min`.
  static Value positive(Emit g, Value x) {
    return g.where(g.lessEqual(g.scalar(0), x), x, g.scalar(0));
  }

  /// Throws [Invalid] where `activation` is none of `possible`.
  static void only(Activation activation, Activation... possible) {
    List<Activation> all = Arrays.asList(possible);
    if (!all.contains(activation)) {
      throw new Invalid("activation", name(activation), String.join(" or ", all.stream().map(Terms::name).toList()));
    }
  }

  private static String name(Activation activation) {
    return activation.name().toLowerCase(Locale.ROOT);
  }
}
