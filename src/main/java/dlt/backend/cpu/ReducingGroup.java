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

/// A group that ends in reductions: a part's pointwise results are reduced while they are in the cache, and those that
/// nobody else reads never leave it. The bits are those of the reductions by themselves.
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
    Nest nest = g.nest();
    int inner = nest.depth() - 1;
    int boundary = nest.slots() - 1;
    boolean rows = inner == 0 || nest.stride(boundary, inner - 1) != 0;
    return target.emits() && g.code.emitted() && rows && nest.size(0) > 0
        ? g.fused(new Nest(nest.dims(), nest.strides().subList(0, boundary))) : g.apart();
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

  /// A reduction over the rows of the innermost loop: its partial results, one for each block of a row.
  private record Rows(int slot, Kernel block, Kernel last, long partial) {}

  private Step fused(Nest nest) {
    int length = nest.dims().getLast();
    long rows = nest.size(0) / length;
    int blocks = Math.ceilDiv(length, RowReduction.BLOCK);
    // what is left to reduce: the blocks of a row, and the dimensions further out
    int lead = group.shape().rank();
    while (lead > 0 && (dims.contains(lead - 1) || group.shape().dim(lead - 1) == 1)) {
      lead--;
    }
    Shape left = new Shape(group.shape().dims().subList(0, lead)).insert(lead, blocks);
    List<Integer> leftDims = new ArrayList<>();
    for (int d : dims) {
      if (d < lead) {
        leftDims.add(d);
      }
    }
    leftDims.add(lead);
    boolean finished = leftDims.stream().allMatch(d -> left.dim(d) == 1);

    long partialBytes = finished ? 0 : 4 * rows * blocks;
    long leftBytes = finished ? 0 : ReduceKernel.scratchBytes(left, leftDims);
    MemorySegment scratch = target.shared(reductions.size() * partialBytes + leftBytes);
    List<Rows> rowsOf = new ArrayList<>();
    List<Step> rest = new ArrayList<>();
    for (int i = 0; i < reductions.size(); i++) {
      Node r = reductions.get(i);
      Folding folding = new Folding(((Reduce) r.op()).kind());
      MemorySegment partial = finished ? output(r) : scratch.asSlice(i * partialBytes, partialBytes);
      Kernel block = RowReduction.kernel(target, folding, Math.min(length, RowReduction.BLOCK));
      Kernel last = length % RowReduction.BLOCK == 0 ? block : RowReduction.kernel(target, folding, length % RowReduction.BLOCK);
      rowsOf.add(new Rows(inputs.size() + stored.indexOf(r.inputs().getFirst()), block, last, partial.address()));
      if (!finished) {
        rest.add(ReduceKernel.compile(target, folding, left, leftDims, partial, output(r), scratch.asSlice(reductions.size() * partialBytes)));
      }
    }

    PointwiseKernel.check(nest, inputs);
    long[] addresses = new long[nest.slots()];
    for (int i = 0; i < inputs.size(); i++) {
      addresses[i] = inputs.get(i).address();
    }
    List<Integer> inWorkspace = new ArrayList<>();
    for (int i = 0; i < stored.size(); i++) {
      int slot = inputs.size() + i;
      if (kept(stored.get(i))) {
        addresses[slot] = output(stored.get(i)).address();
      } else {
        inWorkspace.add(slot);
      }
    }
    PointwiseLoops loops = new PointwiseLoops(target, code, nest, addresses, PART, RowReduction.BLOCK);
    long bytes = 4 * loops.largestPart();
    target.workspace().reserve(bytes * inWorkspace.size());
    int[] temporary = inWorkspace.stream().mapToInt(Integer::intValue).toArray();
    Rows[] all = rowsOf.toArray(Rows[]::new);
    Workspace workspace = target.workspace();
    Step pass = () -> target.workers().run(loops.parts(), part -> workspace.use(own -> {
      for (int i = 0; i < temporary.length; i++) {
        loops.redirect(part, temporary[i], own + i * bytes);
      }
      loops.run(part);
      for (Rows r : all) {
        int i = java.util.Arrays.binarySearch(temporary, r.slot);
        long from = i >= 0 ? own + i * bytes : addresses[r.slot] + 4 * loops.start(part);
        reduce(r, from, loops.start(part), loops.size(part), length, blocks);
      }
    }));
    return () -> {
      pass.run();
      rest.forEach(Step::run);
    };
  }

  /// Reduces `size` elements at `from`, which are elements `start` and on of all rows.
  private static void reduce(Rows r, long from, long start, long size, int length, int blocks) {
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
