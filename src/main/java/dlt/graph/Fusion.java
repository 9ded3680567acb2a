package dlt.graph;

import dlt.op.Expand;
import dlt.op.Fill;
import dlt.op.Reduce;
import dlt.tensor.Shape;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/// Partitions the work of a graph into units and orders them: pointwise operations become groups, one kernel each
/// ([Clusters] decides which), every other node is a unit of its own.
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
  /// which broadcast to `shape`; `outputs` are those that somebody else reads. The last nodes may be reductions ([Reduce]) of
  /// others of the group, all over the same dimensions, to which [#reducible] applies; they are outputs and read by no other
  /// node of the group. A node's operand is, after [#source], one of `nodes`, one of `inputs`, or a [Fill], which is a
  /// constant and needs no memory. A cheap node may be in several groups: who needs its value computes it again.
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

  private static final int LEAST_COLUMNS = 16, MOST_COLUMNS = 1024;

  private Fusion() {}

  /// The groups of `graph` in an order in which they can run.
  public static List<Group> groups(Graph graph) {
    return schedule(graph).stream().filter(Group.class::isInstance).map(Group.class::cast).toList();
  }

  /// All work of `graph` in an order in which it can run. Constants and expansions that only groups read are left out.
  public static List<Unit> schedule(Graph graph) {
    List<Unit> units = new Clusters(graph).units();
    Map<Node, Unit> makers = new IdentityHashMap<>();
    units.forEach(u -> u.outputs().forEach(n -> makers.put(n, u)));
    // as late as its last node: what a unit leaves in memory then lives shortest
    Map<Unit, Integer> last = new IdentityHashMap<>();
    Map<Unit, Integer> waiting = new IdentityHashMap<>();
    Map<Unit, List<Unit>> next = new IdentityHashMap<>();
    PriorityQueue<Unit> ready = new PriorityQueue<>((a, b) -> Integer.compare(last.get(a), last.get(b)));
    for (Unit u : units) {
      last.put(u, u.nodes().getLast().id());
      waiting.put(u, u.inputs().size());
      u.inputs().forEach(input -> next.computeIfAbsent(makers.get(input), k -> new ArrayList<>()).add(u));
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

  /// Whether a reduction of these dimensions can be part of a group: of rows ([#trailing]), or of columns that are neither
  /// too few to fill vectors nor so many that a few rows of them fill a cache.
  static boolean reducible(List<Integer> dims, Shape shape) {
    if (trailing(dims, shape)) {
      return true;
    }
    int last = shape.rank();
    while (last > 0 && !dims.contains(last - 1)) {
      last--;
    }
    int end = last;
    boolean outermost = IntStream.range(0, end).allMatch(d -> dims.contains(d) || shape.dim(d) == 1);
    long columns = shape.size(end, shape.rank());
    return outermost && LEAST_COLUMNS <= columns && columns <= MOST_COLUMNS;
  }

  /// Whether whole runs of memory are reduced.
  public static boolean trailing(List<Integer> dims, Shape shape) {
    int innermost = shape.rank() - 1;
    while (innermost >= 0 && shape.dim(innermost) == 1) {
      innermost--;
    }
    return dims.contains(innermost);
  }

  /// What a group reads for this operand of a pointwise node: broadcasting makes an [Expand] superfluous.
  public static Node source(Node operand) {
    Node n = operand;
    while (n.op() instanceof Expand) {
      n = n.inputs().getFirst();
    }
    return n;
  }
}
