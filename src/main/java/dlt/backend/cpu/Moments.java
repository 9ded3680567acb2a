package dlt.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dlt.backend.KernelCall;
import dlt.backend.Work;
import dlt.backend.cpu.Strips.Column;
import dlt.backend.cpu.Strips.Fold;
import dlt.backend.cpu.Strips.Full;
import dlt.backend.cpu.Strips.Near;
import dlt.backend.cpu.Strips.Scalar;
import dlt.graph.Fusion;
import dlt.graph.Node;
import dlt.op.Binary;
import dlt.op.Reduce;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Sums of columns, and later, when a centre is known, the sums of their squared distances from it, with one way through the
/// data: of each stretch of rows the distances `d = x - p` are taken from a value `p` near its mean, the mean of its first rows. From
/// their sums the sum of its `n` rows is `n * p + sum(d)`, and their squared distances from any centre are
/// `sum(d^2) + (p - centre) * (2 * sum(d) + n * (p - centre))` (Chan, Golub and LeVeque: Algorithms for computing the sample
/// variance, 1983). What `p` is off the mean costs at most the digits of `n / 4`, since the first rows are then as far off
/// themselves. Stretches are added up in their order.
final class Moments {
  /// A sum and the sum of squared distances of the same data.
  ///
  /// @param made what makes each element of the data, and their sum: a group of its own where they lie in memory
  record Pair(Work sum, Fusion.Group made, Work.Pointwise squares) {
    Node data() {
      return made.nodes().getLast().inputs().getFirst();
    }

    /// The operand that is the centre.
    Node centre() {
      return squares.group().inputs().stream().filter(n -> !made.inputs().contains(n)).findFirst().orElseThrow();
    }

    int rows() {
      return Math.toIntExact(((Reduce) made.nodes().getLast().op()).dims().stream().mapToLong(data().shape()::dim).reduce(1, (a, b) -> a * b));
    }

    int columns() {
      return Math.toIntExact(data().shape().size() / rows());
    }

    /// What the code finds of each input; empty where there is no code for that.
    private Optional<List<Strips.Slot>> slots(Target target) {
      Nest nest = Nest.of(made.shape(), Stream.concat(made.inputs().stream(), Stream.of(data())).map(Node::shape).toList());
      return Strips.slots(target, nest, columns(), List.of()).map(slots -> slots.subList(0, made.inputs().size()));
    }
  }

  private static final Folding SUM = new Folding(Reduce.Kind.SUM);
  /// Rows whose mean distances are taken from; a power of two, so that it is exact.
  private static final int FIRST_ROWS = 4;

  private final Target target;
  private final Pair pair;
  private final int columns;
  private final Pieces pieces;
  /// Of each stretch of rows the value that distances are taken from, the sums of the distances, and of their squares, and how many rows it has.
  private final MemorySegment near;
  private final MemorySegment distances;
  private final MemorySegment squares;
  private final MemorySegment counts;

  /// By itself, in blocks.
  Moments(Target target, Pair pair) {
    this(target, pair, Pieces.of(new Blocks(pair.rows(), ColumnReduction.block(pair.columns())), pair.columns()));
  }

  Moments(Target target, Pair pair, Pieces pieces) {
    this.target = target;
    this.pair = pair;
    this.columns = pair.columns();
    this.pieces = pieces;
    this.near = target.scratch(partialBytes());
    this.distances = target.scratch(partialBytes());
    this.squares = target.scratch(partialBytes());
    this.counts = target.scratch(partialBytes());
    float[] same = new float[columns];
    for (int stretch = 0; stretch < pieces.rows().count(); stretch++) {
      Arrays.fill(same, pieces.rows().rows(stretch));
      MemorySegment.copy(same, 0, counts, JAVA_FLOAT, 4L * stretch * columns, columns);
    }
  }

