package dlt.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dlt.op.OneHot;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Indices as zeros with a one: the slab of each index before the dimension is cleared, then the ones are set.
final class OneHotKernel {
  private OneHotKernel() {}

  static Step compile(Target target, OneHot op, List<Operand> inputs, Operand output) {
    MemorySegment indices = inputs.getFirst().data();
    MemorySegment y = output.data();
    Axis axis = Axis.of(output.shape(), op.dim());
    long slab = (long) axis.size() * axis.inner();
    Blocks blocks = Blocks.of(axis.outer(), slab);
    return () -> target.workers().run(blocks.parts(), part -> {
      long from = blocks.from(part);
      long to = blocks.to(part);
      y.asSlice(from * slab * 4, (to - from) * slab * 4).fill((byte) 0);
      for (long o = from; o < to; o++) {
        for (long c = 0; c < axis.inner(); c++) {
          long index = indices.getAtIndex(JAVA_LONG, o * axis.inner() + c);
          if (index >= 0 && index < axis.size()) {
            y.setAtIndex(JAVA_FLOAT, o * slab + index * axis.inner() + c, 1);
          }
        }
      }
    });
  }
}
