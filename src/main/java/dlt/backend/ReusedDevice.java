package dlt.backend;

import dlt.graph.Graph;
import dlt.graph.Node;
import dlt.op.Literal;
import dlt.op.Variable;
import dlt.tensor.HostTensor;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/// A device for one training after another. Closing it frees nothing: who asks next for variables of the same types in the same order
/// gets these, cleared, and with the same graph over them the program that was compiled for it.
public final class ReusedDevice implements Backend {
  /// What a program depends on: the graph, and the buffers that its variables are bound to.
  private record Key(List<Step> nodes, Map<String, Integer> outputs, Map<String, Integer> updates, Map<String, Integer> variables) {
    record Step(int id, Object op, List<Integer> inputs) {}

    static Key of(Graph graph, Map<String, Integer> variables) {
      return new Key(graph.nodes().stream().map(n -> new Step(n.id(), op(n), n.inputs().stream().map(Node::id).toList())).toList(),
          ids(graph.outputs()), ids(graph.updates()), variables);
    }

    /// The op, or what a constant holds.
    private static Object op(Node n) {
      return n.op() instanceof Literal l ? List.of(l.value().type(), l.value().data().asByteBuffer()) : n.op();
    }

    private static Map<String, Integer> ids(Map<String, Node> named) {
      Map<String, Integer> r = new LinkedHashMap<>();
      named.forEach((name, node) -> r.put(name, node.id()));
      return r;
    }
  }

  /// A buffer and its number.
  private static final class Kept {
    final Buffer buffer;
    final int number;
    boolean used;

    Kept(Buffer buffer, int number) {
      this.buffer = buffer;
      this.number = number;
    }
  }

  private final Backend device;
  private final Consumer<ReusedDevice> closed;
  private final List<Kept> buffers = new ArrayList<>();
  private final Map<Key, List<Lent>> programs = new HashMap<>();
  private boolean spoilt;

  /// Uses `device`, and on closing gives itself to `closed`.
  public ReusedDevice(Backend device, Consumer<ReusedDevice> closed) {
    this.device = device;
    this.closed = closed;
  }

  /// Says that what its memory holds may not be finite any more: nobody is to compute beside that.
  public void spoil() {
    spoilt = true;
  }

  /// Whether somebody said so.
  public boolean spoilt() {
    return spoilt;
  }

  /// What it keeps.
  public long bytes() {
    return buffers.stream().mapToLong(k -> k.buffer.type().bytes()).sum()
        + programs.values().stream().flatMap(List::stream).mapToLong(Lent::plannedBytes).sum();
  }

  /// Frees the device.
  public void end() {
    programs.values().forEach(same -> same.forEach(l -> l.program.close()));
    device.close();
  }

  @Override
  public void close() {
    buffers.forEach(k -> k.used = false);
    programs.values().forEach(same -> same.forEach(Lent::close));
    closed.accept(this);
  }

  @Override
  public Buffer allocate(TensorType type) {
    Kept kept = buffers.stream().filter(k -> !k.used && k.buffer.type().equals(type)).findFirst().orElse(null);
    if (kept == null) {
      kept = new Kept(device.allocate(type), buffers.size());
      buffers.add(kept);
    } else {
      kept.buffer.fill(t -> t.data().fill((byte) 0));
    }
    kept.used = true;
    return kept.buffer;
  }

  @Override
  public Program compile(Graph graph, Map<String, Buffer> variables) {
    Key key = Key.of(graph, numbers(graph, variables));
    List<Lent> same = programs.computeIfAbsent(key, _ -> new ArrayList<>());
    Lent lent = same.stream().filter(l -> !l.used).findFirst().orElse(null);
    if (lent == null) {
      lent = new Lent(device.compile(graph, variables));
      same.add(lent);
    }
    lent.used = true;
    return lent;
  }

  /// The numbers of the buffers that the variables of `graph` are bound to.
  private Map<String, Integer> numbers(Graph graph, Map<String, Buffer> variables) {
    Map<String, Integer> r = new LinkedHashMap<>();
    for (Node n : graph.variables()) {
      String name = ((Variable) n.op()).name();
      Buffer bound = variables.get(name);
      buffers.stream().filter(k -> k.buffer == bound).findFirst().ifPresent(k -> r.put(name, k.number));
    }
    return r;
  }

  @Override
  public String name() {
    return device.name();
  }

  @Override
  public String description() {
    return device.description();
  }

  @Override
  public boolean writableMeanwhile() {
    return device.writableMeanwhile();
  }

  @Override
  public OptionalLong planned(Graph graph) {
    return device.planned(graph);
  }

  @Override
  public OptionalLong free() {
    return device.free();
  }

  @Override
  public Optional<Ceilings> ceilings() {
    return device.ceilings();
  }

  /// A program that somebody uses, or that waits for the next one.
  private static final class Lent implements Program {
    final Program program;
    boolean used;

    Lent(Program program) {
      this.program = program;
    }

    @Override
    public void close() {
      used = false;
    }

    @Override
    public Set<String> inputs() {
      return program.inputs();
    }

    @Override
    public Buffer input(String name) {
      return program.input(name);
    }

    @Override
    public Buffer output(String name) {
      return program.output(name);
    }

    @Override
    public void run() {
      program.run();
    }

    @Override
    public int ahead() {
      return program.ahead();
    }

    @Override
    public DoubleSupplier later(String output) {
      return program.later(output);
    }

    @Override
    public Supplier<HostTensor> laterTensor(String output) {
      return program.laterTensor(output);
    }

    @Override
    public DoubleSupplier clock() {
      return program.clock();
    }

    @Override
    public List<KernelCall> calls() {
      return program.calls();
    }

    @Override
    public void run(long[] nanos) {
      program.run(nanos);
    }

    @Override
    public long plannedBytes() {
      return program.plannedBytes();
    }
  }
}
