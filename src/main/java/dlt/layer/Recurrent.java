package dlt.layer;

import dlt.op.Emit;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What recurrent layers share: PyTorch's names of their weights, and the way through the steps of a sequence [N, T, F], which are
/// unrolled into the graph. A hidden state has `size` numbers, less than [RecurrentArguments#hiddenSize] where an LSTM projects it;
/// its cell has all of them.
record Recurrent(RecurrentArguments arguments, int gates, int size) {
  Recurrent(RecurrentArguments arguments, int gates) {
    this(arguments, gates, arguments.hiddenSize());
  }

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

  /// What one direction gives: the hidden states of all steps, and the last state in its order.
  private record States(Value steps, State last) {}

  /// What it is applied to: sequences, 1 where their steps are no padding (null where none is), and the first states side by side.
  private record Operands(Value x, Value steps, Optional<Value> first) {}

  /// The hidden states of the last layer as [#output] says, those of both directions side by side, or the last states of all. Starts
  /// from zeros where no state is given; a step of padding leaves the state as it is.
  Value run(LayerScope scope, Layer layer, List<Value> inputs, Cell cell) {
    boolean cells = layer instanceof Lstm;
    Operands operands = operands(scope, layer, inputs, cells);
    Value x = stepsFirst(scope, operands.x);
    List<State> states = new ArrayList<>();
    for (int l = 0; l < arguments.numLayers(); l++) {
      Value input = l == 0 ? x : Dropout.drop(scope, x, x.shape(), arguments.dropout());
      States forward = direction(scope, input, operands.steps, first(scope, operands.first, states.size(), cells), "_l" + l, false, cell);
      x = forward.steps;
      states.add(forward.last);
      if (arguments.bidirectional()) {
        States reverse = direction(scope, input, operands.steps, first(scope, operands.first, states.size(), cells), "_l" + l + "_reverse", true, cell);
        x = scope.concat(List.of(x, reverse.steps), 2);
        states.add(reverse.last);
      }
    }
    List<Value> hidden = states.stream().map(State::hidden).toList();
    return switch (arguments.output()) {
      case STEPS -> stepsFirst(scope, x);
      case LAST -> together(scope, hidden.subList(hidden.size() - directions(), hidden.size()));
      case STATE -> together(scope, cells ? Stream.concat(hidden.stream(), states.stream().map(s -> s.cell.orElseThrow())).toList() : hidden);
    };
  }

  /// [N, T, F] as [T, N, F] and the other way round: what belongs to a step lies together.
  private static Value stepsFirst(Emit emit, Value x) {
    return emit.transpose(x, 1, 0, 2);
  }

  private static Value together(Emit emit, List<Value> values) {
    return values.size() == 1 ? values.getFirst() : emit.concat(values, 1);
  }

  private int directions() {
    return arguments.bidirectional() ? 2 : 1;
  }

  private Operands operands(LayerScope scope, Layer layer, List<Value> inputs, boolean cells) {
    int least = arguments.initialState() ? 2 : 1;
    if (inputs.size() < least || inputs.size() > least + 1) {
      throw new ShapeException(layer.kind(), arguments.initialState() ? "takes one output, maybe its indices, and its first state, met " + inputs.size() + " names"
          : "takes one output and maybe its indices, met " + inputs.size());
    }
    Expect.rank(layer, inputs, 3, "sequences [N, T, F]");
    Value x = inputs.getFirst();
    Value steps = inputs.size() > least ? MaskedMean.steps(layer, scope, x, inputs.get(1)) : null;
    if (!arguments.initialState()) {
      return new Operands(x, steps, Optional.empty());
    }
    Value first = inputs.getLast();
    int all = Math.multiplyExact(arguments.numLayers(), directions());
    Shape hidden = Shape.of(x.shape().dim(0), Math.multiplyExact(all, size));
    boolean both = cells && first.shape().equals(Shape.of(x.shape().dim(0), Math.multiplyExact(all, size + arguments.hiddenSize())));
    if (!first.dtype().floating() || !both && !first.shape().equals(hidden)) {
      throw new ShapeException(layer.kind(), "of " + hidden + (cells ? " hidden states (and their cells)" : " hidden states") + " met a first state " + first.type());
    }
    return new Operands(x, steps, Optional.of(first));
  }

  /// The state that number `i` of the layers' directions begins with.
  private State first(LayerScope scope, Optional<Value> given, int i, boolean cells) {
    int cell = arguments.hiddenSize();
    Value zero = scope.fill(Shape.of(1, cell), 0);
    if (given.isEmpty()) {
      return new State(scope.fill(Shape.of(1, size), 0), Optional.of(zero));
    }
    int all = arguments.numLayers() * directions();
    boolean both = cells && given.get().shape().dim(1) > all * size;
    return new State(scope.slice(given.get(), 1, i * size, size), Optional.of(both ? scope.slice(given.get(), 1, all * size + i * cell, cell) : zero));
  }

  private States direction(LayerScope scope, Value x, Value mask, State first, String suffix, boolean reverse, Cell cell) {
    int steps = x.shape().dim(0);
    int batch = x.shape().dim(1);
    int hidden = arguments.hiddenSize();
    int width = Math.multiplyExact(gates, hidden);
    Init init = new Init.Uniform(1 / Math.sqrt(hidden));
    Value inputWeight = scope.parameter("weight_ih" + suffix, Shape.of(width, x.shape().dim(2)), init);
    Value hiddenWeight = scope.parameter("weight_hh" + suffix, Shape.of(width, size), init);
    Value projected = scope.matmul(x, inputWeight, false, true);
    Value hiddenBias = null;
    if (arguments.bias()) {
      projected = scope.add(projected, scope.parameter("bias_ih" + suffix, Shape.of(width), init));
      hiddenBias = scope.parameter("bias_hh" + suffix, Shape.of(width), init);
    }
    Value projection = size < hidden ? scope.parameter("weight_hr" + suffix, Shape.of(size, hidden), init) : null;
    State state = first;
    List<Value> outputs = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      int t = reverse ? steps - 1 - i : i;
      Value input = scope.reshape(scope.slice(projected, 0, t, 1), Shape.of(batch, width));
      Value recurrent = i == 0 && !arguments.initialState() ? scope.fill(Shape.of(1, width), 0) // of a state of zeros
          : scope.matmul(state.hidden, hiddenWeight, false, true);
      State next = cell.step(scope, input, hiddenBias != null ? scope.add(recurrent, hiddenBias) : recurrent, state);
      next = projection == null ? next : new State(scope.matmul(next.hidden, projection, false, true), next.cell);
      state = mask == null ? next : next.where(scope, scope.slice(mask, 1, t, 1), state);
      outputs.add(scope.reshape(state.hidden, Shape.of(1, batch, size)));
    }
    return new States(scope.concat(reverse ? outputs.reversed() : outputs, 0), state);
  }

  /// Gate `i` of a product.
  Value gate(Emit emit, Value product, int i) {
    return emit.slice(product, 1, i * arguments.hiddenSize(), arguments.hiddenSize());
  }
}
