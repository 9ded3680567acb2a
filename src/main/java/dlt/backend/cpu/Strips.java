package dlt.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Pointwise code over rows of columns, with reductions of the columns: a part is some rows, of which [StripEmitter]'s code
/// makes results and, of each stretch, one row of each reduction.
final class Strips {
  /// What the code finds at the address of a slot.
  sealed interface Slot permits Full, Near, Column, Scalar, Fold {}

  /// An element for each row and column.
  record Full() implements Slot {}

  /// The same in the calling core's cache: it is not asked for. Where it is may be told with each run.
  record Near() implements Slot {}

  /// An element for each column.
  record Column() implements Slot {}

  /// One element.
  record Scalar() implements Slot {}

  /// Room for a row: what is stored here is reduced.
  record Fold(Folding folding) implements Slot {}

  /// What the machine code depends on. `row`: elements from one row to the next of what has rows, which may be more than the columns.
  record Code(VectorCode.Body body, List<Slot> slots, int columns, int row) {}

  /// Columns that are too few for vectors, or so many that a page holds no two rows.
  private static final int LEAST_COLUMNS = 16, MOST_COLUMNS = 1024;

  /// Which rows a part is: `from` to `to - 1`.
  interface Rows {
    int parts();

    long from(int part);

    long to(int part);
  }

  private final Kernel kernel;
  private final Stretches rows;
  private final MemorySegment table;
  private final int rowBytes;
  private final int slots;
  private final int full;
  private final int near;

  /// Where a stretch finds the operand of a slot: its first row of it, where it has rows.
  interface Addresses {
    long of(int slot, int stretch);
  }

  Strips(Target target, Code code, Stretches rows, Addresses addresses) {
    this.rows = rows;
    this.kernel = target.kernel(code, a -> StripEmitter.emit(a, code));
    this.slots = code.slots.size();
    this.full = code.slots.indexOf(new Full());
    this.near = code.slots.indexOf(new Near());
    this.rowBytes = 4 * code.row;
    this.table = target.scratch(8L * rows.count() * slots);
    long[] row = new long[slots];
    for (int stretch = 0; stretch < rows.count(); stretch++) {
      for (int slot = 0; slot < slots; slot++) {
        row[slot] = addresses.of(slot, stretch);
      }
      MemorySegment.copy(row, 0, table, JAVA_LONG, 8L * stretch * slots, slots);
    }
  }

  void run(int part) {
    long next = full < 0 ? 0 : rowsAt(Workers.next(part, rows.parts())) - rowsAt(part);
    for (int stretch = rows.first(part), end = rows.first(part + 1); stretch < end; stretch++) {
      kernel.call(table.address() + 8L * stretch * slots, rows.rows(stretch), next);
    }
  }

  /// The same; the operand that is [Near] has the part's rows at `near`, from now on.
  void run(int part, long near) {
    int first = rows.first(part);
    for (int stretch = first; stretch < rows.first(part + 1); stretch++) {
      table.setAtIndex(JAVA_LONG, (long) stretch * slots + this.near, near + rowBytes * (rows.from(stretch) - rows.from(first)));
    }
    run(part);
  }

  /// Where a part finds the first operand that has rows; the others have theirs as far apart.
  private long rowsAt(int part) {
    return table.getAtIndex(JAVA_LONG, (long) rows.first(part) * slots + full);
  }

  /// Whether there is code for rows of so many columns.
  static boolean fits(Target target, int columns) {
    return target.emits() && LEAST_COLUMNS <= columns && columns <= MOST_COLUMNS;
  }

  /// The slots of `nest`, then of `foldings`, as rows of so many columns; empty where there is no code for that.
  static Optional<List<Slot>> slots(Target target, Nest nest, int columns, List<Folding> foldings) {
    boolean fits = fits(target, columns)
        && foldings.size() <= (target.instructionSet() == InstructionSet.AVX512 ? 4 : foldings.stream().allMatch(Folding::simple) ? 2 : 1);
    if (!fits) {
      return Optional.empty();
    }
    List<Slot> r = new ArrayList<>();
    for (int slot = 0; slot < nest.slots(); slot++) {
      if (nest.contiguous(slot)) {
        r.add(new Full());
      } else if (nest.strides().get(slot).stream().allMatch(stride -> stride == 0)) {
        r.add(new Scalar());
      } else if (nest.depth() == 2 && nest.dims().getLast() == columns && nest.stride(slot, 0) == 0 && nest.stride(slot, 1) == 1) {
        r.add(new Column());
      } else {
        return Optional.empty();
      }
    }
    foldings.forEach(f -> r.add(new Fold(f)));
    return Optional.of(List.copyOf(r));
  }
}
