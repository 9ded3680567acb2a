package dlt.onnx;

import dlt.op.ArgMax;
import dlt.op.Emit;
import dlt.op.MatMul;
import dlt.op.Reduce;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// Reductions, what is computed from them, and matrix products.
final class OnnxReductions {
  static final Map<String, OnnxOperators.Single> FORMS = Map.ofEntries(
      Map.entry("ReduceSum", n -> reduce(n, Emit::sum)),
      Map.entry("ReduceMean", n -> reduce(n, Emit::mean)),
      Map.entry("ReduceMax", n -> reduce(n, Emit::reduceMax)),
      Map.entry("ReduceMin", n -> reduce(n, (e, x, dims, keep) -> e.emit(new Reduce(Reduce.Kind.MIN, dims, keep), x))),
      Map.entry("ReduceProd", n -> reduce(n, (e, x, dims, keep) -> e.emit(new Reduce(Reduce.Kind.PROD, dims, keep), x))),
      Map.entry("ReduceL1", n -> reduce(n, (e, x, dims, keep) -> e.sum(e.abs(x), dims, keep))),
      Map.entry("ReduceL2", n -> reduce(n, (e, x, dims, keep) -> e.sqrt(e.sum(e.square(x), dims, keep)))),
      Map.entry("ReduceSumSquare", n -> reduce(n, (e, x, dims, keep) -> e.sum(e.square(x), dims, keep))),
      Map.entry("ReduceLogSum", n -> reduce(n, (e, x, dims, keep) -> e.log(e.sum(x, dims, keep)))),
      Map.entry("ReduceLogSumExp", n -> reduce(n, OnnxReductions::logSumExp)),
      Map.entry("ArgMax", n -> arg(n, n.in(0))),
      Map.entry("ArgMin", n -> arg(n, n.graph().neg(n.in(0)))),
      Map.entry("Softmax", n -> alongAxis(n, Emit::softmax)),
      Map.entry("LogSoftmax", n -> alongAxis(n, Emit::logSoftmax)),
      Map.entry("Hardmax", n -> alongAxis(n, (e, x, axis) -> e.oneHot(e.emit(new ArgMax(axis), x), x.shape().dim(axis), axis))),
      Map.entry("CumSum", OnnxReductions::cumulativeSum),
      Map.entry("MatMul", OnnxReductions::matmul),
      Map.entry("Gemm", OnnxReductions::gemm));

  private OnnxReductions() {}

  @FunctionalInterface
  private interface Reduction {
    Value of(Emit e, Value x, List<Integer> dims, boolean keepDims);
  }

  @FunctionalInterface
  private interface AlongAxis {
    Value of(Emit e, Value x, int axis);
  }

  private static Value reduce(OnnxNode n, Reduction f) {
    Value x = n.in(0);
    boolean listed = n.has(1) && !n.integers(1).isEmpty();
    if (!listed && !n.given("axes") && n.integer("noop_with_empty_axes", 0) != 0) {
      return x;
    }
    List<Integer> axes = listed ? n.integers(1) : n.integers("axes", x.shape().axes());
    return f.of(n.graph(), x, axes.stream().map(a -> n.axis(x.shape(), a)).sorted().toList(), n.integer("keepdims", 1) != 0);
  }

  private static Value logSumExp(Emit e, Value x, List<Integer> dims, boolean keepDims) {
    Value max = e.reduceMax(x, dims, true);
    Value log = e.log(e.sum(e.exp(e.sub(x, max)), dims, keepDims));
    return e.add(log, e.reshape(max, log.shape()));
  }

  private static Value arg(OnnxNode n, Value x) {
    Emit e = n.graph();
    int axis = n.axis(x.shape(), n.integer("axis", 0));
    int size = x.shape().dim(axis);
    Value index;
    if (n.integer("select_last_index", 0) == 0) {
      index = e.emit(new ArgMax(axis), x);
    } else {
      Value first = e.emit(new ArgMax(axis), OnnxMovement.pick(e, x, axis, IntStream.range(0, size).map(i -> size - 1 - i).toArray()));
      index = e.cast(e.sub(size - 1, e.cast(first, DType.FLOAT32)), DType.INT64);
    }
    return n.integer("keepdims", 1) != 0 ? e.reshape(index, x.shape().with(axis, 1)) : index;
  }