  /// The pairs among works in the order in which they run, by either work of each.
  static Map<Work, Pair> pairs(Target target, List<Work> order) {
    Map<Node, Pair> sums = new HashMap<>();
    Map<Work, Pair> pairs = new HashMap<>();
    for (Work work : order) {
      switch (work) {
        case Work.Single(Node sum) when sum(sum) ->
            sums.putIfAbsent(sum.inputs().getFirst(), new Pair(work, new Fusion.Group(sum.inputs().getFirst().shape(), List.of(sum), sum.inputs(), List.of(sum)), null));
        case Work.Pointwise group -> {
          Node last = group.group().nodes().getLast();
          Pair sum = squared(group.group(), sums);
          if (sum != null && !pairs.containsKey(sum.sum)) {
            Pair pair = new Pair(sum.sum, sum.made, group);
            if (Strips.fits(target, pair.columns()) && pair.centre().shape().size() == pair.columns() && pair.slots(target).isPresent()) {
              pairs.put(pair.sum, pair);
              pairs.put(group, pair);
            }
          } else if (sum(last) && group.outputs().equals(List.of(last)) && group.inputs().stream().allMatch(n -> n.dtype() == DType.FLOAT32)
              && PointwiseCode.of(group.group(), last.inputs()).emitted()) {
            sums.putIfAbsent(last.inputs().getFirst(), new Pair(work, group.group(), null));
          }
        }
        case Work.Single _, Work.Ended _, Work.Several _, Work.Piecewise _ -> { }
      }
    }
    return pairs;
  }

  private static boolean sum(Node node) {
    return node.op() instanceof Reduce reduce && reduce.kind() == Reduce.Kind.SUM && node.inputs().getFirst().dtype() == DType.FLOAT32;
  }

  /// The sum over the same dimensions of what the group takes squared distances of; null where it does anything else.
  private static Pair squared(Fusion.Group group, Map<Node, Pair> sums) {
    Node total = group.nodes().getLast();
    if (!sum(total) || group.outputs().size() != 1 || Fusion.trailing(((Reduce) total.op()).dims(), group.shape())) {
      return null;
    }
    Node square = total.inputs().getFirst();
    Node difference = square.inputs().getFirst();
    if (!square.op().equals(new Binary(Binary.Kind.MUL)) || square.inputs().get(1) != difference || !difference.op().equals(new Binary(Binary.Kind.SUB))) {
      return null;
    }
    Pair sum = sums.get(difference.inputs().getFirst());
    if (sum == null || !((Reduce) sum.made.nodes().getLast().op()).dims().equals(((Reduce) total.op()).dims())) {
      return null;
    }
    // the same data and one centre, nothing else
    Set<Node> nodes = new HashSet<>(sum.made.nodes());
    nodes.remove(sum.made.nodes().getLast());
    nodes.addAll(List.of(difference, square, total));
    Set<Node> inputs = new HashSet<>(sum.made.inputs());
    boolean distinct = inputs.add(Fusion.source(difference.inputs().get(1)));
    return distinct && nodes.equals(Set.copyOf(group.nodes())) && inputs.equals(Set.copyOf(group.inputs())) ? sum : null;
  }

  private long partialBytes() {
    return 4L * pieces.rows().count() * columns;
  }

  /// The sum, and what [#squares] needs; `x` are the inputs of what makes the data.
  Step sum(List<Operand> x, Operand sum) {
    Sum all = sum(x, -1, sum);
    target.path("and squares", new Target.Phase(arithmetic(), IntStream.range(0, x.size()).boxed().toList(), true, List.of(new KernelCall.Traffic(0, 3 * partialBytes(), 3 * partialBytes()))));
    return () -> {
      target.workers().run(pieces.count(), all::run);
      all.end();
    };
  }

  /// What the sum and the squares take, in floating-point operations.
  long arithmetic() {
    return 2 * distance().operations() * pair.data().shape().size();
  }

  /// [#sum] piece by piece.
  record Sum(Pieces.Sweep first, Pieces.Sweep all, Step total) implements Parted {
    @Override
    public void run(int piece) {
      first.run(piece);
      all.run(piece);
    }

    @Override
    public void end() {
      total.run();
    }
  }

