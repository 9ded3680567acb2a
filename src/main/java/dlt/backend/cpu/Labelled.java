package dlt.backend.cpu;

import dlt.backend.Work;
import dlt.backend.WorkLabel;
import dlt.graph.Fusion;
import dlt.graph.Node;
import dlt.op.Reduce;
import dlt.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// A step, the memory that it reads and writes, and what a profile says about it, which is worked out only when somebody asks.
record Labelled(Step step, List<MemorySegment> read, List<MemorySegment> written, Supplier<Label> label) {
  /// See [dlt.backend.KernelCall].
  record Label(String kernel, long operations, long bytes, List<Target.Phase> phases) {}

  static Labelled of(Step step, Work work, Optional<Target.Path> path, List<MemorySegment> read, List<MemorySegment> written) {
    return new Labelled(step, read, written, () -> new Label(WorkLabel.name(work) + path.map(p -> " " + p.name()).orElse(""),
        WorkLabel.operations(work), WorkLabel.bytes(work), phases(work, path)));
  }

  static Labelled copy(MemorySegment from, MemorySegment to) {
    return new Labelled(() -> to.copyFrom(from), List.of(from), List.of(to), () -> new Label("copy of " + to.byteSize() + " bytes", 0,
        2 * to.byteSize(), List.of(new Target.Phase(0, List.of(0), true, List.of()))));
  }

  private static List<Target.Phase> phases(Work work, Optional<Target.Path> path) {
    if (path.isPresent() && !path.get().phases().isEmpty()) {
      return path.get().phases();
    }
    List<Node> inputs = work.inputs();
    List<Integer> each = IntStream.range(0, inputs.size()).filter(i -> inputs.indexOf(inputs.get(i)) == i).boxed().toList();
    return List.of(new Target.Phase(arithmetic(work), each, true, List.of()));
  }

  /// The multiply-adders' turns that a work takes, unless it gets along with fewer.
  static long arithmetic(Work work) {
    return switch (work) {
      case Work.Pointwise(var group) -> instructions(group);
      case Work.Piecewise(var works, var _, var _) -> works.stream().mapToLong(Labelled::arithmetic).sum();
      case Work.Several(var works) -> works.stream().mapToLong(Labelled::arithmetic).sum();
      case Work.Single _, Work.Ended _ -> WorkLabel.operations(work);
    };
  }

  /// The multiply-adders' turns that the group's code takes.
  static long instructions(Fusion.Group group) {
    List<Node> elementwise = group.nodes().stream().filter(n -> !(n.op() instanceof Reduce)).toList();
    if (elementwise.stream().anyMatch(n -> n.inputs().getFirst().dtype() != DType.FLOAT32)) {
      return 2 * elementwise.size() * group.shape().size();
    }
    int reductions = group.nodes().size() - elementwise.size();
    return 2 * (PointwiseCode.of(group, elementwise).operations() + reductions) * group.shape().size();
  }
}
