package dlt.layer;

import dlt.config.Doc;

/// What a recurrent layer gives.
public enum Sequence {
  @Doc("The hidden state of each step, [N, T, hidden].") STEPS,
  @Doc("The hidden state after the last step, [N, hidden]; of a second direction, after the first step.") LAST,
  @Doc("The states of all layers and directions after the last step, side by side, an LSTM's cells behind them: what `initial_state` takes.") STATE
}
