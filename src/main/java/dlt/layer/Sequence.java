package dlt.layer;

import dlt.config.Doc;

/// What a recurrent layer gives.
public enum Sequence {
  @Doc("The hidden state of each step, [N, T, hidden].") STEPS,
  @Doc("The hidden state after the last step, [N, hidden]; of a second direction, after the first step.") LAST
}
