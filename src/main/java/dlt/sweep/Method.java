package dlt.sweep;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;

@Doc("How the values of trials are chosen.")
public sealed interface Method {
  @Doc("Every combination of every parameter's grid.")
  record Grid() implements Method {}

  @Doc("At random.")
  record Random(@Doc("How many trials.") @Range(min = 1) int trials) implements Method {}

  /// Bergstra et al., "Algorithms for hyper-parameter optimization", 2011.
  @Doc("At random at first, then where good trials are dense and others are not (tree-structured Parzen estimator).")
  record Tpe(
      @Doc("How many trials.") @Range(min = 1) int trials,
      @Doc("How many of them are at random at first.") @Default("8") @Range(min = 2) int random,
      @Doc("How many points are weighed for each trial.") @Default("24") @Range(min = 1) int candidates)
      implements Method {}
}
