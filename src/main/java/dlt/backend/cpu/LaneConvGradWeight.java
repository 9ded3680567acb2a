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
import dlt.backend.cpu.Taps.Tap;
import java.util.ArrayList;
import java.util.List;

/// Adds to the gradients of `outputs` x `taps` weights what some rows of as many images as a vector has lanes contribute.
/// Images and gradients are [channel][row][column][lane]; so are the sums, one a lane, which stay in registers over the rows.
/// Only taps inside the image are there: columns at the edges have code of their own, equal neighbours share a loop.
///
/// Call it with the first image row and gradient row, the first sum, and the number of rows, at least 1.
///
/// `columns`: for each column of the gradient the taps it meets and the image vectors that they read; the steps are bytes.
record LaneConvGradWeight(
    int outputs, int taps, List<List<Tap>> columns, long imageRow, long gradientRow, long gradientChannel, long sumTap,
    long sumOutput) {
  /// Columns of the gradient in straight-line code.
  private static final int UNROLLED = 4;

  Kernel compile(Target target) {
    return target.kernel(this, this::emit);
  }

  private void emit(Assembler a) {
    for (int o = 0; o < outputs; o++) {
      for (int t = 0; t < taps; t++) {
        a.load(o * taps + t, sum(o, t));
      }
    }
    Label row = a.here();
    a.moveRegister(R10, RSI);
    for (ColumnTiles tiles : ColumnTiles.of(columns, UNROLLED)) {
      a.address(R11, Address.at(RDI, tiles.origin() * a.vectorBytes()));
      a.moveImmediate(RAX, tiles.count());
      a.align(32);
      Label next = a.here();
      multiply(a, tiles.taps());
      a.addImmediate(R10, tiles.width() * a.vectorBytes());
      a.addImmediate(R11, tiles.advance() * a.vectorBytes());
      a.subImmediate(RAX, 1);
      a.jump(NOT_ZERO, next);
    }
    a.addImmediate(RDI, Math.toIntExact(imageRow));
    a.addImmediate(RSI, Math.toIntExact(gradientRow));
    a.subImmediate(RCX, 1);
    a.jump(NOT_ZERO, row);
    for (int o = 0; o < outputs; o++) {
      for (int t = 0; t < taps; t++) {
        a.store(sum(o, t), o * taps + t);
      }
    }
    a.ret();
  }

  private Address sum(int o, int t) {
    return Address.at(RDX, Math.toIntExact(o * sumOutput + t * sumTap));
  }

  private Address gradient(Assembler a, int o, int column) {
    return Address.at(R10, Math.toIntExact(o * gradientChannel + column * a.vectorBytes()));
  }

  /// Gradient columns at R10, image columns at R11.
  private void multiply(Assembler a, List<List<Tap>> columns) {
    boolean holdImages = outputs >= taps;
    int gradients = holdImages ? 2 : outputs;
    int gradient = outputs * taps;
    List<Integer> order = columns.stream().flatMap(List::stream).map(Tap::place).toList();
    VectorCache images = new VectorCache(a, R11, gradient + gradients, a.vectorRegisters(), order);
    for (int column = 0; column < columns.size(); column++) {
      List<Tap> met = columns.get(column);
      if (met.isEmpty()) {
        continue;
      }
      if (holdImages) {
        images.release();
        List<Integer> registers = new ArrayList<>();
        met.forEach(tap -> registers.add(images.next()));
        for (int o = 0; o < outputs; o++) {
          int g = gradient + o % gradients;
          a.load(g, gradient(a, o, column));
          for (int t = 0; t < met.size(); t++) {
            a.op(Instruction.FMADD231, o * taps + met.get(t).k(), registers.get(t), g);
          }
        }
      } else {
        for (int o = 0; o < outputs; o++) {
          a.load(gradient + o, gradient(a, o, column));
        }
        for (Tap tap : met) {
          images.release();
          int image = images.next();
          for (int o = 0; o < outputs; o++) {
            a.op(Instruction.FMADD231, o * taps + tap.k(), image, gradient + o);
          }
        }
      }
    }
  }

  /// Adds up lanes: result `i` is the sum over the lanes of vector `i`. Call it with the vectors, the results, and the number of whole
  /// blocks of as many results as a vector has lanes; `tail` more follow.
  record Fold(int tail) {
    Kernel compile(Target target) {
      return target.kernel(this, this::emit);
    }

    private void emit(Assembler a) {
      Label rest = new Label();
      a.compareImmediate(RDX, 0);
      a.jump(Assembler.Condition.ZERO, rest);
      Label block = a.here();
      block(a, a.lanes());
      a.addImmediate(RDI, a.vectorBytes() * a.lanes());
      a.addImmediate(RSI, a.vectorBytes());
      a.subImmediate(RDX, 1);
      a.jump(NOT_ZERO, block);
      a.bind(rest);
      if (tail > 0) {
        block(a, tail);
      }
      a.ret();
    }

    private void block(Assembler a, int results) {
      int lanes = a.lanes();
      for (int i = 0; i < lanes; i++) {
        a.load(i, Address.at(RDI, i * a.vectorBytes()));
      }
      int[] turned = LaneTranspose.turn(a);
      for (int half = lanes / 2; half > 0; half /= 2) {
        for (int i = 0; i < half; i++) {
          a.op(Instruction.ADD, turned[i], turned[i], turned[i + half]);
        }
      }
      if (results == lanes) {
        a.store(Address.at(RSI), turned[0]);
      } else {
        // a register that is free by now, or an opmask
        int mask = a.instructionSet() == InstructionSet.AVX512 ? 1 : turned[1];
        a.maskFirst(mask, results);
        a.storeMasked(Address.at(RSI), turned[0], mask);
      }
    }
  }
}
