package dlt.backend.cpu;

import dlt.backend.Buffer;
import dlt.graph.Graph;
import dlt.graph.MemoryPlan;
import dlt.graph.Node;
import dlt.graph.Verifier;
import dlt.op.*;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Turns a graph into steps: settles what runs in which order, which values share memory with what they come from, which
/// are constants, which become a variable's next value in its place, and where all others lie.
final class CpuCompiler {
  /// The values that are the same memory under other shapes: `root` was computed, given or kept. `first` and `last` are the
  /// units that write and read it.
  private static final class Storage {
    final Node root;
    final boolean constant;
    int first;
    int last;
    MemorySegment data;
    /// What this took the place of, or null.
    private Storage host;

    Storage(Node root, boolean constant, int position) {
      this.root = root;
      this.constant = constant;
      this.first = position;
      this.last = position;
    }

    /// What it lies in: itself, or what it took the place of.
    Storage place() {
      return host == null ? this : host.place();
    }

    /// Lies where `other` did, which is read for the last time.
    void take(Storage other) {
      host = other.place();
      host.last = last;
    }
  }

  private final Graph graph;
  private final Map<String, Buffer> variables;
  private final Target target;
  private final List<Work> order;
  private final Map<Node, Storage> storages = new HashMap<>();
  private final Map<String, Node> variableNodes = new HashMap<>();
  private final List<Labelled> steps = new ArrayList<>();

  CpuCompiler(Graph graph, Map<String, Buffer> variables, Target target) {
    Verifier.verify(graph);
    this.graph = ImageLayouts.of(graph, target).apply();
    this.variables = variables;
    this.target = target;
    this.order = Work.of(this.graph);
  }

  CpuProgram compile(Arena arena) {
    for (int i = 0; i < order.size(); i++) {
      store(order.get(i), i);
    }
    // what nobody reads: a variable that is only updated
    graph.nodes().stream().filter(CpuCompiler::outside).forEach(n -> storages.putIfAbsent(n, new Storage(n, false, -1)));
    Map<String, CpuBuffer> outputs = new LinkedHashMap<>();
    List<Labelled> first = new ArrayList<>();
    List<Labelled> last = new ArrayList<>();
    place(outputs, first, last);
    steps.addAll(first);
    for (Work work : order) {
      if (!constant(work)) {
        step(work).ifPresent(steps::add);
      }
    }
    steps.addAll(last);
    Map<String, CpuBuffer> inputs = new LinkedHashMap<>();
    for (Node node : graph.inputs()) {
      inputs.put(((Input) node.op()).name(), new CpuBuffer(node.type(), storages.get(node).data));
    }
    return new CpuProgram(inputs, outputs, steps, target.bytes(), arena);
  }

  // ---- which values there are

  private void store(Work work, int position) {
    for (Node input : work.inputs()) {
      storages.get(input).last = position;
    }
    for (Node node : work.outputs()) {
      storages.put(node, work instanceof Work.Single && alias(node)
          ? storages.get(node.inputs().getFirst())
          : new Storage(node, work.inputs().stream().allMatch(i -> storages.get(i).constant) && !outside(node), position));
    }
  }

  private static boolean outside(Node node) {
    return node.op() instanceof Input || node.op() instanceof Variable;
  }

  /// Whether `node` is its operand's elements in the same order.
  private static boolean alias(Node node) {
    if (node.op() instanceof Transpose transpose) {
      List<Integer> moved = transpose.permutation().stream().filter(d -> node.inputs().getFirst().shape().dim(d) != 1).toList();
      return moved.stream().sorted().toList().equals(moved);
    }
    return node.op() instanceof Reshape
        || (node.op() instanceof Expand || node.op() instanceof Slice || node.op() instanceof Concat)
            && node.shape().size() == node.inputs().getFirst().shape().size()
        || node.op() instanceof Cast && node.dtype() == node.inputs().getFirst().dtype();
  }

  private boolean constant(Work work) {
    return storages.get(work.outputs().getFirst()).constant;
  }

  // ---- where they lie

  private void place(Map<String, CpuBuffer> outputs, List<Labelled> first, List<Labelled> last) {
    int end = order.size();
    Map<Storage, String> variableOf = new HashMap<>();
    for (Node node : graph.variables()) {
      Variable v = (Variable) node.op();
      if (!(variables.get(v.name()) instanceof CpuBuffer buffer) || !buffer.type().equals(v.type())) {
        throw new IllegalArgumentException("no buffer of " + v.type() + " for variable " + v.name());
      }
      storages.get(node).data = buffer.data();
      variableOf.put(storages.get(node), v.name());
      variableNodes.put(v.name(), node);
    }
    for (Node node : graph.inputs()) {
      storages.get(node).first = -1;
      storages.get(node).last = end;
    }
    // outputs stay readable after the run; those that are variables are copied before these change
    Set<Storage> results = new HashSet<>();
    graph.outputs().forEach((name, node) -> {
      Storage s = storages.get(node);
      s.last = end;
      results.add(s);
    });
    List<String> copied = new ArrayList<>();
    graph.updates().forEach((name, node) -> {
      Storage s = storages.get(node);
      if (s.data == null && !s.constant && !results.contains(s) && !(s.root.op() instanceof Input) && inPlace(name, s)) {
        s.data = data(name);
      } else {
        s.last = end;
        copied.add(name);
      }
    });
    takePlaces();
    plan();
    compileConstants();
    graph.outputs().forEach((name, node) -> {
      Storage s = storages.get(node);
      CpuBuffer buffer = new CpuBuffer(node.type(), s.data);
      if (variableOf.containsKey(s)) {
        buffer = new CpuBuffer(node.type(), target.scratch(node.type().bytes()));
        copy(s.data, buffer.data(), first);
      }
      outputs.put(name, buffer);
    });
    copyUpdates(copied, variableOf, first, last);
  }

