package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Inline;
import dlt.config.Invalid;
import dlt.config.Range;
import dlt.op.Value;
import java.util.List;
import java.util.Optional;

@Doc("Long short-term memory over sequences [N, T, F] (Hochreiter and Schmidhuber, 1997). Gives the hidden state of each step, [N, T, hidden_size], or with `output: last` the last one alone, [N, hidden_size]; `bidirectional: true` puts those of a second direction beside them (2 hidden_size). With `from: [x, tokens]`, indices [N, T] that are 0 at padding, it passes over padding. With `initial_state: true` the last name of `from` is its first state, such as what `output: state` of another one gives.")
public record Lstm(
    @Inline RecurrentArguments arguments,
    @Doc("Size to which the hidden state is projected (Sak et al., 2014), less than hidden_size, in place of which it then stands in the output; 0: none.")
        @Default("0") @Range(min = 0) int projSize)
    implements Layer {
  public Lstm {
    if (projSize >= arguments.hiddenSize()) {
      throw new Invalid("projSize", Integer.toString(projSize), "less than hidden_size, " + arguments.hiddenSize());
    }
  }

  @Override
  public boolean takesSeveral() {
    return true;
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Recurrent recurrent = new Recurrent(arguments, 4, projSize > 0 ? projSize : arguments.hiddenSize());
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
