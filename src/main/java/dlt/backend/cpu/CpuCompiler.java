package dlt.backend.cpu;

import dlt.backend.Buffer;
import dlt.backend.ImageLayouts;
import dlt.backend.Placement;
import dlt.backend.Work;
import dlt.graph.Flops;
import dlt.graph.Graph;
import dlt.graph.Node;
import dlt.graph.Verifier;
import dlt.op.*;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Turns a graph into steps over the memory that its [Placement] asks for.
final class CpuCompiler {
  /// A program of at least so many kernels with at most so many floating-point operations, and bytes of values, is little work.
  private static final int LITTLE_KERNELS = 8;
  private static final long LITTLE_OPERATIONS = 2_000_000, LITTLE_BYTES = 1 << 20;

  private final Graph graph;
  private final Map<String, MemorySegment> variables = new HashMap<>();
  private final Target target;
  private final List<Work> order;
  private final Placement placement;
  private final Map<String, MemorySegment> inputs = new HashMap<>();
  private final MemorySegment block;
  private final List<MemorySegment> kept;
  private final Map<Work, Moments.Pair> pairs;
  private final Map<Work, MaxPoolPair> pools;
  private final Map<Moments.Pair, Moments> moments = new HashMap<>();
  /// What [ImageChains] keep near.
  private final Map<Node, MemorySegment> near = new HashMap<>();
  private final Map<Work, PlaneGradients.Pair> gradientPairs;
  private final PlaneGradients gradients;

  CpuCompiler(Graph graph, Map<String, Buffer> variables, Target target) {
    Verifier.verify(graph);
    this.graph = ImageLayouts.of(graph, new CpuLayoutCosts(target)).apply();
    this.target = target;
    List<Work> works = countersFirst(Work.of(this.graph));
    for (Node node : this.graph.variables()) {
      Variable v = (Variable) node.op();
      if (!(variables.get(v.name()) instanceof CpuBuffer buffer) || !buffer.type().equals(v.type())) {
        throw new IllegalArgumentException("no buffer of " + v.type() + " for variable " + v.name());
      }
      this.variables.put(v.name(), buffer.data());
    }
    this.pairs = Moments.pairs(target, works);
    this.gradientPairs = PlaneGradients.pairs(target, works);
    this.gradients = new PlaneGradients(target);
    this.pools = MaxPoolPair.pairs(target, works);
    List<Work> piecewise = PiecewiseConvolutions.join(target, PiecewisePools.join(target, this.graph, works, pools, pairs.keySet()), pairs);
    List<Work> chained = new ImageChains(target, this.graph, piecewise, pools, gradientPairs, pairs.keySet()).join(piecewise);
    this.order = EarlyUpdates.in(this.graph, chained);
    this.placement = new Placement(this.graph, order);
    this.graph.inputs().forEach(n -> inputs.put(((Input) n.op()).name(), target.scratch(n.type().bytes())));
    this.block = target.scratch(placement.blockBytes());
    this.kept = placement.kept().stream().map(k -> target.scratch(k.bytes())).toList();
  }

  /// What is computed from nothing but variables of one element, such as how often there was a step, comes first, one next to the
  /// other: in between larger work its code and data would come from memory each time.
  private static List<Work> countersFirst(List<Work> order) {
    Set<Node> counters = new HashSet<>();
    List<Work> first = new ArrayList<>();
    List<Work> others = new ArrayList<>();
    for (Work work : order) {
      boolean from = work instanceof Work.Single(Node node) && node.op() instanceof Variable || !work.inputs().isEmpty() && counters.containsAll(work.inputs());
      if (from && work.outputs().stream().allMatch(n -> n.shape().size() == 1)) {
        counters.addAll(work.outputs());
        first.add(work);
      } else {
        others.add(work);
      }
    }
    first.addAll(others);
    return first;
  }

