package dlt.backend;

import dlt.graph.Fusion;
import dlt.graph.Graph;
import dlt.graph.MemoryPlan;
import dlt.graph.Node;
import dlt.op.Cast;
import dlt.op.Concat;
import dlt.op.Expand;
import dlt.op.Input;
import dlt.op.Reduce;
import dlt.op.Reshape;
import dlt.op.Slice;
import dlt.op.Transpose;
import dlt.op.Variable;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Stream;

/// Where the values of a graph lie while its work is done in a given order: which of them share memory with what they come
/// from, which are constants, which become a variable's next value in its place, and where all others lie.
public final class Placement {
  /// A stretch of memory.
  public sealed interface Place {
    long bytes();

    /// The stretch that it is a part of, else itself.
    default Place whole() {
      return this;
    }
  }

  /// The buffer of a variable.
  public record OfVariable(String name, long bytes) implements Place {}

  /// What an input is written to.
  public record OfInput(String name, long bytes) implements Place {}

  /// A part of the block in which values take turns.
  public record Planned(long offset, long bytes) implements Place {}

  /// Memory of its own that nothing else is written to: of a constant, or of an output that is a variable's old value.
  /// `number` counts from 0.
  public record Kept(int number, long bytes) implements Place {}

  /// A part of another stretch, `offset` bytes from its beginning.
  public record Within(@Override Place whole, long offset, long bytes) implements Place {}

  public record Copy(Place from, Place to) {}

  /// The values that are the same memory under other shapes, or parts of it: `root` was computed, given or kept. `first` and `last` are the
  /// works that write and read it.
  private static final class Storage {
    final Node root;
    final boolean constant;
    int first;
    int last;
    Place place;
    /// What this took the place of, or null.
    private Storage host;

    Storage(Node root, boolean constant, int position) {
      this.root = root;
      this.constant = constant;
      this.first = position;
      this.last = position;
    }

    /// What it lies in: itself, or what it took the place of.
    Storage bottom() {
      return host == null ? this : host.bottom();
    }

    /// Lies where `other` did, which is read for the last time.
    void take(Storage other) {
      host = other.bottom();
      host.last = last;
    }

    /// Whether a place in the block has to be found for it.
    boolean open() {
      return place == null && !constant;
    }
  }

  private final Graph graph;
  private final List<Work> order;
  private final Map<Node, Storage> storages = new HashMap<>();
  /// Where values that are a part of their storage begin in it, in bytes.
  private final Map<Node, Long> offsets = new HashMap<>();
  private final Map<String, Node> variableNodes = new HashMap<>();
  private final SequencedMap<String, Place> outputs = new LinkedHashMap<>();
  private final List<Kept> kept = new ArrayList<>();
  private final List<Copy> first = new ArrayList<>();
  private final List<Copy> last = new ArrayList<>();
  private long blockBytes;

  /// The places of the values of `graph`, whose work is done in `order`.
  public Placement(Graph graph, List<Work> order) {
    this.graph = graph;
    this.order = List.copyOf(order);
    for (int i = 0; i < order.size(); i++) {
      store(order.get(i), i);
    }
    // what nobody reads: a variable that is only updated
    graph.nodes().stream().filter(Placement::outside).forEach(n -> storages.putIfAbsent(n, new Storage(n, false, -1)));
    place();
  }

  // ---- what came of it

  /// Where a value lies that is an operand or a result of some work.
  public Place of(Node node) {
    Place place = storages.get(node).place;
    return offsets.containsKey(node) ? new Within(place, offsets.get(node), node.type().bytes()) : place;
  }

  /// Where each output lies after a run; an input's or a variable's place where it is one that does not change in a run.
  public SequencedMap<String, Place> outputs() {
    return Collections.unmodifiableSequencedMap(outputs);
  }

  /// What has memory of its own, in the order of the numbers.
  public List<Kept> kept() {
    return Collections.unmodifiableList(kept);
  }

  /// The bytes of the block.
  public long blockBytes() {
    return blockBytes;
  }

  /// What is copied before all work, in order.
  public List<Copy> first() {
    return Collections.unmodifiableList(first);
  }

