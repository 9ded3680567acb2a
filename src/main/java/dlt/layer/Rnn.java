package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Value;
import java.util.List;
import java.util.Optional;

@Doc("A recurrent layer over sequences [N, T, F]: h' = tanh(W x + b + V h + c). Gives the hidden state of each step, [N, T, hidden_size], or with `output: last` the last one alone, [N, hidden_size]; `bidirectional: true` puts those of a second direction beside them (2 hidden_size). With `from: [x, tokens]`, indices [N, T] that are 0 at padding, it passes over padding. With `initial_state: true` the last name of `from` is its first state, such as what `output: state` of another one gives.")
public record Rnn(
    @Doc("Size of the hidden state.") @Range(min = 1) int hiddenSize,
    @Doc("Number of layers, each on the hidden states of the one before.") @Default("1") @Range(min = 1) int numLayers,
    @Doc("The function of each step.") @Default("tanh") Nonlinearity nonlinearity,
    @Doc("Whether biases are added.") @Default("true") boolean bias,
    @Doc("Dropout between layers.") @Default("0") @Range(min = 0, max = 1) double dropout,
    @Doc("Whether a second direction reads the sequence from its end; its hidden states stand beside the first's.") @Default("false")
        boolean bidirectional,
    @Doc("The state of each step, or the last one alone (PyTorch's h_n of the last layer, directions side by side), or all last states (h_n and c_n).") @Default("steps") Sequence output,
    @Doc("Whether the last name of `from` is the state before the first step, in place of zeros: PyTorch's h_0 as [N, num_layers * directions * hidden_size], "
            + "an LSTM's c_0 behind it (zeros where it is not there). Another layer's `output: state` gives it, or any layer of that size.")
        @Default("false") boolean initialState)
    implements Layer {
  /// The function of each step.
  public enum Nonlinearity {
    TANH, RELU
  }

  @Override
  public boolean takesSeveral() {
    return true;
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    return new Recurrent(new RecurrentArguments(hiddenSize, numLayers, bias, dropout, bidirectional, output, initialState), 1).run(scope, this, inputs, (emit, x, h, last) -> {
      Value sum = emit.add(x, h);
      return new Recurrent.State(switch (nonlinearity) {
        case TANH -> emit.tanh(sum);
        case RELU -> emit.relu(sum);
      }, Optional.empty());
    });
  }
}
