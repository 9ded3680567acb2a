package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Key;
import dlt.config.Range;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

@Doc("Adds a vector for each place to sequences [N, T, F], so that attention sees their order (Vaswani et al., 2017).")
public record PositionalEncoding(
    @Doc("What the vectors are.") @Key("kind") @Default("sinusoidal") Source source,
    @Doc("Dropout of the sums.") @Default("0.1") @Range(min = 0, max = 1) double dropout,
    @Doc("How learned vectors are filled; normal with standard deviation 0.02 where left out.") Optional<WeightInit> init)
    implements Layer {
  /// Where the vectors come from.
  public enum Source {
    @Doc("Sines and cosines of the place, of wavelengths from 2 pi to 10000 times 2 pi.") SINUSOIDAL,
    @Doc("Parameters: `weight` [T, F].") LEARNED
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Shape shape = Expect.rank(this, inputs, 3, "sequences [N, T, F]");
    Shape places = shape.without(0);
    Value vectors = switch (source) {
      case SINUSOIDAL -> Constants.of(scope, places, waves(places.dim(0), places.dim(1)));
      case LEARNED -> scope.parameter("weight", places, init.map(i -> i.of(places)).orElse(new Init.Normal(0, 0.02)));
    };
    return Dropout.drop(scope, scope.add(inputs.getFirst(), vectors), shape, dropout);
  }

  /// sin(place / 10000^(2i / F)) at feature 2i, the cosine of the same at feature 2i + 1.
  private static double[] waves(int steps, int features) {
    double[] r = new double[Math.multiplyExact(steps, features)];
    for (int t = 0; t < steps; t++) {
      for (int f = 0; f < features; f++) {
        double angle = t * Math.exp(-(f - f % 2) * Math.log(10_000) / features);
        r[t * features + f] = f % 2 == 0 ? Math.sin(angle) : Math.cos(angle);
      }
    }
    return r;
  }
}
