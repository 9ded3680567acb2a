package dlt.backend.cpu;

import dlt.graph.Fusion;
import dlt.graph.Node;
import dlt.op.Reduce;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
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
    Nest nest = Nest.of(group.shape(), g.shapes());
    return wholeRows(nest) ? g.rows(nest) : g.apart();
  }

  /// Whether the innermost of the loops of [#shapes] is what is reduced.
  private static boolean wholeRows(Nest nest) {
    int inner = nest.depth() - 1;
    return inner == 0 || nest.stride(nest.slots() - 1, inner - 1) != 0;
  }

  /// Whether the step of a group is [ByImages].
  static boolean byImages(Fusion.Group group) {
    ReducingGroup g = new ReducingGroup(null, group, List.of(), List.of());
    if (!g.code.emitted() || group.shape().size() == 0 || !Fusion.trailing(g.dims, group.shape())) {
      return false;
    }
    Nest nest = Nest.of(group.shape(), g.shapes());
    return wholeRows(nest) && g.ofImages(nest.dims().getLast());
  }

  /// Whether each image has whole rows of this length.
  private boolean ofImages(int length) {
    return group.shape().size(1, group.shape().rank()) % length == 0;
  }

  /// Of what is read and stored; the last one is none of these, but sees to it that the innermost loop is not longer than what is reduced.
  private List<Shape> shapes() {
    List<Shape> shapes = new ArrayList<>(group.inputs().stream().map(Node::shape).toList());
    stored.forEach(n -> shapes.add(n.shape()));
    Shape boundary = group.shape();
    for (int d = boundary.rank() - 1; d >= 0 && (dims.contains(d) || boundary.dim(d) == 1); d--) {
      boundary = boundary.with(d, 1);
    }
    shapes.add(boundary);
    return shapes;
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

  /// `nest`: the loops of [#shapes].
  private Step rows(Nest nest) {
    PointwiseKernel.check(nest, inputs);
    MemorySegment[] data = data();
    int length = nest.dims().getLast();
    Nest own = new Nest(nest.dims(), nest.strides().subList(0, data.length));
    PointwiseLoops loops = new PointwiseLoops(target, code, own, addresses(data), PART, RowReduction.BLOCK);
    RowReductions reductions = reductions(length);
    Passage passage = new Passage(target, data, loops.largestPart(), reductions);
    Step all = () -> {
      target.workers().run(loops.parts(), part -> passage.run(loops, part, 0, slot -> data[slot].address()));
      reductions.end();
    };
    return !ofImages(length) ? all : new ByImages() {
      @Override
      public void run() {
        all.run();
      }

      @Override
      public Parted by(ImageBlocks blocks) {
        return byImages(blocks, data, length);
      }
    };
  }

  private Parted byImages(ImageBlocks blocks, MemorySegment[] data, int length) {
    ImageLoops loops = new ImageLoops(target, code, group.shape(), shapes(), data, PART, RowReduction.BLOCK, blocks);
    RowReductions reductions = reductions(length);
    Passage passage = new Passage(target, data, loops.largestPart(), reductions);
    long image = group.shape().size(1, group.shape().rank());
    return new Parted() {
      @Override
      public void run(int block) {
        PointwiseLoops here = loops.here(block);
        for (int part = 0; part < here.parts(); part++) {
          passage.run(here, part, blocks.images().from(block) * image, slot -> loops.address(block, slot));
        }
      }

      @Override
      public void end() {
        reductions.end();
      }
    };
  }

  /// Where each part leaves what its rows reduce to, and what is then left to do. `length`: of a row.
  private RowReductions reductions(int length) {
    Left left = left(Math.ceilDiv(length, RowReduction.BLOCK));
    long partialBytes = left.nothing() ? 0 : 4 * left.shape.size();
    MemorySegment scratch = target.shared(reductions.size() * partialBytes
        + (left.nothing() ? 0 : ReduceKernel.scratchBytes(left.shape, left.dims)));
    List<Rows> rows = new ArrayList<>();
    List<Step> ends = new ArrayList<>();
    for (Node r : reductions) {
      Folding folding = new Folding(((Reduce) r.op()).kind());
      MemorySegment partial = left.nothing() ? output(r) : scratch.asSlice(rows.size() * partialBytes, partialBytes);
      rows.add(rows(folding, length, r, partial));
      if (!left.nothing()) {
        ends.add(ReduceKernel.compile(target, folding, left.shape, left.dims, partial, output(r),
            scratch.asSlice(reductions.size() * partialBytes)));
      }
    }
    return new RowReductions(rows, length, ends);
  }

  /// Reduces rows of `length` elements; `ends` does what is left to do after all parts.
  private record RowReductions(List<Rows> rows, int length, List<Step> ends) implements PartReduction {
    @Override
    public void reduce(int part, long start, long size, Slots slots) {
      for (Rows r : rows) {
        ReducingGroup.reduce(r, slots.of(r.slot), start, size, length);
      }
    }

    void end() {
      ends.forEach(Step::run);
    }
  }

  private Rows rows(Folding folding, int length, Node reduction, MemorySegment partial) {
    int rest = length % RowReduction.BLOCK;
    Kernel block = RowReduction.kernel(target, folding, Math.min(length, RowReduction.BLOCK));
    Kernel last = rest == 0 ? block : RowReduction.kernel(target, folding, rest);
    return new Rows(inputs.size() + stored.indexOf(reduction.inputs().getFirst()), block, last, partial.address());
  }

  /// What is read and stored, slot by slot; null for what nobody else reads, which lies in the workspace and comes last.
  private MemorySegment[] data() {
    List<MemorySegment> data = new ArrayList<>(inputs.stream().map(Operand::data).toList());
    stored.forEach(n -> data.add(kept(n) ? output(n) : null));
    return data.toArray(MemorySegment[]::new);
  }

  private static long[] addresses(MemorySegment[] data) {
    return Arrays.stream(data).mapToLong(d -> d == null ? 0 : d.address()).toArray();
  }

  /// Where the results of a slot are.
  private interface Slots {
    long of(int slot);
  }

  /// What becomes of a part, whose `size` elements are element `start` of the group and those that follow.
  private interface PartReduction {
    void reduce(int part, long start, long size, Slots slots);
  }

  /// Pointwise results part by part, and what becomes of each.
  private static final class Passage {
    private final Workspace workspace;
    private final int slots;
    private final int firstTemporary;
    private final long bytes;
    private final PartReduction reduction;

    /// `largest`: elements of a part.
    Passage(Target target, MemorySegment[] data, long largest, PartReduction reduction) {
      workspace = target.workspace();
      slots = data.length;
      firstTemporary = (int) Arrays.stream(data).takeWhile(Objects::nonNull).count();
      bytes = 4 * largest;
      this.reduction = reduction;
      workspace.reserve(bytes * (slots - firstTemporary));
    }

    /// A part of `loops`, whose first element is element `base` of the group and lies at `first`.
    void run(PointwiseLoops loops, int part, long base, Slots first) {
      workspace.use(own -> {
        for (int slot = firstTemporary; slot < slots; slot++) {
          loops.redirect(part, slot, own + (slot - firstTemporary) * bytes);
        }
        loops.run(part);
        long start = loops.start(part);
        reduction.reduce(part, base + start, loops.size(part),
            slot -> slot < firstTemporary ? first.of(slot) + 4 * start : own + (slot - firstTemporary) * bytes);
      });
    }
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
    PointwiseKernel.check(nest, inputs);
    MemorySegment[] data = data();
    PointwiseLoops loops = new PointwiseLoops(target, code, nest, addresses(data), block, columns);
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
    Passage passage = new Passage(target, data, loops.largestPart(), (part, _, size, slots) -> {
      for (Columns c : each) {
        c.kernel.call(slots.of(c.slot), size / columns, c.partial + 4L * part * columns);
      }
    });
    steps.addFirst(() -> target.workers().run(loops.parts(), part -> passage.run(loops, part, 0, slot -> data[slot].address())));
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
