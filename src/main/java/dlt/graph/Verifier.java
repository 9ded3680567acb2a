package dlt.graph;

import dlt.op.Input;
import dlt.op.Variable;
import dlt.tensor.DType;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Checks that a graph is one: backends rely on it.
public final class Verifier {
  private Verifier() {}

  /// Throws [IllegalStateException] where a node comes before one of its inputs or twice, where an op's shape rule does not give
  /// the node's type or that is neither float32 nor int64, where two inputs or two variables share a name, or where outputs and
  /// updates do not fit the nodes.
  public static void verify(Graph graph) {
    Set<Node> seen = new HashSet<>();
    Map<String, TensorType> variables = new HashMap<>();
    Set<String> inputs = new HashSet<>();
    for (Node node : graph.nodes()) {
      check(seen.containsAll(node.inputs()), node, "comes before one of its inputs");
      check(seen.add(node), node, "occurs twice");
      List<TensorType> operands = new ArrayList<>();
      node.inputs().forEach(n -> operands.add(n.type()));
      TensorType type = node.op().infer(operands);
      if (!type.equals(node.type())) {
        throw broken(node, "should have type " + type);
      }
      check(type.dtype() == DType.FLOAT32 || type.dtype() == DType.INT64, node, "is neither float32 nor int64");
      if (node.op() instanceof Input input) {
        check(inputs.add(input.name()), node, "shares its name with another input");
      } else if (node.op() instanceof Variable variable) {
        check(variables.put(variable.name(), variable.type()) == null, node, "shares its name with another variable");
      }
    }
    graph.outputs().forEach((name, node) -> {
      if (!seen.contains(node)) {
        throw broken(node, "is output " + name + " but not in the graph");
      }
    });
    graph.updates().forEach((name, node) -> {
      if (!seen.contains(node)) {
        throw broken(node, "updates " + name + " but is not in the graph");
      }
      if (!node.type().equals(variables.get(name))) {
        throw broken(node, "updates " + name + ", a variable of " + variables.get(name));
      }
    });
  }

  private static void check(boolean fine, Node node, String problem) {
    if (!fine) {
      throw broken(node, problem);
    }
  }

  /// Made only where it is thrown: texts of all nodes would take longer than to check them.
  private static IllegalStateException broken(Node node, String problem) {
    return new IllegalStateException(node + (node.origin().isEmpty() ? " " : " of " + node.origin() + " ") + problem);
  }
}
