package dlt.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.List;

/// Emitted pointwise code bound to its operands and cut into parts: each is a box of the index space, contiguous in the
/// results.
final class PointwiseLoops {
  /// What the code of a kernel depends on: the loops inside of the outermost, whose length is an argument.
  private record Key(VectorCode.Body code, List<Integer> inner, List<List<Long>> strides) {}

  private final Kernel kernel;
  private final int slots;
  private final MemorySegment table;
  /// How often the outermost loop of a part runs, and the elements that one turn of it is.
  private final long[] counts;
  private final long turn;
  private final long[] starts;

  /// `addresses`: where the operand of each slot lies. A part has at most `most` elements, if that is one run of the
  /// innermost loop or if that can be cut at multiples of `unit`.
  PointwiseLoops(Target target, VectorCode.Body code, Nest nest, long[] addresses, long most, long unit) {
    int level = 0;
    while (level < nest.depth() - 1 && nest.size(level + 1) > most) {
      level++;
    }
    turn = nest.size(level + 1);
    long wanted = level < nest.depth() - 1 ? most / turn : most / unit * unit;
    Blocks chunks = new Blocks(nest.dims().get(level), Math.clamp(wanted, 1, nest.dims().get(level)));
    Nest own = nest.from(level);
    kernel = target.kernel(new Key(code, own.dims().subList(1, own.depth()), own.strides()), a -> PointwiseEmitter.emit(a, code, own));
    slots = nest.slots();
    int parts = Math.toIntExact(nest.size(0) / nest.size(level) * chunks.parts());
    table = target.scratch(8L * parts * slots);
    counts = new long[parts];
    starts = new long[parts];
    long[] row = new long[slots];
    for (int part = 0; part < parts; part++) {
      long box = part / chunks.parts();
      long from = chunks.from(part % chunks.parts());
      counts[part] = chunks.to(part % chunks.parts()) - from;
      starts[part] = box * nest.size(level) + from * turn;
      for (int slot = 0; slot < slots; slot++) {
        row[slot] = addresses[slot] + 4 * (nest.offset(slot, level, box) + from * nest.stride(slot, level));
      }
      MemorySegment.copy(row, 0, table, JAVA_LONG, 8L * part * slots, slots);
    }
  }

  /// The same with operands elsewhere: those of `first` lie at `from`, its own at `to`.
  PointwiseLoops(Target target, PointwiseLoops first, long[] from, long[] to) {
    kernel = first.kernel;
    slots = first.slots;
    counts = first.counts;
    starts = first.starts;
    turn = first.turn;
    table = target.scratch(first.table.byteSize()).copyFrom(first.table);
    for (int slot = 0; slot < slots; slot++) {
      move(slot, to[slot] - from[slot]);
    }
  }

  /// Lets all parts find the operand of a slot `bytes` further on.
  void move(int slot, long bytes) {
    for (int part = 0; part < parts(); part++) {
      redirect(part, slot, table.getAtIndex(JAVA_LONG, (long) part * slots + slot) + bytes);
    }
  }

  int parts() {
    return counts.length;
  }

  /// The first element of a part in the results.
  long start(int part) {
    return starts[part];
  }

  /// The elements of a part.
  long size(int part) {
    return counts[part] * turn;
  }

  long largestPart() {
    return size(0);
  }

  /// Lets a part find the operand of a slot, or the piece of it that the part is about, elsewhere.
  void redirect(int part, int slot, long address) {
    table.setAtIndex(JAVA_LONG, (long) part * slots + slot, address);
  }

  void run(int part) {
    kernel.call(table.address() + 8L * part * slots, counts[part]);
  }
}
