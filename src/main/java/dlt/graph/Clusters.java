package dlt.graph;

import dlt.op.ArgMax;
import dlt.op.AvgPool2d;
import dlt.op.AvgPool2dGrad;
import dlt.op.BatchNorm;
import dlt.op.Binary;
import dlt.op.Cast;
import dlt.op.Concat;
import dlt.op.Conv2d;
import dlt.op.Conv2dGradInput;
import dlt.op.Conv2dGradWeight;
import dlt.op.Expand;
import dlt.op.Fill;
import dlt.op.Gather;
import dlt.op.Input;
import dlt.op.Literal;
import dlt.op.LogSoftmax;
import dlt.op.MatMul;
import dlt.op.MaxPool2d;
import dlt.op.MaxPool2dGrad;
import dlt.op.Nhwc;
import dlt.op.OneHot;
import dlt.op.Pad;
import dlt.op.RandomUniform;
import dlt.op.Reduce;
import dlt.op.Reshape;
import dlt.op.ScatterAdd;
import dlt.op.Slice;
import dlt.op.Softmax;
import dlt.op.Transpose;
import dlt.op.Unary;
import dlt.op.Variable;
import dlt.op.Where;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// Decides which nodes become one kernel.
///
/// Nodes are taken last first, and each pointwise one joins those of its consumers that work on the same shape: so a mask
/// that only the backward pass needs is computed there and not kept from the forward pass. A join is refused where a unit of
/// work would then wait for itself. Afterwards, what is cheap to compute is computed again by everybody who needs it and reads one
/// more tensor of the full shape for it at most, in its place; and by who reads all that it is computed from anyway.
final class Clusters {
  /// How much one kernel may take on: distinct inputs and outputs, and nodes.
  private static final int POINTERS = 16;
  private static final int NODES = 64;
  /// Nodes that are cheaper to compute again than to write and read.
  private static final int CHEAP = 6;
  /// Not one of the library's, which no start-up cache holds.
  private static final Comparator<Node> BY_NUMBER = (a, b) -> Integer.compare(a.id(), b.id());

  /// A set of nodes that is growing into a unit. Merged ones point to what they became part of.
  private static final class Cluster {
    /// The number of one of its nodes.
    final int id;
    final boolean open;
    /// The index space that its nodes are computed over.
    final Shape space;
    /// The dimensions that its reductions are over, or null.
    List<Integer> reduced;
    Set<Node> nodes = new LinkedHashSet<>();
    Cluster into;
    /// The numbers of the nodes of all clusters that need this one.
    final BitSet dependents = new BitSet();

    Cluster(Node node, boolean open) {
      this.open = open;
      if (node.op() instanceof Reduce reduce) {
        space = node.inputs().getFirst().shape();
        reduced = reduce.dims();
      } else {
        space = node.shape();
      }
      id = node.id();
      nodes.add(node);
    }

    void addTo(BitSet dependents) {
      nodes.forEach(n -> dependents.set(n.id()));
      dependents.or(this.dependents);
    }

    /// Whether `other` is needed by this one.
    boolean needs(Cluster other) {
      return other.dependents.get(id);
    }

    Cluster root() {
      Cluster c = this;
      while (c.into != null) {
        c = c.into;
      }
      return c;
    }
  }

  /// Who reads a node, and where it is, by its number.
  private final List<List<Node>> consumers = new ArrayList<>();
  private final Cluster[] clusters;
  private final Set<Node> results = Collections.newSetFromMap(new IdentityHashMap<>());
  private final List<Cluster> order = new ArrayList<>();

