package dlt.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dlt.op.Cast;
import dlt.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Numbers as another type; a fraction is cut off, NaN becomes 0 and what is too large the largest int64.
final class CastKernel {
  private CastKernel() {}

  static Step compile(Target target, Cast op, List<Operand> inputs, Operand output) {
    MemorySegment x = inputs.getFirst().data();
    MemorySegment y = output.data();
    DType from = inputs.getFirst().type().dtype();
    Blocks blocks = Blocks.of(output.shape().size(), 1);
    if (from == op.dtype()) {
      return () -> y.copyFrom(x);
    }
    if (from == DType.INT64) {
      return () -> target.workers().run(blocks.parts(), part -> {
        for (long i = blocks.from(part); i < blocks.to(part); i++) {
          y.setAtIndex(JAVA_FLOAT, i, (float) x.getAtIndex(JAVA_LONG, i));
        }
      });
    }
    return () -> target.workers().run(blocks.parts(), part -> {
      for (long i = blocks.from(part); i < blocks.to(part); i++) {
        y.setAtIndex(JAVA_LONG, i, (long) x.getAtIndex(JAVA_FLOAT, i));
      }
    });
  }
}
