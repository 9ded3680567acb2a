package dlt.backend.cuda;

import dlt.backend.Placement;
import dlt.backend.Work;
import dlt.backend.WorkLabel;
import dlt.graph.Graph;
import dlt.graph.Node;
import dlt.op.ArgMax;
import dlt.op.AvgPool2d;
import dlt.op.AvgPool2dGrad;
import dlt.op.Cast;
import dlt.op.Conv2d;
import dlt.op.Conv2dGradInput;
import dlt.op.Conv2dGradWeight;
import dlt.op.Gather;
import dlt.op.LogSoftmax;
import dlt.op.MatMul;
import dlt.op.MaxPool2d;
import dlt.op.MaxPool2dGrad;
import dlt.op.Nhwc;
import dlt.op.OneHot;
import dlt.op.Op;
import dlt.op.RandomUniform;
import dlt.op.Reduce;
import dlt.op.Softmax;
import dlt.tensor.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// The order in which a GPU does the work of a graph, in few kernels: pointwise groups, reductions, and what is over as soon as it has
/// been launched wait until nothing else can be done, and then go side by side, in one kernel where that is possible.
final class Schedule {
  /// What leads to no other kind of work waits for the end, unless it frees memory: it reads this many times what it leaves.
  private static final int FREES = 8;
  /// Operations that a product does with each sum before it stores it.
  private static final int LONGEST = 32;
  /// What takes no longer than a few launches.
  private static final long LIGHT_OPERATIONS = 1L << 28;
  private static final long LIGHT_BYTES = 16L << 20;
  /// Elements.
  private static final int SMALL = 4096;

  private final List<Work> works;
  private final Map<Work, Integer> number = new IdentityHashMap<>();
  private final Map<Work, Set<Integer>> readers = new IdentityHashMap<>();
  private final int[] waiting;
  private final boolean[] tail;
  /// How many works there are, at most, on the way from each to the end.
  private final int[] height;

  private Schedule(List<Work> works) {
    this.works = works;
    this.waiting = new int[works.size()];
    this.tail = new boolean[works.size()];
    this.height = new int[works.size()];
    Map<Node, Work> makers = new IdentityHashMap<>();
    for (Work work : works) {
      number.put(work, number.size());
      readers.put(work, new TreeSet<>());
      work.outputs().forEach(n -> makers.put(n, work));
    }
    for (Work work : works) {
      work.inputs().stream().map(makers::get).filter(maker -> readers.get(maker).add(number.get(work)))
          .forEach(_ -> waiting[number.get(work)]++);
    }
    for (int i : sorted(works).reversed()) {
      height[i] = (Placement.computes(works.get(i)) ? 1 : 0) + readers.get(works.get(i)).stream().mapToInt(r -> height[r]).max().orElse(0);
      tail[i] = (joins(works.get(i)) || !Placement.computes(works.get(i))) && readers.get(works.get(i)).stream().allMatch(r -> tail[r]);
    }
  }

  /// All work of `graph` in such an order.
  static List<Work> of(Graph graph) {
    Set<Node> next = Collections.newSetFromMap(new IdentityHashMap<>());
    next.addAll(graph.updates().values());
    return new Schedule(Work.of(graph, ended -> ends(ended, next))).order();
  }

  /// Whether a product stores what the group makes of it: not where that is a variable's next value, which waits until all others are
  /// computed with the old one.
  private static boolean ends(Work.Ended ended, Set<Node> next) {
    return ended.bias().isPresent() || ended.end().nodes().size() <= LONGEST && ended.end().outputs().stream().noneMatch(next::contains)
        && Stream.concat(ended.end().outputs().stream(), ended.end().inputs().stream()).allMatch(n -> n.dtype() == DType.FLOAT32)
        && ended.end().inputs().stream().allMatch(n -> n == ended.head() || ended.reaches(n));
  }

  /// Whether its code is written, so that it can be part of a larger kernel.
  static boolean joins(Work work) {
    return work instanceof Work.Pointwise || work instanceof Work.Single(Node node) && (node.op() instanceof Reduce || node.op() instanceof Cast || shipped(node));
  }

