package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Value;
import java.util.List;
import java.util.Optional;

@Doc("A gated recurrent layer over sequences [N, T, F] (Cho et al., 2014). Gives the hidden state of each step, [N, T, hidden_size], or with `output: last` the last one alone, [N, hidden_size]; `bidirectional: true` puts those of a second direction beside them (2 hidden_size). With `from: [x, tokens]`, indices [N, T] that are 0 at padding, it passes over padding.")
public record Gru(
    @Doc("Size of the hidden state.") @Range(min = 1) int hiddenSize,
    @Doc("Number of layers, each on the hidden states of the one before.") @Default("1") @Range(min = 1) int numLayers,
    @Doc("Whether biases are added.") @Default("true") boolean bias,
    @Doc("Dropout between layers.") @Default("0") @Range(min = 0, max = 1) double dropout,
    @Doc("Whether a second direction reads the sequence from its end; its hidden states stand beside the first's.") @Default("false")
        boolean bidirectional,
    @Doc("The state of each step, or the last one alone (PyTorch's h_n of the last layer, directions side by side).") @Default("steps") Sequence output)
    implements Layer {
  @Override
  public boolean takesSeveral() {
    return true;
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Recurrent recurrent = new Recurrent(hiddenSize, numLayers, bias, dropout, bidirectional, output, 3);
    return recurrent.run(scope, this, inputs, (emit, x, h, last) -> {
      Value reset = emit.sigmoid(emit.add(recurrent.gate(emit, x, 0), recurrent.gate(emit, h, 0)));
      Value keep = emit.sigmoid(emit.add(recurrent.gate(emit, x, 1), recurrent.gate(emit, h, 1)));
      Value fresh = emit.tanh(emit.add(recurrent.gate(emit, x, 2), emit.mul(reset, recurrent.gate(emit, h, 2))));
      return new Recurrent.State(emit.add(emit.mul(emit.sub(1, keep), fresh), emit.mul(keep, last.hidden())), Optional.empty());
    });
  }
}
