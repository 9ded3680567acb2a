package dlt.backend.cpu;

import static dlt.backend.cpu.Assembler.Condition.NOT_ZERO;
import static dlt.backend.cpu.Assembler.R10;
import static dlt.backend.cpu.Assembler.R11;
import static dlt.backend.cpu.Assembler.R8;
import static dlt.backend.cpu.Assembler.R9;
import static dlt.backend.cpu.Assembler.RAX;
import static dlt.backend.cpu.Assembler.RCX;
import static dlt.backend.cpu.Assembler.RDI;
import static dlt.backend.cpu.Assembler.RDX;
import static dlt.backend.cpu.Assembler.RSI;

import dlt.backend.cpu.Assembler.Label;

/// The transforms of [Winograd] between channels-last images and planes: a plane holds one of the 36 elements of each tile,
/// as [tile][channel]. `down` transforms columns, `along` rows. Steps are in bytes. All get in R9 the address of [Winograd#SCRATCH] bytes.
sealed interface WinogradKernel {
  void emit(Assembler a);

  default Kernel compile(Target target) {
    return target.kernel(this, this::emit);
  }

  /// Squares of an image that follow one another in a row, to planes: windows for [Winograd#IMAGE], tiles of
  /// gradients for [Winograd#GRADIENT]. Only rows `firstRow .. endRow - 1` and such columns of a square lie in the image, the
  /// others are zero. Of the channels of a pixel, `pixel` bytes, the first `channels` are transformed. Call: rdi where the first square's first pixel lies or would lie, rsi the first tile in the first
  /// plane, rdx number of tiles.
  record ToPlanes(Winograd down, Winograd along, int firstRow, int endRow, int firstColumn, int endColumn, int channels, long pixel, long row,
      long plane, long tile) implements WinogradKernel {
    @Override
    public void emit(Assembler a) {
      tiles(a, channels, along.tile * pixel, tile, masked ->
          Winograd.emit(a, down, along, registers(a), R9, (i, j, r) -> {
            if (i < firstRow || i >= endRow || j < firstColumn || j >= endColumn) {
              a.zero(r);
            } else if (masked) {
              a.loadMasked(r, Address.at(R10, Math.toIntExact(i * row + j * pixel)), mask(a));
            } else {
              a.load(r, Address.at(R10, Math.toIntExact(i * row + j * pixel)));
              if (j >= along.inputs - along.tile) {
                // what the next square has and this one has not: it lies too far away, in too many pieces, to be foreseen
                a.prefetch(Address.at(R10, Math.toIntExact(i * row + (j + along.tile) * pixel)));
              }
            }
          }, (i, j, r) -> a.store(Address.at(R11, Math.toIntExact(Winograd.plane(i, j) * plane)), r)));
    }
  }

  /// Tiles that follow one another in a row of an image, from planes by [Winograd#RESULT], `rows` x `columns` pixels of each, `channels` channels. Call:
  /// rdi the first tile in the first plane, rsi its first pixel, rdx number of tiles, rcx whole vectors of bias where
  /// `biased`. With `relu`, negative results become zero.
  record FromPlanes(Winograd down, Winograd along, int rows, int columns, int channels, long pixel, long row, long plane, long tile, boolean biased, boolean relu)
      implements WinogradKernel {
    @Override
    public void emit(Assembler a) {
      int registers = registers(a) - (relu ? 1 : 0);
      int zero = registers;
      if (relu) {
        a.zero(zero);
      }
      tiles(a, channels, tile, along.tile * pixel, masked ->
          Winograd.emit(a, down, along, registers, R9,
              (i, j, r) -> a.load(r, Address.at(R10, Math.toIntExact(Winograd.plane(i, j) * plane))), (i, j, r) -> {
                if (i >= rows || j >= columns) {
                  return;
                }
                if (biased) {
                  a.op(Instruction.ADD, r, r, Address.at(R8));
                }
                if (relu) {
                  // the second operand where one is NaN: NaN stays
                  a.op(Instruction.MAX, r, zero, r);
                }
                Address to = Address.at(R11, Math.toIntExact(i * row + j * pixel));
                if (masked) {
                  a.storeMasked(to, r, mask(a));
                } else {
                  a.store(to, r);
                }
              }));
    }
  }