  /// Whether it has a kernel that can be part of a larger one, and so little to do that a launch of its own is most of it.
  private static boolean shipped(Node node) {
    Op op = node.op();
    return node.shape().size() <= SMALL && (op instanceof OneHot || op instanceof Gather || op instanceof RandomUniform
        || op instanceof ArgMax || op instanceof Softmax s && SoftmaxKernel.rows(node.shape(), s.dim())
        || op instanceof LogSoftmax s && SoftmaxKernel.rows(node.shape(), s.dim()));
  }

  private List<Work> order() {
    PriorityQueue<Integer> ready = new PriorityQueue<>();
    List<Integer> held = new ArrayList<>();
    List<Work> r = new ArrayList<>();
    for (int i = 0; i < works.size(); i++) {
      if (waiting[i] == 0) {
        ready.add(i);
      }
    }
    List<Integer> light = new ArrayList<>();
    while (!ready.isEmpty() || !held.isEmpty() || !light.isEmpty()) {
      while (!ready.isEmpty()) {
        int i = ready.remove();
        if (joins(works.get(i)) && Placement.computes(works.get(i))) {
          held.add(i);
        } else if (light(works.get(i))) {
          light.add(i);
        } else {
          r.add(works.get(i));
          done(i, ready);
        }
      }
      int highest = light.stream().mapToInt(i -> height[i]).max().orElse(0);
      List<Integer> now = new ArrayList<>(held.stream().filter(i -> light.isEmpty() ? !tail[i] || frees(works.get(i))
          // next to a product if that is not nearer to the end
          : height[i] >= highest + (tail[i] ? 0 : 1) && bytes(works.get(i)) <= LIGHT_BYTES).toList());
      if (light.isEmpty() && now.stream().allMatch(i -> tail[i])) {
        now.clear();
        now.addAll(held);
      }
      held.removeAll(now);
      now.addAll(light);
      light.clear();
      Collections.sort(now);
      if (!now.isEmpty()) {
        r.add(now.size() == 1 ? works.get(now.getFirst()) : new Work.Several(now.stream().map(works::get).toList()));
        now.forEach(i -> done(i, ready));
      }
    }
    return r;
  }

  /// Whether it has a kernel that can go next to others, and takes so short that it should: a product or a pool.
  static boolean light(Work work) {
    Node node = switch (work) {
      case Work.Single(Node single) -> single;
      case Work.Ended ended -> ended.head();
      case Work.Pointwise _, Work.Several _, Work.Piecewise _ -> null;
    };
    return node != null && launched(node) && Placement.computes(work) && WorkLabel.operations(work) <= LIGHT_OPERATIONS && bytes(work) <= LIGHT_BYTES;
  }

  private static boolean launched(Node node) {
    Op op = node.op() instanceof Nhwc nhwc ? nhwc.op() : node.op();
    return op instanceof MatMul || op instanceof Conv2d || op instanceof Conv2dGradInput || op instanceof Conv2dGradWeight
        || op instanceof AvgPool2d || op instanceof AvgPool2dGrad || op instanceof MaxPool2d || op instanceof MaxPool2dGrad;
  }

  private static long bytes(Work work) {
    return bytes(work.inputs()) + bytes(work.outputs());
  }

  /// The numbers of all works, each behind those of what it reads.
  private List<Integer> sorted(List<Work> works) {
    int[] missing = waiting.clone();
    List<Integer> r = new ArrayList<>();
    for (int i = 0; i < missing.length; i++) {
      if (missing[i] == 0) {
        r.add(i);
      }
    }
    for (int at = 0; at < r.size(); at++) {
      readers.get(works.get(r.get(at))).stream().filter(reader -> --missing[reader] == 0).forEach(r::add);
    }
    return r;
  }

  private void done(int i, PriorityQueue<Integer> ready) {
    for (int reader : readers.get(works.get(i))) {
      if (--waiting[reader] == 0) {
        ready.add(reader);
      }
    }
  }

  private static boolean frees(Work work) {
    return bytes(work.inputs()) >= LIGHT_BYTES && bytes(work.inputs()) >= FREES * bytes(work.outputs());
  }

  private static long bytes(List<Node> nodes) {
    return nodes.stream().mapToLong(n -> n.type().bytes()).sum();
  }
}
