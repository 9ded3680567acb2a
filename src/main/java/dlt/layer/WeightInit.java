package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Invalid;
import dlt.config.Range;
import dlt.op.ShapeException;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

/// How a layer's weights are filled before training where the file says so. Without it a layer does as PyTorch's does. The
/// fans are PyTorch's: weights [O, I, ...] have `fan_in` I times the rest and `fan_out` O times the rest.
public sealed interface WeightInit {
  /// The rule for weights of this shape.
  Init of(Shape weight);

  /// The chosen rule, or the default of dense and convolution layers: kaiming_uniform with a = sqrt(5).
  static Init weight(Optional<WeightInit> chosen, Shape weight) {
    return chosen.map(c -> c.of(weight)).orElseGet(() -> bias(weight));
  }

  /// PyTorch's rule for the bias beside `weight`.
  static Init bias(Shape weight) {
    return new Init.Uniform(1 / Math.sqrt(fanIn(weight)));
  }

  /// The chosen rule for a bias of so many numbers, or PyTorch's for that beside `weight`.
  static Init bias(Optional<WeightInit> chosen, int size, Shape weight) {
    return chosen.map(c -> c.of(Shape.of(size))).orElseGet(() -> bias(weight));
  }

  private static long fanIn(Shape weight) {
    requireFans(weight);
    return weight.size(1, weight.rank());
  }

  private static long fanOut(Shape weight) {
    requireFans(weight);
    return weight.dim(0) * weight.size(2, weight.rank());
  }

  private static void requireFans(Shape weight) {
    if (weight.rank() < 2) {
      throw new ShapeException("init", "xavier and kaiming count the inputs and outputs of weights [O, I, ...], met " + weight + "; take zeros, constant, values, uniform or normal");
    }
  }

  /// What follows the layer: the gain that keeps the variance through it (torch.nn.init.calculate_gain).
  enum Nonlinearity {
    LINEAR, SIGMOID, TANH, RELU, LEAKY_RELU, SELU;

    double gain(double slope) {
      return switch (this) {
        case LINEAR, SIGMOID -> 1;
        case TANH -> 5.0 / 3;
        case RELU -> Math.sqrt(2);
        case LEAKY_RELU -> Math.sqrt(2 / (1 + slope * slope));
        case SELU -> 0.75;
      };
    }
  }

  /// Whose variance is kept.
  enum Fan {
    /// That of the values.
    FAN_IN,
    /// That of the gradients.
    FAN_OUT;

    long of(Shape weight) {
      return switch (this) {
        case FAN_IN -> fanIn(weight);
        case FAN_OUT -> fanOut(weight);
      };
    }
  }

  @Doc("Uniform in +-gain * sqrt(6 / (fan_in + fan_out)) (Glorot and Bengio, 2010).")
  record XavierUniform(@Doc("Factor.") @Default("1") double gain) implements WeightInit {
    @Override
    public Init of(Shape weight) {
      return new Init.Uniform(gain * Math.sqrt(6.0 / (fanIn(weight) + fanOut(weight))));
    }
  }

  @Doc("Normal with standard deviation gain * sqrt(2 / (fan_in + fan_out)).")
  record XavierNormal(@Doc("Factor.") @Default("1") double gain) implements WeightInit {
    @Override
    public Init of(Shape weight) {
      return new Init.Normal(0, gain * Math.sqrt(2.0 / (fanIn(weight) + fanOut(weight))));
    }
  }

  @Doc("Uniform in +-gain * sqrt(3 / fan) (He et al., 2015).")
  record KaimingUniform(
      @Doc("Negative slope of the leaky_relu that follows.") @Default("0") double a,
      @Doc("The fan: fan_in keeps the variance of the values, fan_out that of the gradients.") @Default("fan_in") Fan mode,
      @Doc("What follows the layer.") @Default("leaky_relu") Nonlinearity nonlinearity)
      implements WeightInit {
    @Override
    public Init of(Shape weight) {
      return new Init.Uniform(nonlinearity.gain(a) * Math.sqrt(3.0 / mode.of(weight)));
    }
  }

  @Doc("Normal with standard deviation gain / sqrt(fan) (He et al., 2015).")
  record KaimingNormal(
      @Doc("Negative slope of the leaky_relu that follows.") @Default("0") double a,
      @Doc("The fan: fan_in keeps the variance of the values, fan_out that of the gradients.") @Default("fan_in") Fan mode,
      @Doc("What follows the layer.") @Default("leaky_relu") Nonlinearity nonlinearity)
      implements WeightInit {
    @Override
    public Init of(Shape weight) {
      return new Init.Normal(0, nonlinearity.gain(a) / Math.sqrt(mode.of(weight)));
    }
  }

  @Doc("Orthogonal rows or columns, whichever are fewer (Saxe et al., 2013).")
  record Orthogonal(@Doc("Length of each row or column.") @Default("1") double gain) implements WeightInit {
    @Override
    public Init of(Shape weight) {
      return new Init.Orthogonal(gain);
    }
  }

  @Doc("Normal, drawn again outside [a, b].")
  record TruncNormal(
      @Doc("Mean.") @Default("0") double mean,
      @Doc("Standard deviation, before values are drawn again.") @Default("1") @Range(min = 0, minExclusive = true) double std,
      @Doc("Smallest value.") @Default("-2") double a,
      @Doc("Largest value.") @Default("2") double b)
      implements WeightInit {
    public TruncNormal {
      if (Math.min(b, mean + 3 * std) - Math.max(a, mean - 3 * std) < 0.1 * std) {
        throw new Invalid("", "an interval from " + a + " to " + b, "one that reaches within three standard deviations of the mean");
      }
    }

    @Override
    public Init of(Shape weight) {
      return new Init.TruncatedNormal(mean, std, a, b);
    }
  }

  @Doc("Normal.")
  record Normal(
      @Doc("Mean.") @Default("0") double mean, @Doc("Standard deviation.") @Default("1") @Range(min = 0) double std)
      implements WeightInit {
    @Override
    public Init of(Shape weight) {
      return new Init.Normal(mean, std);
    }
  }

  @Doc("Uniform in [a, b).")
  record Uniform(@Doc("Smallest value.") @Default("0") double a, @Doc("Largest value.") @Default("1") double b) implements WeightInit {
    @Override
    public Init of(Shape weight) {
      return new Init.Uniform(a, b);
    }
  }

  @Doc("All zeros.")
  record Zeros() implements WeightInit {
    @Override
    public Init of(Shape weight) {
      return new Init.Constant(0);
    }
  }

  @Doc("All ones.")
  record Ones() implements WeightInit {
    @Override
    public Init of(Shape weight) {
      return new Init.Constant(1);
    }
  }

  @Doc("All the same value.")
  record Constant(@Doc("The value.") double value) implements WeightInit {
    @Override
    public Init of(Shape weight) {
      return new Init.Constant(value);
    }
  }

  @Doc("These numbers, the last dimension's side by side, as in `[1, 0, 0, 0, 1, 0]` for the bias of a layer that gives affine maps.")
  record Values(@Doc("The numbers, one for each weight.") List<Double> values) implements WeightInit {
    @Override
    public Init of(Shape weight) {
      if (weight.size() != values.size()) {
        throw new ShapeException("values", values.size() + " numbers met weights " + weight + ", which are " + weight.size());
      }
      return new Init.Values(values);
    }
  }
}
