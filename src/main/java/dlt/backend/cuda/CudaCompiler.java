package dlt.backend.cuda;

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
  /// Inputs of so many bytes travel together: a copy takes longer to begin than to carry them.
  private static final long SMALL = 64 << 10;

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
  /// The end of what has been given a place.
  private long end;
  private long small;

  /// For `graph`, whose variables lie at these addresses, in memory from `address` on. Kernels' arguments live as long as `arena`.
  CudaCompiler(Graph graph, Gpu gpu, Precision precision, Map<String, Long> variables, long address, Arena arena) {
    Verifier.verify(graph);
    this.graph = graph;
    this.variables = variables;
    this.order = Schedule.of(graph);
    this.placement = new Placement(graph, order);
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
    List<Action> steps = new ArrayList<>();
    placement.first().forEach(c -> steps.add(copy(c)));
    steps.addAll(actions(order.stream().filter(w -> !placement.constant(w) && Placement.computes(w)).toList()));
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

  private List<Action> inTurn(List<Work> works, List<Section> sections) {
    if (works.size() == 1) {
      return actions(works.getFirst());
    }
    Launch launch = Section.inTurn(target, sections);
    List<Work> all = List.copyOf(works);
    return List.of(new Action.Call(launch, () -> new KernelCall(
        all.size() + " in turn: " + WorkLabel.name(all.getFirst()) + ", ... [" + launch.kernel().name() + "]",
        all.stream().mapToLong(WorkLabel::operations).sum(), all.stream().mapToLong(WorkLabel::operations).sum(),
        all.stream().mapToLong(WorkLabel::bytes).sum())));
  }

  /// The sections of a work, each of which may need those before it, if all of them are small; else none.
  private List<Section> few(Work work) {
    scratch.next();
    List<Section> r = switch (work) {
      case Work.Several(var works) -> Section.rounds(works.stream().map(this::sections).toList()).stream().flatMap(List::stream).toList();
      case Work.Pointwise _ -> sections(work);
      case Work.Single _ -> Schedule.joins(work) ? sections(work) : List.of();
      case Work.Ended _ -> List.of();
    };
    return r.stream().allMatch(s -> s.blocks() <= FEW) ? r : List.of();
  }

  private List<Action> actions(Work work) {
    if (!Placement.computes(work)) {
      return List.of();
    }
    if (work instanceof Work.Single(Node node) && node.op() instanceof Literal literal) {
      return List.of(new Action.Upload(literal.value().as(node.dtype()), address(placement.of(node))));
    }
    scratch.next();
    List<Launch> launches = launches(work);
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
      case Work.Pointwise _ -> Section.launches(target, sections(work));
      case Work.Several(var works) -> Section.sideBySide(target, works.stream().map(this::sections).toList());
      case Work.Single(Node node) -> launches(node.op(), operands(node.inputs()), Optional.empty(), operand(node));
      case Work.Ended ended -> launches(ended.product().op(), operands(ended.product().inputs()), Optional.of(epilogue(ended)),
          operand(ended.end().outputs().getFirst())).stream().map(l -> Section.written(target, l)).toList();
    };
  }

  private Epilogue epilogue(Work.Ended ended) {
    return ended.bias().map(b -> Epilogue.of(operand(b.values()), b.relu())).orElseGet(() -> Epilogue.of(finish(ended)));
  }

  private Finish finish(Work.Ended ended) {
    List<Finish.In> inputs = ended.end().inputs().stream().<Finish.In>map(n -> n == ended.product() ? new Finish.Value()
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
      case Work.Single(Node node) -> launches(node.op(), operands(node.inputs()), Optional.empty(), operand(node)).stream()
          .map(ShippedSection::of).toList();
      case Work.Ended _, Work.Several _ -> throw new AssertionError(work);
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
      case Conv2d op -> Conv2dKernel.compile(target, op, Images.planes(in.get(0)), in.get(1), epilogue, Images.planes(out));
      case Conv2dGradInput op ->
          Conv2dGradInputKernel.compile(target, op, Images.planes(in.get(0)), in.get(1), epilogue, Images.planes(out));
      case Conv2dGradWeight op ->
          Conv2dGradWeightKernel.compile(target, op, Images.planes(in.get(0)), Images.planes(in.get(1)), out);
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
