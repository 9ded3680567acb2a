package dlt.graph;

import dlt.op.Binary;
import dlt.op.Expand;
import dlt.op.Fill;
import dlt.op.Unary;
import dlt.op.Where;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/// Partitions the pointwise operations of a graph into groups that become one kernel each, and orders all work.
///
/// Nodes are taken last first, and each joins the groups of its consumers: so a mask that only the backward pass needs is
/// computed there and not kept from the forward pass. A join is refused where it would make a unit of work wait for itself.
public final class Fusion {
  /// What is run as one: a group, or one node that is no part of any.
  public sealed interface Unit permits Group, Single {
    /// What it computes.
    List<Node> nodes();

    /// What it reads from memory, each once.
    List<Node> inputs();

    /// What it leaves in memory.
    List<Node> outputs();
  }

  /// Pointwise nodes over one index space: `nodes` (in order, all of `shape`) computed element by element from `inputs`,
  /// which broadcast to `shape`; `outputs` are those nodes that somebody else reads. A node's operand is, after
  /// [#source], one of `nodes`, one of `inputs`, or a [Fill], which is a constant and needs no memory.
  public record Group(Shape shape, List<Node> nodes, List<Node> inputs, List<Node> outputs) implements Unit {
    public Group {
      nodes = List.copyOf(nodes);
      inputs = List.copyOf(inputs);
      outputs = List.copyOf(outputs);
    }
  }

  /// Any other node, leaves ([dlt.op.Input], [dlt.op.Variable], [dlt.op.Literal], [Fill]) included.
  public record Single(Node node) implements Unit {
    @Override
    public List<Node> nodes() {
      return List.of(node);
    }

    @Override
    public List<Node> inputs() {
      return List.copyOf(new LinkedHashSet<>(node.inputs()));
    }

    @Override
    public List<Node> outputs() {
      return List.of(node);
    }
  }

  /// How much one kernel may take on: distinct inputs and outputs, and nodes.
  private static final int POINTERS = 16;
  private static final int NODES = 64;

  /// A set of nodes that is growing into a unit. Merged ones point to what they became part of.
  private static final class Cluster {
    final boolean open;
    List<Node> nodes = new ArrayList<>();
    Cluster into;

    Cluster(Node node, boolean open) {
      nodes.add(node);
      this.open = open;
    }

    Cluster root() {
      Cluster c = this;
      while (c.into != null) {
        c = c.into;
      }
      return c;
    }
  }

  private final Map<Node, List<Node>> consumers = new IdentityHashMap<>();
  private final Map<Node, Cluster> clusters = new IdentityHashMap<>();
  private final Set<Node> results = java.util.Collections.newSetFromMap(new IdentityHashMap<>());
  private final List<Cluster> order = new ArrayList<>();

  private Fusion(Graph graph) {
    results.addAll(graph.outputs().values());
    results.addAll(graph.updates().values());
    List<Node> nodes = graph.nodes().stream().sorted(Comparator.comparingInt(Node::id)).toList();
    for (Node n : nodes.reversed()) {
      if (!results.contains(n) && !consumers.containsKey(n)) {
        continue;       // a constant or an expansion that only groups read, or what only those need
      }
      boolean fusible = fusible(n);
      Cluster c = new Cluster(n, fusible && floating(n));
      clusters.put(n, c);
      order.add(c);
      for (Node operand : new LinkedHashSet<>(n.inputs())) {
        Node source = fusible ? source(operand) : operand;
        if (!fusible || !(source.op() instanceof Fill)) {
          consumers.computeIfAbsent(source, k -> new ArrayList<>()).add(n);
        }
      }
      if (c.open) {
        join(n);
      }
    }
  }

  /// The groups of `graph`, each of its pointwise nodes in exactly one, in an order in which they can run.
  public static List<Group> groups(Graph graph) {
    return schedule(graph).stream().filter(Group.class::isInstance).map(Group.class::cast).toList();
  }

  /// All work of `graph` in an order in which it can run. Constants and expansions that only groups read are left out.
  public static List<Unit> schedule(Graph graph) {
    return new Fusion(graph).schedule();
  }

  /// What a group reads for this operand: broadcasting makes an [Expand] superfluous.
  public static Node source(Node operand) {
    Node n = operand;
    while (n.op() instanceof Expand) {
      n = n.inputs().getFirst();
    }
    return n;
  }

  private static boolean fusible(Node n) {
    return n.op() instanceof Unary || n.op() instanceof Binary || n.op() instanceof Where;
  }

