package dlt.layer;

import dlt.config.Doc;
import dlt.config.Inline;
import dlt.op.Value;
import java.util.List;
import java.util.Optional;

@Doc("A gated recurrent layer over sequences [N, T, F] (Cho et al., 2014). Gives the hidden state of each step, [N, T, hidden_size], or with `output: last` the last one alone, [N, hidden_size]; `bidirectional: true` puts those of a second direction beside them (2 hidden_size). With `from: [x, tokens]`, indices [N, T] that are 0 at padding, it passes over padding. With `initial_state: true` the last name of `from` is its first state, such as what `output: state` of another one gives.")
public record Gru(@Inline RecurrentArguments arguments) implements Layer {
  @Override
  public boolean takesSeveral() {
    return true;
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Recurrent recurrent = new Recurrent(arguments, 3);
    return recurrent.run(scope, this, inputs, (emit, x, h, last) -> {
      Value reset = emit.sigmoid(emit.add(recurrent.gate(emit, x, 0), recurrent.gate(emit, h, 0)));
      Value keep = emit.sigmoid(emit.add(recurrent.gate(emit, x, 1), recurrent.gate(emit, h, 1)));
      Value fresh = emit.tanh(emit.add(recurrent.gate(emit, x, 2), emit.mul(reset, recurrent.gate(emit, h, 2))));
      return new Recurrent.State(emit.add(emit.mul(emit.sub(1, keep), fresh), emit.mul(keep, last.hidden())), Optional.empty());
    });
  }
}
