package dlt.graph;

import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Reverse-mode differentiation as a graph transform: one pass over the nodes between `wrt` and the output, last first,
/// asks each op for its gradient rule. What a value receives from several consumers is added in the order of the pass, which
/// depends on the graph alone ([Received]).
public final class Autodiff {
  private Autodiff() {}

  /// The gradients of the float32 scalar `loss` by each of `wrt`, of their shapes; zeros where it does not depend on one. The
  /// ops take the origin of the node they differentiate. Throws [IllegalStateException] where an op on the way has no rule.
  public static List<Value> gradients(GraphBuilder g, Value loss, List<Value> wrt) {
    if (!loss.shape().equals(Shape.SCALAR)) {
      throw new IllegalArgumentException("a loss is a scalar, not " + loss.type());
    }
    return gradients(g, loss, g.scalar(1), wrt);
  }

  /// The gradients of `sum(output * cotangent)` by each of `wrt`, where `cotangent` is a constant of the output's shape.
  public static List<Value> gradients(GraphBuilder g, Value output, Value cotangent, List<Value> wrt) {
    if (!output.type().equals(cotangent.type()) || output.dtype() != DType.FLOAT32) {
      throw new IllegalArgumentException("an output of " + output.type() + " met a cotangent of " + cotangent.type());
    }
    for (Value v : wrt) {
      if (v.dtype() != DType.FLOAT32) {
        throw new IllegalArgumentException("no gradient by " + v);
      }
    }
    LinkedHashSet<Node> path = path((Node) output, wrt); // not its reverse, whose contains looks at all of them
    Map<Node, Received> received = new HashMap<>();
    Map<Node, Value> gradients = new HashMap<>();
    received.computeIfAbsent((Node) output, _ -> new Received()).add(g, cotangent);
    String origin = g.origin();
    for (Node node : path.reversed()) {
      if (!received.containsKey(node)) {
        continue;
      }
      Value upstream = received.remove(node).sum(g, node.shape());
      gradients.put(node, upstream);
      if (node.inputs().isEmpty()) {
        continue;
      }
      g.origin(node.origin());
      List<Value> parts = node.op().gradient(g, List.copyOf(node.inputs()), node, upstream);
      for (int i = 0; i < parts.size(); i++) {
        Node input = node.inputs().get(i);
        if (parts.get(i) != null && path.contains(input)) {
          received.computeIfAbsent(input, _ -> new Received()).add(g, parts.get(i));
        }
      }
    }
    g.origin(origin);
    return wrt.stream().map(v -> gradients.containsKey((Node) v) ? gradients.get((Node) v) : g.fill(v.shape(), 0)).toList();
  }

  /// The float32 nodes that `output` is computed from and that depend on one of `wrt` (or are one), first to last.
  private static LinkedHashSet<Node> path(Node output, List<Value> wrt) {
    TreeSet<Node> needed = new TreeSet<>((a, b) -> Integer.compare(b.id(), a.id()));
    Deque<Node> pending = new ArrayDeque<>(List.of(output));
    while (!pending.isEmpty()) {
      Node node = pending.pop();
      if (needed.add(node)) {
        pending.addAll(node.inputs());
      }
    }
    Set<Value> wanted = new HashSet<>(wrt);
    LinkedHashSet<Node> path = new LinkedHashSet<>();
    for (Node node : needed.descendingSet()) {
      if (node.dtype() == DType.FLOAT32 && (wanted.contains(node) || !Collections.disjoint(path, node.inputs()))) {
        path.add(node);
      }
    }
    return path;
  }
}
