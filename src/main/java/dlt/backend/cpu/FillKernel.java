package dlt.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dlt.op.Fill;
import dlt.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// One value everywhere.
final class FillKernel {
  private FillKernel() {}

  static Step compile(Target target, Fill op, List<Operand> inputs, Operand output) {
    return step(target, output, op.value());
  }

  static Step step(Target target, Operand output, double value) {
    MemorySegment y = output.data();
    Blocks blocks = Blocks.of(output.shape().size(), 1);
    if (output.type().dtype() == DType.INT64) {
      long v = (long) value;
      return () -> target.workers().run(blocks.parts(), part -> {
        for (long i = blocks.from(part); i < blocks.to(part); i++) {
          y.setAtIndex(JAVA_LONG, i, v);
        }
      });
    }
    float v = (float) value;
    return () -> target.workers().run(blocks.parts(), part -> {
      for (long i = blocks.from(part); i < blocks.to(part); i++) {
        y.setAtIndex(JAVA_FLOAT, i, v);
      }
    });
  }
}
