package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;

/// What all recurrent layers take.
public record RecurrentArguments(
    @Doc("Size of the hidden state.") @Range(min = 1) int hiddenSize,
    @Doc("Number of layers, each on the hidden states of the one before.") @Default("1") @Range(min = 1) int numLayers,
    @Doc("Whether biases are added.") @Default("true") boolean bias,
    @Doc("Dropout between layers.") @Default("0") @Range(min = 0, max = 1) double dropout,
    @Doc("Whether a second direction reads the sequence from its end; its hidden states stand beside the first's.") @Default("false")
        boolean bidirectional,
    @Doc("The state of each step, or the last one alone (PyTorch's h_n of the last layer, directions side by side), or all last states (h_n and c_n).") @Default("steps") Sequence output,
    @Doc("Whether the last name of `from` is the state before the first step, in place of zeros: PyTorch's h_0 as [N, num_layers * directions * hidden_size], "
            + "an LSTM's c_0 behind it (zeros where it is not there). Another layer's `output: state` gives it, or any layer of that size.")
        @Default("false") boolean initialState) {}
