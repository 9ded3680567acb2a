package dlt.graph;

import dlt.op.Input;
import dlt.op.Variable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// One run of a program: `nodes` in an order in which inputs come first, the named `outputs`, and `updates`: what each
/// named variable becomes when everything has been computed. Every node is needed for an output or an update or is
/// a variable that is updated.
public record Graph(List<Node> nodes, SequencedMap<String, Node> outputs, SequencedMap<String, Node> updates) {
  public Graph {
    nodes = List.copyOf(nodes);
    outputs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(outputs));
    updates = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(updates));
  }

  /// The nodes that are given to each run.
  public List<Node> inputs() {
    return nodes.stream().filter(n -> n.op() instanceof Input).toList();
  }

  /// The nodes that outlive a run.
  public List<Node> variables() {
    return nodes.stream().filter(n -> n.op() instanceof Variable).toList();
  }
}
