package dlt.graph;

import dlt.op.*;
import dlt.tensor.Shape;

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
    long out = n.type().shape().size();
    return switch (n.op()) {
      case MatMul m -> 2 * out * in(n, 0).dim(m.transposeA() ? -2 : -1);
      case Conv2d _ -> 2 * out * in(n, 1).size(1, 4);
      case Conv2dGradInput _ -> 2 * in(n, 0).size() * in(n, 1).size(1, 4);
      case Conv2dGradWeight _ -> 2 * in(n, 1).size() * n.type().shape().size(1, 4);
      case MaxPool2d p -> out * p.kernelH() * p.kernelW();
      case AvgPool2d p -> out * p.kernelH() * p.kernelW();
      case MaxPool2dGrad p -> in(n, 1).size() * p.kernelH() * p.kernelW();
      case AvgPool2dGrad p -> in(n, 0).size() * p.pool().kernelH() * p.pool().kernelW();
      case Unary _, Binary _, Where _ -> out;
      case Reduce _, ArgMax _ -> in(n, 0).size();
      case Softmax _, LogSoftmax _, BatchNorm _ -> 4 * out;
      case ScatterAdd _ -> in(n, 1).size();
      case Input _, Variable _, Fill _, Literal _, RandomUniform _, Cast _, Reshape _, Transpose _, Expand _, Concat _, Slice _, Pad _, Gather _,
          OneHot _ -> 0;
    };
  }

  private static Shape in(Node n, int i) {
    return n.inputs().get(i).type().shape();
  }
}