  /// Before opset 13 the operators along an axis worked on everything from that axis on.
  private static Value alongAxis(OnnxNode n, AlongAxis f) {
    Value x = n.in(0);
    if (n.opset() >= 13) {
      return f.of(n.graph(), x, n.axis(x.shape(), n.integer("axis", -1)));
    }
    int axis = n.axis(x.shape(), n.integer("axis", 1));
    Shape flat = Shape.of((int) x.shape().size(0, axis), (int) x.shape().size(axis, x.shape().rank()));
    return n.graph().reshape(f.of(n.graph(), n.graph().reshape(x, flat), 1), x.shape());
  }

  private static Value cumulativeSum(OnnxNode n) {
    Value x = n.in(0);
    int axis = n.axis(x.shape(), n.integers(1).getFirst());
    int size = x.shape().dim(axis);
    boolean exclusive = n.integer("exclusive", 0) != 0;
    boolean reverse = n.integer("reverse", 0) != 0;
    double[][] rows = new double[size][size];
    for (int out = 0; out < size; out++) {
      for (int in = 0; in < size; in++) {
        boolean before = reverse ? in > out : in < out;
        rows[out][in] = before || in == out && !exclusive ? 1 : 0;
      }
    }
    return mixed(n.graph(), x, axis, rows);
  }

  /// Each element along `axis` becomes a sum of all elements along it, weighted by a row of `weights`.
  static Value mixed(Emit e, Value x, int axis, double[][] weights) {
    int last = x.shape().rank() - 1;
    float[] flat = new float[weights.length * x.shape().dim(axis)];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = (float) weights[i / x.shape().dim(axis)][i % x.shape().dim(axis)];
    }
    List<Integer> swap = new ArrayList<>(x.shape().axes());
    swap.set(axis, last);
    swap.set(last, axis);
    Value w = e.literal(HostTensor.of(Shape.of(weights.length, x.shape().dim(axis)), flat));
    Value rows = axis == last ? x : e.transpose(x, swap.toArray(Integer[]::new));
    Shape shape = rows.shape();
    Value product = e.matmul(e.reshape(rows, Shape.of((int) shape.size(0, last), shape.dim(last))), w, false, true);
    product = e.reshape(product, shape.with(last, weights.length));
    return axis == last ? product : e.transpose(product, swap.toArray(Integer[]::new));
  }

  private static Value matmul(OnnxNode n) {
    Value a = n.in(0);
    Value b = n.in(1);
    Emit e = n.graph();
    if (a.shape().rank() > 1 && b.shape().rank() > 1) {
      return e.matmul(a, b);
    }
    Value left = a.shape().rank() == 1 ? e.reshape(a, a.shape().insert(0, 1)) : a;
    Value right = b.shape().rank() == 1 ? e.reshape(b, b.shape().insert(1, 1)) : b;
    Value product = e.matmul(left, right);
    Shape shape = b.shape().rank() == 1 ? product.shape().without(product.shape().rank() - 1) : product.shape();
    return e.reshape(product, a.shape().rank() == 1 ? shape.without(product.shape().rank() - 2) : shape);
  }

  private static Value gemm(OnnxNode n) {
    Emit e = n.graph();
    Value product = e.emit(new MatMul(n.integer("transA", 0) != 0, n.integer("transB", 0) != 0), n.in(0), n.in(1));
    double alpha = n.real("alpha", 1);
    double beta = n.real("beta", 1);
    Value scaled = alpha == 1 ? product : e.mul(product, alpha);
    return n.has(2) ? e.add(scaled, beta == 1 ? n.in(2) : e.mul(n.in(2), beta)) : scaled;
  }
}
