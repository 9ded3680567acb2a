package dlt.backend.cpu;

import dlt.backend.Placement;
import dlt.backend.Work;
import dlt.graph.Graph;
import dlt.graph.Node;
import dlt.op.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// Large parameters are updated as soon as their gradients are known and nobody else reads their old values, and not after all
/// gradients: a gradient then is read while a cache holds it, and its memory is free for the next ones.
final class EarlyUpdates {
  /// Parameters of fewer bytes stay where they are: their gradients are in a cache at the end of the step too.
  private static final long LEAST_BYTES = 1 << 20;

  private EarlyUpdates() {}

  /// `order`, which works can run in and in which what is given comes first, with such updates moved forward.
  static List<Work> in(Graph graph, List<Work> order) {
    Set<Node> next = new HashSet<>(graph.updates().values());
    Map<Node, Integer> made = new HashMap<>();
    // what a value is the memory of, where that is a variable's
    Map<Node, Node> variables = new HashMap<>();
    Map<Node, List<Integer>> readers = new HashMap<>();
    for (int i = 0; i < order.size(); i++) {
      Work work = order.get(i);
      for (Node input : work.inputs()) {
        if (variables.containsKey(input) && Placement.computes(work)) {
          readers.computeIfAbsent(variables.get(input), _ -> new ArrayList<>()).add(i);
        }
      }
      for (Node output : work.outputs()) {
        made.put(output, i);
        if (output.op() instanceof Variable) {
          variables.put(output, output);
        } else if (!Placement.computes(work) && !work.inputs().isEmpty() && variables.containsKey(work.inputs().getFirst())) {
          variables.put(output, variables.get(work.inputs().getFirst()));
        }
      }
    }
    List<List<Work>> after = new ArrayList<>();
    order.forEach(_ -> after.add(new ArrayList<>()));
    for (int i = 0; i < order.size(); i++) {
      Work work = order.get(i);
      int earliest = i;
      if (work instanceof Work.Pointwise && next.containsAll(work.outputs()) && work.outputs().getFirst().type().bytes() >= LEAST_BYTES) {
        int update = i;
        Stream<Integer> before = work.inputs().stream().flatMap(n ->
            Stream.concat(Stream.of(made.get(n)), readers.getOrDefault(variables.get(n), List.of()).stream().filter(reader -> reader != update)));
        earliest = Math.min(i, before.max(Integer::compare).orElse(i));
      }
      after.get(earliest).add(work);
    }
    return after.stream().flatMap(List::stream).toList();
  }
}