  /// What is copied after all work, in order.
  public List<Copy> last() {
    return Collections.unmodifiableList(last);
  }

  /// Whether the results of `work` depend on constants alone, so that it is done once, before the first run.
  public boolean constant(Work work) {
    return storages.get(work.outputs().getFirst()).constant;
  }

  /// Whether there is anything to do: not for what is given or kept, for operands under another shape or a stretch of them, nor for no
  /// elements.
  public static boolean computes(Work work) {
    return work.outputs().stream().anyMatch(n -> n.shape().size() > 0)
        && !(work instanceof Work.Single(Node node) && (alias(node) || stretch(node) || outside(node)));
  }

  // ---- which values there are

  private void store(Work work, int position) {
    for (Node input : work.inputs()) {
      storages.get(input).last = position;
    }
    for (Node node : work.outputs()) {
      boolean there = work instanceof Work.Single && (alias(node) || stretch(node));
      storages.put(node, there ? storages.get(node.inputs().getFirst())
          : new Storage(node, work.inputs().stream().allMatch(i -> storages.get(i).constant) && !outside(node), position));
      if (there) {
        long offset = offsets.getOrDefault(node.inputs().getFirst(), 0L) + (stretch(node) ? offset(node) : 0);
        if (node.type().bytes() < storages.get(node).root.type().bytes()) {
          offsets.put(node, offset);
        }
      }
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

  /// Whether `node` is neighbours among its operand's elements, which begin where memory is aligned.
  private static boolean stretch(Node node) {
    return node.op() instanceof Slice slice && node.inputs().getFirst().shape().size(0, slice.dim()) == 1 && offset(node) % MemoryPlan.ALIGNMENT == 0;
  }

  /// Where a slice begins in its operand, in bytes.
  private static long offset(Node node) {
    Slice slice = (Slice) node.op();
    TensorType from = node.inputs().getFirst().type();
    return slice.start() * from.shape().strides()[slice.dim()] * from.dtype().bytes();
  }

  // ---- where they lie

  private void place() {
    int end = order.size();
    Map<Storage, String> variableOf = new HashMap<>();
    for (Node node : graph.variables()) {
      String name = ((Variable) node.op()).name();
      storages.get(node).place = new OfVariable(name, node.type().bytes());
      variableOf.put(storages.get(node), name);
      variableNodes.put(name, node);
    }
    for (Node node : graph.inputs()) {
      storages.get(node).place = new OfInput(((Input) node.op()).name(), node.type().bytes());
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
      if (s.open() && !offsets.containsKey(node) && !results.contains(s) && inPlace(name, s)) {
        s.place = storages.get(variableNodes.get(name)).place;
      } else {
        s.last = end;
        copied.add(name);
      }
    });
    takePlaces();
    plan();
    keepConstants();
    graph.outputs().forEach((name, node) -> {
      Storage s = storages.get(node);
      Place place = of(node);
      if (variableOf.containsKey(s)) {
        place = keep(node.type().bytes());
        first.add(new Copy(of(node), place));
      }
      outputs.put(name, place);
    });
    copyUpdates(copied, variableOf);
  }

  private Kept keep(long bytes) {
    kept.add(new Kept(kept.size(), bytes));
    return kept.getLast();
  }

  /// Whether what computes `next` may write it to the variable's own memory: everybody else who reads the variable comes
  /// earlier, and what computes it goes element by element where it reads the variable itself.
  private boolean inPlace(String variable, Storage next) {
    Storage old = storages.get(variableNodes.get(variable));
    return old.last < next.first || old.last == next.first && !(next.root.op() instanceof Reduce)
        && groups(order.get(next.first)).stream().anyMatch(g -> g.outputs().contains(next.root))
        && order.get(next.first).inputs().stream().noneMatch(n -> storages.get(n) == old && offsets.containsKey(n))
        && readers(order.get(next.first), old).stream().allMatch(w -> w.outputs().contains(next.root));
  }

  /// What a work consists of, or itself.
  private static List<Work> parts(Work work) {
    return switch (work) {
      case Work.Several(var works) -> works;
      case Work.Piecewise(var works, var _, var _) -> works;
      case Work.Single _, Work.Ended _, Work.Pointwise _ -> List.of(work);
    };
  }

  /// The pointwise groups of a work.
  private static List<Fusion.Group> groups(Work work) {
    return switch (work) {
      case Work.Pointwise(var group) -> List.of(group);
      case Work.Several _, Work.Piecewise _ -> parts(work).stream().flatMap(w -> groups(w).stream()).toList();
      case Work.Single _, Work.Ended _ -> List.of();
    };
  }

  /// The parts of `work` that read what lies in `storage`.
  private List<Work> readers(Work work, Storage storage) {
    return parts(work).stream().filter(w -> w.inputs().stream().anyMatch(n -> storages.get(n) == storage)).toList();
  }

  /// Copies at the end for updates that were not computed in place. A variable that becomes another one's old value may have
  /// been overwritten by then, so that value is saved first.
  private void copyUpdates(List<String> names, Map<Storage, String> variableOf) {
    for (String name : names) {
      Node node = graph.updates().get(name);
      Storage s = storages.get(node);
      Place from = of(node);
      if (name.equals(variableOf.get(s))) {
        continue;
      }
      if (variableOf.containsKey(s) && graph.updates().containsKey(variableOf.get(s))) {
        from = keep(node.type().bytes());
        first.add(new Copy(of(node), from));
      }
      last.add(new Copy(from, storages.get(variableNodes.get(name)).place));
    }
  }

  /// What a group computes element by element takes the place of an operand that is read for the last time: that is less
  /// memory, and the lines that are written are in the cache.
  private void takePlaces() {
    for (int i = 0; i < order.size(); i++) {
      Work work = order.get(i);
      List<Node> within = parts(work).stream().flatMap(w -> w.inputs().stream()).filter(work.outputs()::contains).toList();
      List<Node> read = Stream.concat(within.stream(), work.inputs().stream()).toList();
      for (Fusion.Group group : groups(work)) {
        // what an earlier one of the same work made is nearest
        Set<Node> made = new LinkedHashSet<>(group.inputs());
        made.retainAll(work.outputs());
        List<Node> inputs = Stream.concat(made.stream(), group.inputs().stream()).distinct().toList();
        takePlaces(inputs, read, group.outputs().stream().filter(storages::containsKey).toList(), i);
      }
    }
  }

  /// The results of one group, in the places of its `inputs` that are `read` once by the whole work at `position`.
  private void takePlaces(List<Node> inputs, List<Node> read, List<Node> results, int position) {
    for (Node output : results) {
      Storage s = storages.get(output);
      if (s.open() && !(output.op() instanceof Reduce)) {
        inputs.stream().filter(input -> input.type().equals(output.type()) && !offsets.containsKey(input) && read.contains(input)).map(storages::get)
            .filter(place -> place.open() && place.bottom().last == position
                && read.stream().filter(n -> storages.get(n).bottom() == place.bottom()).count() == 1)
            .findFirst().ifPresent(s::take);
      }
    }
  }

  private void plan() {
    List<Storage> all = storages.values().stream().distinct().filter(Storage::open).toList();
    List<Storage> bottoms = all.stream().filter(s -> s.bottom() == s).sorted((a, b) -> Integer.compare(a.root.id(), b.root.id())).toList();
    MemoryPlan plan = MemoryPlan.of(bottoms.stream().map(s -> new MemoryPlan.Interval(s.root.type().bytes(), s.first, s.last)).toList());
    blockBytes = plan.bytes();
    for (int i = 0; i < bottoms.size(); i++) {
      bottoms.get(i).place = new Planned(plan.offsets().get(i), bottoms.get(i).root.type().bytes());
    }
    all.forEach(s -> s.place = s.bottom().place);
  }

  private void keepConstants() {
    for (Work work : order) {
      if (constant(work)) {
        for (Node node : work.outputs()) {
          Storage s = storages.get(node);
          if (s.place == null) {
            s.place = keep(node.type().bytes());
          }
        }
      }
    }
  }
}
