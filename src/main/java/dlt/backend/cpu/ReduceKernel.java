package dlt.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dlt.op.Reduce;
import dlt.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// The sum, maximum, minimum or product over dimensions. Neighbouring dimensions of one sort, reduced or kept, are one; the
/// reduced ones are then taken from the innermost outwards: rows where nothing is kept behind, columns elsewhere.
final class ReduceKernel {
  private ReduceKernel() {}

  /// One reduction of the middle of three dimensions.
  private record Pass(long outer, long size, long inner) {
    long scratchBytes() {
      return inner == 1 ? RowReduction.scratchBytes(outer, size) : ColumnReduction.scratchBytes(outer, size, Math.toIntExact(inner));
    }
  }

  static Step compile(Target target, Reduce op, List<Operand> inputs, Operand output) {
    Shape shape = inputs.getFirst().shape();
    MemorySegment scratch = target.shared(scratchBytes(shape, op.dims()));
    return compile(target, new Folding(op.kind()), shape, op.dims(), inputs.getFirst().data(), output.data(), scratch);
  }

  /// Bytes of memory for partial results.
  static long scratchBytes(Shape shape, List<Integer> dims) {
    return shape.size() == 0 ? 0 : passes(shape, dims).stream().mapToLong(p -> p.scratchBytes() + 4 * p.outer * p.inner).sum();
  }

  static Step compile(Target target, Folding folding, Shape shape, List<Integer> dims, MemorySegment x, MemorySegment y,
      MemorySegment scratch) {
    if (shape.size() == 0) {
      return () -> {
        for (long i = 0; i < y.byteSize() / 4; i++) {
          y.setAtIndex(JAVA_FLOAT, i, folding.identity());
        }
      };
    }
    List<Pass> passes = passes(shape, dims);
    if (passes.isEmpty()) {
      return () -> y.copyFrom(x);
    }
    MemorySegment free = scratch;
    List<Step> steps = new ArrayList<>();
    MemorySegment from = x;
    for (Pass p : passes) {
      MemorySegment to = y;
      if (p != passes.getLast()) {
        to = free.asSlice(0, 4 * p.outer * p.inner);
        free = free.asSlice(to.byteSize());
      }
      if (p.inner == 1) {
        RowReduction.compile(target, folding, p.outer, p.size, from, to, free, steps);
      } else {
        ColumnReduction.compile(target, folding, p.outer, p.size, Math.toIntExact(p.inner), from, to, free, steps);
      }
      free = free.asSlice(p.scratchBytes());
      from = to;
    }
    Step[] all = steps.toArray(Step[]::new);
    return () -> {
      for (Step step : all) {
        step.run();
      }
    };
  }

  private static List<Pass> passes(Shape shape, List<Integer> dims) {
    List<Pass> r = new ArrayList<>();
    long inner = 1;
    long size = 1;
    for (int d = shape.rank() - 1; d >= -1; d--) {
      boolean reduced = d >= 0 && dims.contains(d);
      if (reduced) {
        size *= shape.dim(d);
      } else if (d < 0 || shape.dim(d) > 1) {
        if (size > 1) {
          r.add(new Pass(shape.size(0, d + 1), size, inner));
          size = 1;
        }
        inner *= d < 0 ? 1 : shape.dim(d);
      }
    }
    return r;
  }
}
