package dlt.optim;

import dlt.config.Doc;

/// What a schedule counts.
public enum Unit {
  @Doc("Passes over the training part.")
  EPOCHS,
  @Doc("Batches.")
  STEPS
}
