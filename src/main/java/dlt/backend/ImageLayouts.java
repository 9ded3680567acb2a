package dlt.backend;

import dlt.graph.Graph;
import dlt.graph.Node;
import dlt.op.*;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Decides which images of a graph, float32 tensors [N, C, ...], are computed channels-last, as [N, ..., C]: so that by the costs
/// of the device all kernels and the moves between the two together take the least.
///
/// @param channelsLast the nodes that are computed so
public record ImageLayouts(Graph graph, LayoutCosts costs, Set<Node> channelsLast) {
  public static ImageLayouts of(Graph graph, LayoutCosts costs) {
    boolean worthwhile = graph.nodes().stream().anyMatch(n -> convolution(n) && costs.convolution(n));
    return new ImageLayouts(graph, costs, worthwhile ? new Cheapest(graph, costs).channelsLast() : Set.of());
  }

  /// The graph as it is to be computed.
  public Graph apply() {
    return channelsLast.isEmpty() ? graph : new LayoutRewrite(this).graph();
  }

  /// Whether an image of this shape is the same memory either way.
  public static boolean free(Shape shape) {
    return shape.dim(1) == 1 || shape.size(2, shape.rank()) == 1;
  }

  static boolean image(Node n) {
    return n.dtype() == DType.FLOAT32 && n.shape().rank() >= 3;
  }

  private static boolean convolution(Node n) {
    return n.op() instanceof Conv2d || n.op() instanceof Conv2dGradInput || n.op() instanceof Conv2dGradWeight;
  }

  private static boolean pool(Node n) {
    return n.op() instanceof MaxPool2d || n.op() instanceof MaxPool2dGrad || n.op() instanceof AvgPool2d || n.op() instanceof AvgPool2dGrad;
  }

  /// Whether `n` is a convolution of one group whose kernel is a pixel, or a gradient of one: channels-last it is a matrix product.
  static boolean pixelwise(Node n) {
    return n.op() instanceof Conv2d conv && pixelwise(conv.window(), conv.groups(), n.inputs().get(1))
        || n.op() instanceof Conv2dGradInput grad && pixelwise(grad.window(), grad.groups(), n.inputs().get(1))
        || n.op() instanceof Conv2dGradWeight grad && pixelwise(grad.window(), grad.groups(), n);
  }

  private static boolean pixelwise(Window window, int groups, Node weights) {
    return groups == 1 && weights.shape().size(2, 4) == 1 && window.equals(Window.of(1, 1, 0, 0, window.dilationH(), window.dilationW()));
  }

  /// Whether the kernel of `n` takes its images and gives its result as they lie, each either way.
  boolean mixes(Node n) {
    return convolution(n) || costs.mixes() && pool(n);
  }

  /// Whether `n`, whose result is channels-last, is computed as a matrix product.
  boolean product(Node n) {
    return pixelwise(n) && (!costs.mixes() || channelsLast.contains(n.inputs().getFirst()));
  }

  /// Whether this operand of an op that [#mixes], or its result where it is -1, may be channels-last.
  boolean either(Node n, int operand) {
    return costs.weights() || (n.op() instanceof Conv2dGradWeight ? operand >= 0 : !convolution(n) || operand != 1);
  }

  /// Whether an op can be computed channels-last, the operands that are images as the result: then [LayoutRewrite] knows how.
  boolean follows(Node n) {
    return switch (n.op()) {
      case Unary _, Binary _, Where _, Fill _, Expand _, Concat _, Slice _, Pad _, Softmax _, LogSoftmax _, BatchNorm _ ->
          image(n);
      case MaxPool2d _, MaxPool2dGrad _, AvgPool2d _, AvgPool2dGrad _ -> costs.pool(n);
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

  private static final class Cheapest {
    private final Graph graph;
    private final LayoutCosts costs;
    private final ImageLayouts rules;
    private final Map<Node, Integer> things = new HashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private final MinimumCut cut;

    Cheapest(Graph graph, LayoutCosts costs) {
      this.graph = graph;
      this.costs = costs;
      this.rules = new ImageLayouts(graph, costs, Set.of());
      for (Node n : graph.nodes()) {
        if (image(n) || rules.follows(n)) {
          things.put(n, nodes.size());
          nodes.add(n);
        }
      }
      cut = new MinimumCut(nodes.size());
    }

    Set<Node> channelsLast() {
      graph.outputs().values().forEach(this::wantsPlanes);
      Map<String, Node> variables = new HashMap<>();
      graph.variables().forEach(n -> variables.put(((Variable) n.op()).name(), n));
      graph.updates().forEach((name, next) -> {
        if (costs.kept(variables.get(name))) {
          wantsChannelsLast(next, costs.move(next));
        } else {
          wantsPlanes(next);
        }
      });
      graph.nodes().forEach(this::cost);
      BitSet planes = cut.second();
      Set<Node> r = new HashSet<>();
      for (Node n : nodes) {
        if (!planes.get(things.get(n))) {
          r.add(n);
        }
      }
      return r;
    }

    private void cost(Node n) {
      Integer thing = things.get(n);
      if (n.op() instanceof Variable && costs.kept(n)) {
        cut.onSecond(thing, MinimumCut.NEVER);
      } else if (convolution(n) && (pixelwise(n) || costs.convolution(n))) {
        convolutionCost(n, thing);
      } else if (!rules.follows(n)) {
        if (thing != null) {
          cut.onFirst(thing, MinimumCut.NEVER);
        }
        n.inputs().forEach(this::wantsPlanes);
      } else if (rules.mixes(n)) {
        n.inputs().forEach(operand -> apart(operand, n, costs.mixed(n, operand)));
        kernelCost(n, thing);
      } else {
        n.inputs().forEach(operand -> apart(operand, n, costs.move(operand)));
        kernelCost(n, thing);
      }
    }

    private void convolutionCost(Node n, int thing) {
      for (int i = 0; i < n.inputs().size(); i++) {
        Node operand = n.inputs().get(i);
        if (!rules.either(n, i)) {
          wantsPlanes(operand);
        } else if (i == 0 && pixelwise(n) && !costs.mixes() && !(n.op() instanceof Conv2dGradWeight)) {
          apart(operand, n, costs.move(operand));
        } else {
          wantsChannelsLast(operand, costs.planes(n, operand));
        }
      }
      if (rules.either(n, -1)) {
        wantsChannelsLast(n, costs.planes(n, n));
      } else {
        cut.onFirst(thing, MinimumCut.NEVER);
      }
    }

    private void kernelCost(Node n, int thing) {
      if (pool(n) || n.op() instanceof Unary || n.op() instanceof Binary || n.op() instanceof Where) {
        cut.onSecond(thing, costs.planes(n));
        cut.onFirst(thing, costs.channelsLast(n));
      }
    }

    private void apart(Node operand, Node n, long cost) {
      if (moves(operand)) {
        cut.apart(things.get(operand), things.get(n), cost);
      }
    }

    private void wantsPlanes(Node n) {
      if (moves(n)) {
        cut.onFirst(things.get(n), costs.move(n));
      }
    }

    private void wantsChannelsLast(Node n, long cost) {
      if (things.containsKey(n) && !free(n.shape())) {
        cut.onSecond(things.get(n), cost);
      }
    }

    private boolean moves(Node n) {
      return things.containsKey(n) && image(n) && !free(n.shape());
    }
  }
}
