package dlt.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dlt.op.Gather;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Slices by index: each is a contiguous run behind the dimension, copied whole; zeros for an index outside.
final class GatherKernel {
  private GatherKernel() {}

  static Step compile(Target target, Gather op, List<Operand> inputs, Operand output) {
    MemorySegment x = inputs.get(0).data();
    MemorySegment indices = inputs.get(1).data();
    MemorySegment y = output.data();
    Axis axis = Axis.of(inputs.get(0).shape(), op.dim());
    long n = inputs.get(1).shape().size();
    long bytes = (long) axis.inner() * output.type().dtype().bytes();
    Blocks blocks = Blocks.of(axis.outer() * n, axis.inner());
    return () -> target.workers().run(blocks.parts(), part -> {
      for (long i = blocks.from(part); i < blocks.to(part); i++) {
        long index = indices.getAtIndex(JAVA_LONG, i % n);
        if (index >= 0 && index < axis.size()) {
          MemorySegment.copy(x, (i / n * axis.size() + index) * bytes, y, i * bytes, bytes);
        } else {
          y.asSlice(i * bytes, bytes).fill((byte) 0);
        }
      }
    });
  }
}
