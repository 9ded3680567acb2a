package dlt.backend.cpu;

import dlt.op.Reduce;
import dlt.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// How sums that kernels keep one a lane, of each of some values, become those values: a group of images adds up the lanes, in a tree, to a
/// row of its own, and in the end the rows are added up.
final class LaneSums {
  private final int lanes;
  private final long values;
  private final MemorySegment rows;
  private final Kernel fold;
  private final Step addRows;

  /// `to`: the values of all groups.
  LaneSums(Target target, int groups, MemorySegment to) {
    lanes = target.lanes();
    values = to.byteSize() / 4;
    Shape all = Shape.of(groups, Math.toIntExact(values));
    MemorySegment shared = target.shared(4 * all.size() + ReduceKernel.scratchBytes(all, List.of(0)));
    rows = shared.asSlice(0, 4 * all.size());
    fold = new LaneConvGradWeight.Fold((int) (values % lanes)).compile(target);
    addRows = ReduceKernel.compile(target, new Folding(Reduce.Kind.SUM), all, List.of(0), rows, to, shared.asSlice(rows.byteSize()));
  }

  /// Bytes of the sums of a group.
  long bytes() {
    return Math.ceilDiv(values, lanes) * lanes * 4 * lanes;
  }

  /// Adds up the lanes of a group, whose sums lie at `sums`.
  void fold(int group, long sums) {
    fold.call(sums, rows.address() + 4 * group * values, values / lanes);
  }

  /// Adds up the rows.
  void end() {
    addRows.run();
  }
}
