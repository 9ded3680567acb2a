package dlt.backend.cpu;

import dlt.backend.KernelCall.Traffic;
import dlt.backend.Work;
import dlt.graph.Graph;
import dlt.graph.MemoryPlan;
import dlt.graph.Node;
import dlt.op.AvgPool2d;
import dlt.op.AvgPool2dGrad;
import dlt.op.Conv2d;
import dlt.op.Conv2dGradInput;
import dlt.op.Conv2dGradWeight;
import dlt.op.MaxPool2d;
import dlt.op.MaxPool2dGrad;
import dlt.op.Nhwc;
import dlt.op.Op;
import dlt.op.Reduce;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/// Small nets' convolutions, pools and pointwise groups that read one another's results image by image: a thread does all of them with a
/// block of images before it takes the next one. What it reads is what it wrote itself, and lies in its core's cache; what nobody else
/// reads is in memory that the next block uses again; and threads wait for one another only in the end.
final class ImageChains {
  /// Blocks that the images of a batch make: fewer would not occupy the threads, and gradients by weights have a row for each.
  private static final int LEAST_BLOCKS = 4, MOST_BLOCKS = 64;
  /// Bytes of what a work reads or leaves of a block: more of it would not stay in a cache until it is read.
  private static final long CACHED = 512 << 10;

  private final Target target;
  /// Works that are computed in ways of their own.
  private final Set<Work> others;
  private final Map<Work, MaxPoolPair> pools;
  private final Map<Work, PlaneGradients.Pair> gradients;
  private final Map<Node, Integer> made = new HashMap<>();
  private final Map<Node, List<Work>> readers = new HashMap<>();
  private final Set<Node> results = new HashSet<>();

  /// `order`: works in an order in which they can run. `pools`, `gradients`: those that are computed in twos.
  ImageChains(Target target, Graph graph, List<Work> order, Map<Work, MaxPoolPair> pools, Map<Work, PlaneGradients.Pair> gradients, Set<Work> others) {
    this.target = target;
    this.others = others;
    this.pools = pools;
    this.gradients = gradients;
    for (int i = 0; i < order.size(); i++) {
      for (Node node : order.get(i).outputs()) {
        made.put(node, i);
      }
      for (Node node : new LinkedHashSet<>(order.get(i).inputs())) {
        readers.computeIfAbsent(node, _ -> new ArrayList<>()).add(order.get(i));
      }
    }
    results.addAll(graph.outputs().values());
    results.addAll(graph.updates().values());
  }

  /// The blocks of a batch of `n` images, which depend on shapes and the instruction set alone, as the results of what is added up block
  /// by block do.
  private static Blocks blocks(Target target, int n) {
    int vectors = Math.ceilDiv(n, target.lanes());
    return new Blocks(n, (long) Math.ceilDiv(vectors, MOST_BLOCKS) * target.lanes());
  }

  /// Whether a work that is done piece by piece is such a chain.
  static boolean is(Work.Piecewise work) {
    return work.works().stream().noneMatch(w -> w instanceof Work.Single(Node node) && node.op() instanceof Nhwc);
  }

  /// `order` with chains in place of the works that they are made of.
  List<Work> join(List<Work> order) {
    if (!target.emits()) {
      return order;
    }
    List<Work> joined = new ArrayList<>();
    Set<Work> taken = new HashSet<>();
    for (int i = 0; i < order.size(); i++) {
      if (!taken.contains(order.get(i))) {
        List<Work> chain = chain(order, i, taken);
        taken.addAll(chain);
        joined.add(chain.size() == 1 ? chain.getFirst() : piecewise(chain));
      }
    }
    return joined;
  }

  /// The work at `first`, and those after it that can be done with it.
  private List<Work> chain(List<Work> order, int first, Set<Work> taken) {
    List<Work> chain = new ArrayList<>(List.of(order.get(first)));
    int n = images(chain.getFirst());
    if (n == 0) {
      return chain;
    }
    Set<Node> ofChain = new HashSet<>(chain.getFirst().outputs());
    for (Work work : order.subList(first + 1, order.size())) {
      boolean joins = !taken.contains(work) && work.inputs().stream().anyMatch(ofChain::contains) && images(work) == n
          && work.inputs().stream().allMatch(node -> ofChain.contains(node) ? ofImages(node) : made.get(node) < first)
          && wholes(work).stream().noneMatch(ofChain::contains);
      if (joins) {
        chain.add(work);
        ofChain.addAll(work.outputs());
      }
    }
    return chain;
  }

