package dlt.backend.cpu;

import dlt.graph.Fusion;
import dlt.graph.Node;
import dlt.op.Reduce;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/// A pointwise group over rows of columns, part by part, and the reductions of columns that it may end in: each part leaves a row of
/// every reduction, and [#end] reduces these.
final class StripGroup {
  private final Strips parts;
  private final List<Step> ends = new ArrayList<>();

  /// `slots`: as [#slots] says; `memory`: where inputs and outputs lie, except the one that is near.
  StripGroup(Target target, Fusion.Group group, int columns, List<Strips.Slot> slots, Strips.Rows rows, Function<Node, MemorySegment> memory) {
    List<Node> reductions = reductions(group);
    Shape left = Shape.of(rows.parts(), columns);
    long partialBytes = 4 * left.size();
    MemorySegment scratch = target.shared(reductions.size() * partialBytes + ReduceKernel.scratchBytes(left, List.of(0)));
    List<Node> operands = operands(group);
    long[] addresses = new long[slots.size()];
    for (int slot = 0; slot < slots.size(); slot++) {
      addresses[slot] = switch (slots.get(slot)) {
        case Strips.Near _ -> 0;
        case Strips.Fold _ -> scratch.address() + (slot - operands.size()) * partialBytes;
        case Strips.Full _, Strips.Column _, Strips.Scalar _ -> memory.apply(operands.get(slot)).address();
      };
    }
    List<Node> stores = new ArrayList<>(operands.subList(group.inputs().size(), operands.size()));
    reductions.forEach(r -> stores.add(r.inputs().getFirst()));
    parts = new Strips(target, new Strips.Code(PointwiseCode.of(group, stores), slots, columns), rows, addresses);
    for (int i = 0; i < reductions.size(); i++) {
      ends.add(ReduceKernel.compile(target, new Folding(((Reduce) reductions.get(i).op()).kind()), left, List.of(0),
          scratch.asSlice(i * partialBytes, partialBytes), memory.apply(reductions.get(i)), scratch.asSlice(reductions.size() * partialBytes)));
    }
  }

  /// What the code finds of each input, each output that is no reduction, and each reduction; `near`, or null: the input or output that
  /// is in the calling core's cache. Empty where there is no code for that.
  static Optional<List<Strips.Slot>> slots(Target target, Fusion.Group group, int columns, Node near) {
    List<Node> operands = operands(group);
    Nest nest = Nest.of(group.shape(), operands.stream().map(Node::shape).toList());
    boolean computes = operands.stream().allMatch(n -> n.dtype() == DType.FLOAT32) && PointwiseCode.of(group, group.nodes().stream()
        .filter(n -> !(n.op() instanceof Reduce)).toList()).emitted();
    List<Folding> foldings = reductions(group).stream().map(r -> new Folding(((Reduce) r.op()).kind())).toList();
    return !computes ? Optional.empty() : Strips.slots(target, nest, columns, foldings).map(slots -> {
      List<Strips.Slot> r = new ArrayList<>(slots);
      if (near != null) {
        r.set(operands.indexOf(near), new Strips.Near());
      }
      return r;
    });
  }

  private static List<Node> operands(Fusion.Group group) {
    return Stream.concat(group.inputs().stream(), group.outputs().stream().filter(n -> !(n.op() instanceof Reduce))).toList();
  }

  private static List<Node> reductions(Fusion.Group group) {
    return group.nodes().stream().filter(n -> n.op() instanceof Reduce).toList();
  }

  void run(int part) {
    parts.run(part);
  }

  /// The same; what is near has the part's rows at `near`.
  void run(int part, long near) {
    parts.run(part, near);
  }

  /// What is left to do after all parts.
  void end() {
    ends.forEach(Step::run);
  }
}
