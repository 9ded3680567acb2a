package dlt.backend.cuda;

import dlt.backend.ImageLayouts;
import dlt.backend.KernelCall;
import dlt.backend.Placement;
import dlt.backend.Work;
import dlt.backend.WorkLabel;
import dlt.graph.Graph;
import dlt.graph.Node;
import dlt.graph.Verifier;
import dlt.op.*;
import dlt.backend.cuda.driver.Gpu;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;

/// Turns a graph into actions over the memory that its [Placement] asks for. It needs no device: only its description, and the
/// addresses that memory will have there.
final class CudaCompiler {
  static final long ALIGNMENT = 256;
  /// Blocks up to which a section is over sooner than a launch would be.
  private static final int FEW = 16;
  /// Blocks up to which one block adds up what waits sooner than a launch of their own would be over.
  private static final int FEW_SUMS = 8;
  /// Inputs of so many bytes travel together: a copy takes longer to begin than to carry them.
  private static final long SMALL = 64 << 10;
  /// Bytes of the workspace from which on what is in it is dealt with at once.
  private static final long MOST_DEFERRED = 64L << 20;

  private final Graph graph;
  private final Map<String, Long> variables;
  private final List<Work> order;
  private final Placement placement;
  private final Map<String, Long> inputs = new HashMap<>();
  private final List<Long> kept = new ArrayList<>();
  private final long start;
  private final long block;
  private final Scratch scratch;
  private final Target target;
  private final List<Deferred> deferred = new ArrayList<>();
  /// The end of what has been given a place.
  private long end;
  private long small;

  /// For `graph`, whose variables lie at these addresses, channels-last where [CudaLayoutCosts#kept] says so, in memory from `address` on. Kernels' arguments live as long as `arena`.
  CudaCompiler(Graph graph, Gpu gpu, Precision precision, Map<String, Long> variables, long address, Arena arena) {
    Verifier.verify(graph);
    this.graph = ImageLayouts.of(graph, new CudaLayoutCosts()).apply();
    this.variables = variables;
    this.order = Schedule.of(this.graph);
    this.placement = new Placement(this.graph, order);
    this.start = address;
    this.end = address;
    placeInputs();
    this.block = take(placement.blockBytes());
    placement.kept().forEach(k -> kept.add(take(k.bytes())));
    this.scratch = new Scratch(end);
    this.target = new Target(gpu, precision, arena, scratch);
  }

  Compilation compile() {
    List<Action> once = new ArrayList<>();
    order.stream().filter(placement::constant).forEach(w -> once.addAll(actions(w)));
    once.addAll(deferred());
    List<Action> steps = new ArrayList<>();
    placement.first().forEach(c -> steps.add(copy(c)));
    steps.addAll(actions(order.stream().filter(w -> !placement.constant(w) && Placement.computes(w)).toList()));
    steps.addAll(deferred());
    placement.last().forEach(c -> steps.add(copy(c)));
    SequencedMap<String, Operand> given = new LinkedHashMap<>();
    graph.inputs().forEach(n -> given.put(((Input) n.op()).name(), operand(n)));
    SequencedMap<String, Operand> outputs = new LinkedHashMap<>();
    placement.outputs().forEach((name, place) -> outputs.put(name, new Operand(graph.outputs().get(name).type(), address(place))));
    return new Compilation(graph, end + scratch.bytes() - start, given, outputs, small, once, steps);
  }

  // ---- where values lie

  /// The small ones first, next to one another.
  private void placeInputs() {
    for (boolean smalls : new boolean[] {true, false}) {
      for (Node node : graph.inputs()) {
        if (node.type().bytes() <= SMALL == smalls) {
          inputs.put(((Input) node.op()).name(), take(InputRing.deviceBytes(node.type().bytes(), !smalls)));
        }
      }
      small = smalls ? end - start : small;
    }
  }

  private long take(long bytes) {
    long r = end;
    end += Math.ceilDiv(Math.max(bytes, 1), ALIGNMENT) * ALIGNMENT;
    return r;
  }

