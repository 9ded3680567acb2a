package dlt.layer;

import dlt.op.Emit;
import dlt.op.Value;
import java.util.List;

/// A layer that is a function of each element and learns nothing. Adding one is its file and its line here.
public sealed interface Activation extends Layer
    permits Abs, Celu, Elu, Gelu, Hardshrink, Hardsigmoid, Hardswish, Hardtanh, LeakyRelu, LogSigmoid, Mish, Relu, Relu6, Selu, Sigmoid, Silu,
        Softplus, Softshrink, Softsign, Tanh, Tanhshrink, Threshold {
  /// The function of `x`.
  Value of(Emit emit, Value x);

  @Override
  default Value emit(LayerScope scope, List<Value> inputs) {
    return of(scope, inputs.getFirst());
  }
}
