package dlt.backend.cpu;

import static dlt.backend.cpu.Assembler.Condition.NOT_ZERO;
import static dlt.backend.cpu.Assembler.R10;
import static dlt.backend.cpu.Assembler.R11;
import static dlt.backend.cpu.Assembler.R12;
import static dlt.backend.cpu.Assembler.R13;
import static dlt.backend.cpu.Assembler.R14;
import static dlt.backend.cpu.Assembler.R15;
import static dlt.backend.cpu.Assembler.R8;
import static dlt.backend.cpu.Assembler.R9;
import static dlt.backend.cpu.Assembler.RAX;
import static dlt.backend.cpu.Assembler.RBP;
import static dlt.backend.cpu.Assembler.RBX;
import static dlt.backend.cpu.Assembler.RCX;
import static dlt.backend.cpu.Assembler.RDI;
import static dlt.backend.cpu.Assembler.RDX;
import static dlt.backend.cpu.Assembler.RSI;

import dlt.backend.cpu.Assembler.Label;
import dlt.backend.cpu.Taps.Reach;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// What the same rows of some images contribute to the gradients of some weights; `add`: beside what is there. Gradients are [row][column][channel]; the sums of
/// a tile, one for each of `taps` and each channel of `vectors` vectors, stay in registers over all rows and images. Then comes the
/// next tile, whose image values lie `tileImages` bytes and whose sums `tileSums` bytes further on. Image values are
/// broadcast from where they lie; those that would lie beside the image are left out of the code.
///
/// Call it with the first window's first pixel, the first gradient pixel, the sums, the number of rows, of images, and of tiles, all at
/// least 1. A row has `width` gradient pixels. Sums are `sumBytes` apart.
record ChannelsLastGradWeight(
    List<Tap> taps, int vectors, boolean add, int width, Steps images, Steps gradients, long tileImages, Next next, long sumBytes, long tileSums) {
  /// An image value: bytes from the first pixel of a window, the number of its sum, and the windows of a row where it lies
  /// inside the image.
  record Tap(long place, int sum, Reach reach) {}

  /// Bytes from one window or gradient to the next, from row to row and from image to image.
  record Steps(long pixel, long row, long image) {}

  /// What the code asks for meanwhile, since the processor does not foresee it: what lies so many bytes behind a window's first image value, and
  /// behind a pixel's gradients; 0: nothing. Of the lines of gradients every `shares`-th one, from number `share` on.
  record Next(long images, long gradients, int share, int shares) {}

  /// Pixels in straight-line code.
  static final int UNROLLED = 4;
  private static final int LINE = 64;

  /// How many taps a tile may have beside `vectors` vectors: what fits the registers.
  static int most(Target target, int vectors) {
    boolean many = target.instructionSet() == InstructionSet.AVX512;
    return switch (vectors) {
      case 1 -> many ? 28 : 12;
      case 2 -> many ? 14 : 6;
      default -> throw new IllegalArgumentException(vectors + " vectors");
    };
  }

  Kernel compile(Target target) {
    return target.kernel(this, this::emit);
  }

  private void emit(Assembler a) {
    int[] kept = {RBX, RBP, R12, R13, R14, R15};
    for (int r : kept) {
      a.push(r);
    }
    Label tile = a.here();
    for (int t = 0; t < taps.size(); t++) {
      for (int v = 0; v < vectors; v++) {
        if (add) {
          a.load(t * vectors + v, sum(a, t, v));
        } else {
          a.zero(t * vectors + v);
        }
      }
    }
    a.moveRegister(R14, RDI);
    a.moveRegister(R15, RSI);
    a.moveRegister(RBP, R8);
    Label image = a.here();
    a.moveRegister(R12, R14);
    a.moveRegister(R13, R15);
    a.moveRegister(RBX, RCX);
    Label row = a.here();
    a.moveRegister(R10, R12);
    a.moveRegister(R11, R13);
    row(a);
    a.addImmediate(R12, Math.toIntExact(images.row));
    a.addImmediate(R13, Math.toIntExact(gradients.row));
    a.subImmediate(RBX, 1);
    a.jump(NOT_ZERO, row);
    a.addImmediate(R14, Math.toIntExact(images.image));
    a.addImmediate(R15, Math.toIntExact(gradients.image));
    a.subImmediate(RBP, 1);
    a.jump(NOT_ZERO, image);
    for (int t = 0; t < taps.size(); t++) {
      for (int v = 0; v < vectors; v++) {
        a.store(sum(a, t, v), t * vectors + v);
      }
    }
    a.addImmediate(RDI, Math.toIntExact(tileImages));
    a.addImmediate(RDX, Math.toIntExact(tileSums));
    a.subImmediate(R9, 1);
    a.jump(NOT_ZERO, tile);
    for (int i = kept.length - 1; i >= 0; i--) {
      a.pop(kept[i]);
    }
    a.ret();
  }

  private Address sum(Assembler a, int tap, int v) {
    return Address.at(RDX, Math.toIntExact(taps.get(tap).sum * sumBytes + v * a.vectorBytes()));
  }

  /// The windows of a row, neighbours with the same taps together.
  private void row(Assembler a) {
    int[] bounds = Stream.concat(Stream.of(0, width), taps.stream().flatMap(t -> Stream.of(t.reach.from(), t.reach.end())))
        .mapToInt(Integer::intValue).sorted().distinct().toArray();
    for (int b = 0; b + 1 < bounds.length; b++) {
      int first = bounds[b];
      int count = bounds[b + 1] - first;
      int[] present = IntStream.range(0, taps.size()).filter(t -> taps.get(t).reach.has(first)).toArray();
      if (count >= 2 * UNROLLED && present.length > 0) {
        a.moveImmediate(RAX, count / UNROLLED);
        a.align(32);
        Label pixels = a.here();
        multiply(a, present, UNROLLED);
        a.subImmediate(RAX, 1);
        a.jump(NOT_ZERO, pixels);
        count %= UNROLLED;
      }
      multiply(a, present, count);
    }
  }

  /// The products of the next `pixels` pixels with the taps `present`.
  private void multiply(Assembler a, int[] present, int pixels) {
    if (pixels == 0) {
      return;
    }
    int gradient = taps.size() * vectors;
    int image = gradient + vectors;
    int spare = Math.min(2, a.vectorRegisters() - image);
    for (int p = 0; p < pixels && present.length > 0; p++) {
      ask(a, p, taps.get(present[0]).place);
      for (int v = 0; v < vectors; v++) {
        a.load(gradient + v, Address.at(R11, Math.toIntExact(p * gradients.pixel + v * a.vectorBytes())));
      }
      for (int t : present) {
        Address value = Address.at(R10, Math.toIntExact(p * images.pixel + taps.get(t).place));
        if (vectors == 1 && a.instructionSet() == InstructionSet.AVX512) {
          a.op(Instruction.FMADD231, t, gradient, value.broadcasting());
          continue;
        }
        int i = image + t % spare;
        a.broadcast(i, value);
        for (int v = 0; v < vectors; v++) {
          a.op(Instruction.FMADD231, t * vectors + v, gradient + v, i);
        }
      }
    }
    a.addImmediate(R10, Math.toIntExact(pixels * images.pixel));
    a.addImmediate(R11, Math.toIntExact(pixels * gradients.pixel));
  }

  private void ask(Assembler a, int pixel, long place) {
    for (int v = 0; v < vectors && next.gradients != 0; v++) {
      if ((pixel * vectors + v) % next.shares == next.share) {
        a.prefetch(Address.at(R11, Math.toIntExact(pixel * gradients.pixel + v * a.vectorBytes() + next.gradients)));
      }
    }
    boolean sameLine = pixel > 0 && pixel * images.pixel / LINE == (pixel - 1) * images.pixel / LINE;
    if (next.images != 0 && !sameLine) {
      a.prefetch(Address.at(R10, Math.toIntExact(pixel * images.pixel + place + next.images)));
    }
  }

  /// Adds `groups` equal arrays of vectors, `group` bytes apart, into the first one, in order. Call it with the first vector
  /// and the number of vectors.
  record Sum(int groups, long group) {
    Kernel compile(Target target) {
      return target.kernel(this, this::emit);
    }

    private void emit(Assembler a) {
      Label next = a.here();
      a.load(0, Address.at(RDI));
      for (int g = 1; g < groups; g++) {
        a.op(Instruction.ADD, 0, 0, Address.at(RDI, Math.toIntExact(g * group)));
      }
      a.store(Address.at(RDI), 0);
      a.addImmediate(RDI, a.vectorBytes());
      a.subImmediate(RSI, 1);
      a.jump(NOT_ZERO, next);
      a.ret();
    }
  }
}