  private long address(Placement.Place place) {
    return switch (place) {
      case Placement.OfVariable(String name, long _) -> variables.get(name);
      case Placement.OfInput(String name, long _) -> inputs.get(name);
      case Placement.Planned(long offset, long _) -> block + offset;
      case Placement.Kept(int number, long _) -> kept.get(number);
      case Placement.Within(Placement.Place whole, long offset, long _) -> address(whole) + offset;
    };
  }

  private Action copy(Placement.Copy copy) {
    return new Action.Copy(address(copy.from()), address(copy.to()), copy.to().bytes());
  }

  private Operand operand(Node node) {
    return new Operand(node.type(), address(placement.of(node)));
  }

  private List<Operand> operands(List<Node> nodes) {
    return nodes.stream().map(this::operand).toList();
  }

  // ---- what computes them

  /// Works in this order. Neighbours that are small become one kernel.
  private List<Action> actions(List<Work> works) {
    List<Action> r = new ArrayList<>();
    List<Work> few = new ArrayList<>();
    List<Section> theirs = new ArrayList<>();
    for (Work work : works) {
      List<Section> sections = few(work);
      if (!few.isEmpty() && (sections.isEmpty() || !Section.fit(Stream.concat(theirs.stream(), sections.stream()).toList()))) {
        r.addAll(inTurn(few, theirs));
        few.clear();
        theirs.clear();
      }
      if (sections.isEmpty()) {
        r.addAll(actions(work));
      } else {
        few.add(work);
        theirs.addAll(sections);
      }
    }
    if (!few.isEmpty()) {
      r.addAll(inTurn(few, theirs));
    }
    return r;
  }

  /// Small works as one kernel; what waits for them comes first, in the same one if it is small too.
  private List<Action> inTurn(List<Work> works, List<Section> sections) {
    List<Action> r = new ArrayList<>();
    List<Section> all = sections;
    if (works.stream().anyMatch(this::needs)) {
      List<Section> more = Stream.concat(deferred.stream().map(Deferred::section), sections.stream()).toList();
      if (deferred.stream().mapToInt(d -> d.section.blocks()).sum() <= FEW_SUMS && Section.fit(more)) {
        all = more;
        deferred.clear();
      } else {
        r.addAll(deferred());
      }
    }
    if (all.size() == sections.size() && works.size() == 1) {
      r.addAll(actions(works.getFirst()));
      return r;
    }
    Launch launch = Section.inTurn(target, all);
    List<Work> told = List.copyOf(works);
    String count = (all.size() == sections.size() ? "" : "sums and ") + told.size();
    r.add(new Action.Call(launch, () -> new KernelCall(
        count + " in turn: " + WorkLabel.name(told.getFirst()) + (told.size() > 1 ? ", ..." : "") + " [" + launch.kernel().name() + "]",
        told.stream().mapToLong(WorkLabel::operations).sum(), told.stream().mapToLong(WorkLabel::operations).sum(),
        told.stream().mapToLong(WorkLabel::bytes).sum())));
    return r;
  }

  /// The sections of a work, each of which may need those before it, if all of them are small; else none.
  private List<Section> few(Work work) {
    nextScratch();
    List<Section> r = switch (work) {
      case Work.Several(var works) when works.stream().allMatch(Schedule::joins) ->
          Section.rounds(works.stream().map(this::sections).toList()).stream().flatMap(List::stream).toList();
      case Work.Several _ -> List.of();
      case Work.Pointwise _ -> sections(work);
      case Work.Single _ -> Schedule.joins(work) ? sections(work) : List.of();
      case Work.Ended _, Work.Piecewise _ -> List.of();
    };
    return r.stream().allMatch(s -> s.blocks() <= FEW) ? r : List.of();
  }

  private List<Action> actions(Work work) {
    if (!Placement.computes(work)) {
      return List.of();
    }
    List<Action> r = new ArrayList<>(neededBy(work));
    if (work instanceof Work.Single(Node node) && node.op() instanceof Literal literal) {
      r.add(new Action.Upload(literal.value().as(node.dtype()), address(placement.of(node))));
      return r;
    }
    nextScratch();
    r.addAll(calls(work, launches(work)));
    return r;
  }

