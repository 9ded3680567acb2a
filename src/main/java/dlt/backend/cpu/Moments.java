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
import dlt.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/// Sums of columns, and later, when a centre is known, the sums of their squared distances from it, with one way through the
/// data: of each block of rows the distances `d = x - p` are taken from a value `p` near its mean, the mean of its first rows. From
/// their sums the sum of its `n` rows is `n * p + sum(d)`, and their squared distances from any centre are
/// `sum(d^2) + (p - centre) * (2 * sum(d) + n * (p - centre))` (Chan, Golub and LeVeque: Algorithms for computing the sample
/// variance, 1983). What `p` is off the mean costs at most the digits of `n / 4`, since the first rows are then as far off
/// themselves. Blocks are added up in their order.
final class Moments {
  /// A sum and the sum of squared distances of the same data.
  record Pair(Work.Single sum, Work.Pointwise squares) {
    Node data() {
      return sum.node().inputs().getFirst();
    }

    /// The operand that is the centre.
    Node centre() {
      return squares.group().inputs().stream().filter(n -> n != data()).findFirst().orElseThrow();
    }

    int rows() {
      return Math.toIntExact(((Reduce) sum.node().op()).dims().stream().mapToLong(data().shape()::dim).reduce(1, (a, b) -> a * b));
    }

    int columns() {
      return Math.toIntExact(data().shape().size() / rows());
    }
  }

  private static final Folding SUM = new Folding(Reduce.Kind.SUM);
  /// Rows whose mean distances are taken from; a power of two, so that it is exact.
  private static final int FIRST_ROWS = 4;

  private final Target target;
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
    Map<Node, Work.Single> sums = new HashMap<>();
    Map<Work, Pair> pairs = new HashMap<>();
    for (Work work : order) {
      switch (work) {
        case Work.Single single when single.node().op() instanceof Reduce reduce && reduce.kind() == Reduce.Kind.SUM ->
            sums.putIfAbsent(single.node().inputs().getFirst(), single);
        case Work.Pointwise squares -> {
          Work.Single sum = squared(squares.group(), sums);
          if (sum != null && !pairs.containsKey(sum)) {
            Pair pair = new Pair(sum, squares);
            if (Strips.fits(target, pair.columns()) && pair.centre().shape().size() == pair.columns()) {
              pairs.put(sum, pair);
              pairs.put(squares, pair);
            }
          }
        }
        case Work.Single _, Work.Ended _, Work.Several _ -> { }
      }
    }
    return pairs;
  }

  /// The sum over the same dimensions of what the group takes squared distances of; null where it does anything else.
  private static Work.Single squared(Fusion.Group group, Map<Node, Work.Single> sums) {
    if (group.nodes().size() != 3 || !(group.nodes().getLast().op() instanceof Reduce reduce) || reduce.kind() != Reduce.Kind.SUM
        || group.inputs().size() != 2 || group.outputs().size() != 1 || Fusion.trailing(reduce.dims(), group.shape())) {
      return null;
    }
    Node difference = group.nodes().get(0);
    Node square = group.nodes().get(1);
    Work.Single sum = sums.get(difference.inputs().getFirst());
    boolean matches = sum != null && difference.op().equals(new Binary(Binary.Kind.SUB)) && square.op().equals(new Binary(Binary.Kind.MUL))
        && square.inputs().stream().allMatch(n -> n == difference) && ((Reduce) sum.node().op()).dims().equals(reduce.dims());
    return matches ? sum : null;
  }

  private long partialBytes() {
    return 4L * rows.parts() * columns;
  }

  private long count(int part) {
    return counts.address() + (part == rows.parts() - 1 ? 8 : 0);
  }

  /// The sum, and what [#squares] needs.
  Step sum(Operand x, Operand sum) {
    long row = 4L * columns;
    VectorCode add = new VectorCode();
    add.store(1, add.input(0));
    // blocks of the first rows alone
    Blocks few = new Blocks((rows.parts() - 1L) * FIRST_ROWS + firstRows(rows.parts() - 1), FIRST_ROWS);
    Strips first = new Strips(target, new Code(add.body(), List.of(new Full(), new Fold(SUM)), columns), few,
        (slot, part) -> slot == 0 ? x.address() + row * rows.from(part) : firsts.address() + row * part);

    VectorCode distance = new VectorCode();
    int d = distance.fnma(distance.input(1), distance.input(2), distance.input(0));
    distance.store(3, d);
    distance.store(4, distance.mul(d, d));
    Strips all = new Strips(target, new Code(distance.body(), List.of(new Full(), new Column(), new Scalar(), new Fold(SUM), new Fold(SUM)), columns), rows,
        (slot, part) -> switch (slot) {
          case 0 -> x.address() + row * rows.from(part);
          case 1 -> firsts.address() + row * part;
          case 2 -> count(part) + 4;
          case 3 -> distances.address() + row * part;
          default -> squares.address() + row * part;
        });

    VectorCode code = new VectorCode();
    code.store(4, code.add(code.mul(code.input(2), code.mul(code.input(0), code.input(3))), code.input(1)));
    Step total = total(code.body(), List.of(firsts, distances), List.of(), sum);
    long size = x.shape().size();
    target.path("and squares", new Target.Phase(2 * 4 * size, List.of(0), true, List.of(new KernelCall.Traffic(0, 3 * partialBytes(), 3 * partialBytes()))));
    return () -> {
      target.workers().run(rows.parts(), part -> {
        first.run(part);
        all.run(part);
      });
      total.run();
    };
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
