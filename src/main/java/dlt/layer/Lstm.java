package dlt.layer;

import dlt.config.Doc;
import dlt.config.Inline;
import dlt.op.Value;
import java.util.List;
import java.util.Optional;

@Doc("Long short-term memory over sequences [N, T, F] (Hochreiter and Schmidhuber, 1997). Gives the hidden state of each step, [N, T, hidden_size], or with `output: last` the last one alone, [N, hidden_size]; `bidirectional: true` puts those of a second direction beside them (2 hidden_size). With `from: [x, tokens]`, indices [N, T] that are 0 at padding, it passes over padding. With `initial_state: true` the last name of `from` is its first state, such as what `output: state` of another one gives.")
public record Lstm(@Inline RecurrentArguments arguments) implements Layer {
  @Override
  public boolean takesSeveral() {
    return true;
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Recurrent recurrent = new Recurrent(arguments, 4);
    return recurrent.run(scope, this, inputs, (emit, x, h, last) -> {
      Value gates = emit.add(x, h);
      Value enter = emit.sigmoid(recurrent.gate(emit, gates, 0));
      Value keep = emit.sigmoid(recurrent.gate(emit, gates, 1));
      Value fresh = emit.tanh(recurrent.gate(emit, gates, 2));
      Value leave = emit.sigmoid(recurrent.gate(emit, gates, 3));
      Value cell = emit.add(emit.mul(keep, last.cell().orElseThrow()), emit.mul(enter, fresh));
      return new Recurrent.State(emit.mul(leave, emit.tanh(cell)), Optional.of(cell));
    });
  }
}
