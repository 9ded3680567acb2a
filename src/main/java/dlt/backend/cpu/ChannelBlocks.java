package dlt.backend.cpu;

import static dlt.backend.cpu.Assembler.Condition.NOT_ZERO;
import static dlt.backend.cpu.Assembler.RDI;
import static dlt.backend.cpu.Assembler.RDX;
import static dlt.backend.cpu.Assembler.RSI;

import dlt.backend.cpu.Assembler.Label;
import java.lang.foreign.MemorySegment;
import java.util.function.IntConsumer;

/// Channels-last images as [image][block][row][column][channel of the block], `width` channels a block: so that what a loop over
/// pixels reads of a few channels lies side by side.
record ChannelBlocks(int n, ImageShape of, int width) {
  /// Bytes of the rows of one part of [#pack].
  private static final long BAND = 64 << 10;

  int blocks() {
    return Math.ceilDiv(of.channels(), width);
  }

  /// Bytes from one block of an image to the next.
  long block() {
    return 4L * of.height() * of.width() * width;
  }

  long bytes() {
    return n * blocks() * block();
  }

  /// Where the pixels of a block lie.
  PixelSteps steps() {
    return new PixelSteps(blocks() * block(), 4L * of.width() * width, 4L * width, 1, 0, width);
  }

  private int bandRows() {
    return (int) Math.clamp(BAND / (4L * of.width() * of.channels()), 1, of.height());
  }

  /// The parts of [#pack].
  int parts() {
    return n * Math.ceilDiv(of.height(), bandRows());
  }

  /// Copies images here, one of [#parts] at a time.
  IntConsumer pack(Target target, MemorySegment images, MemorySegment here) {
    of.check(images, n);
    if (here.byteSize() != bytes()) {
      throw new IllegalArgumentException(this + " met " + here.byteSize() + " bytes");
    }
    PixelSteps from = PixelSteps.of(of, true);
    Kernel copy = target.kernel(this, this::emit);
    int bands = Math.ceilDiv(of.height(), bandRows());
    return part -> {
      int image = part / bands;
      int first = part % bands * bandRows();
      copy.call(images.address() + from.at(image, first, 0), here.address() + steps().at(image, first, 0),
          (long) Math.min(bandRows(), of.height() - first) * of.width());
    };
  }

  /// Copies pixels. Call it with the first one, its place in the first block, and the number of pixels.
  private void emit(Assembler a) {
    int last = of.channels() - (blocks() - 1) * width;
    // opmasks, or the last vector registers
    int mask = a.instructionSet() == InstructionSet.AVX512 ? 1 : a.vectorRegisters() - 2;
    a.maskFirst(mask, width);
    a.maskFirst(mask + 1, last);
    a.align(32);
    Label next = a.here();
    for (int b = 0; b < blocks(); b++) {
      int m = b == blocks() - 1 ? mask + 1 : mask;
      Address from = Address.at(RDI, 4 * b * width);
      Address to = Address.at(RSI, Math.toIntExact(b * block()));
      if ((b == blocks() - 1 ? last : width) == a.lanes()) {
        a.load(b % 8, from);
        a.store(to, b % 8);
      } else {
        a.loadMasked(b % 8, from, m);
        a.storeMasked(to, b % 8, m);
      }
    }
    a.addImmediate(RDI, 4 * of.channels());
    a.addImmediate(RSI, 4 * width);
    a.subImmediate(RDX, 1);
    a.jump(NOT_ZERO, next);
    a.ret();
  }
}
