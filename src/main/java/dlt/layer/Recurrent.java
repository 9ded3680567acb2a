package dlt.layer;

import dlt.op.Emit;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What recurrent layers share: PyTorch's names of their weights, and the way through the steps of a sequence [N, T, F], which are
/// unrolled into the graph.
record Recurrent(RecurrentArguments arguments, int gates) {
  /// What is handed from step to step. Only an LSTM has a cell.
  record State(Value hidden, Optional<Value> cell) {
    /// This state where `step` [N, 1] is 1, else `last`.
    State where(Emit emit, Value step, State last) {
      return new State(emit.where(step, hidden, last.hidden), cell.map(c -> emit.where(step, c, last.cell.orElseThrow())));
    }
  }

  /// One step, from the products of the step's input and of the last hidden state with their weights, both [N, gates * hidden].
  interface Cell {
    State step(Emit emit, Value input, Value recurrent, State last);
  }

  /// The hidden states of one direction: of all steps, and the last one in its order.
  private record States(Value steps, Value last) {}

  /// The hidden states of the last layer as [#output] says, those of both directions side by side. Starts from zeros; a step of
  /// padding leaves the state as it is.
  Value run(LayerScope scope, Layer layer, List<Value> inputs, Cell cell) {
    if (inputs.size() > 2) {
      throw new ShapeException(layer.kind(), "takes one output and maybe its indices, met " + inputs.size());
    }
    Expect.rank(layer, inputs, 3, "sequences [N, T, F]");
    Value x = inputs.getFirst();
    Value steps = inputs.size() == 2 ? MaskedMean.steps(layer, scope, x, inputs.getLast()) : null;
    Value last = x;
    for (int l = 0; l < arguments.numLayers(); l++) {
      Value input = l == 0 ? x : Dropout.drop(scope, x, x.shape(), arguments.dropout());
      States forward = direction(scope, input, steps, "_l" + l, false, cell);
      x = forward.steps;
      last = forward.last;
      if (arguments.bidirectional()) {
        States reverse = direction(scope, input, steps, "_l" + l + "_reverse", true, cell);
        x = scope.concat(List.of(x, reverse.steps), 2);
        last = scope.concat(List.of(last, reverse.last), 1);
      }
    }
    return switch (arguments.output()) {
      case STEPS -> x;
      case LAST -> last;
    };
  }

  private States direction(LayerScope scope, Value x, Value mask, String suffix, boolean reverse, Cell cell) {
    int batch = x.shape().dim(0);
    int steps = x.shape().dim(1);
    int hidden = arguments.hiddenSize();
    int width = Math.multiplyExact(gates, hidden);
    Init init = new Init.Uniform(1 / Math.sqrt(hidden));
    Value inputWeight = scope.parameter("weight_ih" + suffix, Shape.of(width, x.shape().dim(2)), init);
    Value hiddenWeight = scope.parameter("weight_hh" + suffix, Shape.of(width, hidden), init);
    Value projected = scope.matmul(x, inputWeight, false, true);
    Value hiddenBias = null;
    if (arguments.bias()) {
      projected = scope.add(projected, scope.parameter("bias_ih" + suffix, Shape.of(width), init));
      hiddenBias = scope.parameter("bias_hh" + suffix, Shape.of(width), init);
    }
    Value zero = scope.fill(Shape.of(1, hidden), 0);
    State state = new State(zero, Optional.of(zero));
    List<Value> outputs = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      int t = reverse ? steps - 1 - i : i;
      Value input = scope.reshape(scope.slice(projected, 1, t, 1), Shape.of(batch, width));
      Value recurrent = scope.matmul(state.hidden, hiddenWeight, false, true);
      State next = cell.step(scope, input, hiddenBias != null ? scope.add(recurrent, hiddenBias) : recurrent, state);
      state = mask == null ? next : next.where(scope, scope.slice(mask, 1, t, 1), state);
      outputs.add(scope.reshape(state.hidden, Shape.of(batch, 1, hidden)));
    }
    return new States(scope.concat(reverse ? outputs.reversed() : outputs, 1), state.hidden);
  }

  /// Gate `i` of a product.
  Value gate(Emit emit, Value product, int i) {
    return emit.slice(product, 1, i * arguments.hiddenSize(), arguments.hiddenSize());
  }
}