  Clusters(Graph graph) {
    results.addAll(graph.outputs().values());
    results.addAll(graph.updates().values());
    List<Node> nodes = new ArrayList<>(graph.nodes());
    nodes.sort(BY_NUMBER);
    clusters = new Cluster[nodes.isEmpty() ? 0 : nodes.getLast().id() + 1];
    for (int i = 0; i < clusters.length; i++) {
      consumers.add(List.of());
    }
    for (Node n : nodes.reversed()) {
      if (!results.contains(n) && consumers(n).isEmpty()) {
        continue;       // a constant or an expansion that only groups read, or what only those need
      }
      boolean pointwise = pointwise(n);
      Cluster c = new Cluster(n, pointwise ? floating(n) : n.op() instanceof Reduce reduce && Fusion.reducible(reduce.dims(), n.inputs().getFirst().shape()));
      clusters[n.id()] = c;
      order.add(c);
      consumers(n).forEach(user -> cluster(user).addTo(c.dependents));
      for (Node operand : new LinkedHashSet<>(n.inputs())) {
        Node source = pointwise ? Fusion.source(operand) : operand;
        if (!pointwise || !(source.op() instanceof Fill)) {
          if (consumers(source).isEmpty()) {
            consumers.set(source.id(), new ArrayList<>());
          }
          consumers(source).add(n);
        }
      }
      if (c.open && pointwise) {
        join(n);
      }
    }
    order.removeIf(c -> c.into != null);
    computeAgain();
  }

  List<Fusion.Unit> units() {
    List<Fusion.Unit> r = new ArrayList<>();
    for (Cluster c : order) {
      if (c.nodes.stream().noneMatch(Clusters::pointwise)) {
        c.nodes.forEach(n -> r.add(new Fusion.Single(n)));
        continue;
      }
      List<Node> outputs = outputs(c);
      if (!outputs.isEmpty()) {
        List<Node> nodes = needed(c, outputs);
        r.add(new Fusion.Group(c.space, nodes, inputs(nodes), outputs));
      }
    }
    return r;
  }

  private List<Node> consumers(Node n) {
    return consumers.get(n.id());
  }

  private Cluster cluster(Node n) {
    return clusters[n.id()].root();
  }

  private static boolean pointwise(Node n) {
    return n.op() instanceof Unary || n.op() instanceof Binary || n.op() instanceof Where;
  }

  /// Comparisons of int64 stay on their own: kernels compute in float32 lanes.
  private static boolean floating(Node n) {
    for (Node i : n.inputs()) {
      if (i.dtype() != DType.FLOAT32) {
        return false;
      }
    }
    return true;
  }

  // ---- joining

  private void join(Node n) {
    List<Node> near = new ArrayList<>(consumers(n));
    near.sort(BY_NUMBER);
    for (Node consumer : near) {
      Cluster a = cluster(n);
      Cluster b = cluster(consumer);
      if (a != b && b.open && a.space.equals(b.space) && fits(a, b)
          && !leadsAround(a, b) && !leadsAround(b, a)) {
        merge(a, b);
      }
    }
  }

  private void merge(Cluster a, Cluster b) {
    Set<Cluster> needed = needed(a, b);
    needed.removeAll(Set.of(a, b));
    a.nodes.addAll(b.nodes);
    a.dependents.or(b.dependents);
    a.nodes.forEach(n -> a.dependents.clear(n.id()));
    a.reduced = a.reduced == null ? b.reduced : a.reduced;
    b.nodes = Set.of();
    b.into = a;
    needed.forEach(c -> a.addTo(c.dependents));
  }

  /// The clusters that `a` and `b` need, as far as they have been looked at, and these two.
  private Set<Cluster> needed(Cluster a, Cluster b) {
    Set<Cluster> r = new HashSet<>(List.of(a, b));
    Deque<Cluster> open = new ArrayDeque<>(r);
    while (!open.isEmpty()) {
      for (Node n : open.pop().nodes) {
        for (Node operand : n.inputs()) {
          Node source = pointwise(n) ? Fusion.source(operand) : operand;
          if (clusters[source.id()] != null && r.add(cluster(source))) {
            open.push(cluster(source));
          }
        }
      }
    }
    return r;
  }

