package dlt.backend.cpu;

import dlt.graph.Fusion;
import dlt.graph.Node;
import dlt.op.Reduce;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/// A group that ends in reductions, of rows or of columns: a part's pointwise results are reduced while they are in the cache,
/// and those that nobody else reads never leave it. The bits are those of the reductions by themselves.
final class ReducingGroup {
  /// Elements of a part.
  private static final int PART = 2 * RowReduction.BLOCK;

  private final Target target;
  private final Fusion.Group group;
  private final List<Operand> inputs;
  private final List<Operand> outputs;
  /// The pointwise outputs, then what is reduced and read by nobody else.
  private final List<Node> stored = new ArrayList<>();
  private final List<Node> reductions;
  private final List<Integer> dims;
  private final VectorCode.Body code;

  private ReducingGroup(Target target, Fusion.Group group, List<Operand> inputs, List<Operand> outputs) {
    this.target = target;
    this.group = group;
    this.inputs = inputs;
    this.outputs = outputs;
    this.reductions = group.nodes().stream().filter(n -> n.op() instanceof Reduce).toList();
    this.dims = ((Reduce) reductions.getFirst().op()).dims();
    group.outputs().stream().filter(n -> !reductions.contains(n)).forEach(stored::add);
    LinkedHashSet<Node> reduced = new LinkedHashSet<>();
    reductions.forEach(r -> reduced.add(r.inputs().getFirst()));
    reduced.stream().filter(n -> !stored.contains(n)).forEach(stored::add);
    this.code = PointwiseCode.of(group, stored);
  }

  static Step compile(Target target, Fusion.Group group, List<Operand> inputs, List<Operand> outputs) {
    ReducingGroup g = new ReducingGroup(target, group, inputs, outputs);
    if (!target.emits() || !g.code.emitted() || group.shape().size() == 0) {
      return g.apart();
    }
    if (!Fusion.trailing(g.dims, group.shape())) {
      return g.columns();
    }
    Nest nest = g.nest();
    int inner = nest.depth() - 1;
    int boundary = nest.slots() - 1;
    boolean rows = inner == 0 || nest.stride(boundary, inner - 1) != 0;
    return rows ? g.fused(new Nest(nest.dims(), nest.strides().subList(0, boundary))) : g.apart();
  }

  /// The loops; the last slot is none, but sees to it that the innermost loop is not longer than what is reduced.
  private Nest nest() {
    List<Shape> shapes = new ArrayList<>(inputs.stream().map(Operand::shape).toList());
    stored.forEach(n -> shapes.add(n.shape()));
    Shape boundary = group.shape();
    for (int d = boundary.rank() - 1; d >= 0 && (dims.contains(d) || boundary.dim(d) == 1); d--) {
      boundary = boundary.with(d, 1);
    }
    shapes.add(boundary);
    return Nest.of(group.shape(), shapes);
  }

  private MemorySegment output(Node n) {
    return outputs.get(group.outputs().indexOf(n)).data();
  }

  private boolean kept(Node n) {
    return group.outputs().contains(n);
  }

  // ---- one after the other

  private Step apart() {
    List<Operand> operands = new ArrayList<>(inputs);
    TensorType type = TensorType.float32(group.shape());
    long partial = ReduceKernel.scratchBytes(group.shape(), dims);
    MemorySegment scratch = target.shared(type.bytes() * stored.size() + partial);
    for (int i = 0; i < stored.size(); i++) {
      operands.add(new Operand(type, kept(stored.get(i)) ? output(stored.get(i)) : scratch.asSlice(i * type.bytes(), type.bytes())));
    }
    List<Step> steps = new ArrayList<>();
    steps.add(PointwiseKernel.compile(target, code, Nest.of(group.shape(), operands.stream().map(Operand::shape).toList()), operands));
    for (Node r : reductions) {
      MemorySegment x = operands.get(inputs.size() + stored.indexOf(r.inputs().getFirst())).data();
      steps.add(ReduceKernel.compile(target, new Folding(((Reduce) r.op()).kind()), group.shape(), dims, x, output(r),
          scratch.asSlice(type.bytes() * stored.size())));
    }
    return () -> steps.forEach(Step::run);
  }

  // ---- part by part

