package dlt.optim;

import dlt.config.Doc;
import dlt.config.Range;

/// How much of the average of gradients and of the average of their squares is kept at each step.
public record Betas(
    @Doc("Of the average of gradients.") @Range(min = 0, max = 1, maxExclusive = true) double first,
    @Doc("Of the average of squares.") @Range(min = 0, max = 1, maxExclusive = true) double second) {
  Betas withFirst(double first) {
    return new Betas(first, second);
  }
}
