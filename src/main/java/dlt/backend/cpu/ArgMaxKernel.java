package dlt.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dlt.op.ArgMax;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// The index of the first largest element along a dimension; NaN counts as larger than every number, as PyTorch has it.
final class ArgMaxKernel {
  private ArgMaxKernel() {}

  static Step compile(Target target, ArgMax op, List<Operand> inputs, Operand output) {
    MemorySegment x = inputs.getFirst().data();
    MemorySegment y = output.data();
    Axis axis = Axis.of(inputs.getFirst().shape(), op.dim());
    Blocks blocks = Blocks.of((long) axis.outer() * axis.inner(), axis.size());
    return () -> target.workers().run(blocks.parts(), part -> {
      for (long i = blocks.from(part); i < blocks.to(part); i++) {
        y.setAtIndex(JAVA_LONG, i, argMax(x, i / axis.inner() * axis.size() * axis.inner() + i % axis.inner(), axis));
      }
    });
  }

  private static int argMax(MemorySegment x, long at, Axis axis) {
    float max = x.getAtIndex(JAVA_FLOAT, at);
    int best = 0;
    for (int k = 1; k < axis.size(); k++) {
      float v = x.getAtIndex(JAVA_FLOAT, at + (long) k * axis.inner());
      if (v > max || v != v && max == max) {
        max = v;
        best = k;
      }
    }
    return best;
  }
}