  /// A reduction of the rows, the runs of the innermost loop: where what it reduces is stored, and its partial results, one for
  /// each block of a row.
  private record Rows(int slot, Kernel block, Kernel last, long partial) {}

  /// What is left to reduce after the rows: their blocks, and dimensions further out.
  private record Left(Shape shape, List<Integer> dims) {
    boolean nothing() {
      return dims.stream().allMatch(d -> shape.dim(d) == 1);
    }
  }

  private Left left(int blocks) {
    int lead = group.shape().rank();
    while (lead > 0 && (dims.contains(lead - 1) || group.shape().dim(lead - 1) == 1)) {
      lead--;
    }
    List<Integer> leftDims = new ArrayList<>();
    for (int d : dims) {
      if (d < lead) {
        leftDims.add(d);
      }
    }
    leftDims.add(lead);
    return new Left(new Shape(group.shape().dims().subList(0, lead)).insert(lead, blocks), leftDims);
  }

  private Step fused(Nest nest) {
    int length = nest.dims().getLast();
    Left left = left(Math.ceilDiv(length, RowReduction.BLOCK));
    long partialBytes = left.nothing() ? 0 : 4 * left.shape.size();
    MemorySegment scratch = target.shared(reductions.size() * partialBytes
        + (left.nothing() ? 0 : ReduceKernel.scratchBytes(left.shape, left.dims)));
    List<Rows> rows = new ArrayList<>();
    List<Step> steps = new ArrayList<>();
    for (Node r : reductions) {
      Folding folding = new Folding(((Reduce) r.op()).kind());
      MemorySegment partial = left.nothing() ? output(r) : scratch.asSlice(rows.size() * partialBytes, partialBytes);
      rows.add(rows(folding, length, r, partial));
      if (!left.nothing()) {
        steps.add(ReduceKernel.compile(target, folding, left.shape, left.dims, partial, output(r),
            scratch.asSlice(reductions.size() * partialBytes)));
      }
    }
    steps.addFirst(pass(nest, rows.toArray(Rows[]::new)));
    return () -> steps.forEach(Step::run);
  }

  private Rows rows(Folding folding, int length, Node reduction, MemorySegment partial) {
    int rest = length % RowReduction.BLOCK;
    Kernel block = RowReduction.kernel(target, folding, Math.min(length, RowReduction.BLOCK));
    Kernel last = rest == 0 ? block : RowReduction.kernel(target, folding, rest);
    return new Rows(inputs.size() + stored.indexOf(reduction.inputs().getFirst()), block, last, partial.address());
  }

  /// The pointwise results, each part's rows reduced at once.
  private Step pass(Nest nest, Rows[] rows) {
    long[] addresses = addresses(nest);
    PointwiseLoops loops = new PointwiseLoops(target, code, nest, addresses, PART, RowReduction.BLOCK);
    int length = nest.dims().getLast();
    return parts(loops, addresses, (part, slots) -> {
      for (Rows r : rows) {
        reduce(r, slots.of(r.slot), loops.start(part), loops.size(part), length);
      }
    });
  }

  /// Where the operands lie, those of the temporary slots excepted.
  private long[] addresses(Nest nest) {
    PointwiseKernel.check(nest, inputs);
    long[] addresses = new long[nest.slots()];
    for (int i = 0; i < inputs.size(); i++) {
      addresses[i] = inputs.get(i).address();
    }
    int kept = inputs.size();
    for (Node n : stored) {
      if (kept(n)) {
        addresses[kept++] = output(n).address();
      }
    }
    return addresses;
  }

  /// Where a part's results of a slot are.
  private interface Slots {
    long of(int slot);
  }

  private interface PartReduction {
    void reduce(int part, Slots slots);
  }

  /// The pointwise results part by part, and what becomes of each.
  private Step parts(PointwiseLoops loops, long[] addresses, PartReduction reduction) {
    // the last slots are read by nobody else and lie in the workspace
    int temporaries = (int) stored.stream().filter(n -> !kept(n)).count();
    int firstTemporary = addresses.length - temporaries;
    long bytes = 4 * loops.largestPart();
    Workspace workspace = target.workspace();
    workspace.reserve(bytes * temporaries);
    return () -> target.workers().run(loops.parts(), part -> workspace.use(own -> {
      for (int i = 0; i < temporaries; i++) {
        loops.redirect(part, firstTemporary + i, own + i * bytes);
      }
      loops.run(part);
      reduction.reduce(part, slot -> slot < firstTemporary ? addresses[slot] + 4 * loops.start(part) : own + (slot - firstTemporary) * bytes);
    }));
  }

