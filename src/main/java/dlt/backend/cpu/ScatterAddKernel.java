package dlt.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dlt.op.ScatterAdd;
import dlt.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Slices added at their indices: each element of the result is summed in row-major order of the indices, so parts share
/// only the dimensions before and behind. Indices outside are left out.
final class ScatterAddKernel {
  /// Elements of a run that one part takes.
  private static final int RUN = 64;

  private ScatterAddKernel() {}

  static Step compile(Target target, ScatterAdd op, List<Operand> inputs, Operand output) {
    MemorySegment indices = inputs.get(0).data();
    MemorySegment slices = inputs.get(1).data();
    MemorySegment y = output.data();
    Axis axis = Axis.of(output.shape(), op.dim());
    long n = inputs.get(0).shape().size();
    Blocks runs = new Blocks(axis.inner(), RUN);
    int bytes = output.type().dtype().bytes();
    boolean longs = output.type().dtype() == DType.INT64;
    return () -> target.workers().run(axis.outer() * runs.parts(), part -> {
      int outer = part / runs.parts();
      long from = runs.from(part % runs.parts());
      long to = runs.to(part % runs.parts());
      for (long k = 0; k < axis.size(); k++) {
        long at = (outer * (long) axis.size() + k) * axis.inner();
        y.asSlice((at + from) * bytes, (to - from) * bytes).fill((byte) 0);
      }
      for (long i = 0; i < n; i++) {
        long index = indices.getAtIndex(JAVA_LONG, i);
        if (index >= 0 && index < axis.size()) {
          long s = (outer * n + i) * axis.inner();
          long at = (outer * (long) axis.size() + index) * axis.inner();
          if (longs) {
            addLongs(slices, s, y, at, from, to);
          } else {
            addFloats(slices, s, y, at, from, to);
          }
        }
      }
    });
  }

  private static void addFloats(MemorySegment slices, long s, MemorySegment y, long at, long from, long to) {
    for (long c = from; c < to; c++) {
      y.setAtIndex(JAVA_FLOAT, at + c, y.getAtIndex(JAVA_FLOAT, at + c) + slices.getAtIndex(JAVA_FLOAT, s + c));
    }
  }

  private static void addLongs(MemorySegment slices, long s, MemorySegment y, long at, long from, long to) {
    for (long c = from; c < to; c++) {
      y.setAtIndex(JAVA_LONG, at + c, y.getAtIndex(JAVA_LONG, at + c) + slices.getAtIndex(JAVA_LONG, s + c));
    }
  }
}
