package dlt.backend.cpu;

import dlt.graph.Graph;
import dlt.graph.Node;
import dlt.op.*;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Decides which images of a graph, float32 tensors [N, C, ...], are computed channels-last, as [N, ..., C]: so that together
/// the moves between the two take the least. What moves is counted in bytes: an image that one op computes one way and
/// another op reads the other way, and images that kernels move themselves, convolutions and pools.
record ImageLayouts(Graph graph, Set<Node> channelsLast) {
  /// A move reads and writes, across the lines of one side.
  private static final long MOVE = 3;

  static ImageLayouts of(Graph graph, Target target) {
    boolean worthwhile = graph.nodes().stream().anyMatch(n -> wanted(n, target));
    return new ImageLayouts(graph, worthwhile ? new Costs(graph, target).cheapest() : Set.of());
  }

  /// The graph as it is to be computed.
  Graph apply() {
    return channelsLast.isEmpty() ? graph : new LayoutRewrite(this).graph();
  }

  /// Whether an image of this shape is the same memory either way.
  static boolean free(Shape shape) {
    return shape.dim(1) == 1 || shape.size(2, shape.rank()) == 1;
  }

  static boolean image(Node n) {
    return n.dtype() == DType.FLOAT32 && n.shape().rank() >= 3;
  }

  private static boolean wanted(Node n, Target target) {
    return ConvPath.channelsLast(target, n.op(), n.inputs().stream().map(Node::type).toList(), n.type());
  }

  /// Whether `n` is a convolution of one group whose kernel is a pixel, or a gradient of one: channels-last it is a matrix product.
  static boolean pixelwise(Node n) {
    return switch (n.op()) {
      case Conv2d op -> pixelwise(op.window(), op.groups(), n.inputs().get(1));
      case Conv2dGradInput op -> pixelwise(op.window(), op.groups(), n.inputs().get(1));
      case Conv2dGradWeight op -> pixelwise(op.window(), op.groups(), n);
      default -> false;
    };
  }

  private static boolean pixelwise(Window window, int groups, Node weights) {
    return groups == 1 && weights.shape().size(2, 4) == 1 && window.equals(Window.of(1, 1, 0, 0, window.dilationH(), window.dilationW()));
  }

  /// Which operands of an op are images that its kernel can take either way, whatever the result is.
  static boolean takesEither(Node n, int operand) {
    return n.op() instanceof Conv2dGradWeight || operand == 0 && (n.op() instanceof Conv2d || n.op() instanceof Conv2dGradInput);
  }

  /// Whether an op can be computed channels-last, the operands that are images as the result: then [LayoutRewrite] knows how.
  static boolean follows(Node n) {
    return switch (n.op()) {
      case Unary _, Binary _, Where _, Fill _, Expand _, Concat _, Slice _, Pad _, Softmax _, LogSoftmax _, BatchNorm _ ->
          image(n);
      case MaxPool2d _, MaxPool2dGrad _, AvgPool2d _, AvgPool2dGrad _ ->
          ChannelsLastPool.fits(PoolGeometry.of(n.op(), n.inputs().stream().map(Node::type).toList(), n.type()));
      case Reduce _ -> image(n.inputs().getFirst());
      case OneHot op -> image(n) && op.dim() == 1;
      case Gather op -> image(n) && n.inputs().get(1).shape().rank() == 1 && image(n.inputs().getFirst());
      case ScatterAdd op -> image(n) && n.inputs().get(0).shape().rank() == 1;
      case Reshape _ -> image(n) && image(n.inputs().getFirst()) && n.shape().dim(0) == n.inputs().getFirst().shape().dim(0)
          && n.shape().dim(1) == n.inputs().getFirst().shape().dim(1);
      case Input _, Variable _, Literal _, RandomUniform _, Cast _, ArgMax _, MatMul _, Conv2d _, Conv2dGradInput _,
          Conv2dGradWeight _, Transpose _, Nhwc _ -> false;
    };
  }

  private static final class Costs {
    private final Graph graph;
    private final Target target;
    private final Map<Node, Integer> things = new HashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private final MinimumCut cut;

    Costs(Graph graph, Target target) {
      this.graph = graph;
      this.target = target;
      for (Node n : graph.nodes()) {
        if (image(n) || follows(n)) {
          things.put(n, nodes.size());
          nodes.add(n);
        }
      }
      cut = new MinimumCut(nodes.size());
    }

    Set<Node> cheapest() {
      graph.outputs().values().forEach(this::wantsPlanes);
      graph.updates().values().forEach(this::wantsPlanes);
      graph.nodes().forEach(this::cost);
      BitSet planes = cut.second();
      Set<Node> r = new java.util.HashSet<>();
      for (Node n : nodes) {
        if (!planes.get(things.get(n))) {
          r.add(n);
        }
      }
      return r;
    }

    private void cost(Node n) {
      Integer thing = things.get(n);
      if (pixelwise(n) && !(n.op() instanceof Conv2dGradWeight)) {
        apart(n.inputs().getFirst(), n);
        wantsPlanes(n.inputs().get(1));
        wantsChannelsLast(n);
        return;
      }
      if (pixelwise(n) || wanted(n, target)) {
        if (n.op() instanceof Conv2dGradWeight) {
          n.inputs().forEach(this::wantsChannelsLast);
          cut.onFirst(thing, MinimumCut.NEVER);
        } else {
          wantsChannelsLast(n.inputs().getFirst());
          wantsPlanes(n.inputs().get(1));
          wantsChannelsLast(n);
        }
        return;
      }
      if (!follows(n)) {
        if (thing != null) {
          cut.onFirst(thing, MinimumCut.NEVER);
        }
        n.inputs().forEach(this::wantsPlanes);
        return;
      }
      n.inputs().forEach(operand -> apart(operand, n));
      switch (n.op()) {
        case MaxPool2d _, MaxPool2dGrad _, AvgPool2d _, AvgPool2dGrad _ -> {
          // planes are moved into lanes and back, channels fill them as far as they go
          long bytes = n.type().bytes() + n.inputs().stream().mapToLong(i -> i.type().bytes()).sum();
          int channels = n.shape().dim(1);
          int lanes = Math.ceilDiv(channels, target.lanes()) * target.lanes();
          cut.onSecond(thing, bytes);
          cut.onFirst(thing, bytes * (lanes - channels) / channels);
        }
        case Unary _, Binary _, Where _ -> {
          // rows of few channels are short where an operand has one value a channel
          int channels = n.shape().dim(1);
          if (channels < target.lanes() && n.inputs().stream().anyMatch(i -> i.shape().size() == channels && channels > 1)) {
            cut.onFirst(thing, n.type().bytes() * (target.lanes() - channels) / channels);
          }
        }
        default -> { }
      }
    }

    private void apart(Node operand, Node n) {
      if (things.containsKey(operand) && image(operand) && !free(operand.shape())) {
        cut.apart(things.get(operand), things.get(n), MOVE * operand.type().bytes());
      }
    }

    private void wantsPlanes(Node n) {
      if (things.containsKey(n) && image(n) && !free(n.shape())) {
        cut.onFirst(things.get(n), MOVE * n.type().bytes());
      }
    }

    private void wantsChannelsLast(Node n) {
      if (things.containsKey(n) && !free(n.shape())) {
        cut.onSecond(things.get(n), n.type().bytes());
      }
    }
  }
}
