package dlt.backend.cpu;

import static dlt.backend.cpu.Assembler.Condition.NOT_ZERO;
import static dlt.backend.cpu.Assembler.R12;
import static dlt.backend.cpu.Assembler.R8;
import static dlt.backend.cpu.Assembler.R9;
import static dlt.backend.cpu.Assembler.RBX;
import static dlt.backend.cpu.Assembler.RCX;
import static dlt.backend.cpu.Assembler.RDI;
import static dlt.backend.cpu.Assembler.RDX;
import static dlt.backend.cpu.Assembler.RSI;

import dlt.backend.cpu.Assembler.Label;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/// The products of planes that follow one another: C = A B, or C += A B with `add`, for each of them; `rows` rows of A in even tiles that
/// fit the registers ([GemmKernel]). While a plane is multiplied, the next one's A is asked for, which lies in one piece; B's rows follow
/// one another, so that a core foresees them. All steps are in bytes: from row to row, from element to element of the sum, and from plane
/// to plane.
///
/// Call: rdi A, rsi B, rdx C, rcx number of planes (1 or more), r8 and r9 what is asked for meanwhile as `far` says.
record WinogradProducts(int rows, int vectors, int k, boolean add, long aRow, long aK, long aPlane, long bK, long bPlane, long cRow,
    long cPlane, List<GemmKernel.Stream> far) {
  Kernel compile(Target target) {
    return target.kernel(this, this::emit);
  }

  /// The products of planes `first` to `first + planes - 1`, with tiles from number `from` of a block on; they ask `asks` times for what is
  /// needed later.
  record Part(int first, int planes, int from, int asks, Kernel kernel) {}

  /// The products of a block, at most so many planes at once; `products` by the number of tiles.
  static List<Part> parts(Target target, List<WinogradTiles.Range> ranges, int atOnce, IntFunction<WinogradProducts> products) {
    List<Part> parts = new ArrayList<>();
    for (WinogradTiles.Range range : ranges) {
      WinogradProducts product = products.apply(range.end() - range.from());
      for (int i = 0; i < range.planes() && product.rows > 0; i += atOnce) {
        int planes = Math.min(atOnce, range.planes() - i);
        parts.add(new Part(range.first() + i, planes, range.from(), planes * product.asks(target.instructionSet()), product.compile(target)));
      }
    }
    return parts;
  }

  /// What the products of a block ask for, of regions of so many bytes at r8 and r9, while they are computed `times` times.
  static List<GemmKernel.Stream> far(Target target, List<WinogradTiles.Range> ranges, IntFunction<WinogradProducts> products, long r8, long r9,
      int times) {
    long asks = ranges.stream().mapToLong(r -> (long) r.planes() * products.apply(r.end() - r.from()).asks(target.instructionSet())).sum() * times;
    return List.of(GemmKernel.Stream.of(R8, r8, asks, false), GemmKernel.Stream.of(R9, r9, asks, false));
  }

  /// How often a plane asks for what is needed later.
  private int asks(InstructionSet set) {
    return Math.ceilDiv(rows, GemmKernel.mostRows(set, vectors)) * (k / GemmKernel.UNROLL);
  }

  private void emit(Assembler a) {
    int pieces = Math.ceilDiv(rows, GemmKernel.mostRows(a.instructionSet(), vectors));
    int most = Math.ceilDiv(rows, pieces);
    int fewer = pieces * most - rows;
    List<GemmKernel.Stream> streams = new ArrayList<>(far);
    streams.add(GemmKernel.Stream.of(R12, Math.max(rows * aRow, k * aK), asks(a.instructionSet()), true));
    a.push(RBX);
    a.push(R12);
    a.moveRegister(RBX, RCX);
    Label plane = a.here();
    a.moveRegister(R12, RDI);
    a.addImmediate(R12, Math.toIntExact(aPlane));
    tiles(a, pieces - fewer, most, streams);
    tiles(a, fewer, most - 1, streams);
    a.addImmediate(RDI, Math.toIntExact(aPlane - rows * aRow));
    a.addImmediate(RSI, Math.toIntExact(bPlane));
    a.addImmediate(RDX, Math.toIntExact(cPlane - rows * cRow));
    a.subImmediate(RBX, 1);
    a.jump(NOT_ZERO, plane);
    a.pop(R12);
    a.pop(RBX);
    a.ret();
  }

  /// `count` tiles of so many rows.
  private void tiles(Assembler a, int count, int rows, List<GemmKernel.Stream> streams) {
    if (count > 0) {
      a.moveImmediate(RCX, count);
      new GemmKernel(rows, vectors, 0, false, k, Math.toIntExact(aRow), Math.toIntExact(aK), Math.toIntExact(rows * aRow),
          Math.toIntExact(bK), Math.toIntExact(cRow), add ? GemmKernel.Start.C : GemmKernel.Start.ZERO, false, 0, streams).tiles(a);
    }
  }
}
