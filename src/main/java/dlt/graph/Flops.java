package dlt.graph;

import dlt.op.*;
import dlt.tensor.TensorType;
import java.util.List;

/// Floating-point operations of a graph: a multiplication and an addition count as two, a function of an element as one,
/// moving data as none.
public final class Flops {
  private Flops() {}

  /// The operations of one run.
  public static long of(Graph graph) {
    return graph.nodes().stream().mapToLong(Flops::of).sum();
  }

  /// The operations of one node.
  public static long of(Node n) {
    return of(n.op(), n.inputs().stream().map(Node::type).toList(), n.type());
  }

  private static long of(Op op, List<TensorType> inputs, TensorType type) {
    long out = type.shape().size();
    return switch (op) {
      case MatMul m -> 2 * out * inputs.get(0).shape().dim(m.transposeA() ? -2 : -1);
      case Conv2d _ -> 2 * out * inputs.get(1).shape().size(1, 4);
      case Conv2dGradInput _ -> 2 * inputs.get(0).shape().size() * inputs.get(1).shape().size(1, 4);
      case Conv2dGradWeight _ -> 2 * inputs.get(1).shape().size() * type.shape().size(1, 4);
      case MaxPool2d p -> out * p.kernelH() * p.kernelW();
      case AvgPool2d p -> out * p.kernelH() * p.kernelW();
      case MaxPool2dGrad p -> inputs.get(1).shape().size() * p.kernelH() * p.kernelW();
      case AvgPool2dGrad p -> inputs.get(0).shape().size() * p.pool().kernelH() * p.pool().kernelW();
      case Unary _, Binary _, Where _ -> out;
      case Reduce _, ArgMax _ -> inputs.get(0).shape().size();
      case Softmax _, LogSoftmax _, BatchNorm _ -> 4 * out;
      case Nhwc n -> of(n.op(), n.planes(inputs), n.op().infer(n.planes(inputs)));
      case ScatterAdd _ -> inputs.get(1).shape().size();
      case Input _, Variable _, Fill _, Literal _, RandomUniform _, Cast _, Reshape _, Transpose _, Expand _, Concat _, Slice _, Pad _, Gather _,
          OneHot _ -> 0;
    };
  }
}