  /// The same; input number `cached`, if there is one, is in the cache of the core that has the piece.
  Sum sum(List<Operand> x, int cached, Operand sum) {
    int n = x.size();
    List<Strips.Slot> inputs = new ArrayList<>(pair.slots(target).orElseThrow());
    if (cached >= 0) {
      inputs.set(cached, new Near());
    }
    Stretches rows = pieces.rows().firstRows(FIRST_ROWS);
    MemorySegment reciprocals = target.scratch(4L * rows.count());
    for (int stretch = 0; stretch < rows.count(); stretch++) {
      reciprocals.setAtIndex(JAVA_FLOAT, stretch, 1f / rows.rows(stretch));
    }
    VectorCode.Body mean = PointwiseCode.of(pair.made, pair.data(), (code, value) -> code.store(n + 1, code.mul(value, code.input(n))));
    Pieces.Sweep first = new Pieces(rows, columns, pieces.width()).sweep(target, mean, slots(inputs, new Scalar(), new Fold(SUM)),
        (slot, stretch) -> slot < n ? input(x, inputs, slot, stretch) : slot == n ? reciprocals.address() + 4L * stretch : row(near, stretch));
    Pieces.Sweep all = pieces.sweep(target, distance(), slots(inputs, new Column(), new Fold(SUM), new Fold(SUM)),
        (slot, stretch) -> slot < n ? input(x, inputs, slot, stretch) : row(slot == n ? near : slot == n + 1 ? distances : squares, stretch));
    VectorCode code = new VectorCode();
    code.store(3, code.add(code.mul(code.input(2), code.input(0)), code.input(1)));
    return new Sum(first, all, total(code.body(), List.of(near, distances, counts), List.of(), sum));
  }

  /// The distances of the data, and their squares.
  private VectorCode.Body distance() {
    int n = pair.made.inputs().size();
    return PointwiseCode.of(pair.made, pair.data(), (code, value) -> {
      int d = code.sub(value, code.input(n));
      code.store(n + 1, d);
      code.store(n + 2, code.mul(d, d));
    });
  }

  private static List<Strips.Slot> slots(List<Strips.Slot> inputs, Strips.Slot... others) {
    return Stream.concat(inputs.stream(), Stream.of(others)).toList();
  }

  /// Where a stretch begins in an input.
  private long input(List<Operand> x, List<Strips.Slot> slots, int slot, int stretch) {
    return pieces.at(slots.get(slot), x.get(slot).address(), stretch);
  }

  private long row(MemorySegment rows, int stretch) {
    return rows.address() + 4L * columns * stretch;
  }

  /// The sums of squared distances from `centre`, of what [#sum] has seen.
  Step squares(Operand centre, Operand result) {
    VectorCode code = new VectorCode();
    int d = code.sub(code.input(0), code.input(4));
    int twice = code.add(code.input(1), code.input(1));
    int moved = code.add(code.input(2), code.mul(d, code.add(twice, code.mul(code.input(3), d))));
    // where all are equal, rounding may leave less than nothing
    code.store(5, code.op(VectorCode.Op.MAX, code.constant(0f), moved));
    Step total = total(code.body(), List.of(near, distances, squares, counts), List.of(centre), result);
    target.path("of the sum's sweep", new Target.Phase(2 * 8 * partialBytes() / 4, List.of(), true, List.of(new KernelCall.Traffic(4 * partialBytes(), 0, 4 * partialBytes()))));
    return total;
  }

  /// The sum over all stretches of what `code` makes of their values in `ofRows` and of values of the columns.
  private Step total(VectorCode.Body code, List<MemorySegment> ofRows, List<Operand> ofColumns, Operand result) {
    List<Strips.Slot> slots = new ArrayList<>();
    List<Long> addresses = new ArrayList<>();
    for (MemorySegment m : ofRows) {
      slots.add(new Full());
      addresses.add(m.address());
    }
    for (Operand o : ofColumns) {
      slots.add(new Column());
      addresses.add(o.address());
    }
    slots.add(new Fold(SUM));
    Pieces blocks = Pieces.of(new Blocks(pieces.rows().count(), ColumnReduction.block(columns)), columns);
    Shape left = Shape.of(blocks.count(), columns);
    MemorySegment[] scratch = target.shared(4 * left.size(), ReduceKernel.scratchBytes(left, List.of(0)));
    addresses.add(scratch[0].address());
    Pieces.Sweep sweep = blocks.sweep(target, code, List.copyOf(slots), (slot, stretch) -> blocks.at(slots.get(slot), addresses.get(slot), stretch));
    Step end = ReduceKernel.compile(target, SUM, left, List.of(0), scratch[0], result.data(), scratch[1]);
    return () -> {
      target.workers().run(blocks.count(), sweep::run);
      end.run();
    };
  }
}
