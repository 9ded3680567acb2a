package dlt.backend.cuda;

import dlt.graph.Fusion;
import dlt.graph.Node;
import dlt.op.Reduce;
import dlt.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/// A group of pointwise operations, and the reductions at its end, as one pass over its elements.
final class PointwiseKernel {
  private PointwiseKernel() {}

  /// Sections each of which needs those before it. `inputs` and `outputs` are in the group's order. An output may be the
  /// same memory as an input of its shape; they do not overlap otherwise.
  static List<Section> sections(Target target, Fusion.Group group, List<Operand> inputs, List<Operand> outputs) {
    Shape shape = group.shape();
    List<Node> reductions = group.nodes().stream().filter(n -> n.op() instanceof Reduce).toList();
    List<View> views = new ArrayList<>(inputs.stream().map(o -> View.broadcast(o, shape)).toList());
    List<Node> results = new ArrayList<>();
    for (Node n : group.outputs()) {
      if (!reductions.contains(n)) {
        results.add(n);
        views.add(View.broadcast(outputs.get(group.outputs().indexOf(n)), shape));
      }
    }
    if (reductions.isEmpty()) {
      return PointwiseSection.of(target, shape.toArray(), views, inputs.size(), new GroupCode(group, results));
    }
    List<Reduce.Kind> kinds = new ArrayList<>();
    List<Long> addresses = new ArrayList<>();
    for (Node n : reductions) {
      kinds.add(((Reduce) n.op()).kind());
      addresses.add(outputs.get(group.outputs().indexOf(n)).address());
      results.add(n.inputs().getFirst());
    }
    return ReduceSection.of(target, shape.toArray(), ReduceKernel.reduced(shape, ((Reduce) reductions.getFirst().op()).dims()), views, inputs.size(),
        new GroupCode(group, results), new ReduceSection.Reductions(kinds, addresses));
  }
}
