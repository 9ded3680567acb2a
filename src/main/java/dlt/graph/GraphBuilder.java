package dlt.graph;

import dlt.op.Emit;
import dlt.op.Input;
import dlt.op.Op;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.op.Variable;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// Collects the operations of one [Graph]. The same op on the same inputs is one node, so that whoever emits need not
/// keep what was computed before, and what needs no computation becomes none ([Simplification]).
public final class GraphBuilder implements Emit {
  /// More than any memory has, and so little that the bytes of many tensors can be added up.
  private static final long MOST_BYTES = 1L << 52;

  private record Key(Op op, List<Node> inputs) {}

  private final List<Node> nodes = new ArrayList<>();
  private final Map<Key, Node> known = new HashMap<>();
  private final SequencedMap<String, Node> outputs = new LinkedHashMap<>();
  private final SequencedMap<String, Node> updates = new LinkedHashMap<>();
  private final List<Node> updated = new ArrayList<>();
  private String origin = "";

  @Override
  public Value emit(Op op, List<Value> inputs) {
    Node[] operandsInOrder = new Node[inputs.size()];
    TensorType[] types = new TensorType[inputs.size()];
    for (int i = 0; i < types.length; i++) {
      operandsInOrder[i] = (Node) inputs.get(i);
      types[i] = operandsInOrder[i].type();
    }
    List<Node> operands = List.of(operandsInOrder);
    Key key = new Key(op, operands);
    Node node = known.get(key);
    if (node == null) {
      TensorType type = countable(op.infer(List.of(types)));
      node = (Node) Simplification.of(this, op, operands, type);
      if (node == null) {
        node = new Node(nodes.size(), op, operands, type, origin);
        nodes.add(node);
      }
      known.put(key, node);
    }
    return node;
  }

  private static TensorType countable(TensorType type) {
    if (type.bytes() > MOST_BYTES) {
      throw new ArithmeticException(type + " takes more than 4 PiB");
    }
    return type;
  }

  /// A value given to each run.
  public Value input(String name, TensorType type) {
    return emit(new Input(name, type), List.of());
  }

  /// A value that outlives a run. The same name has the same type everywhere.
  public Value variable(String name, TensorType type) {
    return emit(new Variable(name, type), List.of());
  }

  /// Names what comes out of a run.
  public void output(String name, Value value) {
    outputs.put(name, (Node) value);
  }

  /// Says what `variable` becomes at the end of a run.
  public void update(Value variable, Value next) {
    Node node = (Node) variable;
    if (!(node.op() instanceof Variable v)) {
      throw new IllegalArgumentException(node + " is not a variable");
    }
    if (!next.type().equals(v.type())) {
      throw new ShapeException("update", v.name() + " of " + v.type() + " met " + next.type());
    }
    updates.put(v.name(), (Node) next);
    updated.add(node);
  }

  /// Whose ops the following ones are ([Node#origin]).
  public void origin(String origin) {
    this.origin = origin;
  }

  /// What [#origin(String)] was last given.
  public String origin() {
    return origin;
  }

  /// The graph of what the outputs and updates need, the updated variables among it.
  public Graph build() {
    BitSet needed = new BitSet();
    outputs.values().forEach(n -> needed.set(n.id()));
    updates.values().forEach(n -> needed.set(n.id()));
    updated.forEach(n -> needed.set(n.id()));
    for (int i = nodes.size() - 1; i >= 0; i--) {
      if (needed.get(i)) {
        nodes.get(i).inputs().forEach(n -> needed.set(n.id()));
      }
    }
    return new Graph(nodes.stream().filter(n -> needed.get(n.id())).toList(), outputs, updates);
  }
}