  /// Pieces of weights [tap][vector] to planes of vectors, by [Winograd#WEIGHTS]. Call: rdi the source, rsi the destination, rdx
  /// number of vectors.
  record Weights(long tap, long plane) implements WinogradKernel {
    @Override
    public void emit(Assembler a) {
      vectors(a, () -> Winograd.emit(a, Winograd.WEIGHTS, Winograd.WEIGHTS, a.vectorRegisters(), R9,
          (i, j, r) -> a.load(r, Address.at(RDI, Math.toIntExact((i * Winograd.WEIGHTS.inputs + j) * tap))),
          (i, j, r) -> a.store(Address.at(RSI, Math.toIntExact(Winograd.plane(i, j) * plane)), r)));
    }
  }

  /// Planes of vectors to pieces of weights [tap][vector], by [Winograd#WEIGHT_GRADIENT]; what is transformed is the sum of
  /// `shares` such planes, `share` bytes apart. Call: rdi the source, rsi the destination, rdx number of vectors.
  record WeightGradient(long plane, int shares, long share, long tap) implements WinogradKernel {
    @Override
    public void emit(Assembler a) {
      vectors(a, () -> Winograd.emit(a, Winograd.WEIGHT_GRADIENT, Winograd.WEIGHT_GRADIENT, a.vectorRegisters(), R9,
          (i, j, r) -> {
            long at = Winograd.plane(i, j) * plane;
            a.load(r, Address.at(RDI, Math.toIntExact(at)));
            for (int s = 1; s < shares; s++) {
              a.op(Instruction.ADD, r, r, Address.at(RDI, Math.toIntExact(at + s * share)));
            }
          },
          (i, j, r) -> a.store(Address.at(RSI, Math.toIntExact((i * Winograd.WEIGHT_GRADIENT.outputs + j) * tap)), r)));
    }
  }

  /// Vector after vector, from RDI to RSI, RDX of them.
  private static void vectors(Assembler a, Runnable body) {
    a.align(32);
    Label next = a.here();
    body.run();
    a.addImmediate(RDI, a.vectorBytes());
    a.addImmediate(RSI, a.vectorBytes());
    a.subImmediate(RDX, 1);
    a.jump(NOT_ZERO, next);
    a.ret();
  }

  /// What is done with one vector of channels; whether the channels end within it.
  @FunctionalInterface
  interface Body {
    void emit(boolean masked);
  }

  /// Tile after tile, and in a tile vector after vector of channels, from R10 to R11, with the bias at R8.
  private static void tiles(Assembler a, int channels, long fromTile, long toTile, Body body) {
    int tail = channels % a.lanes();
    if (tail > 0) {
      a.maskFirst(mask(a), tail);
    }
    Label next = a.here();
    a.moveRegister(R10, RDI);
    a.moveRegister(R11, RSI);
    a.moveRegister(R8, RCX);
    if (channels >= a.lanes()) {
      a.moveImmediate(RAX, channels / a.lanes());
      a.align(32);
      Label vector = a.here();
      body.emit(false);
      a.addImmediate(R10, a.vectorBytes());
      a.addImmediate(R11, a.vectorBytes());
      a.addImmediate(R8, a.vectorBytes());
      a.subImmediate(RAX, 1);
      a.jump(NOT_ZERO, vector);
    }
    if (tail > 0) {
      body.emit(true);
    }
    a.addImmediate(RDI, Math.toIntExact(fromTile));
    a.addImmediate(RSI, Math.toIntExact(toTile));
    a.subImmediate(RDX, 1);
    a.jump(NOT_ZERO, next);
    a.ret();
  }

  /// Registers beside the mask.
  private static int registers(Assembler a) {
    return a.instructionSet() == InstructionSet.AVX512 ? a.vectorRegisters() : a.vectorRegisters() - 1;
  }

  /// An opmask, or the last vector register.
  private static int mask(Assembler a) {
    return a.instructionSet() == InstructionSet.AVX512 ? 1 : a.vectorRegisters() - 1;
  }
}
