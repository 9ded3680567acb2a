package dlt.backend;

import dlt.graph.Fusion;
import dlt.graph.Graph;
import dlt.graph.Node;
import dlt.op.Binary;
import dlt.op.Conv2d;
import dlt.op.MatMul;
import dlt.op.Nhwc;
import dlt.op.Unary;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What is run as one, and what it reads and leaves in memory.
public sealed interface Work {
  List<Node> inputs();

  List<Node> outputs();

  /// A group of pointwise nodes.
  record Pointwise(Fusion.Group group) implements Work {
    @Override
    public List<Node> inputs() {
      return group.inputs();
    }

    @Override
    public List<Node> outputs() {
      return group.outputs();
    }
  }

  /// Works none of which reads what another one leaves, so that they can run side by side.
  record Several(List<Work> works) implements Work {
    public Several {
      works = List.copyOf(works);
    }

    @Override
    public List<Node> inputs() {
      return works.stream().flatMap(w -> w.inputs().stream()).toList();
    }

    @Override
    public List<Node> outputs() {
      return works.stream().flatMap(w -> w.outputs().stream()).toList();
    }
  }

  /// One node.
  record Single(Node node) implements Work {
    @Override
    public List<Node> inputs() {
      return node.inputs();
    }

    @Override
    public List<Node> outputs() {
      return List.of(node);
    }
  }

  /// A matrix product or a convolution with the pointwise group that alone reads it: a bias a column or a channel is added to
  /// the sums, and with `relu` what is negative becomes zero, before `result` is stored.
  record Biased(Node product, Node bias, boolean relu, Node result) implements Work {
    @Override
    public List<Node> inputs() {
      List<Node> r = new ArrayList<>(product.inputs());
      r.add(bias);
      return r;
    }

    @Override
    public List<Node> outputs() {
      return List.of(result);
    }
  }

  /// All work of `graph` in an order in which it can run, each by itself.
  static List<Work> of(Graph graph) {
    List<Fusion.Unit> units = Fusion.schedule(graph);
    Set<Node> results = new HashSet<>(graph.outputs().values());
    results.addAll(graph.updates().values());
    Map<Node, Integer> readers = new HashMap<>();
    units.forEach(u -> u.inputs().forEach(n -> readers.merge(n, 1, Integer::sum)));
    Map<Node, Biased> absorbed = new HashMap<>();
    List<Work> order = new ArrayList<>();
    for (Fusion.Unit unit : units) {
      switch (unit) {
        case Fusion.Single(Node node) -> order.add(new Single(node));
        case Fusion.Group group -> {
          Biased biased = biased(group);
          if (biased != null && readers.get(biased.product) == 1 && !results.contains(biased.product)) {
            absorbed.put(biased.product, biased);
            order.add(biased);
          } else {
            order.add(new Pointwise(group));
          }
        }
      }
    }
    order.removeIf(w -> w instanceof Single(Node node) && absorbed.containsKey(node));
    return order;
  }

  /// The group as the end of a product, or null where it is more or something else.
  private static Biased biased(Fusion.Group group) {
    Node sum = group.nodes().getFirst();
    boolean relu = group.nodes().size() == 2 && group.nodes().getLast().op().equals(new Unary(Unary.Kind.RELU));
    if (!sum.op().equals(new Binary(Binary.Kind.ADD)) || group.nodes().size() > (relu ? 2 : 1) || group.outputs().size() != 1
        || group.outputs().getFirst() != group.nodes().getLast() || group.inputs().size() != 2) {
      return null;
    }
    Node a = Fusion.source(sum.inputs().get(0));
    Node b = Fusion.source(sum.inputs().get(1));
    Node result = group.nodes().getLast();
    if (biasOf(a, b)) {
      return new Biased(a, b, relu, result);
    }
    return biasOf(b, a) ? new Biased(b, a, relu, result) : null;
  }

  /// Whether `bias` has one element for each column or channel of `product` and is broadcast along the other dimensions.
  private static boolean biasOf(Node product, Node bias) {
    int dim;
    if (product.op() instanceof MatMul || product.op() instanceof Nhwc nhwc && nhwc.op() instanceof Conv2d && nhwc.result()) {
      dim = -1;
    } else if (product.op() instanceof Conv2d || product.op() instanceof Nhwc nhwc && nhwc.op() instanceof Conv2d) {
      dim = -3;
    } else {
      return false;
    }
    int size = product.shape().dim(dim);
    return bias.shape().rank() >= -dim && bias.shape().rank() <= product.shape().rank() && bias.shape().size() == size
        && bias.shape().dim(dim) == size;
  }
}
