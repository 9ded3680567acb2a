package dlt.backend.cpu;

import static dlt.backend.cpu.Assembler.Condition.NOT_ZERO;
import static dlt.backend.cpu.Assembler.RDI;
import static dlt.backend.cpu.Assembler.RDX;

import dlt.backend.cpu.Assembler.Label;

/// Asks for memory that is soon to be read or written, rows of some lines that lie `step` bytes apart, a share at a time while
/// arithmetic keeps a core busy: the second cache then has them. Nothing depends on it, and rows may lie anywhere.
final class Ahead {
  /// The code's key.
  private record Rows(long step, int lines) {
    private void emit(Assembler a) {
      a.align(32);
      Label next = a.here();
      for (int i = 0; i < lines; i++) {
        a.prefetchFar(Address.at(RDI, 64 * i));
      }
      a.addImmediate(RDI, Math.toIntExact(step));
      a.subImmediate(RDX, 1);
      a.jump(NOT_ZERO, next);
      a.ret();
    }
  }

  /// `count` rows from an address on.
  record Region(Ahead rows, long address, int count) {
    /// Asks for share number `share` of `shares`.
    void ask(int share, int shares) {
      int from = (int) ((long) count * share / shares);
      int to = (int) ((long) count * (share + 1) / shares);
      if (to > from) {
        rows.kernel.call(address + from * rows.step, 0, to - from);
      }
    }
  }

  private final long step;
  private final Kernel kernel;

  /// Rows of `bytes` bytes each.
  Ahead(Target target, long step, long bytes) {
    this.step = step;
    Rows rows = new Rows(step, Math.toIntExact(Math.ceilDiv(bytes, 64)));
    kernel = target.kernel(rows, rows::emit);
  }

  Region region(long address, int count) {
    return new Region(this, address, count);
  }
}
