package dlt.backend.cpu;

import dlt.op.Reduce;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Softmax and its logarithm as reductions and pointwise passes: maxima, exponentials of the differences, their sums, the
/// quotients or the differences of logarithms. Along the innermost dimension some rows at a time go through all of them, so
/// that they stay in the cache.
final class Exponentials {
  /// Elements of a part.
  private static final int PART = 1 << 13;

  private final Target target;
  private final boolean logarithm;
  private final Operand x;
  private final Operand y;
  private final Operand max;
  private final Operand sum;

  private Exponentials(Target target, boolean logarithm, int dim, Operand x, Operand y) {
    this.target = target;
    this.logarithm = logarithm;
    this.x = x;
    this.y = y;
    TensorType kept = TensorType.float32(x.shape().with(dim, 1));
    MemorySegment scratch = target.scratch(2 * kept.bytes());
    this.max = new Operand(kept, scratch.asSlice(0, kept.bytes()));
    this.sum = new Operand(kept, scratch.asSlice(kept.bytes()));
  }

  static Step compile(Target target, boolean logarithm, int dim, Operand x, Operand y) {
    if (x.shape().size() == 0) {
      return () -> {};
    }
    Exponentials e = new Exponentials(target, logarithm, dim, x, y);
    Axis axis = Axis.of(x.shape(), dim);
    return target.emits() && axis.inner() == 1 && axis.size() <= RowReduction.BLOCK ? e.rows(axis) : e.passes(dim);
  }

  // ---- code

  /// From x and the maxima to y.
  private static VectorCode.Body exponentials() {
    VectorCode l = new VectorCode();
    l.store(2, VectorMath.expBelow(l, l.sub(l.input(0), l.input(1))));
    return l.body();
  }

  /// From y and the sums to y.
  private static VectorCode.Body quotients() {
    VectorCode l = new VectorCode();
    l.store(2, l.div(l.input(0), l.input(1)));
    return l.body();
  }

  /// The sums' logarithms in their place.
  private static VectorCode.Body logarithms() {
    VectorCode l = new VectorCode();
    l.store(1, VectorMath.log(l, l.input(0)));
    return l.body();
  }

  /// From x, the maxima and the sums' logarithms to y.
  private static VectorCode.Body differences() {
    VectorCode l = new VectorCode();
    l.store(3, l.sub(l.sub(l.input(0), l.input(1)), l.input(2)));
    return l.body();
  }

  // ---- along any dimension, one pass after the other

  private Step passes(int dim) {
    Step maxima = ReduceKernel.compile(target, new Reduce(Reduce.Kind.MAX, List.of(dim), true), List.of(x), max);
    Step exponentials = pass(exponentials(), x, max, y);
    Step sums = ReduceKernel.compile(target, new Reduce(Reduce.Kind.SUM, List.of(dim), true), List.of(y), sum);
    Step logarithms = pass(logarithms(), sum, sum);
    Step last = logarithm ? pass(differences(), x, max, sum, y) : pass(quotients(), y, sum, y);
    return () -> {
      maxima.run();
      exponentials.run();
      sums.run();
      if (logarithm) {
        logarithms.run();
      }
      last.run();
    };
  }

  /// Reads all operands but the last and writes that.
  private Step pass(VectorCode.Body code, Operand... operands) {
    List<Operand> all = List.of(operands);
    return PointwiseKernel.compile(target, code, nest(all), all);
  }

  private static Nest nest(List<Operand> operands) {
    return Nest.of(operands.getLast().shape(), operands.stream().map(Operand::shape).toList());
  }

  // ---- along the innermost dimension, some rows at a time

  private Step rows(Axis axis) {
    Kernel maxima = RowReduction.kernel(target, new Folding(Reduce.Kind.MAX), axis.size());
    Kernel sums = RowReduction.kernel(target, new Folding(Reduce.Kind.SUM), axis.size());
    Blocks parts = new Blocks(axis.outer(), Math.max(1, PART / axis.size()));
    Shape flat = Shape.of(axis.outer(), axis.size());
    Shape column = flat.with(1, 1);
    PointwiseLoops exponentials = loops(exponentials(), flat, parts, reshape(x, flat), reshape(max, column), reshape(y, flat));
    PointwiseLoops logarithms = loops(logarithms(), column, parts, reshape(sum, column), reshape(sum, column));
    PointwiseLoops last = logarithm
        ? loops(differences(), flat, parts, reshape(x, flat), reshape(max, column), reshape(sum, column), reshape(y, flat))
        : loops(quotients(), flat, parts, reshape(y, flat), reshape(sum, column), reshape(y, flat));
    // exponentials stay in the cache; stored where the quotients go, they would be loaded before they have got there
    Workspace workspace = target.workspace();
    workspace.reserve(4 * exponentials.largestPart());
    return () -> target.workers().run(parts.parts(), part -> workspace.use(own -> {
      long from = parts.from(part);
      long count = parts.to(part) - from;
      maxima.call(x.address() + 4 * from * axis.size(), count, max.address() + 4 * from);
      exponentials.redirect(part, 2, own);
      exponentials.run(part);
      sums.call(own, count, sum.address() + 4 * from);
      if (logarithm) {
        logarithms.run(part);
      } else {
        last.redirect(part, 0, own);
      }
      last.run(part);
    }));
  }

  private static Operand reshape(Operand o, Shape shape) {
    return new Operand(TensorType.float32(shape), o.data());
  }

  /// Loops whose parts are the rows of `parts`.
  private PointwiseLoops loops(VectorCode.Body code, Shape shape, Blocks parts, Operand... operands) {
    List<Operand> all = List.of(operands);
    Nest nest = nest(all);
    PointwiseKernel.check(nest, all);
    long width = shape.dim(1);
    return new PointwiseLoops(target, code, nest, all.stream().mapToLong(Operand::address).toArray(), parts.block() * width, width);
  }
}
