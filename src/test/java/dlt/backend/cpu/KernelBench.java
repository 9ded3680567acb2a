package dlt.backend.cpu;

import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// What tests of single kernels need: a target, and operands that end where their memory does, so that a kernel that goes
/// too far shows.
final class KernelBench implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final Workers workers;
  private final CodeMemory code = new CodeMemory();
  final Target target;

  KernelBench(InstructionSet set, int threads) {
    workers = new Workers(threads);
    target = new Target(set, workers, code, arena);
  }

  /// The sets of this machine.
  static List<InstructionSet> sets() {
    return Stream.of(InstructionSet.values()).filter(InstructionSet::supported).toList();
  }

  Operand of(Shape shape, float... values) {
    Operand o = empty(TensorType.float32(shape));
    for (int i = 0; i < values.length; i++) {
      o.data().setAtIndex(java.lang.foreign.ValueLayout.JAVA_FLOAT, i, values[i]);
    }
    return o;
  }

  Operand of(HostTensor tensor) {
    Operand o = empty(tensor.type());
    o.data().copyFrom(tensor.data());
    return o;
  }

  /// Between guards whose content [#assertNothingElseWritten] checks; float32 ones hold NaN before.
  Operand empty(TensorType type) {
    java.lang.foreign.MemorySegment all = Memory.allocate(arena, type.bytes() + 2 * GUARD);
    all.fill((byte) 0xff);
    guarded.add(all);
    return new Operand(type, all.asSlice(GUARD, type.bytes()));
  }

  private static final int GUARD = 256;
  private final List<java.lang.foreign.MemorySegment> guarded = new java.util.ArrayList<>();

  void assertNothingElseWritten() {
    for (java.lang.foreign.MemorySegment all : guarded) {
      for (long i = 0; i < GUARD; i++) {
        if (all.get(java.lang.foreign.ValueLayout.JAVA_BYTE, i) != -1
            || all.get(java.lang.foreign.ValueLayout.JAVA_BYTE, all.byteSize() - 1 - i) != -1) {
          throw new AssertionError("a kernel wrote outside of its operand");
        }
      }
    }
  }

  static float[] floats(Operand o) {
    return o.data().toArray(java.lang.foreign.ValueLayout.JAVA_FLOAT);
  }

  /// The bits of all elements, one NaN like any other.
  static int[] bits(Operand o) {
    float[] f = floats(o);
    int[] r = new int[f.length];
    Arrays.setAll(r, i -> Float.floatToIntBits(f[i]));
    return r;
  }

  @Override
  public void close() {
    workers.close();
    code.close();
    arena.close();
  }
}
