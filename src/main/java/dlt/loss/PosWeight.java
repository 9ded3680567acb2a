package dlt.loss;

import dlt.config.Doc;
import dlt.config.FromText;
import dlt.config.Invalid;
import dlt.config.TextNumber;
import dlt.config.ToText;
import java.util.List;
import java.util.Optional;

/// A factor for the answer 1, one or one for each column, or `balanced`: factors that make up for how rare it is in the training part.
public record PosWeight(@Doc("One number, or one for each column.") List<Double> weights) {
  /// `balanced`, until the shares are known.
  public static final PosWeight BALANCED = new PosWeight(List.of());

  public PosWeight {
    weights = List.copyOf(weights);
    for (double w : weights) {
      if (!(w >= 0 && w < Double.POSITIVE_INFINITY)) {
        throw new Invalid("weights", Double.toString(w), "weights of at least 0");
      }
    }
  }

  @FromText("balanced, number or list of number")
  public static PosWeight parse(String text) {
    if (text.equals("balanced")) {
      return BALANCED;
    }
    return TextNumber.real(text).map(weight -> new PosWeight(List.of(weight)))
        .orElseThrow(() -> new Invalid("", "'" + text + "'", "`balanced`, a number, or a list with a number for each column"));
  }

  @ToText
  Optional<String> text() {
    return unsettled() ? Optional.of("balanced") : weights.size() == 1 ? Optional.of(weights.getFirst().toString()) : Optional.empty();
  }

  /// Whether the shares of the answer 1 are still needed.
  boolean unsettled() {
    return weights.isEmpty();
  }

  /// How often the answer is 0 for each time it is 1, from the shares of 1; where all answers are alike, 1.
  static PosWeight balanced(List<Double> shares) {
    return new PosWeight(shares.stream().map(s -> s > 0 && s < 1 ? (1 - s) / s : 1.0).toList());
  }
}
