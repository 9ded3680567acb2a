package dlt.backend.cpu;

import dlt.op.Reduce;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Softmax and its logarithm as reductions and pointwise passes: maxima, exponentials of the differences, their sums, the
/// quotients or the differences of logarithms.
final class Exponentials {
  private Exponentials() {}

  static Step compile(Target target, boolean logarithm, int dim, Operand x, Operand y) {
    Shape shape = x.shape();
    if (shape.size() == 0) {
      return () -> {};
    }
    Shape kept = shape.with(dim, 1);
    MemorySegment scratch = target.scratch(8 * kept.size());
    Operand max = new Operand(TensorType.float32(kept), scratch.asSlice(0, 4 * kept.size()));
    Operand sum = new Operand(TensorType.float32(kept), scratch.asSlice(4 * kept.size()));
    Step maxima = ReduceKernel.compile(target, new Reduce(Reduce.Kind.MAX, List.of(dim), true), List.of(x), max);
    Step exponentials = pass(target, differenceExponential(), x, max, y);
    Step sums = ReduceKernel.compile(target, new Reduce(Reduce.Kind.SUM, List.of(dim), true), List.of(y), sum);
    Step last = logarithm ? logarithms(target, x, max, sum, y) : pass(target, quotient(), y, sum, y);
    return () -> {
      maxima.run();
      exponentials.run();
      sums.run();
      last.run();
    };
  }

  /// Reads the first two operands and writes the third.
  private static Step pass(Target target, VectorCode.Body code, Operand... operands) {
    Shape shape = operands[operands.length - 1].shape();
    List<Operand> all = List.of(operands);
    return PointwiseKernel.compile(target, code, Nest.of(shape, all.stream().map(Operand::shape).toList()), all);
  }

  private static VectorCode.Body differenceExponential() {
    VectorCode l = new VectorCode();
    l.store(2, VectorMath.expBelow(l, l.sub(l.input(0), l.input(1))));
    return l.body();
  }

  private static VectorCode.Body quotient() {
    VectorCode l = new VectorCode();
    l.store(2, l.div(l.input(0), l.input(1)));
    return l.body();
  }

  private static Step logarithms(Target target, Operand x, Operand max, Operand sum, Operand y) {
    VectorCode l = new VectorCode();
    l.store(1, VectorMath.log(l, l.input(0)));
    Step logarithms = pass(target, l.body(), sum, sum);
    VectorCode d = new VectorCode();
    d.store(3, d.sub(d.sub(d.input(0), d.input(1)), d.input(2)));
    Step differences = pass(target, d.body(), x, max, sum, y);
    return () -> {
      logarithms.run();
      differences.run();
    };
  }
}