  private static List<Action> calls(Work work, List<Launch> launches) {
    List<Action> r = new ArrayList<>();
    for (Launch launch : launches) {
      // what the work takes is told once
      boolean told = !r.isEmpty();
      r.add(new Action.Call(launch, () -> new KernelCall(WorkLabel.name(work) + " [" + launch.kernel().name() + "]",
          told ? 0 : WorkLabel.operations(work), told ? 0 : WorkLabel.operations(work), told ? 0 : WorkLabel.bytes(work))));
    }
    return r;
  }

  private List<Launch> launches(Work work) {
    return switch (work) {
      case Work.Pointwise _ -> together(List.of(work));
      case Work.Several(var works) -> together(works);
      case Work.Single _, Work.Ended _ -> !deferred.isEmpty() && Schedule.light(work) ? together(List.of(work)) : alone(work);
      case Work.Piecewise _ -> throw new AssertionError(work);
    };
  }

  // ---- what waits for the next launch

  /// The last section of `work`, which adds up what others left in the workspace and leaves the results in `places`.
  private record Deferred(Section section, Work work, List<Placement.Place> places) {}

  /// A kernel, or some, of a product or what else ships.
  private List<Launch> alone(Work work) {
    List<Launch> launches = new ArrayList<>(shipped(work));
    if (defers(work, launches)) {
      defer(work, ShippedSection.of(launches.removeLast()));
    }
    return launches.stream().map(l -> Section.written(target, l)).toList();
  }

  /// Works side by side, with what has waited.
  private List<Launch> together(List<Work> works) {
    List<List<Section>> lists = new ArrayList<>(deferred.stream().map(d -> List.of(d.section)).toList());
    deferred.clear();
    for (Work work : works) {
      boolean ships = Schedule.light(work);
      List<Launch> launches = ships ? shipped(work) : List.of();
      List<Section> sections = new ArrayList<>(ships ? launches.stream().map(ShippedSection::of).toList() : sections(work));
      if (ships ? defers(work, launches) : sections.size() == 2 && reduces(work)) {
        defer(work, sections.removeLast());
      }
      lists.add(sections);
    }
    return Section.sideBySide(target, lists);
  }

  /// Whether the last launch of a product adds up slices of k, for which nobody waits yet.
  private static boolean defers(Work work, List<Launch> launches) {
    return work instanceof Work.Single && launches.size() > 1 && launches.stream().filter(Product::sums).count() == 1 && Product.sums(launches.getLast());
  }

  /// Whether the second section of `work`, if it has two, adds up what the first has left.
  private static boolean reduces(Work work) {
    return work.outputs().stream().anyMatch(n -> n.op() instanceof Reduce);
  }

  private void defer(Work work, Section section) {
    deferred.add(new Deferred(section, work, work.outputs().stream().filter(n -> work.outputs().size() == 1 || n.op() instanceof Reduce).map(placement::of).toList()));
  }

  /// What waits, where `work` reads it.
  private List<Action> neededBy(Work work) {
    return needs(work) ? deferred() : List.of();
  }

  /// Whether nothing may wait any longer than until `work`.
  private boolean needs(Work work) {
    return scratch.used() > MOST_DEFERRED
        || work.inputs().stream().map(n -> placement.of(n).whole()).anyMatch(place -> deferred.stream().anyMatch(d -> d.places.contains(place)));
  }

  private List<Action> deferred() {
    List<Work> works = deferred.stream().map(Deferred::work).toList();
    List<Launch> launches = Section.sideBySide(target, deferred.stream().map(d -> List.of(d.section)).toList());
    deferred.clear();
    return launches.stream().<Action>map(l -> new Action.Call(l, () -> new KernelCall("sums of " + works.size() + ": " + WorkLabel.name(works.getFirst())
        + " [" + l.kernel().name() + "]", 0, 0, 0))).toList();
  }

  /// Leaves the workspace to the next op, unless something waits that is in it.
  private void nextScratch() {
    if (deferred.isEmpty()) {
      scratch.next();
    }
  }

  // ---- kernels