  private MemorySegment data(String variable) {
    Buffer buffer = variables.get(variable);
    if (buffer instanceof CpuBuffer b) {
      return b.data();
    }
    throw new IllegalArgumentException("no buffer for variable " + variable);
  }

  /// Whether what computes `next` may write it to the variable's own memory: everybody else who reads the variable comes
  /// earlier, and what computes it goes element by element where it reads the variable itself.
  private boolean inPlace(String variable, Storage next) {
    Node node = variableNodes.get(variable);
    int last = node == null ? -1 : storages.get(node).last;
    return last < next.first
        || last == next.first && order.get(next.first) instanceof Work.Pointwise && !(next.root.op() instanceof Reduce);
  }

  /// Copies at the end for updates that were not computed in place. A variable that becomes another one's old value may have
  /// been overwritten by then, so that value is saved first.
  private void copyUpdates(List<String> names, Map<Storage, String> variableOf, List<Labelled> first, List<Labelled> last) {
    for (String name : names) {
      Storage s = storages.get(graph.updates().get(name));
      MemorySegment from = s.data;
      if (name.equals(variableOf.get(s))) {
        continue;
      }
      if (variableOf.containsKey(s) && graph.updates().containsKey(variableOf.get(s))) {
        from = target.scratch(s.data.byteSize());
        copy(s.data, from, first);
      }
      copy(from, data(name), last);
    }
  }

  private static void copy(MemorySegment from, MemorySegment to, List<Labelled> steps) {
    steps.add(Labelled.copy(from, to));
  }

  /// What a group computes element by element takes the place of an operand that is read for the last time: that is less
  /// memory, and the lines that are written are in the cache.
  private void takePlaces() {
    for (int i = 0; i < order.size(); i++) {
      if (order.get(i) instanceof Work.Pointwise(var group)) {
        for (Node output : group.outputs()) {
          Storage s = storages.get(output);
          if (planned(s) && !(output.op() instanceof Reduce)) {
            int position = i;
            group.inputs().stream().filter(input -> input.type().equals(output.type())).map(storages::get)
                .filter(place -> planned(place) && place.place().last == position
                    && group.inputs().stream().filter(n -> storages.get(n).place() == place.place()).count() == 1)
                .findFirst().ifPresent(s::take);
          }
        }
      }
    }
  }

  /// Whether it has to be found a place for.
  private static boolean planned(Storage s) {
    return s.data == null && !s.constant;
  }

  private void plan() {
    List<Storage> all = storages.values().stream().distinct().filter(CpuCompiler::planned).toList();
    List<Storage> open = all.stream().filter(s -> s.place() == s)
        .sorted(Comparator.comparingInt(s -> s.root.id())).toList();
    MemoryPlan plan = MemoryPlan.of(open.stream().map(s -> new MemoryPlan.Interval(s.root.type().bytes(), s.first, s.last)).toList());
    MemorySegment block = target.scratch(plan.bytes());
    for (int i = 0; i < open.size(); i++) {
      open.get(i).data = block.asSlice(plan.offsets().get(i), open.get(i).root.type().bytes());
    }
    all.forEach(s -> s.data = s.place().data);
  }

  /// Computes once what depends on constants alone.
  private void compileConstants() {
    for (Work work : order) {
      if (constant(work)) {
        for (Node node : work.outputs()) {
          Storage s = storages.get(node);
          if (s.data == null) {
            s.data = target.scratch(node.type().bytes());
          }
        }
        step(work).ifPresent(once -> once.step().run());
      }
    }
  }

  // ---- what computes them

  private Operand operand(Node node) {
    return new Operand(node.type(), storages.get(node).data);
  }

  private Optional<Labelled> step(Work work) {
    if (work.outputs().stream().allMatch(n -> n.shape().size() == 0)) {
      return Optional.empty();
    }
    Step step = switch (work) {
      case Work.Pointwise(var group) -> PointwiseKernel.compile(target, group, operands(group.inputs()), operands(group.outputs()));
      case Work.Single(Node node) when alias(node) || outside(node) -> null;
      case Work.Single(Node node) -> step(node);
      case Work.Biased biased -> step(biased);
    };
    return Optional.ofNullable(step).map(s -> Labelled.of(s, work, target.takePath()));
  }

  private List<Operand> operands(List<Node> nodes) {
    return nodes.stream().map(this::operand).toList();
  }

  private static Step literal(Literal op, Operand out) {
    MemorySegment values = op.value().as(out.type().dtype()).data();
    return () -> out.data().copyFrom(values);
  }

  private Step step(Work.Biased biased) {
    List<Operand> in = operands(biased.product().inputs());
    Operand out = operand(biased.result());
    Optional<Epilogue> epilogue = Optional.of(new Epilogue(operand(biased.bias()), biased.relu()));
    return step(biased.product().op(), in, epilogue, out);
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
