package dlt.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dlt.backend.KernelCall;
import dlt.backend.Work;
import dlt.backend.cpu.Strips.Code;
import dlt.backend.cpu.Strips.Column;
import dlt.backend.cpu.Strips.Fold;
import dlt.backend.cpu.Strips.Full;
import dlt.backend.cpu.Strips.Scalar;
import dlt.graph.Fusion;
import dlt.graph.Node;
import dlt.op.Binary;
import dlt.op.Reduce;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// Sums of columns, and later, when a centre is known, the sums of their squared distances from it, with one way through the
/// data: of each block of rows the distances `d = x - p` are taken from a value `p` near its mean, the mean of its first rows. From
/// their sums the sum of its `n` rows is `n * p + sum(d)`, and their squared distances from any centre are
/// `sum(d^2) + (p - centre) * (2 * sum(d) + n * (p - centre))` (Chan, Golub and LeVeque: Algorithms for computing the sample
/// variance, 1983). What `p` is off the mean costs at most the digits of `n / 4`, since the first rows are then as far off
/// themselves. Blocks are added up in their order.
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
  private final Blocks rows;
  /// Of each block the sums of the first rows, of the distances of all from their mean, and of the squares of these.
  private final MemorySegment firsts;
  private final MemorySegment distances;
  private final MemorySegment squares;
  /// The rows of a block and the reciprocal of its first ones; the same of the last block.
  private final MemorySegment counts;

  Moments(Target target, Pair pair) {
    this.target = target;
    this.pair = pair;
    this.columns = pair.columns();
    this.rows = new Blocks(pair.rows(), ColumnReduction.block(columns));
    this.firsts = target.scratch(partialBytes());
    this.distances = target.scratch(partialBytes());
    this.squares = target.scratch(partialBytes());
    this.counts = target.scratch(16);
    for (int i = 0; i < 2; i++) {
      int block = i * (rows.parts() - 1);
      counts.setAtIndex(JAVA_FLOAT, 2 * i, rowsOf(block));
      counts.setAtIndex(JAVA_FLOAT, 2 * i + 1, 1f / firstRows(block));
    }
  }

  private int rowsOf(int block) {
    return (int) (rows.to(block) - rows.from(block));
  }

  private int firstRows(int block) {
    return Math.min(FIRST_ROWS, Integer.highestOneBit(rowsOf(block)));
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
    return 4L * rows.parts() * columns;
  }

  private long count(int part) {
    return counts.address() + (part == rows.parts() - 1 ? 8 : 0);
  }

  /// The sum, and what [#squares] needs; `x` are the inputs of what makes the data.
  Step sum(List<Operand> x, Operand sum) {
    int n = x.size();
    List<Strips.Slot> inputs = pair.slots(target).orElseThrow();
    // blocks of the first rows alone
    Blocks few = new Blocks((rows.parts() - 1L) * FIRST_ROWS + firstRows(rows.parts() - 1), FIRST_ROWS);
    Strips first = new Strips(target, new Code(PointwiseCode.of(pair.made, pair.data(), (code, value) -> code.store(n, value)), slots(inputs, new Fold(SUM)), columns),
        few, (slot, part) -> slot < n ? input(x, inputs, slot, part) : row(firsts, part));

    VectorCode.Body distance = PointwiseCode.of(pair.made, pair.data(), (code, value) -> {
      int d = code.fnma(code.input(n), code.input(n + 1), value);
      code.store(n + 2, d);
      code.store(n + 3, code.mul(d, d));
    });
    Strips all = new Strips(target, new Code(distance, slots(inputs, new Column(), new Scalar(), new Fold(SUM), new Fold(SUM)), columns), rows,
        (slot, part) -> slot < n ? input(x, inputs, slot, part) : slot == n ? row(firsts, part) : slot == n + 1 ? count(part) + 4
            : slot == n + 2 ? row(distances, part) : row(squares, part));

    VectorCode code = new VectorCode();
    code.store(4, code.add(code.mul(code.input(2), code.mul(code.input(0), code.input(3))), code.input(1)));
    Step total = total(code.body(), List.of(firsts, distances), List.of(), sum);
    long operations = distance.operations() * pair.data().shape().size();
    target.path("and squares", new Target.Phase(2 * operations, IntStream.range(0, n).boxed().toList(), true, List.of(new KernelCall.Traffic(0, 3 * partialBytes(), 3 * partialBytes()))));
    return () -> {
      target.workers().run(rows.parts(), part -> {
        first.run(part);
        all.run(part);
      });
      total.run();
    };
  }

  private static List<Strips.Slot> slots(List<Strips.Slot> inputs, Strips.Slot... others) {
    return Stream.concat(inputs.stream(), Stream.of(others)).toList();
  }

  /// Where a block begins in an input.
  private long input(List<Operand> x, List<Strips.Slot> slots, int slot, int block) {
    return x.get(slot).address() + (slots.get(slot) instanceof Full ? 4L * columns * rows.from(block) : 0);
  }

  private long row(MemorySegment blocks, int block) {
    return blocks.address() + 4L * columns * block;
  }

  /// The sums of squared distances from `centre`, of what [#sum] has seen.
  Step squares(Operand centre, Operand result) {
    VectorCode code = new VectorCode();
    int d = code.sub(code.mul(code.input(0), code.input(5)), code.input(3));
    int twice = code.add(code.input(1), code.input(1));
    int moved = code.add(code.input(2), code.mul(d, code.add(twice, code.mul(code.input(4), d))));
    // where all are equal, rounding may leave less than nothing
    code.store(6, code.op(VectorCode.Op.MAX, code.constant(0f), moved));
    Step total = total(code.body(), List.of(firsts, distances, squares), List.of(centre), result);
    target.path("of the sum's sweep", new Target.Phase(2 * 8 * (long) rows.parts() * columns, List.of(), true,
        List.of(new KernelCall.Traffic(3 * partialBytes(), 0, 3 * partialBytes()))));
    return total;
  }

  /// The sum over all blocks of what `code` makes of their values in `blocks`, of values of the columns, and of the two [#counts].
  private Step total(VectorCode.Body code, List<MemorySegment> blocks, List<Operand> ofColumns, Operand result) {
    List<Strips.Slot> slots = new ArrayList<>();
    blocks.forEach(_ -> slots.add(new Full()));
    ofColumns.forEach(_ -> slots.add(new Column()));
    slots.addAll(List.of(new Scalar(), new Scalar(), new Fold(SUM)));
    Code each = new Code(code, List.copyOf(slots), columns);
    // the last block may have fewer rows
    Blocks whole = new Blocks(rows.parts() - 1, ColumnReduction.block(columns));
    Shape left = Shape.of(whole.parts() + 1, columns);
    long row = 4L * columns;
    MemorySegment[] scratch = target.shared(row * (whole.parts() + 1), ReduceKernel.scratchBytes(left, List.of(0)));
    List<Strips> parts = new ArrayList<>();
    for (Blocks some : List.of(whole, new Blocks(1, 1))) {
      boolean last = some != whole;
      long n = count(last ? rows.parts() - 1 : 0);
      LongStream addresses = blocks.stream().mapToLong(b -> b.address() + (last ? row * (rows.parts() - 1) : 0));
      addresses = LongStream.concat(addresses, ofColumns.stream().mapToLong(Operand::address));
      addresses = LongStream.concat(addresses, LongStream.of(n, n + 4, scratch[0].address() + (last ? row * whole.parts() : 0)));
      parts.add(new Strips(target, each, some, addresses.toArray()));
    }
    Step end = ReduceKernel.compile(target, SUM, left, List.of(0), scratch[0], result.data(), scratch[1]);
    return () -> {
      parts.forEach(p -> target.workers().run(p.parts(), p::run));
      end.run();
    };
  }
}
