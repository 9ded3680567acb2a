package dlt.graph;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.op.Value;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

class VerifierTest {
  private final GraphBuilder g = new GraphBuilder();
  private final Node x = (Node) g.input("x", TensorType.float32(2));
  private final Node y = (Node) g.exp(x);

  private static void refused(Graph graph, String problem) {
    assertThatThrownBy(() -> Verifier.verify(graph)).isInstanceOf(IllegalStateException.class).hasMessageContaining(problem);
  }

  private static SequencedMap<String, Node> map(Map<String, Node> map) {
    return new LinkedHashMap<>(map);
  }

  private static Graph graph(List<Node> nodes, Map<String, Node> outputs, Map<String, Node> updates) {
    return new Graph(nodes, map(outputs), map(updates));
  }

  @Test
  void whatTheBuilderBuildsIsFine() {
    Value v = g.variable("v", TensorType.float32(2));
    g.update(v, g.add(v, y));
    g.output("y", y);
    Verifier.verify(g.build());
  }

  @Test
  void nodesComeAfterTheirInputsAndOnce() {
    refused(graph(List.of(y, x), Map.of("y", y), Map.of()), "comes before one of its inputs");
    refused(graph(List.of(y), Map.of("y", y), Map.of()), "comes before one of its inputs");
    refused(graph(List.of(x, y, y), Map.of("y", y), Map.of()), "occurs twice");
  }

  @Test
  void typesAreThoseOfTheShapeRules() {
    Node wrong = new Node(9, y.op(), List.of(x), TensorType.float32(3), "layer");
    refused(graph(List.of(x, wrong), Map.of("y", wrong), Map.of()), "of layer should have type float32[2]");
  }

  @Test
  void outputsAndUpdatesAreNodesOfTheGraph() {
    refused(graph(List.of(x), Map.of("y", y), Map.of()), "is output y but not in the graph");
    Node v = (Node) g.variable("v", TensorType.float32(2));
    refused(graph(List.of(x, v), Map.of(), Map.of("v", y)), "updates v but is not in the graph");
    refused(graph(List.of(x, y), Map.of(), Map.of("v", y)), "updates v, a variable of null");
    Node scalar = (Node) g.scalar(1);
    refused(graph(List.of(v, scalar), Map.of(), Map.of("v", scalar)), "updates v, a variable of float32[2]");
  }

  @Test
  void namesAreUnique() {
    Node other = (Node) g.input("x", TensorType.float32(Shape.SCALAR));
    refused(graph(List.of(x, other), Map.of(), Map.of()), "shares its name with another input");
    Node v = (Node) g.variable("v", TensorType.float32(1));
    Node w = (Node) g.variable("v", TensorType.float32(2));
    refused(graph(List.of(v, w), Map.of(), Map.of()), "shares its name with another variable");
  }
}
