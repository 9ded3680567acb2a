package dlt.onnx;

import dlt.op.Emit;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// RNN, GRU and LSTM nodes, unrolled. X is [T, N, F] (or [N, T, F] where `layout` is 1), W [D, gates * H, F], R [D, gates * H, H],
/// B [D, 2 * gates * H].
final class OnnxRecurrence {
  private OnnxRecurrence() {}

  /// One direction's parameters; biases and peepholes are null where there are none.
  private record Weights(Value input, Value hidden, Value inputBias, Value hiddenBias, Value peepholes) {}

  private record State(Value hidden, Value cell) {}

  static List<Value> read(OnnxNode n) {
    boolean known = n.type().equals("LSTM") ? !n.given("activations") || defaults(n, "Sigmoid", "Tanh", "Tanh")
        : n.type().equals("GRU") ? !n.given("activations") || defaults(n, "Sigmoid", "Tanh") : !n.given("activations") || defaults(n, "Tanh");
    if (!known || n.given("clip")) {
      throw n.failure("activations or clip other than the defaults");
    }
    Emit e = n.graph();
    boolean batchFirst = n.integer("layout", 0) == 1;
    Value x = batchFirst ? e.transpose(n.in(0), 1, 0, 2) : n.in(0);
    int steps = x.shape().dim(0);
    if (n.has(4) && n.integers(4).stream().anyMatch(l -> l != steps)) {
      throw n.failure("sequences of different lengths");
    }
    int hidden = n.integer("hidden_size", 0);
    String direction = n.text("direction", "forward");
    int directions = direction.equals("bidirectional") ? 2 : 1;
    List<Value> outputs = new ArrayList<>();
    List<Value> lastHidden = new ArrayList<>();
    List<Value> lastCell = new ArrayList<>();
    for (int d = 0; d < directions; d++) {
      boolean reverse = d == 1 || direction.equals("reverse");
      State state = new State(initial(n, 5, d, x, hidden, batchFirst), initial(n, 6, d, x, hidden, batchFirst));
      Weights w = weights(n, d);
      Value[] all = new Value[steps];
      for (int i = 0; i < steps; i++) {
        int t = reverse ? steps - 1 - i : i;
        state = step(n, hidden, e.reshape(e.slice(x, 0, t, 1), x.shape().without(0)), w, state);
        all[t] = e.reshape(state.hidden, state.hidden.shape().insert(0, 1).insert(0, 1));
      }
      outputs.add(e.concat(List.of(all), 0));
      lastHidden.add(e.reshape(state.hidden, state.hidden.shape().insert(0, 1)));
      lastCell.add(e.reshape(state.cell, state.cell.shape().insert(0, 1)));
    }
    // [T, D, N, H], [D, N, H], [D, N, H]
    Value y = e.concat(outputs, 1);
    Value h = e.concat(lastHidden, 0);
    Value c = e.concat(lastCell, 0);
    return batchFirst ? List.of(e.transpose(y, 2, 0, 1, 3), e.transpose(h, 1, 0, 2), e.transpose(c, 1, 0, 2)) : List.of(y, h, c);
  }

  private static boolean defaults(OnnxNode n, String... functions) {
    return n.attributes().stream().filter(a -> a.getName().equals("activations"))
        .allMatch(a -> IntStream.range(0, a.getStringsCount())
            .allMatch(i -> a.getStrings(i).toStringUtf8().equals(functions[i % functions.length])));
  }

  private static Value initial(OnnxNode n, int operand, int d, Value x, int hidden, boolean batchFirst) {
    Shape shape = Shape.of(x.shape().dim(1), hidden);
    boolean cell = operand == 6;
    if (!n.has(operand) || cell && !n.type().equals("LSTM")) {
      return n.graph().fill(shape, 0);
    }
    return n.graph().reshape(n.graph().slice(n.in(operand), batchFirst ? 1 : 0, d, 1), shape);
  }

  private static Weights weights(OnnxNode n, int d) {
    Emit e = n.graph();
    Value w = n.in(1);
    Value r = n.in(2);
    int rows = w.shape().dim(1);
    Value both = n.has(3) ? e.reshape(e.slice(n.in(3), 0, d, 1), Shape.of(2 * rows)) : null;
    return new Weights(e.reshape(e.slice(w, 0, d, 1), w.shape().without(0)), e.reshape(e.slice(r, 0, d, 1), r.shape().without(0)),
        both == null ? null : e.slice(both, 0, 0, rows), both == null ? null : e.slice(both, 0, rows, rows),
        n.has(7) ? e.reshape(e.slice(n.in(7), 0, d, 1), n.in(7).shape().without(0)) : null);
  }

  private static Value product(Emit e, Value x, Value weight, Value bias) {
    Value y = e.matmul(x, weight, false, true);
    return bias == null ? y : e.add(y, bias);
  }

  private static Value gate(Emit e, Value all, int i, int hidden) {
    return e.slice(all, 1, i * hidden, hidden);
  }

  private static State step(OnnxNode n, int hidden, Value x, Weights w, State last) {
    Emit e = n.graph();
    Value in = product(e, x, w.input, w.inputBias);
    Value back = product(e, last.hidden, w.hidden, w.hiddenBias);
    return switch (n.type()) {
      case "RNN" -> new State(e.tanh(e.add(in, back)), last.cell);
      case "GRU" -> {
        Value update = e.sigmoid(e.add(gate(e, in, 0, hidden), gate(e, back, 0, hidden)));
        Value reset = e.sigmoid(e.add(gate(e, in, 1, hidden), gate(e, back, 1, hidden)));
        Value recurrent;
        if (n.integer("linear_before_reset", 0) != 0) {
          recurrent = e.mul(reset, gate(e, back, 2, hidden));
        } else {
          Value bias = w.hiddenBias == null ? null : e.slice(w.hiddenBias, 0, 2 * hidden, hidden);
          recurrent = product(e, e.mul(reset, last.hidden), e.slice(w.hidden, 0, 2 * hidden, hidden), bias);
        }
        Value fresh = e.tanh(e.add(gate(e, in, 2, hidden), recurrent));
        yield new State(e.add(e.mul(e.sub(1, update), fresh), e.mul(update, last.hidden)), last.cell);
      }
      default -> {
        Value all = e.add(in, back);
        Value enter = e.sigmoid(peeped(e, gate(e, all, 0, hidden), w, 0, last.cell));
        Value keep = e.sigmoid(peeped(e, gate(e, all, 2, hidden), w, 2, last.cell));
        Value cell = e.add(e.mul(keep, last.cell), e.mul(enter, e.tanh(gate(e, all, 3, hidden))));
        Value leave = e.sigmoid(peeped(e, gate(e, all, 1, hidden), w, 1, cell));
        yield new State(e.mul(leave, e.tanh(cell)), cell);
      }
    };
  }

  /// Peephole weights stand in the order input, output, forget.
  private static Value peeped(Emit e, Value gate, Weights w, int i, Value cell) {
    int hidden = cell.shape().dim(1);
    return w.peepholes == null ? gate : e.add(gate, e.mul(cell, e.slice(w.peepholes, 0, i * hidden, hidden)));
  }
}