  private boolean fits(Cluster a, Cluster b) {
    if (a.nodes.size() + b.nodes.size() > NODES || a.reduced != null && b.reduced != null && !a.reduced.equals(b.reduced)) {
      return false;
    }
    BitSet pointers = new BitSet();
    pointers(a, a, b, pointers);
    pointers(b, a, b, pointers);
    return pointers.cardinality() <= POINTERS;
  }

  /// Adds what `c`, which is `a` or `b`, reads from memory and leaves there when these two are one kernel.
  private void pointers(Cluster c, Cluster a, Cluster b, BitSet pointers) {
    for (Node n : c.nodes) {
      boolean pointwise = pointwise(n);
      for (Node operand : n.inputs()) {
        Node source = pointwise ? Fusion.source(operand) : operand;
        if (!(source.op() instanceof Fill && pointwise) && !a.nodes.contains(source) && !b.nodes.contains(source)) {
          pointers.set(source.id());
        }
      }
      if (results.contains(n) || read(n, user -> !a.nodes.contains(user) && !b.nodes.contains(user))) {
        pointers.set(n.id());
      }
    }
  }

  private boolean read(Node n, Predicate<Node> by) {
    for (Node user : consumers(n)) {
      if (by.test(user)) {
        return true;
      }
    }
    return false;
  }

  /// Whether `to` needs `from` to be finished: by work outside of both, or for a reduction's result.
  private boolean leadsAround(Cluster from, Cluster to) {
    for (Node n : from.nodes) {
      for (Node user : consumers(n)) {
        Cluster c = cluster(user);
        if (c == to ? n.op() instanceof Reduce : c != from && to.needs(c)) {
          return true;
        }
      }
    }
    return false;
  }

  // ---- computing again

  /// Producers come first: what they leave to others is then part of the others' expressions.
  private void computeAgain() {
    for (Cluster c : producersFirst()) {
      for (Node n : List.copyOf(c.nodes)) {
        if (c.open && cluster(n) == c && !results.contains(n)) {
          computeAgain(c, n);
        }
      }
    }
  }

  private List<Cluster> producersFirst() {
    Map<Cluster, Integer> waiting = new IdentityHashMap<>();
    Deque<Cluster> ready = new ArrayDeque<>();
    for (Cluster c : order) {
      waiting.put(c, inputs(c.nodes).size());
      if (waiting.get(c) == 0) {
        ready.add(c);
      }
    }
    List<Cluster> r = new ArrayList<>();
    while (!ready.isEmpty()) {
      Cluster c = ready.remove();
      r.add(c);
      for (Node n : c.nodes) {
        Set<Cluster> users = Collections.newSetFromMap(new IdentityHashMap<>());
        consumers(n).forEach(user -> users.add(cluster(user)));
        users.remove(c);
        for (Cluster user : users) {
          if (waiting.merge(user, -1, Integer::sum) == 0) {
            ready.add(user);
          }
        }
      }
    }
    return r;
  }

  /// Adds what `n` is computed from to clusters that need it: to all of them, if that reads no more than `n` itself would be, so
  /// that it is never written; else to those that read all of it anyway, and `n` no more.
  private void computeAgain(Cluster home, Node n) {
    Set<Cluster> users = new LinkedHashSet<>();
    boolean written = false;
    for (Node consumer : consumers(n)) {
      Cluster user = cluster(consumer);
      if (user != home) {
        if (!user.open || !pointwise(consumer) || !user.space.equals(home.space)) {
          written = true;
        } else {
          users.add(user);
        }
      }
    }
    if (users.isEmpty()) {
      return;
    }
    Set<Node> expression = new LinkedHashSet<>();
    Set<Node> leaves = new HashSet<>();
    if (!cheap(home, n, expression, leaves)) {
      return;
    }
    leaves.removeIf(l -> !l.shape().equals(home.space));
    if (written || users.stream().anyMatch(u -> more(u, leaves) > 1 || !fits(u, expression))) {
      users.removeIf(u -> more(u, leaves) > 0 || !fits(u, expression));
    }
    users.forEach(u -> u.nodes.addAll(expression));
  }

