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
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// A pointwise group over rows of columns, piece by piece, and the reductions of columns that it may end in: each piece leaves its columns
/// of some rows of every reduction, and [#end] reduces these.
final class StripGroup implements Parted {
  private final Pieces.Sweep sweep;
  private final List<Step> ends = new ArrayList<>();

  /// `slots`: as [#slots] says; `room`: gives memory for the rows of reductions; `memory`: where inputs and outputs lie, anywhere for
  /// what is near where each run says so.
  StripGroup(Target target, Fusion.Group group, List<Strips.Slot> slots, Pieces pieces, LongFunction<MemorySegment> room, Function<Node, MemorySegment> memory) {
    List<Node> reductions = reductions(group);
    Shape left = Shape.of(pieces.rows().count(), pieces.columns());
    long partialBytes = 4 * left.size();
    MemorySegment scratch = room.apply(reductions.size() * partialBytes + ReduceKernel.scratchBytes(left, List.of(0)));
    List<Node> operands = operands(group);
    List<Node> stores = new ArrayList<>(operands.subList(group.inputs().size(), operands.size()));
    reductions.forEach(r -> stores.add(r.inputs().getFirst()));
    VectorCode.Body code = PointwiseCode.of(group, stores);
    long[] addresses = IntStream.range(0, slots.size()).mapToLong(slot -> slot < operands.size() ? memory.apply(operands.get(slot)).address()
        : scratch.address() + (slot - operands.size()) * partialBytes).toArray();
    sweep = pieces.sweep(target, code, slots, (slot, stretch) -> pieces.at(slots.get(slot), addresses[slot], stretch));
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

  @Override
  public void run(int piece) {
    sweep.run(piece);
  }

  /// The same for pieces of all columns; what is near has the rows at `near`.
  void run(int piece, long near) {
    sweep.run(piece, near);
  }

  /// Reduces what the pieces left.
  @Override
  public void end() {
    ends.forEach(Step::run);
  }
}