  /// The launches of one op and of what it ends in.
  private List<Launch> shipped(Work work) {
    return switch (work) {
      case Work.Single(Node node) -> launches(node.op(), operands(node.inputs()), Optional.empty(), operand(node));
      case Work.Ended ended -> {
        Optional<Epilogue> epilogue = Optional.of(epilogue(ended));
        List<Launch> launches = launches(ended.head().op(), operands(ended.head().inputs()), epilogue, operand(ended.end().outputs().getFirst()));
        yield launches.stream().map(l -> PoolLaunch.is(l) ? Epilogue.finished(epilogue, l) : l).toList();
      }
      case Work.Pointwise _, Work.Several _, Work.Piecewise _ -> throw new AssertionError(work);
    };
  }

  private Epilogue epilogue(Work.Ended ended) {
    return ended.bias().map(b -> Epilogue.of(operand(b.values()), b.relu())).orElseGet(() -> Epilogue.of(finish(ended)));
  }

  private Finish finish(Work.Ended ended) {
    List<Finish.In> inputs = ended.end().inputs().stream().<Finish.In>map(n -> n == ended.head() ? new Finish.Value()
        : n.shape().equals(ended.end().shape()) ? new Finish.Same(operand(n).address())
        : ended.channels(n) ? new Finish.Channel(operand(n).address()) : new Finish.One(operand(n).address())).toList();
    List<Node> results = ended.outputs();
    return new Finish(new GroupCode(ended.end(), results), inputs, operand(results.getFirst()).address(),
        results.stream().skip(1).map(n -> operand(n).address()).toList());
  }

  /// The parts of a work that [Schedule#joins] others, each of which needs those before it.
  private List<Section> sections(Work work) {
    return switch (work) {
      case Work.Pointwise(var group) -> PointwiseKernel.sections(target, group, operands(group.inputs()), operands(group.outputs()));
      case Work.Single(Node node) when node.op() instanceof Reduce op ->
          ReduceKernel.sections(target, op, operands(node.inputs()), operand(node));
      case Work.Single(Node node) when node.op() instanceof Cast op -> CastKernel.sections(target, op, operands(node.inputs()), operand(node));
      case Work.Single _ -> shipped(work).stream().map(ShippedSection::of).toList();
      case Work.Ended _, Work.Several _, Work.Piecewise _ -> throw new AssertionError(work);
    };
  }

  private List<Launch> launches(Op any, List<Operand> in, Optional<Epilogue> epilogue, Operand out) {
    return switch (any) {
      case Input _, Variable _, Reshape _, Literal _ -> throw new AssertionError(any);
      case Unary _, Binary _, Where _ -> throw new AssertionError("pointwise and in no group: " + any);
      case Nhwc op -> NhwcKernel.compile(target, op, in, epilogue, out, (inputs, output) -> launches(op.op(), inputs, epilogue, output));
      case Fill op -> FillKernel.compile(target, op, in, out);
      case RandomUniform op -> RandomUniformKernel.compile(target, op, in, out);
      case Cast op -> CastKernel.compile(target, op, in, out);
      case Reduce op -> ReduceKernel.compile(target, op, in, out);
      case ArgMax op -> ArgMaxKernel.compile(target, op, in, out);
      case Softmax op -> SoftmaxKernel.compile(target, op, in, out);
      case LogSoftmax op -> LogSoftmaxKernel.compile(target, op, in, out);
      case MatMul op -> MatMulKernel.compile(target, op, in, epilogue, out);
      case Conv2d op -> Conv2dKernel.compile(target, op, Images.planes(in.get(0)), Images.planes(in.get(1)), epilogue, Images.planes(out));
      case Conv2dGradInput op ->
          Conv2dGradInputKernel.compile(target, op, Images.planes(in.get(0)), Images.planes(in.get(1)), epilogue, Images.planes(out));
      case Conv2dGradWeight op ->
          Conv2dGradWeightKernel.compile(target, op, Images.planes(in.get(0)), Images.planes(in.get(1)), Images.planes(out));
      case MaxPool2d op -> MaxPool2dKernel.compile(target, op, Images.planes(in), Images.planes(out));
      case MaxPool2dGrad op -> MaxPool2dGradKernel.compile(target, op, Images.planes(in), Images.planes(out));
      case AvgPool2d op -> AvgPool2dKernel.compile(target, op, Images.planes(in), Images.planes(out));
      case AvgPool2dGrad op -> AvgPool2dGradKernel.compile(target, op, Images.planes(in), Images.planes(out));
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
