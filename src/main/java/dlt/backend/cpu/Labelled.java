package dlt.backend.cpu;

import dlt.backend.KernelCall;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.Supplier;

/// A step and what a profile calls it, which is worked out only when somebody asks.
record Labelled(Step step, Supplier<KernelCall> label) {
  static Labelled of(Step step, Work work, Optional<Target.Path> path) {
    return new Labelled(step, () -> WorkLabel.of(work, path));
  }

  static Labelled copy(MemorySegment from, MemorySegment to) {
    return new Labelled(() -> to.copyFrom(from), () -> new KernelCall("copy of " + to.byteSize() + " bytes", 0, 0, 2 * to.byteSize()));
  }

  KernelCall call() {
    return label.get();
  }
}
