package dlt.backend.cpu;

import static dlt.backend.cpu.Assembler.Condition.NOT_ZERO;
import static dlt.backend.cpu.Assembler.R10;
import static dlt.backend.cpu.Assembler.R11;
import static dlt.backend.cpu.Assembler.R12;
import static dlt.backend.cpu.Assembler.R13;
import static dlt.backend.cpu.Assembler.R9;
import static dlt.backend.cpu.Assembler.RAX;
import static dlt.backend.cpu.Assembler.RBP;
import static dlt.backend.cpu.Assembler.RBX;
import static dlt.backend.cpu.Assembler.RCX;
import static dlt.backend.cpu.Assembler.RDI;

import dlt.backend.cpu.Assembler.Label;
import java.util.List;

/// Copies of an image's planes for a kernel that takes neighbouring results side by side: for each channel one a kernel column,
/// with the pixels that the results read under that column, [channel][kernel column][row][result column]. Rows follow one
/// another without a gap, as those of the results do, so what a vector of results reads under any tap is a vector in one of the
/// copies, wherever rows end. Outside the image there are zeros.
///
/// `rows` and `width`: the size of a copy; its row 0 is row `firstRow` of the image, column 0 of copy `t` is column
/// `firstColumns[t]`; both may lie outside.
record PlaneCopies(ImageShape image, int rows, int width, int firstRow, List<Integer> firstColumns) {
  /// Vectors of a row; each has a mask.
  private static final int MOST_VECTORS = 7;

  static boolean fits(Target target, int width) {
    return width <= MOST_VECTORS * target.lanes();
  }

  /// What the copies take: loads and stores reach up to a vector beyond their end.
  long bytes() {
    return channelBytes() * image.channels() + 64 + 63 & -64;
  }

  long channelBytes() {
    return planeBytes() * firstColumns.size();
  }

  long planeBytes() {
    return 4L * rows * width;
  }

  /// What a kernel does with the copies of an image.
  interface Outputs {
    /// Code for `count` outputs, at what moves on with them.
    void block(Assembler a, int count);

    /// Code that takes back to the first output what has moved on.
    void rewind(Assembler a);
  }

  /// The code of a kernel, one image after the other, the first one at RDI, RCX of them: copies, at R9, then all `outputs`, up to
  /// `most` at a time. The code of `each` may change any other register but RBX.
  void eachImage(Assembler a, int outputs, int most, Outputs each) {
    int[] kept = {RBX, RBP, R12, R13};
    for (int r : kept) {
      a.push(r);
    }
    Label next = a.here();
    copy(a);
    a.addImmediate(RDI, Math.toIntExact(4 * image.size()));
    if (outputs / most > 0) {
      a.moveImmediate(RBX, outputs / most);
      Label block = a.here();
      each.block(a, most);
      a.subImmediate(RBX, 1);
      a.jump(NOT_ZERO, block);
    }
    if (outputs % most > 0) {
      each.block(a, outputs % most);
    }
    each.rewind(a);
    a.subImmediate(RCX, 1);
    a.jump(NOT_ZERO, next);
    for (int i = kept.length - 1; i >= 0; i--) {
      a.pop(kept[i]);
    }
    a.ret();
  }

  /// Copies the image at RDI to [#bytes] at R9. Changes RAX, RBP, R10, R11, R12 and some vector registers and masks.
  private void copy(Assembler a) {
    int above = Math.clamp(-firstRow, 0, rows);
    int below = rows - Math.clamp(image.height() - firstRow, above, rows);
    a.moveRegister(R12, RDI);
    a.moveRegister(R11, R9);
    a.moveImmediate(RBP, image.channels());
    Label channel = a.here();
    for (int first : firstColumns) {
      zeros(a, above);
      if (rows - above - below > 0) {
        a.address(R10, Address.at(R12, 4 * ((firstRow + above) * image.width() + first)));
        rows(a, rows - above - below, first);
      }
      zeros(a, below);
    }
    a.addImmediate(R12, 4 * image.height() * image.width());
    a.subImmediate(RBP, 1);
    a.jump(NOT_ZERO, channel);
  }

  /// `count` rows, whose first column is column `first` of the image, at R10. What is stored beyond a row is written again by what
  /// comes next.
  private void rows(Assembler a, int count, int first) {
    int lanes = a.lanes();
    int vectors = Math.ceilDiv(width, lanes);
    int zero = 1;
    int[] from = new int[vectors];
    int[] end = new int[vectors];
    for (int v = 0; v < vectors; v++) {
      from[v] = Math.clamp(-first - v * lanes, 0, lanes);
      end[v] = Math.clamp(Math.min(image.width() - first, width) - v * lanes, from[v], lanes);
      if (from[v] < end[v] && end[v] - from[v] < lanes) {
        a.maskRange(mask(a, v), from[v], end[v]);
      }
    }
    a.zero(zero);
    a.moveImmediate(RAX, count);
    Label row = a.here();
    for (int v = 0; v < vectors; v++) {
      int value = v % 2 == 0 ? 0 : 2;
      Address source = Address.at(R10, v * a.vectorBytes());
      if (from[v] == end[v]) {
        value = zero;
      } else if (end[v] - from[v] == lanes) {
        a.load(value, source);
      } else {
        a.loadMasked(value, source, mask(a, v));
      }
      a.store(Address.at(R11, v * a.vectorBytes()), value);
    }
    a.addImmediate(R10, 4 * image.width());
    a.addImmediate(R11, 4 * width);
    a.subImmediate(RAX, 1);
    a.jump(NOT_ZERO, row);
  }

  private static int mask(Assembler a, int vector) {
    return a.instructionSet() == InstructionSet.AVX512 ? 1 + vector : 15 - vector;
  }

  /// `count` rows of zeros.
  private void zeros(Assembler a, int count) {
    if (count == 0) {
      return;
    }
    a.zero(0);
    for (int v = 0; v < Math.ceilDiv(count * width, a.lanes()); v++) {
      a.store(Address.at(R11, v * a.vectorBytes()), 0);
    }
    a.addImmediate(R11, 4 * count * width);
  }
}
