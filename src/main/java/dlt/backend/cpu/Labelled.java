package dlt.backend.cpu;

import dlt.backend.KernelCall;
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

/// A step and what a profile calls it, which is worked out only when somebody asks.
record Labelled(Step step, Supplier<KernelCall> label) {
  static Labelled of(Step step, Work work, Optional<Target.Path> path) {
    return new Labelled(step, () -> new KernelCall(WorkLabel.name(work) + path.map(p -> " " + p.name()).orElse(""), WorkLabel.operations(work),
        arithmetic(work, path), WorkLabel.bytes(work)));
  }

  static Labelled copy(MemorySegment from, MemorySegment to) {
    return new Labelled(() -> to.copyFrom(from), () -> new KernelCall("copy of " + to.byteSize() + " bytes", 0, 0, 2 * to.byteSize()));
  }

  KernelCall call() {
    return label.get();
  }

  private static long arithmetic(Work work, Optional<Target.Path> path) {
    if (path.isPresent() && path.get().arithmetic().isPresent()) {
      return path.get().arithmetic().getAsLong();
    }
    return switch (work) {
      case Work.Pointwise(var group) -> instructions(group);
      case Work.Several(var works) -> works.stream().mapToLong(w -> arithmetic(w, Optional.empty())).sum();
      case Work.Single _, Work.Biased _ -> WorkLabel.operations(work);
    };
  }

  /// The multiply-adders' turns that the group's code takes.
  private static long instructions(Fusion.Group group) {
    List<Node> elementwise = group.nodes().stream().filter(n -> !(n.op() instanceof Reduce)).toList();
    if (elementwise.stream().anyMatch(n -> n.inputs().getFirst().dtype() != DType.FLOAT32)) {
      return 2 * elementwise.size() * group.shape().size();
    }
    int reductions = group.nodes().size() - elementwise.size();
    return 2 * (PointwiseCode.of(group, elementwise).operations() + reductions) * group.shape().size();
  }
}
