package dlt.graph;

import dlt.op.Op;
import dlt.op.Value;
import dlt.tensor.TensorType;
import java.util.List;

/// One operation of a graph and its result. Nodes are made by [GraphBuilder] alone and compared by identity.
public final class Node implements Value {
  private final int id;
  private final Op op;
  private final List<Node> inputs;
  private final TensorType type;
  private final String origin;

  Node(int id, Op op, List<Node> inputs, TensorType type, String origin) {
    this.id = id;
    this.op = op;
    this.inputs = List.copyOf(inputs);
    this.type = type;
    this.origin = origin;
  }

  /// Its number in the builder; inputs have smaller ones.
  public int id() {
    return id;
  }

  public Op op() {
    return op;
  }

  public List<Node> inputs() {
    return inputs;
  }

  @Override
  public TensorType type() {
    return type;
  }

  /// The layer, loss or optimizer that asked for it, for profiles and messages; may be empty.
  public String origin() {
    return origin;
  }

  /// The same in each run, so that sets of nodes are gone through in one order.
  @Override
  public int hashCode() {
    return id;
  }

  @Override
  public String toString() {
    return "%" + id + " = " + op + inputs.stream().map(n -> "%" + n.id).toList() + " : " + type;
  }
}
