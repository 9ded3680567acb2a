package dlt.backend.reference;

import dlt.backend.Backend;
import dlt.backend.Buffer;
import dlt.graph.Graph;
import dlt.tensor.TensorType;
import java.util.Map;

/// Plain scalar loops in float64, one thread: slow, and what every other backend is compared with.
public final class ReferenceBackend implements Backend {
  @Override
  public String name() {
    return "reference";
  }

  @Override
  public String description() {
    return "reference float64";
  }

  @Override
  public ReferenceBuffer allocate(TensorType type) {
    return new ReferenceBuffer(type);
  }

  @Override
  public ReferenceProgram compile(Graph graph, Map<String, Buffer> variables) {
    return new ReferenceProgram(graph, variables);
  }

  @Override
  public void close() {}
}