  /// Whether a value that such a work leaves is there image by image, not in the end.
  private static boolean ofImages(Node node) {
    return !(node.op() instanceof Reduce) && !(node.op() instanceof Conv2dGradWeight);
  }

  /// What such a work reads the whole of for each image.
  private static List<Node> wholes(Work work) {
    return switch (work) {
      case Work.Single(Node node) -> wholes(node);
      case Work.Ended ended -> Stream.concat(wholes(ended.head()).stream(), ended.end().inputs().stream().filter(n -> n != ended.head())).toList();
      case Work.Pointwise(var group) -> group.inputs().stream()
          .filter(n -> n.shape().rank() < group.shape().rank() || n.shape().dim(0) < group.shape().dim(0)).toList();
      case Work.Several _, Work.Piecewise _ -> throw new AssertionError(work);
    };
  }

  private static List<Node> wholes(Node node) {
    return node.op() instanceof Conv2d || node.op() instanceof Conv2dGradInput ? List.of(node.inputs().get(1)) : List.of();
  }

  /// The images of a work whose step is [ByImages] and that blocks of images are worth while for; 0 of any other.
  private int images(Work work) {
    int n = switch (work) {
      case Work.Single(Node node) -> images(node);
      case Work.Ended ended when ended.bias().isPresent() -> images(ended.head());
      case Work.Pointwise(var group) -> group.shape().rank() > 2 ? group.shape().dim(0) : 0;
      case Work.Ended _, Work.Several _, Work.Piecewise _ -> 0;
    };
    // what the code of a group is takes longest to find out
    return n > 0 && !others.contains(work) && worthwhile(work, n) && byImages(work) ? n : 0;
  }

  private static int images(Node node) {
    return switch (node.op()) {
      case Conv2d _, Conv2dGradInput _, MaxPool2d _, MaxPool2dGrad _, AvgPool2d _, AvgPool2dGrad _ -> node.shape().dim(0);
      case Conv2dGradWeight _ -> node.inputs().getFirst().shape().dim(0);
      case Op _ -> 0;
    };
  }

  private boolean worthwhile(Work work, int n) {
    Blocks blocks = blocks(target, n);
    long largest = Stream.concat(work.inputs().stream(), work.outputs().stream()).mapToLong(v -> v.type().bytes()).max().orElse(0);
    return blocks.parts() >= LEAST_BLOCKS && largest / n * blocks.size(0) <= CACHED;
  }

  private boolean byImages(Work work) {
    return switch (work) {
      case Work.Single(Node node) -> byImages(work, node);
      case Work.Ended ended -> byImages(work, ended.head());
      case Work.Pointwise(var group) -> PointwiseKernel.byImages(group);
      case Work.Several _, Work.Piecewise _ -> false;
    };
  }

  private boolean byImages(Work work, Node node) {
    return switch (node.op()) {
      case Conv2d _, Conv2dGradInput _ -> byImages(path(node));
      case Conv2dGradWeight _ -> byImages(path(node)) && !(gradients.containsKey(work) && made.get(gradients.get(work).bias().node()) < made.get(node));
      case MaxPool2d _, AvgPool2d _, AvgPool2dGrad _ -> LanePoolPass.fits(MaxPoolPair.geometry(node));
      case MaxPool2dGrad _ -> pools.containsKey(work);
      case Op _ -> false;
    };
  }

  private ConvPath path(Node node) {
    return ConvPath.of(target, node.op(), node.inputs().stream().map(Node::type).toList(), node.type());
  }

  private static boolean byImages(ConvPath path) {
    return path == ConvPath.LANES || path == ConvPath.PLANES;
  }

  private Work piecewise(List<Work> chain) {
    List<Node> all = chain.stream().flatMap(w -> w.outputs().stream()).toList();
    // what several read is there several times: nothing takes its place
    return new Work.Piecewise(chain, chain.stream().flatMap(w -> w.inputs().stream()).filter(n -> !all.contains(n)).toList(),
        all.stream().filter(n -> results.contains(n) || !ofImages(n) || !chain.containsAll(readers.getOrDefault(n, List.of()))).toList());
  }

