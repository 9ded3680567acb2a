package dlt.op;

import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/// Takes operations and returns their results: what layers, losses, optimizers and gradient rules are written in. The
/// default methods are the vocabulary; binary ones broadcast by NumPy's rule.
public interface Emit {
  /// Adds an operation. The same op on the same inputs gives the same value. Throws a [ShapeException], or an [ArithmeticException]
  /// where the result is larger than any memory.
  Value emit(Op op, List<Value> inputs);

  default Value emit(Op op, Value... inputs) {
    return emit(op, List.of(inputs));
  }

  // ---- leaves

  /// A float32 scalar.
  default Value scalar(double value) {
    return emit(new Fill(TensorType.float32(Shape.SCALAR), value));
  }

  /// A float32 tensor of one value.
  default Value fill(Shape shape, double value) {
    return emit(new Fill(TensorType.float32(shape), value));
  }

  default Value literal(HostTensor value) {
    return emit(new Literal(value));
  }

  // ---- pointwise

  default Value unary(Unary.Kind kind, Value x) {
    return emit(new Unary(kind), x);
  }

  default Value binary(Binary.Kind kind, Value a, Value b) {
    return emit(new Binary(kind), a, b);
  }

  default Value add(Value a, Value b) {
    return binary(Binary.Kind.ADD, a, b);
  }

  default Value add(Value a, double b) {
    return add(a, scalar(b));
  }

  default Value sub(Value a, Value b) {
    return binary(Binary.Kind.SUB, a, b);
  }

  default Value sub(Value a, double b) {
    return sub(a, scalar(b));
  }

  default Value sub(double a, Value b) {
    return sub(scalar(a), b);
  }

  default Value mul(Value a, Value b) {
    return binary(Binary.Kind.MUL, a, b);
  }

  default Value mul(Value a, double b) {
    return mul(a, scalar(b));
  }

  default Value div(Value a, Value b) {
    return binary(Binary.Kind.DIV, a, b);
  }

  default Value div(Value a, double b) {
    return div(a, scalar(b));
  }

  default Value max(Value a, Value b) {
    return binary(Binary.Kind.MAX, a, b);
  }

  default Value max(Value a, double b) {
    return max(a, scalar(b));
  }

  default Value min(Value a, Value b) {
    return binary(Binary.Kind.MIN, a, b);
  }

  default Value min(Value a, double b) {
    return min(a, scalar(b));
  }

  default Value pow(Value a, double b) {
    return binary(Binary.Kind.POW, a, scalar(b));
  }

  /// 1 where `a < b`, else 0.
  default Value less(Value a, Value b) {
    return binary(Binary.Kind.LESS, a, b);
  }

  /// 1 where `a <= b`, else 0.
  default Value lessEqual(Value a, Value b) {
    return binary(Binary.Kind.LESS_EQUAL, a, b);
  }

  /// 1 where `a > b`, else 0.
  default Value greater(Value a, Value b) {
    return less(b, a);
  }

  /// 1 where `a == b`, else 0.
  default Value equal(Value a, Value b) {
    return binary(Binary.Kind.EQUAL, a, b);
  }

  /// `a` where `condition` is not 0, else `b`.
  default Value where(Value condition, Value a, Value b) {
    return emit(new Where(), condition, a, b);
  }

  default Value neg(Value x) {
    return unary(Unary.Kind.NEG, x);
  }

  default Value abs(Value x) {
    return unary(Unary.Kind.ABS, x);
  }

  default Value exp(Value x) {
    return unary(Unary.Kind.EXP, x);
  }

  default Value log(Value x) {
    return unary(Unary.Kind.LOG, x);
  }

  default Value log1p(Value x) {
    return unary(Unary.Kind.LOG1P, x);
  }

  default Value sqrt(Value x) {
    return unary(Unary.Kind.SQRT, x);
  }

  default Value tanh(Value x) {
    return unary(Unary.Kind.TANH, x);
  }

  default Value sigmoid(Value x) {
    return unary(Unary.Kind.SIGMOID, x);
  }

  default Value erf(Value x) {
    return unary(Unary.Kind.ERF, x);
  }

  default Value sign(Value x) {
    return unary(Unary.Kind.SIGN, x);
  }

  /// `x`, as a constant to the gradient.
  default Value detach(Value x) {
    return unary(Unary.Kind.DETACH, x);
  }

  /// `value`, a function of each element of `x` whose derivative is `slope`: for a function whose ops would give a gradient
  /// that is not finite, or a dearer one. Both operands are constants to the gradient otherwise; `x` is finite.
  default Value withSlope(Value value, Value x, Value slope) {
    return add(detach(value), mul(detach(slope), sub(x, detach(x))));
  }

