package dlt.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dlt.graph.Fusion;
import dlt.op.Binary;
import dlt.op.Reduce;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// A group of pointwise operations as one pass over its elements, cut into parts of a fixed size that may run side by
/// side. What has no machine code (powers, sines, int64) runs in Java.
final class PointwiseKernel {
  /// What parts of a single loop are multiples of: elements of some cache lines.
  private static final int UNIT = 64;

  private PointwiseKernel() {}

  /// `inputs` and `outputs` in the group's order. An output may be the same memory as an input of its shape; they do not
  /// overlap otherwise.
  static Step compile(Target target, Fusion.Group group, List<Operand> inputs, List<Operand> outputs) {
    if (group.nodes().getFirst().op() instanceof Binary comparison
        && group.nodes().getFirst().inputs().getFirst().dtype() == DType.INT64) {
      return LongComparison.compile(target, comparison.kind(), group, inputs, outputs.getFirst());
    }
    if (group.nodes().getLast().op() instanceof Reduce) {
      return ReducingGroup.compile(target, group, inputs, outputs);
    }
    List<Operand> operands = new ArrayList<>(inputs);
    operands.addAll(outputs);
    VectorCode.Body code = PointwiseCode.of(group, group.outputs());
    Step all = compile(target, code, Nest.of(group.shape(), operands.stream().map(Operand::shape).toList()), operands);
    return target.emits() && code.emitted() && group.shape().size() > 0 ? byImages(target, code, group.shape(), operands, all) : all;
  }

  /// Whether the step of a group is [ByImages] where code is emitted.
  static boolean byImages(Fusion.Group group) {
    if (group.inputs().stream().anyMatch(n -> n.dtype() != DType.FLOAT32)) {
      return false;
    }
    return group.nodes().getLast().op() instanceof Reduce ? ReducingGroup.byImages(group)
        : group.shape().size() > 0 && PointwiseCode.of(group, group.outputs()).emitted();
  }

  private static ByImages byImages(Target target, VectorCode.Body code, Shape shape, List<Operand> operands, Step all) {
    return new ByImages() {
      @Override
      public void run() {
        all.run();
      }

      @Override
      public Parted by(ImageBlocks blocks) {
        ImageLoops loops = new ImageLoops(target, code, shape, operands.stream().map(Operand::shape).toList(),
            operands.stream().map(Operand::data).toArray(MemorySegment[]::new), block(code), UNIT, blocks);
        return Parted.of(block -> {
          PointwiseLoops here = loops.here(block);
          for (int i = 0; i < here.parts(); i++) {
            here.run(i);
          }
        });
      }
    };
  }

  /// `code` over `nest`, its slots in the order of `operands`.
  static Step compile(Target target, VectorCode.Body code, Nest nest, List<Operand> operands) {
    check(nest, operands);
    if (nest.size(0) == 0) {
      return () -> {};
    }
    return target.emits() && code.emitted() ? emitted(target, code, nest, operands) : twin(target, code, nest, operands);
  }

  /// Throws where an operand is too small for the steps of its slot.
  static void check(Nest nest, List<Operand> operands) {
    for (int slot = 0; slot < operands.size(); slot++) {
      Operand o = operands.get(slot);
      long last = nest.size(0) == 0 ? -1 : nest.offset(slot, nest.depth(), nest.size(0) - 1);
      if (o.type().dtype() != DType.FLOAT32 || 4 * (last + 1) > o.data().byteSize()) {
        throw new IllegalArgumentException("a pointwise kernel over " + nest.dims() + " met " + o.type());
      }
    }
  }

  /// Elements that one part takes: some microseconds of work.
  private static long block(VectorCode.Body code) {
    int operations = code.operations();
    return operations <= 8 ? 1 << 14 : operations <= 24 ? 1 << 13 : 1 << 12;
  }

  private static Step emitted(Target target, VectorCode.Body code, Nest nest, List<Operand> operands) {
    long block = block(code);
    long[] addresses = operands.stream().mapToLong(Operand::address).toArray();
    PointwiseLoops loops = new PointwiseLoops(target, code, nest, addresses, nest.size(0) > 2 * block ? block : nest.size(0), UNIT);
    return loops.parts() == 1 ? () -> loops.run(0) : () -> target.workers().run(loops.parts(), loops::run);
  }

  /// The same in Java: blocks of neighbouring elements of the result, whatever loops they are in.
  static Step twin(Target target, VectorCode.Body code, Nest nest, List<Operand> operands) {
    Blocks blocks = new Blocks(nest.size(0), 1 << 14);
    return () -> target.workers().run(blocks.parts(), part -> {
      VectorInterpreter interpreter = new VectorInterpreter(code);
      for (long i = blocks.from(part); i < blocks.to(part); i += VectorInterpreter.BLOCK) {
        int n = (int) Math.min(VectorInterpreter.BLOCK, blocks.to(part) - i);
        for (int v = 0; v < code.values().size(); v++) {
          VectorCode.Value value = code.values().get(v);
          if (value.op() == VectorCode.Op.INPUT) {
            load(nest, value.immediate(), operands.get(value.immediate()).data(), i, interpreter.block(v), n);
          }
        }
        interpreter.run(n);
        for (VectorCode.Store s : code.stores()) {
          MemorySegment.copy(interpreter.block(s.value()), 0, operands.get(s.slot()).data(), JAVA_FLOAT, 4 * i, n);
        }
      }
    });
  }

  /// `n` elements of an operand from element `i` of the index space on.
  private static void load(Nest nest, int slot, MemorySegment data, long i, float[] to, int n) {
    if (nest.contiguous(slot)) {
      MemorySegment.copy(data, JAVA_FLOAT, 4 * i, to, 0, n);
      return;
    }
    int inner = nest.depth() - 1;
    int length = nest.dims().getLast();
    long stride = nest.stride(slot, inner);
    for (int filled = 0; filled < n;) {
      int column = (int) ((i + filled) % length);
      int run = Math.min(length - column, n - filled);
      long offset = nest.offset(slot, inner, (i + filled) / length) + column * stride;
      for (int k = 0; k < run; k++) {
        to[filled + k] = data.getAtIndex(JAVA_FLOAT, offset + k * stride);
      }
      filled += run;
    }
  }
}