  // ---- what computes them

  /// Where what is not among the chain's outputs lies: a block of images at a time, in the thread's own memory.
  static Map<Node, MemorySegment> near(Target target, Work.Piecewise chain) {
    Map<Node, int[]> lives = new LinkedHashMap<>();
    for (int i = 0; i < chain.works().size(); i++) {
      for (Node n : chain.works().get(i).inputs()) {
        if (lives.containsKey(n)) {
          lives.get(n)[1] = i;
        }
      }
      for (Node n : chain.works().get(i).outputs()) {
        if (!chain.outputs().contains(n)) {
          lives.put(n, new int[] {i, i});
        }
      }
    }
    Map<Node, Node> hosts = hosts(chain, lives);
    List<Node> bottoms = lives.keySet().stream().filter(n -> !hosts.containsKey(n)).toList();
    Blocks images = blocks(target, images(chain));
    MemoryPlan plan = MemoryPlan.of(bottoms.stream()
        .map(n -> new MemoryPlan.Interval(n.type().bytes() / images.count() * images.size(0), lives.get(n)[0], lives.get(n)[1])).toList());
    target.near().reserve(plan.bytes());
    Map<Node, MemorySegment> near = new HashMap<>();
    for (Node n : lives.keySet()) {
      near.put(n, ImageBlocks.near(plan.offsets().get(bottoms.indexOf(hosts.getOrDefault(n, n))), n.type().bytes()));
    }
    return near;
  }

  /// What is computed element by element takes the place of an operand that is read for the last time.
  private static Map<Node, Node> hosts(Work.Piecewise chain, Map<Node, int[]> lives) {
    Map<Node, Node> hosts = new HashMap<>();
    for (int i = 0; i < chain.works().size(); i++) {
      if (chain.works().get(i) instanceof Work.Pointwise(var group)) {
        int now = i;
        group.outputs().stream().filter(lives::containsKey).forEach(output -> group.inputs().stream()
            .filter(input -> lives.containsKey(input) && input.type().equals(output.type()) && lives.get(hosts.getOrDefault(input, input))[1] == now)
            .findFirst().ifPresent(input -> {
              Node bottom = hosts.getOrDefault(input, input);
              hosts.put(output, bottom);
              lives.get(bottom)[1] = Math.max(lives.get(output)[1], now + 1);
            }));
      }
    }
    return hosts;
  }

  private static int images(Work.Piecewise chain) {
    Work last = chain.works().getLast();
    Node read = last.inputs().stream().filter(n -> chain.works().stream().anyMatch(w -> w.outputs().contains(n))).findFirst().orElseThrow();
    return read.shape().dim(0);
  }

  /// `step`: compiles one of the works.
  static Step compile(Target target, Work.Piecewise chain, Function<Work, Step> step) {
    ImageBlocks blocks = new ImageBlocks(blocks(target, images(chain)), target.near());
    List<Target.Phase> phases = new ArrayList<>();
    List<ByImages> steps = new ArrayList<>();
    for (Work work : chain.works()) {
      steps.add((ByImages) step.apply(work));
      target.takePath();
      phases.add(phase(chain, work, blocks.images().parts()));
    }
    Parted[] each = target.together(() -> steps.stream().map(s -> s.by(blocks)).toArray(Parted[]::new));
    target.path("by images", phases.toArray(Target.Phase[]::new));
    return () -> {
      target.workers().run(blocks.images().parts(), block -> {
        for (Parted p : each) {
          p.run(block);
        }
      });
      for (Parted p : each) {
        p.end();
      }
    };
  }

  /// What `work` does; what it reads of the chain's is in the core's cache.
  private static Target.Phase phase(Work.Piecewise chain, Work work, int blocks) {
    List<Integer> inputs = work.inputs().stream().distinct().map(chain.inputs()::indexOf).filter(i -> i >= 0).toList();
    long near = work.inputs().stream().distinct().filter(n -> !chain.inputs().contains(n)).mapToLong(n -> n.type().bytes()).sum();
    long left = work.outputs().stream().mapToLong(n -> n.type().bytes()).sum();
    return new Target.Phase(Labelled.arithmetic(work), inputs, false, List.of(new Traffic(near, left, (near + left) / blocks)));
  }
}
