package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Inline;
import dlt.op.Value;
import java.util.List;
import java.util.Optional;

@Doc("A recurrent layer over sequences [N, T, F]: h' = tanh(W x + b + V h + c). Gives the hidden state of each step, [N, T, hidden_size], or with `output: last` the last one alone, [N, hidden_size]; `bidirectional: true` puts those of a second direction beside them (2 hidden_size). With `from: [x, tokens]`, indices [N, T] that are 0 at padding, it passes over padding. With `initial_state: true` the last name of `from` is its first state, such as what `output: state` of another one gives.")
public record Rnn(
    @Inline RecurrentArguments arguments,
    @Doc("The function of each step.") @Default("tanh") Nonlinearity nonlinearity)
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
    return new Recurrent(arguments, 1).run(scope, this, inputs, (emit, x, h, last) -> {
      Value sum = emit.add(x, h);
      return new Recurrent.State(switch (nonlinearity) {
        case TANH -> emit.tanh(sum);
        case RELU -> emit.relu(sum);
      }, Optional.empty());
    });
  }
}