  default Value square(Value x) {
    return mul(x, x);
  }

  default Value reciprocal(Value x) {
    return div(scalar(1), x);
  }

  default Value relu(Value x) {
    return unary(Unary.Kind.RELU, x);
  }

  /// `x`, or `low` where it is less. As PyTorch's clamp and unlike [#max], all of the gradient goes to `x` where they are equal.
  default Value clampMin(Value x, double low) {
    Value bound = scalar(low);
    return where(less(x, bound), bound, x);
  }

  // ---- reductions

  default Value sum(Value x, List<Integer> dims, boolean keepDims) {
    return emit(new Reduce(Reduce.Kind.SUM, axes(x, dims), keepDims), x);
  }

  /// The sum of all elements, a scalar.
  default Value sum(Value x) {
    return sum(x, x.shape().axes(), false);
  }

  default Value mean(Value x, List<Integer> dims, boolean keepDims) {
    long n = 1;
    for (int d : axes(x, dims)) {
      n *= x.shape().dim(d);
    }
    return mul(sum(x, dims, keepDims), 1.0 / n);
  }

  /// The mean of all elements, a scalar.
  default Value mean(Value x) {
    return mean(x, x.shape().axes(), false);
  }

  default Value reduceMax(Value x, List<Integer> dims, boolean keepDims) {
    return emit(new Reduce(Reduce.Kind.MAX, axes(x, dims), keepDims), x);
  }

  private static List<Integer> axes(Value x, List<Integer> dims) {
    return dims.stream().map(d -> x.shape().axis(d)).sorted().toList();
  }

  /// Sums `x` down to `shape`, which broadcasts to the shape of `x`: the gradient of broadcasting.
  default Value sumTo(Value x, Shape shape) {
    if (x.shape().equals(shape)) {
      return x;
    }
    int lead = x.shape().rank() - shape.rank();
    List<Integer> dims = new ArrayList<>();
    for (int d = 0; d < x.shape().rank(); d++) {
      if (d < lead || shape.dim(d - lead) == 1 && x.shape().dim(d) != 1) {
        dims.add(d);
      }
    }
    return reshape(dims.isEmpty() ? x : sum(x, dims, true), shape);
  }

  default Value softmax(Value x, int dim) {
    return emit(new Softmax(x.shape().axis(dim)), x);
  }

  default Value logSoftmax(Value x, int dim) {
    return emit(new LogSoftmax(x.shape().axis(dim)), x);
  }

  // ---- products

  /// `a b` of the last two dimensions, leading ones broadcast.
  default Value matmul(Value a, Value b) {
    return emit(new MatMul(false, false), a, b);
  }

  default Value matmul(Value a, Value b, boolean transposeA, boolean transposeB) {
    return emit(new MatMul(transposeA, transposeB), a, b);
  }

  // ---- movement

  default Value reshape(Value x, Shape shape) {
    return x.shape().equals(shape) ? x : emit(new Reshape(shape), x);
  }

  default Value transpose(Value x, Integer... permutation) {
    return emit(new Transpose(List.of(permutation)), x);
  }

  /// `x` broadcast to `shape`.
  default Value expand(Value x, Shape shape) {
    return x.shape().equals(shape) ? x : emit(new Expand(shape), x);
  }

  default Value concat(List<Value> parts, int dim) {
    return parts.size() == 1 ? parts.getFirst() : emit(new Concat(parts.getFirst().shape().axis(dim)), parts);
  }

  /// Elements `start` to `start + length - 1` of dimension `dim`.
  default Value slice(Value x, int dim, int start, int length) {
    int axis = x.shape().axis(dim);
    return start == 0 && length == x.shape().dim(axis) ? x : emit(new Slice(axis, start, length), x);
  }

  /// Class indices as rows of zeros with a one, along a new dimension `dim` of size `depth`; an index outside
  /// `0 .. depth - 1` gives zeros.
  default Value oneHot(Value indices, int depth, int dim) {
    return emit(new OneHot(depth, dim), indices);
  }

  /// Slices of `x` along `dim` by int64 `indices` of any shape, which replaces that dimension.
  default Value gather(Value x, Value indices, int dim) {
    return emit(new Gather(x.shape().axis(dim)), x, indices);
  }

  default Value cast(Value x, DType dtype) {
    return x.dtype() == dtype ? x : emit(new Cast(dtype), x);
  }
}
