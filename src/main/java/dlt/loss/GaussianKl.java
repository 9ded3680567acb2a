package dlt.loss;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Unary;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

@Doc("Kullback-Leibler divergence of normal distributions from the standard one, (mu^2 + exp(logvar) - 1 - logvar) / 2, for variational autoencoders: `input: [mu, logvar]`; takes no target.")
public record GaussianKl(@Doc("mean, sum, none, or batchmean, which is the divergence per sample.") @Default("mean") KlDiv.How reduction) implements Loss {
  @Override
  public List<String> inputs() {
    return List.of("mu", "logvar");
  }

  @Override
  public Optional<Target> target(List<Shape> predictions, DType found) {
    Targets.same(this, predictions);
    return Optional.empty();
  }

  @Override
  public Value emit(Emit g, List<Value> predictions, Optional<Value> target) {
    Targets.same(this, predictions.stream().map(Value::shape).toList());
    Value mu = predictions.getFirst();
    Value logvar = predictions.getLast();
    // expm1 keeps the digits of variances near 1
    Value spread = g.sub(g.unary(Unary.Kind.EXPM1, logvar), logvar);
    return reduction.apply(g, g.mul(g.add(g.square(mu), spread), 0.5));
  }
}
