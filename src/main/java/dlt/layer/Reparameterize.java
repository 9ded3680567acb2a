package dlt.layer;

import dlt.config.Doc;
import dlt.op.ShapeException;
import dlt.op.Unary;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;

/// Normal numbers are made of uniform ones by Box and Muller's transform (1958).
@Doc("A sample of normal distributions whose means and logarithms of variances are `from: [mu, logvar]`, for variational autoencoders (Kingma and Welling, 2014): in training mu + exp(logvar / 2) * noise, in inference mu.")
public record Reparameterize() implements Layer {
  @Override
  public boolean takesSeveral() {
    return true;
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Expect.two(this, inputs, "takes means and logarithms of variances", "mu, logvar");
    Value mu = inputs.getFirst();
    Value logvar = inputs.getLast();
    if (!mu.shape().equals(logvar.shape())) {
      throw new ShapeException(kind(), "means " + mu.shape() + " met logarithms of variances " + logvar.shape() + ", expected one for each mean");
    }
    return scope.training() ? scope.add(mu, scope.mul(scope.exp(scope.mul(logvar, 0.5)), normal(scope, mu.shape()))) : mu;
  }

  /// Normal numbers of mean 0 and variance 1.
  private static Value normal(LayerScope scope, Shape shape) {
    Value radius = scope.sqrt(scope.mul(scope.log(scope.sub(1, scope.random(shape))), -2)); // 1 - random is never 0
    return scope.mul(radius, scope.unary(Unary.Kind.COS, scope.mul(scope.random(shape), 2 * Math.PI)));
  }
}