  CpuProgram compile(Arena arena) {
    for (Work work : order) {
      if (placement.constant(work)) {
        step(work).ifPresent(once -> once.step().run());
      }
    }
    List<Labelled> steps = new ArrayList<>();
    placement.first().forEach(c -> steps.add(copy(c)));
    for (Work work : order) {
      if (!placement.constant(work)) {
        step(work).ifPresent(steps::add);
      }
    }
    placement.last().forEach(c -> steps.add(copy(c)));
    target.compiled();
    Map<String, CpuBuffer> given = new LinkedHashMap<>();
    graph.inputs().forEach(n -> given.put(((Input) n.op()).name(), new CpuBuffer(n.type(), data(placement.of(n)), Optional.of(target.workers()))));
    Map<String, CpuBuffer> outputs = new LinkedHashMap<>();
    graph.outputs().forEach((name, n) -> outputs.put(name, new CpuBuffer(n.type(), data(placement.outputs().get(name)))));
    return new CpuProgram(given, outputs, steps, little(steps.size()), target.workers(), target.bytes(), arena);
  }

  /// Whether one thread is done with all of it, some ten microseconds, before several have shared it kernel by kernel.
  private boolean little(int kernels) {
    return kernels >= LITTLE_KERNELS && graph.nodes().stream().mapToLong(n -> n.type().bytes()).sum() <= LITTLE_BYTES && Flops.of(graph) <= LITTLE_OPERATIONS;
  }

  // ---- where values lie

  private MemorySegment data(Placement.Place place) {
    return switch (place) {
      case Placement.OfVariable(String name, long _) -> variables.get(name);
      case Placement.OfInput(String name, long _) -> inputs.get(name);
      case Placement.Planned(long offset, long bytes) -> block.asSlice(offset, bytes);
      case Placement.Kept(int number, long _) -> kept.get(number);
      case Placement.Within(Placement.Place whole, long offset, long bytes) -> data(whole).asSlice(offset, bytes);
    };
  }

  private Labelled copy(Placement.Copy copy) {
    return Labelled.copy(data(copy.from()), data(copy.to()));
  }

  private Operand operand(Node node) {
    return new Operand(node.type(), near.containsKey(node) ? near.get(node) : data(placement.of(node)));
  }

  // ---- what computes them

  private Optional<Labelled> step(Work work) {
    if (!Placement.computes(work)) {
      return Optional.empty();
    }
    Step step = compiled(work);
    return Optional.of(Labelled.of(step, work, target.takePath(), memory(work.inputs()), memory(work.outputs())));
  }

  private Step compiled(Work work) {
    if (pairs.containsKey(work) && !placement.constant(work)) {
      Moments.Pair pair = pairs.get(work);
      Moments m = moments.computeIfAbsent(pair, p -> new Moments(target, p));
      return work == pair.sum() ? m.sum(operands(pair.made().inputs()), operand(work.outputs().getFirst())) : m.squares(operand(pair.centre()), operand(work.outputs().getFirst()));
    }
    if (pools.containsKey(work)) {
      MemorySegment first = operand(work.inputs().getFirst()).data();
      MemorySegment result = operand(work.outputs().getFirst()).data();
      return work.inputs().size() == 1 ? pools.get(work).pool(first, result) : pools.get(work).gradient(operand(work.inputs().get(1)).data(), 1, result);
    }
    if (work instanceof Work.Single single && gradientPairs.containsKey(work) && !placement.constant(work)) {
      return gradients.step(gradientPairs.get(work), single, this::operand);
    }
    return switch (work) {
      case Work.Pointwise(var group) -> PointwiseKernel.compile(target, group, operands(group.inputs()), operands(group.outputs()));
      case Work.Several(var works) -> {
        List<Step> each = works.stream().filter(Placement::computes).map(this::compiled).toList();
        yield () -> each.forEach(Step::run);
      }
      case Work.Single(Node node) -> step(node);
      case Work.Piecewise chain when ImageChains.is(chain) -> {
        near.putAll(ImageChains.near(target, chain));
        yield ImageChains.compile(target, chain, this::compiled);
      }
      case Work.Piecewise piecewise when PiecewiseConvolutions.heads(piecewise.works().getFirst()) -> convolution(piecewise);
      case Work.Piecewise piecewise -> PiecewisePools.compile(target, piecewise, pools, n -> data(placement.of(n)));
      case Work.Ended ended -> step(ended);
    };
  }

