package dlt.backend.cpu;

import static dlt.backend.cpu.Assembler.Condition.NOT_ZERO;
import static dlt.backend.cpu.Assembler.R10;
import static dlt.backend.cpu.Assembler.R8;
import static dlt.backend.cpu.Assembler.RDI;
import static dlt.backend.cpu.Assembler.RDX;
import static dlt.backend.cpu.Assembler.RSI;

import dlt.backend.cpu.Assembler.Label;
import java.lang.foreign.MemorySegment;
import java.util.function.IntConsumer;

/// Channels-last images as [image][block][row][column][channel of the block], `width` channels a block: so that what a loop over
/// pixels reads of a few channels lies side by side. Of the images every `rowStep`th row and `columnStep`th column is there,
/// `rows` and `columns` of them.
record ChannelBlocks(int n, ImageShape of, int rows, int columns, int rowStep, int columnStep, int width) {
  /// Bytes of the rows of one part of [#pack].
  private static final long BAND = 64 << 10;

  int blocks() {
    return Math.ceilDiv(of.channels(), width);
  }

  /// Bytes from one block of an image to the next.
  long block() {
    return 4L * rows * columns * width;
  }

  long bytes() {
    return n * blocks() * block();
  }

  /// Where the pixels of a block lie.
  PixelSteps steps() {
    return new PixelSteps(blocks() * block(), 4L * columns * width, 4L * width, 1, 0, width);
  }

  private int bandRows() {
    return (int) Math.clamp(BAND / (4L * columns * of.channels()), 1, rows);
  }

  /// The parts of [#pack].
  int parts() {
    return n * Math.ceilDiv(rows, bandRows());
  }

  /// Copies images here, one of [#parts] at a time.
  IntConsumer pack(Target target, MemorySegment images, MemorySegment here) {
    of.check(images, n);
    if (here.byteSize() != bytes()) {
      throw new IllegalArgumentException(this + " met " + here.byteSize() + " bytes");
    }
    PixelSteps from = PixelSteps.of(of, true);
    Kernel copy = target.kernel(this, this::emit);
    int bands = Math.ceilDiv(rows, bandRows());
    return part -> {
      int image = part / bands;
      int first = part % bands * bandRows();
      copy.call(images.address() + from.at(image, (long) first * rowStep, 0), here.address() + steps().at(image, first, 0),
          Math.min(bandRows(), rows - first));
    };
  }

  /// Copies rows. Call it with the first pixel, its place in the first block, and the number of rows.
  private void emit(Assembler a) {
    int last = of.channels() - (blocks() - 1) * width;
    // opmasks, or the last vector registers
    int mask = a.instructionSet() == InstructionSet.AVX512 ? 1 : a.vectorRegisters() - 2;
    a.maskFirst(mask, width);
    a.maskFirst(mask + 1, last);
    PixelSteps from = PixelSteps.of(of, true);
    long pixel = columnStep * from.pixel();
    Label row = a.here();
    a.moveRegister(R10, RDI);
    a.moveImmediate(R8, columns);
    a.align(32);
    Label next = a.here();
    for (long line = 0; line < from.pixel(); line += 64) {
      // the row after this one: where a step leaves some out, nobody foresees it
      a.prefetch(Address.at(R10, Math.toIntExact(rowStep * from.row() + line)));
    }
    for (int b = 0; b < blocks(); b++) {
      int m = b == blocks() - 1 ? mask + 1 : mask;
      a.loadMasked(b % 8, Address.at(R10, 4 * b * width), m);
      a.storeMasked(Address.at(RSI, Math.toIntExact(b * block())), b % 8, m);
    }
    a.addImmediate(R10, Math.toIntExact(pixel));
    a.addImmediate(RSI, 4 * width);
    a.subImmediate(R8, 1);
    a.jump(NOT_ZERO, next);
    a.addImmediate(RDI, Math.toIntExact(rowStep * from.row()));
    a.subImmediate(RDX, 1);
    a.jump(NOT_ZERO, row);
    a.ret();
  }
}
