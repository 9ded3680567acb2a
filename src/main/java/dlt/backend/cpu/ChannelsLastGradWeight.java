package dlt.backend.cpu;

import static dlt.backend.cpu.Assembler.Condition.NOT_ZERO;
import static dlt.backend.cpu.Assembler.R10;
import static dlt.backend.cpu.Assembler.R11;
import static dlt.backend.cpu.Assembler.RAX;
import static dlt.backend.cpu.Assembler.RCX;
import static dlt.backend.cpu.Assembler.RDI;
import static dlt.backend.cpu.Assembler.RDX;
import static dlt.backend.cpu.Assembler.RSI;

import dlt.backend.cpu.Assembler.Label;
import java.util.List;

/// Adds to the gradients of some weights what some rows of an image contribute. Images and gradients are
/// [row][column][channel]; the sums, one for each image value in `taps` (bytes from the first pixel of a window) and each
/// channel of `vectors` vectors, stay in registers over the rows. Image values are broadcast.
///
/// Call it with the first window's pixel, the first gradient pixel, the sums, and the number of rows, at least 1. Steps are
/// bytes from one window or gradient to the next; sums of one tap lie `sumTap` bytes after those of the one before.
record ChannelsLastGradWeight(
    List<Long> taps, int vectors, int width, long imagePixel, long imageRow, long gradientPixel, long gradientRow, long sumTap) {
  /// Pixels in straight-line code.
  private static final int UNROLLED = 4;

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
    for (int t = 0; t < taps.size(); t++) {
      for (int v = 0; v < vectors; v++) {
        a.load(t * vectors + v, sum(a, t, v));
      }
    }
    Label row = a.here();
    a.moveRegister(R10, RDI);
    a.moveRegister(R11, RSI);
    if (width >= UNROLLED) {
      a.moveImmediate(RAX, width / UNROLLED);
      a.align(32);
      Label pixels = a.here();
      multiply(a, UNROLLED);
      a.subImmediate(RAX, 1);
      a.jump(NOT_ZERO, pixels);
    }
    multiply(a, width % UNROLLED);
    a.addImmediate(RDI, Math.toIntExact(imageRow));
    a.addImmediate(RSI, Math.toIntExact(gradientRow));
    a.subImmediate(RCX, 1);
    a.jump(NOT_ZERO, row);
    for (int t = 0; t < taps.size(); t++) {
      for (int v = 0; v < vectors; v++) {
        a.store(sum(a, t, v), t * vectors + v);
      }
    }
    a.ret();
  }

  private Address sum(Assembler a, int tap, int v) {
    return Address.at(RDX, Math.toIntExact(tap * sumTap + v * a.vectorBytes()));
  }

  /// The products of the next `pixels` pixels.
  private void multiply(Assembler a, int pixels) {
    int gradient = taps.size() * vectors;
    int image = gradient + vectors;
    int spare = Math.min(2, a.vectorRegisters() - image);
    for (int p = 0; p < pixels; p++) {
      for (int v = 0; v < vectors; v++) {
        a.load(gradient + v, Address.at(R11, Math.toIntExact(p * gradientPixel + v * a.vectorBytes())));
      }
      for (int t = 0; t < taps.size(); t++) {
        Address value = Address.at(R10, Math.toIntExact(p * imagePixel + taps.get(t)));
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
    a.addImmediate(R10, Math.toIntExact(pixels * imagePixel));
    a.addImmediate(R11, Math.toIntExact(pixels * gradientPixel));
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