  private Step convolution(Work.Piecewise work) {
    InPieces step = (InPieces) compiled(work.works().getFirst());
    Optional<Moments> sums = Optional.ofNullable(pairs.get(work.works().getLast()))
        .map(pair -> moments.computeIfAbsent(pair, p -> new Moments(target, p, step.pieces())));
    return PiecewiseConvolutions.compile(target, work, step, sums, this::operand);
  }

  private List<MemorySegment> memory(List<Node> nodes) {
    return nodes.stream().map(n -> data(placement.of(n))).toList();
  }

  private List<Operand> operands(List<Node> nodes) {
    return nodes.stream().map(this::operand).toList();
  }

  private static Step literal(Literal op, Operand out) {
    MemorySegment values = op.value().as(out.type().dtype()).data();
    return () -> out.data().copyFrom(values);
  }

  private Step step(Work.Ended ended) {
    Work.Bias bias = ended.bias().orElseThrow();
    Optional<Epilogue> epilogue = Optional.of(new Epilogue(operand(bias.values()), bias.relu()));
    return step(ended.head().op(), operands(ended.head().inputs()), epilogue, operand(ended.end().outputs().getFirst()));
  }

  private Step step(Node node) {
    return step(node.op(), operands(node.inputs()), Optional.empty(), operand(node));
  }

  private Step step(Op any, List<Operand> in, Optional<Epilogue> epilogue, Operand out) {
    return switch (any) {
      case Input _, Variable _, Reshape _ -> throw new AssertionError(any);
      case Unary _, Binary _, Where _ -> throw new AssertionError("pointwise and in no group: " + any);
      case Nhwc op -> NhwcKernel.compile(target, op, in, out, (inputs, output) -> step(op.op(), inputs, epilogue, output));
      case Literal op -> literal(op, out);
      case Fill op -> FillKernel.compile(target, op, in, out);
      case RandomUniform op -> RandomUniformKernel.compile(target, op, in, out);
      case Cast op -> CastKernel.compile(target, op, in, out);
      case Reduce op -> ReduceKernel.compile(target, op, in, out);
      case ArgMax op -> ArgMaxKernel.compile(target, op, in, out);
      case Softmax op -> SoftmaxKernel.compile(target, op, in, out);
      case LogSoftmax op -> LogSoftmaxKernel.compile(target, op, in, out);
      case MatMul op -> MatMulKernel.compile(target, op, in, epilogue, out);
      case Conv2d op -> Conv2dKernel.compile(target, op, in, epilogue, out);
      case Conv2dGradInput op -> Conv2dGradInputKernel.compile(target, op, in, out);
      case Conv2dGradWeight op -> Conv2dGradWeightKernel.compile(target, op, in, out);
      case MaxPool2d op -> MaxPool2dKernel.compile(target, op, in, out);
      case MaxPool2dGrad op -> MaxPool2dGradKernel.compile(target, op, in, out);
      case AvgPool2d op -> AvgPool2dKernel.compile(target, op, in, out);
      case AvgPool2dGrad op -> AvgPool2dGradKernel.compile(target, op, in, out);
      case BatchNorm op -> BatchNormKernel.compile(target, op, in, out);
      case Transpose op -> TransposeKernel.compile(target, op, in, out);
      case Expand op -> ExpandKernel.compile(target, op, in, out);
      case Concat op -> ConcatKernel.compile(target, op, in, out);
      case Slice op -> SliceKernel.compile(target, op, in, out);
      case Pad op -> PadKernel.compile(target, op, in, out);
      case Gather op -> GatherKernel.compile(target, op, in, out);
      case ScatterAdd op -> ScatterAddKernel.compile(target, op, in, out);
      case OneHot op -> OneHotKernel.compile(target, op, in, out);
    };
  }
}
