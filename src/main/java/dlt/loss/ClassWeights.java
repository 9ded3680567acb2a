package dlt.loss;

import dlt.config.Doc;
import dlt.config.FromText;
import dlt.config.Invalid;
import dlt.config.ToText;
import java.util.List;
import java.util.Optional;

/// A factor for each class, or `balanced`: factors that make up for how often each class occurs in the training part.
public record ClassWeights(@Doc("One number for each class.") List<Double> weights) {
  /// `balanced`, until the counts are known.
  public static final ClassWeights BALANCED = new ClassWeights(List.of());

  public ClassWeights {
    weights = List.copyOf(weights);
    for (double w : weights) {
      if (!(w >= 0 && w < Double.POSITIVE_INFINITY)) {
        throw new Invalid("weights", Double.toString(w), "weights of at least 0");
      }
    }
  }

  @FromText("balanced or list of number")
  public static ClassWeights parse(String text) {
    if (!text.equals("balanced")) {
      throw new Invalid("", "'" + text + "'", "`balanced` or a list with a number for each class");
    }
    return BALANCED;
  }

  @ToText
  Optional<String> text() {
    return unsettled() ? Optional.of("balanced") : Optional.empty();
  }

  /// Whether the counts of the classes are still needed.
  boolean unsettled() {
    return weights.isEmpty();
  }

  /// `weights`, where they are balanced as `N / (classes * count)` for each class; 0 for one that does not occur.
  static Optional<ClassWeights> settled(Optional<ClassWeights> weights, List<Long> counts) {
    return weights.map(w -> w.settled(counts));
  }

  /// As above.
  public ClassWeights settled(List<Long> counts) {
    double n = counts.stream().mapToLong(Long::longValue).sum();
    return unsettled() ? new ClassWeights(counts.stream().map(c -> c == 0 ? 0.0 : n / ((double) counts.size() * c)).toList()) : this;
  }
}
