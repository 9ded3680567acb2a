package dlt.backend;

import dlt.graph.Fusion;
import dlt.graph.Graph;
import dlt.graph.Node;
import dlt.op.AvgPool2d;
import dlt.op.AvgPool2dGrad;
import dlt.op.Binary;
import dlt.op.Conv2d;
import dlt.op.Conv2dGradInput;
import dlt.op.MatMul;
import dlt.op.MaxPool2d;
import dlt.op.MaxPool2dGrad;
import dlt.op.Nhwc;
import dlt.op.Op;
import dlt.op.Reduce;
import dlt.op.Unary;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  /// Works that are done one after the other on a piece of what they make at a time: what `inputs` and `outputs` leave out is never
  /// in memory as a whole.
  record Piecewise(List<Work> works, List<Node> inputs, List<Node> outputs) implements Work {
    public Piecewise {
      works = List.copyOf(works);
      inputs = List.copyOf(inputs);
      outputs = List.copyOf(outputs);
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

  /// A matrix product, a convolution, one of its gradients or a pool, and the pointwise group, without reductions, that reads it: its
  /// operations are done with each value before it is stored.
  ///
  /// @param kept whether others read the head too, so that it is stored as well
  record Ended(Node head, Fusion.Group end, boolean kept) implements Work {
    @Override
    public List<Node> inputs() {
      List<Node> r = new ArrayList<>(head.inputs());
      end.inputs().stream().filter(n -> n != head).forEach(r::add);
      return r;
    }

    @Override
    public List<Node> outputs() {
      List<Node> r = new ArrayList<>(end.outputs());
      if (kept) {
        r.add(head);
      }
      return r;
    }

    /// Whether an element of `input` of the group is known by the place of the value, by its channel, or without either.
    public boolean reaches(Node input) {
      return input.shape().equals(end.shape()) || channels(input) || input.shape().size() == 1;
    }

    /// Whether an input of the group has an element for each column or channel of the head.
    public boolean channels(Node input) {
      return biasOf(head, input);
    }

    /// What the group is where it is no more than a bias, and maybe a ReLU.
    public Optional<Bias> bias() {
      return kept || !products(head) ? Optional.empty() : Optional.ofNullable(Bias.of(head, end));
    }
  }

  /// A bias a column or a channel that is added to a product; with `relu`, what is negative becomes zero.
  record Bias(Node values, boolean relu) {
    private static Bias of(Node product, Fusion.Group group) {
      Node sum = group.nodes().getFirst();
      boolean relu = group.nodes().size() == 2 && group.nodes().getLast().op().equals(new Unary(Unary.Kind.RELU));
      if (!sum.op().equals(new Binary(Binary.Kind.ADD)) || group.nodes().size() > (relu ? 2 : 1) || group.outputs().size() != 1
          || group.outputs().getFirst() != group.nodes().getLast() || group.inputs().size() != 2) {
        return null;
      }
      Node a = Fusion.source(sum.inputs().get(0));
      Node b = Fusion.source(sum.inputs().get(1));
      Node other = a == product ? b : b == product ? a : null;
      return other != null && biasOf(product, other) ? new Bias(other, relu) : null;
    }
  }

  /// Which groups a backend does at the end of something else.
  @FunctionalInterface
  interface Ends {
    boolean takes(Ended ended);
  }

  /// All work of `graph` in an order in which it can run, each by itself; products end in biases that nobody else adds.
  static List<Work> of(Graph graph) {
    return of(graph, ended -> ended.bias().isPresent());
  }

  /// The same where `ends` says what ends in what. The reductions of such a group are work of their own. Works may come before
  /// what they read.
  static List<Work> of(Graph graph, Ends ends) {
    List<Fusion.Unit> units = Fusion.schedule(graph);
    Set<Node> results = new HashSet<>(graph.outputs().values());
    results.addAll(graph.updates().values());
    Map<Node, Integer> readers = new HashMap<>();
    Map<Node, List<Node>> needs = new HashMap<>();
    for (Fusion.Unit unit : units) {
      unit.inputs().forEach(n -> readers.merge(n, 1, Integer::sum));
      unit.outputs().forEach(n -> needs.put(n, unit.inputs()));
    }
    Set<Node> absorbed = new HashSet<>();
    List<Work> order = new ArrayList<>();
    for (Fusion.Unit unit : units) {
      switch (unit) {
        case Fusion.Single(Node node) -> order.add(new Single(node));
        case Fusion.Group group -> {
          Ended ended = group.inputs().stream().filter(n -> !absorbed.contains(n) && heads(n))
              .map(n -> ended(n, group, readers.get(n) > 1 || results.contains(n)))
              .filter(e -> e != null && ends.takes(e) && !(e.kept && cycle(e, needs))).findFirst().orElse(null);
          if (ended == null) {
            order.add(new Pointwise(group));
          } else {
            absorbed.add(ended.head);
            needs.put(ended.head, ended.inputs());
            ended.end.outputs().forEach(n -> needs.put(n, ended.inputs()));
            order.add(ended);
            group.nodes().stream().filter(n -> n.op() instanceof Reduce).forEach(n -> {
              needs.put(n, n.inputs());
              order.add(new Single(n));
            });
          }
        }
      }
    }
    order.removeIf(w -> w instanceof Single(Node node) && absorbed.contains(node));
    return order;
  }

  private static boolean heads(Node node) {
    Op op = op(node);
    return products(node) || op instanceof Conv2dGradInput || op instanceof AvgPool2d || op instanceof AvgPool2dGrad || op instanceof MaxPool2d
        || op instanceof MaxPool2dGrad;
  }

  private static boolean products(Node node) {
    return op(node) instanceof MatMul || op(node) instanceof Conv2d;
  }

  private static Op op(Node node) {
    return node.op() instanceof Nhwc nhwc ? nhwc.op() : node.op();
  }

  /// The group, less its reductions, as the end of something that has the same elements; null where it isn't that.
  private static Ended ended(Node head, Fusion.Group group, boolean kept) {
    List<Node> nodes = group.nodes().stream().filter(n -> !(n.op() instanceof Reduce)).toList();
    List<Node> outputs = group.outputs().stream().filter(n -> !(n.op() instanceof Reduce)).toList();
    boolean reduces = nodes.size() < group.nodes().size();
    boolean stored = group.nodes().stream().filter(n -> n.op() instanceof Reduce)
        .allMatch(n -> outputs.contains(n.inputs().getFirst()));
    if (!head.shape().equals(group.shape()) || outputs.isEmpty() || !stored) {
      return null;
    }
    return new Ended(head, reduces ? new Fusion.Group(group.shape(), nodes, group.inputs(), outputs) : group, kept);
  }

  /// Whether something else that the group reads needs the head, so that they can't be one. `needs` has what each value is computed of.
  private static boolean cycle(Ended ended, Map<Node, List<Node>> needs) {
    Set<Node> seen = new HashSet<>(ended.inputs());
    List<Node> open = new ArrayList<>(seen);
    while (!open.isEmpty()) {
      for (Node n : needs.getOrDefault(open.removeLast(), List.of())) {
        if (n == ended.head) {
          return true;
        }
        if (seen.add(n)) {
          open.add(n);
        }
      }
    }
    return false;
  }

  /// Whether `bias` has one element for each column or channel of `product` and is broadcast along the other dimensions.
  private static boolean biasOf(Node product, Node bias) {
    int dim = channelDimension(product.op());
    int size = product.shape().dim(dim);
    return bias.shape().rank() >= -dim && bias.shape().rank() <= product.shape().rank() && bias.shape().size() == size
        && bias.shape().dim(dim) == size;
  }

  private static int channelDimension(Op op) {
    return op instanceof MatMul || op instanceof Nhwc nhwc && nhwc.result() ? -1 : -3;
  }
}