  /// How many of `leaves` are not at hand in `user`.
  private static long more(Cluster user, Set<Node> leaves) {
    List<Node> read = inputs(user.nodes);
    return leaves.stream().filter(l -> !read.contains(l) && !user.nodes.contains(l)).count();
  }

  private boolean fits(Cluster user, Set<Node> expression) {
    Set<Node> all = new HashSet<>(user.nodes);
    all.addAll(expression);
    return all.size() <= NODES && inputs(all).size() + outputs(user).size() <= POINTERS;
  }

  /// Collects what `n` is computed from within its cluster; false where that is too much.
  private static boolean cheap(Cluster home, Node n, Set<Node> expression, Set<Node> leaves) {
    boolean cheap = switch (n.op()) {
      case Where _ -> true;
      case Unary unary -> switch (unary.kind()) {
        case NEG, ABS, RELU, DETACH -> true;
        case SIGN, FLOOR, ROUND, SQRT, EXP, EXPM1, LOG, LOG1P, TANH, SIGMOID, ERF, SIN, COS, LGAMMA, BFLOAT16 -> false;
      };
      case Binary binary -> switch (binary.kind()) {
        case ADD, SUB, MUL, MAX, MIN, LESS, LESS_EQUAL, EQUAL -> true;
        case DIV, POW -> false;
      };
      case Input _, Variable _, Fill _, Literal _, RandomUniform _, Cast _, Reduce _, ArgMax _, Softmax _, LogSoftmax _, MatMul _, Conv2d _,
          Conv2dGradInput _, Conv2dGradWeight _, MaxPool2d _, MaxPool2dGrad _, AvgPool2d _, AvgPool2dGrad _, BatchNorm _, Reshape _,
          Transpose _, Expand _, Concat _, Slice _, Pad _, Gather _, ScatterAdd _, OneHot _, Nhwc _ -> false;
    };
    if (!cheap || expression.size() == CHEAP) {
      return false;
    }
    for (Node operand : n.inputs()) {
      Node source = Fusion.source(operand);
      if (!home.nodes.contains(source)) {
        leaves.add(source);
      } else if (!expression.contains(source) && !cheap(home, source, expression, leaves)) {
        return false;
      }
    }
    expression.add(n);
    return expression.size() <= CHEAP;
  }

  // ---- units

  private static List<Node> inputs(Collection<Node> nodes) {
    Set<Node> r = new LinkedHashSet<>();
    for (Node n : nodes) {
      for (Node operand : n.inputs()) {
        Node source = pointwise(n) ? Fusion.source(operand) : operand;
        if (!(source.op() instanceof Fill && pointwise(n)) && !nodes.contains(source)) {
          r.add(source);
        }
      }
    }
    return List.copyOf(r);
  }

  /// What `c` has to leave in memory: for others that do not compute it themselves.
  private List<Node> outputs(Cluster c) {
    return c.nodes.stream().filter(n -> cluster(n) == c
        && (results.contains(n) || read(n, user -> !cluster(user).nodes.contains(n))))
        .sorted(BY_NUMBER).toList();
  }

  private static List<Node> needed(Cluster c, List<Node> outputs) {
    Set<Node> r = new HashSet<>(outputs);
    List<Node> nodes = c.nodes.stream().sorted(BY_NUMBER).toList();
    for (Node n : nodes.reversed()) {
      if (r.contains(n)) {
        n.inputs().stream().map(Fusion::source).filter(c.nodes::contains).forEach(r::add);
      }
    }
    // reductions last, as a group has them; none of its nodes reads one
    return nodes.stream().filter(r::contains).sorted((a, b) -> Boolean.compare(a.op() instanceof Reduce, b.op() instanceof Reduce)).toList();
  }
}
