package dlt.backend.reference;

import dlt.backend.Buffer;
import dlt.backend.Program;
import dlt.graph.Graph;
import dlt.graph.Node;
import dlt.graph.Verifier;
import dlt.op.Input;
import dlt.op.Variable;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A graph whose nodes are computed one after the other, each into a buffer of its own.
public final class ReferenceProgram implements Program {
  private final Graph graph;
  private final Map<Node, ReferenceBuffer> buffers = new HashMap<>();
  private final Map<String, ReferenceBuffer> variables = new HashMap<>();
  private final Map<String, ReferenceBuffer> inputs = new LinkedHashMap<>();
  private final Map<String, ReferenceBuffer> outputs = new LinkedHashMap<>();
  private final Map<String, ReferenceBuffer> updates = new LinkedHashMap<>();

  ReferenceProgram(Graph graph, Map<String, Buffer> variables) {
    Verifier.verify(graph);
    this.graph = graph;
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Variable variable) {
        if (!(variables.get(variable.name()) instanceof ReferenceBuffer buffer) || !buffer.type().equals(variable.type())) {
          throw new IllegalArgumentException("no buffer of " + variable.type() + " for variable " + variable.name());
        }
        this.variables.put(variable.name(), buffer);
        buffers.put(node, buffer);
      } else {
        buffers.put(node, new ReferenceBuffer(node.type()));
      }
      if (node.op() instanceof Input input) {
        inputs.put(input.name(), buffers.get(node));
      }
    }
    graph.outputs().forEach((name, node) -> outputs.put(name, new ReferenceBuffer(node.type())));
    graph.updates().forEach((name, node) -> updates.put(name, new ReferenceBuffer(node.type())));
  }

  @Override
  public Set<String> inputs() {
    return inputs.keySet();
  }

  @Override
  public ReferenceBuffer input(String name) {
    return Program.named(inputs, "input", name);
  }

  @Override
  public ReferenceBuffer output(String name) {
    return Program.named(outputs, "output", name);
  }

  @Override
  public void run() {
    for (Node node : graph.nodes()) {
      List<ReferenceBuffer> operands = node.inputs().stream().map(buffers::get).toList();
      Kernels.run(node.op(), operands, buffers.get(node));
    }
    // copies first: an output or an update may be a variable that another update overwrites
    graph.outputs().forEach((name, node) -> outputs.get(name).copy(buffers.get(node)));
    graph.updates().forEach((name, node) -> updates.get(name).copy(buffers.get(node)));
    updates.forEach((name, next) -> variables.get(name).copy(next));
  }

  @Override
  public long plannedBytes() {
    long bytes = 0;
    for (Node node : graph.nodes()) {
      bytes += node.op() instanceof Variable ? 0 : 8L * buffers.get(node).size();
    }
    return bytes;
  }

  @Override
  public void close() {}
}
