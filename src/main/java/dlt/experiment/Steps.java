package dlt.experiment;

import dlt.data.Column;
import dlt.data.Fitted;
import dlt.data.Preprocessing;
import dlt.op.Emit;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/// Preprocessing as ops, so that it is part of the exported model.
final class Steps {
  private Steps() {}

  /// `raw` samples `[N, ...]` through every step.
  static Value emit(Emit g, Preprocessing preprocessing, Value raw) {
    Value x = raw;
    for (Fitted step : preprocessing.steps()) {
      x = switch (step) {
        case Fitted.Affine a -> g.mul(g.sub(x, g.literal(a.center())), g.literal(a.scale()));
        case Fitted.Fill f -> g.where(g.equal(x, x), x, g.literal(f.values()));
        case Fitted.Log l -> some(g, l, x, g.log(g.add(x, l.offset())));
        case Fitted.OneHot o -> oneHot(g, o, x);
      };
    }
    return x;
  }

  /// What a model that learned targets as `preprocessing` leaves them says, `[N, ...]`, in the units of the target.
  static Value undo(Emit g, Preprocessing preprocessing, Value prediction) {
    int batch = prediction.shape().dim(0);
    Value x = g.reshape(prediction, preprocessing.input().type().shape().insert(0, batch)); // they may differ by dimensions of size 1
    for (Fitted step : preprocessing.steps().reversed()) {
      x = switch (step) {
        case Fitted.Affine a -> g.add(g.div(x, g.literal(a.scale())), g.literal(a.center()));
        case Fitted.Log l -> some(g, l, x, g.sub(g.exp(x), l.offset()));
        case Fitted.Fill _, Fitted.OneHot _ -> throw new IllegalArgumentException("no step for targets: " + step);
      };
    }
    return g.reshape(x, prediction.shape());
  }

  /// `logged` where the step is for the element of a sample of `x`, else `x`.
  private static Value some(Emit g, Fitted.Log step, Value x, Value logged) {
    if (step.some().isEmpty()) {
      return logged;
    }
    HostTensor mask = HostTensor.allocate(TensorType.float32(x.shape().without(0)));
    for (int i = 0; i < step.some().size(); i++) {
      mask.set(i, step.logged(i) ? 1 : 0);
    }
    return g.where(g.literal(mask), logged, x);
  }

  /// Columns next to each other that stay as they are move together. A column alone may be `[N]`.
  private static Value oneHot(Emit g, Fitted.OneHot step, Value raw) {
    int batch = raw.shape().dim(0);
    Value x = g.reshape(raw, Shape.of(batch, step.columns().size()));
    List<Value> parts = new ArrayList<>();
    int from = 0;
    for (int i = 0; i <= step.columns().size(); i++) {
      boolean end = i == step.columns().size();
      Column column = end ? null : step.columns().get(i);
      if (end || column.categorical()) {
        if (i > from) {
          parts.add(g.slice(x, 1, from, i - from));
        }
        if (!end) {
          Value index = g.cast(g.reshape(g.slice(x, 1, i, 1), Shape.of(batch)), DType.INT64);
          parts.add(g.oneHot(index, column.categories().size(), 1));
        }
        from = i + 1;
      }
    }
    return g.concat(parts, 1);
  }
}
