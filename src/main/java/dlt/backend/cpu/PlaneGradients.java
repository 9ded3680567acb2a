package dlt.backend.cpu;

import dlt.backend.Work;
import dlt.graph.Node;
import dlt.op.Conv2dGradWeight;
import dlt.op.Reduce;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// The gradients of a convolution by its weights and by a bias an output, which both read the gradient of its result: one way through
/// it ([PlaneGradWeightPass]) leaves them when the first of the two is due, and what the other one is waits in memory of its own.
final class PlaneGradients {
  /// A gradient by the weights and the sum that is the one by the bias.
  record Pair(Work.Single weights, Work.Single bias) {
    private Node other(Work work) {
      return (work == weights ? bias : weights).node();
    }

    private ConvGeometry geometry() {
      return PlaneGradients.geometry(weights.node());
    }
  }

  private static final List<Integer> ALL_BUT_CHANNELS = List.of(0, 2, 3);

  private final Target target;
  private final Map<Pair, MemorySegment> waiting = new HashMap<>();

  PlaneGradients(Target target) {
    this.target = target;
  }

  /// The pairs among works in the order in which they run, by either work of each.
  static Map<Work, Pair> pairs(Target target, List<Work> order) {
    Map<Node, Work.Single> sums = new HashMap<>();
    for (Work work : order) {
      if (work instanceof Work.Single single && single.node().op() instanceof Reduce reduce && reduce.kind() == Reduce.Kind.SUM
          && reduce.dims().equals(ALL_BUT_CHANNELS)) {
        sums.putIfAbsent(single.node().inputs().getFirst(), single);
      }
    }
    Map<Work, Pair> pairs = new HashMap<>();
    for (Work work : order) {
      if (work instanceof Work.Single weights && weights.node().op() instanceof Conv2dGradWeight) {
        Work.Single sum = sums.get(weights.node().inputs().get(1));
        if (sum != null && !pairs.containsKey(sum) && there(weights.node().inputs().get(0), sum, order) && inPlanes(target, weights.node())) {
          Pair pair = new Pair(weights, sum);
          pairs.put(weights, pair);
          pairs.put(sum, pair);
        }
      }
    }
    return pairs;
  }

  /// Whether nothing from `work` on computes `operand`.
  private static boolean there(Node operand, Work work, List<Work> order) {
    return order.subList(order.indexOf(work), order.size()).stream().noneMatch(w -> w.outputs().contains(operand));
  }

  private static boolean inPlanes(Target target, Node weights) {
    boolean planes = ConvPath.ofGradWeight(target, geometry(weights)) == ConvPath.PLANES;
    // nothing is compiled yet
    target.takePath();
    return planes;
  }

  private static ConvGeometry geometry(Node weights) {
    Conv2dGradWeight op = (Conv2dGradWeight) weights.op();
    return ConvGeometry.of(op.window(), op.groups(), weights.inputs().get(0).shape(), weights.shape(), weights.inputs().get(1).shape());
  }

  /// Either work of a pair; the one that runs first is to be asked for first.
  Step step(Pair pair, Work.Single work, Function<Node, Operand> operands) {
    MemorySegment result = operands.apply(work.node()).data();
    MemorySegment there = waiting.get(pair);
    if (there != null) {
      target.path("of the other gradient's sweep", new Target.Phase(0, List.of(), true, List.of()));
      return () -> result.copyFrom(there);
    }
    MemorySegment other = target.scratch(pair.other(work).type().bytes());
    waiting.put(pair, other);
    boolean first = work == pair.weights;
    ConvGeometry g = pair.geometry();
    Step step = new PlaneGradWeightPass(g).compile(target, operands.apply(pair.weights.node().inputs().get(0)).planes(),
        operands.apply(pair.weights.node().inputs().get(1)).planes(), first ? result : other, Optional.of(first ? other : result));
    target.path(ConvPath.PLANES.label() + (first ? " and bias" : " and weights"),
        new Target.Phase(2L * g.n() * g.results().size() * g.c() * g.kh() * g.kw(), first ? List.of(0, 1) : List.of(0), true, List.of()));
    return step;
  }
}
