package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;

/// What the gated recurrent layers take.
public record RecurrentArguments(
    @Doc("Size of the hidden state.") @Range(min = 1) int hiddenSize,
    @Doc("Number of layers, each on the hidden states of the one before.") @Default("1") @Range(min = 1) int numLayers,
    @Doc("Whether biases are added.") @Default("true") boolean bias,
    @Doc("Dropout between layers.") @Default("0") @Range(min = 0, max = 1) double dropout,
    @Doc("Whether a second direction reads the sequence from its end; its hidden states stand beside the first's.") @Default("false")
        boolean bidirectional,
    @Doc("The state of each step, or the last one alone (PyTorch's h_n of the last layer, directions side by side).") @Default("steps") Sequence output) {}
