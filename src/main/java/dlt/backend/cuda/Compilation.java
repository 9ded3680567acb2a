package dlt.backend.cuda;

import dlt.backend.KernelCall;
import dlt.graph.Graph;
import java.util.List;
import java.util.SequencedMap;

/// A graph as a list of actions over one stretch of device memory, whose first address it was compiled for.
///
/// @param bytes of that memory
/// @param inputs and outputs: where they lie
/// @param small how many bytes from the beginning on hold all inputs that are small, so that they travel together
/// @param once what is done before the first run: it computes constants
/// @param steps what a run does
record Compilation(
    Graph graph, long bytes, SequencedMap<String, Operand> inputs, SequencedMap<String, Operand> outputs, long small, List<Action> once,
    List<Action> steps) {
  Compilation {
    once = List.copyOf(once);
    steps = List.copyOf(steps);
  }

  List<KernelCall> calls() {
    return steps.stream().map(Action::call).toList();
  }

  /// The launches among these actions.
  static List<Launch> launches(List<Action> actions) {
    return actions.stream().filter(Action.Call.class::isInstance).map(a -> ((Action.Call) a).launch()).toList();
  }
}
