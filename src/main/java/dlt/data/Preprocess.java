package dlt.data;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Invalid;
import dlt.config.Range;
import java.util.List;
import java.util.Optional;

/// A step between the raw inputs and the model. It becomes part of the graph, so that the exported model takes raw inputs;
/// its statistics come from the training part alone. Categorical columns are left alone by all but [OneHot].
@Doc("A step between the raw inputs and the model, exported with it; its statistics come from the training part alone.")
public sealed interface Preprocess {
  /// Whether it can be undone.
  default boolean undone() {
    return switch (this) {
      case Scale _, Standardize _, MinMax _, Normalize _, Log _ -> true;
      case Impute _, OneHot _ -> false;
    };
  }

  /// What is taken together when a statistic is computed.
  enum Per {
    @Doc("Every element of a sample by itself.") PER_FEATURE,
    @Doc("All elements of a channel, the sample's first dimension.") PER_CHANNEL,
    @Doc("All elements.") GLOBAL
  }

  /// What is put in for a missing value.
  enum Strategy {
    @Doc("The mean of the feature.") MEAN,
    @Doc("The median of the feature.") MEDIAN,
    @Doc("`value`.") CONSTANT
  }

  @Doc("x * factor + shift.")
  record Scale(@Doc("The factor.") double factor, @Doc("Is added.") @Default("0") double shift) implements Preprocess {
    public Scale {
      if (factor == 0) {
        throw new Invalid("factor", "0", "another number than 0");
      }
    }
  }

  @Doc("Mean 0 and variance 1 (biased, as in scikit-learn). What is constant becomes 0.")
  record Standardize(@Doc("What shares a mean; per_channel for samples of several dimensions, else per_feature, where left out.") Optional<Per> per)
      implements Preprocess {}

  @Doc("The training part's smallest value becomes `low`, its largest `high`. What is constant becomes `low`.")
  record MinMax(
      @Doc("What shares a range; per_channel for samples of several dimensions, else per_feature, where left out.") Optional<Per> per,
      @Doc("The smallest value.") @Default("0") double low,
      @Doc("The largest value.") @Default("1") double high)
      implements Preprocess {
    public MinMax {
      if (high <= low) {
        throw new Invalid("high", Double.toString(high), "more than low, which is " + low);
      }
    }
  }

  @Doc("(x - mean) / std with given numbers: one, or one for each channel (the sample's first dimension).")
  record Normalize(
      @Doc("What is subtracted.") List<Double> mean, @Doc("What is divided by.") @Range(min = 0, minExclusive = true) List<Double> std)
      implements Preprocess {
    public Normalize {
      if (mean.isEmpty() || mean.size() != std.size()) {
        throw new Invalid("std", std.size() + " numbers", "as many as there are means, which are " + mean.size());
      }
    }
  }

  @Doc("The natural logarithm of x + offset, for what spans orders of magnitude, such as prices and counts.")
  record Log(
      @Doc("Is added before; 1 for what may be 0 (log1p).") @Default("0") double offset,
      @Doc("The columns of a table that it is for; all that are numbers where left out.") @Default("[]") List<String> columns)
      implements Preprocess {}

  @Doc("Fills in missing values (NaN).")
  record Impute(
      @Doc("What is put in.") @Default("mean") Strategy strategy, @Doc("The value of `constant`.") @Default("0") double value)
      implements Preprocess {}

  @Doc("Categorical columns as zeros with a one each. Where it is left out it is the last step.")
  record OneHot() implements Preprocess {}
}