  // ---- the same with columns

  /// A reduction of columns: where what it reduces is stored, and a row of partial results for each part.
  private record Columns(int slot, Kernel kernel, long partial) {}

  private Step columns() {
    List<Shape> shapes = new ArrayList<>(inputs.stream().map(Operand::shape).toList());
    stored.forEach(n -> shapes.add(n.shape()));
    Nest nest = Nest.of(group.shape(), shapes);
    int columns = Math.toIntExact(group.shape().size() / rows());
    Optional<Step> strips = strips(columns);
    if (strips.isPresent()) {
      return strips.get();
    }
    long block = (long) ColumnReduction.block(columns) * columns;
    if (nest.depth() > 1 && nest.size(1) > block) {
      return apart();       // parts would not be blocks
    }
    long[] addresses = addresses(nest);
    PointwiseLoops loops = new PointwiseLoops(target, code, nest, addresses, block, columns);
    Shape left = Shape.of(loops.parts(), columns);
    long partialBytes = 4 * left.size();
    MemorySegment scratch = target.shared(reductions.size() * partialBytes + ReduceKernel.scratchBytes(left, List.of(0)));
    List<Columns> each = new ArrayList<>();
    List<Step> steps = new ArrayList<>();
    for (Node r : reductions) {
      Folding folding = new Folding(((Reduce) r.op()).kind());
      MemorySegment partial = scratch.asSlice(each.size() * partialBytes, partialBytes);
      each.add(new Columns(inputs.size() + stored.indexOf(r.inputs().getFirst()), ColumnReduction.kernel(target, folding, columns, columns), partial.address()));
      steps.add(ReduceKernel.compile(target, folding, left, List.of(0), partial, output(r), scratch.asSlice(reductions.size() * partialBytes)));
    }
    steps.addFirst(parts(loops, addresses, (part, slots) -> {
      for (Columns c : each) {
        c.kernel.call(slots.of(c.slot), loops.size(part) / columns, c.partial + 4L * part * columns);
      }
    }));
    return () -> steps.forEach(Step::run);
  }

  /// The same where everything has rows of columns: nothing but the outputs is ever stored.
  private Optional<Step> strips(int columns) {
    return StripGroup.slots(target, group, columns, null).map(slots -> {
      PointwiseKernel.check(Nest.of(group.shape(), inputs.stream().map(Operand::shape).toList()), inputs);
      Blocks rows = new Blocks(rows(), ColumnReduction.block(columns));
      StripGroup strips = new StripGroup(target, group, slots, Pieces.of(rows, columns), target::shared,
          n -> group.inputs().contains(n) ? inputs.get(group.inputs().indexOf(n)).data() : output(n));
      return () -> {
        target.workers().run(rows.parts(), strips::run);
        strips.end();
      };
    });
  }

  /// Elements that become one.
  private long rows() {
    return dims.stream().mapToLong(group.shape()::dim).reduce(1, (a, b) -> a * b);
  }

  /// Reduces `size` elements at `from`, which are elements `start` and on of all rows.
  private static void reduce(Rows r, long from, long start, long size, int length) {
    int blocks = Math.ceilDiv(length, RowReduction.BLOCK);
    if (blocks == 1) {
      r.block.call(from, size / length, r.partial + 4 * (start / length));
      return;
    }
    for (long done = 0; done < size;) {
      long row = (start + done) / length;
      long column = (start + done) % length;
      long here = Math.min(length - column, size - done);
      long whole = here / RowReduction.BLOCK;
      long to = r.partial + 4 * (row * blocks + column / RowReduction.BLOCK);
      if (whole > 0) {
        r.block.call(from + 4 * done, whole, to);
      }
      if (here % RowReduction.BLOCK != 0) {
        r.last.call(from + 4 * (done + whole * RowReduction.BLOCK), 1, to + 4 * whole);
      }
      done += here;
    }
  }
}