  /// Comparisons of int64 stay on their own: kernels compute in float32 lanes.
  private static boolean floating(Node n) {
    return n.inputs().stream().allMatch(i -> i.dtype() == DType.FLOAT32);
  }

  private void join(Node n) {
    List<Node> near = new ArrayList<>(consumers.getOrDefault(n, List.of()));
    near.sort(Comparator.comparingInt(Node::id));
    for (Node consumer : near) {
      Cluster a = clusters.get(n).root();
      Cluster b = clusters.get(consumer).root();
      if (a != b && b.open && consumer.shape().equals(n.shape()) && fits(a, b)
          && !leadsAround(a, b) && !leadsAround(b, a)) {
        a.nodes.addAll(b.nodes);
        b.nodes = List.of();
        b.into = a;
      }
    }
  }

  private boolean fits(Cluster a, Cluster b) {
    if (a.nodes.size() + b.nodes.size() > NODES) {
      return false;
    }
    Set<Node> all = new HashSet<>(a.nodes);
    all.addAll(b.nodes);
    return inputs(all).size() + outputs(all).size() <= POINTERS;
  }

  /// Whether work outside of both depends on `from` and is needed by `to`.
  private boolean leadsAround(Cluster from, Cluster to) {
    Set<Cluster> seen = new HashSet<>(List.of(from));
    Deque<Cluster> open = new ArrayDeque<>(List.of(from));
    while (!open.isEmpty()) {
      Cluster c = open.pop();
      for (Node n : c.nodes) {
        for (Node user : consumers.getOrDefault(n, List.of())) {
          Cluster next = clusters.get(user).root();
          if (next == to) {
            if (c != from) {
              return true;
            }
          } else if (seen.add(next)) {
            open.push(next);
          }
        }
      }
    }
    return false;
  }

  private static List<Node> inputs(Collection<Node> nodes) {
    Set<Node> r = new LinkedHashSet<>();
    for (Node n : nodes) {
      for (Node operand : n.inputs()) {
        Node source = source(operand);
        if (!(source.op() instanceof Fill) && !nodes.contains(source)) {
          r.add(source);
        }
      }
    }
    return List.copyOf(r);
  }

  private List<Node> outputs(Collection<Node> nodes) {
    return nodes.stream()
        .filter(n -> results.contains(n) || consumers.getOrDefault(n, List.of()).stream().anyMatch(c -> !nodes.contains(c)))
        .toList();
  }

  private List<Unit> schedule() {
    Map<Node, Unit> unitOf = new IdentityHashMap<>();
    List<Unit> units = new ArrayList<>();
    for (Cluster c : order) {
      if (c.into == null) {
        Unit unit = unit(c);
        units.add(unit);
        unit.nodes().forEach(n -> unitOf.put(n, unit));
      }
    }
    Map<Unit, Integer> waiting = new IdentityHashMap<>();
    Map<Unit, List<Unit>> next = new IdentityHashMap<>();
    // as late as its last node: what a unit leaves in memory then lives shortest
    Map<Unit, Integer> last = new IdentityHashMap<>();
    PriorityQueue<Unit> ready = new PriorityQueue<>(Comparator.comparingInt(last::get));
    for (Unit u : units) {
      last.put(u, u.nodes().getLast().id());
      waiting.put(u, u.inputs().size());
      for (Node input : u.inputs()) {
        next.computeIfAbsent(unitOf.get(input), k -> new ArrayList<>()).add(u);
      }
    }
    units.stream().filter(u -> u.inputs().isEmpty()).forEach(ready::add);
    List<Unit> r = new ArrayList<>();
    while (!ready.isEmpty()) {
      Unit u = ready.remove();
      r.add(u);
      for (Unit n : next.getOrDefault(u, List.of())) {
        if (waiting.merge(n, -1, Integer::sum) == 0) {
          ready.add(n);
        }
      }
    }
    if (r.size() != units.size()) {
      throw new IllegalStateException("groups wait for one another: " + units);
    }
    return r;
  }

  private Unit unit(Cluster c) {
    Node first = c.nodes.getFirst();
    if (!fusible(first)) {
      return new Single(first);
    }
    List<Node> nodes = c.nodes.stream().sorted(Comparator.comparingInt(Node::id)).toList();
    Set<Node> members = new LinkedHashSet<>(nodes);
    return new Group(first.shape(), nodes, inputs(members), outputs(members));
  }
}
