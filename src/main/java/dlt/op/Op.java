package dlt.op;

import dlt.tensor.TensorType;
import java.util.List;
import java.util.Locale;

/// An operation: its arguments are the record's components, its operands come as values. It means one thing, on every
/// backend. Floating operands are float32 in the graph; the reference backend computes them in float64.
public sealed interface Op
    permits Input, Variable, Fill, Literal, RandomUniform,
        Unary, Binary, Where, Cast,
        Reduce, ArgMax, Softmax, LogSoftmax,
        MatMul, Conv2d, Conv2dGradInput, Conv2dGradWeight,
        MaxPool2d, MaxPool2dGrad, AvgPool2d, AvgPool2dGrad, BatchNorm,
        Reshape, Transpose, Expand, Concat, Slice, Pad, Gather, ScatterAdd, OneHot, Nhwc {

  /// Its name in messages and profiles: the record's in snake_case.
  default String name() {
    return getClass().getSimpleName().replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
  }

  /// The type of the result for operands of these types. Throws [ShapeException] where they do not fit.
  TensorType infer(List<TensorType> inputs);

  /// The gradients of a scalar by each input, given its gradient `upstream` by the output: one entry an input, null where
  /// there is none (indices, or a derivative that is zero everywhere). `emit` takes the ops that compute them.
  /// Throws [IllegalStateException] where the op has a derivative but no rule for it.
  List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream);
}
