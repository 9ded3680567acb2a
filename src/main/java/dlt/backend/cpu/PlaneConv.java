package dlt.backend.cpu;

import static dlt.backend.cpu.Assembler.Condition.NOT_ZERO;
import static dlt.backend.cpu.Assembler.R10;
import static dlt.backend.cpu.Assembler.R11;
import static dlt.backend.cpu.Assembler.R8;
import static dlt.backend.cpu.Assembler.RAX;
import static dlt.backend.cpu.Assembler.RCX;
import static dlt.backend.cpu.Assembler.RDI;
import static dlt.backend.cpu.Assembler.RDX;
import static dlt.backend.cpu.Assembler.RSI;

import dlt.backend.cpu.Assembler.Label;
import java.util.List;

/// `outputs` result planes of one image's convolution, or of its gradient by the image, from [PlaneCopies]: the pixels of a
/// plane are cut into vectors without regard to rows, up to `tile` vectors at a time are summed in registers over channels and
/// taps, and weights are read where they are and broadcast.
///
/// Call it with the copies, the weight of the first output, the first result plane and, as fifth, the first output's bias.
///
/// `taps`: where in the copies of a channel the first result reads, and `weights`: where its weight is, in bytes, tap by tap;
/// `sourceChannel`, `weightChannel`: bytes from one channel to the next; `weightOutput`, `resultChannel`: from one output to the
/// next. `biased`: sums start from a bias an output, `relu`: negative results become zero.
record PlaneConv(
    int outputs, int tile, int pixels, int channels, List<Integer> taps, List<Integer> weights, long sourceChannel, long weightChannel,
    long weightOutput, long resultChannel, boolean biased, boolean relu) {

  Kernel compile(Target target) {
    return target.kernel(this, this::emit);
  }

  private void emit(Assembler a) {
    int vectors = Math.ceilDiv(pixels, a.lanes());
    int tiles = Math.ceilDiv(vectors, tile);
    int wide = vectors - tiles * (vectors / tiles);
    int tail = pixels % a.lanes();
    // the narrower tiles come last, the last one with what does not fill a vector
    int narrow = tiles - wide - (tail > 0 ? 1 : 0);
    tiles(a, wide, vectors / tiles + 1);
    tiles(a, narrow, vectors / tiles);
    if (tail > 0) {
      tile(a, vectors / tiles, tail);
    }
    a.ret();
  }

  private void tiles(Assembler a, int count, int width) {
    if (count == 0) {
      return;
    }
    a.moveImmediate(RCX, count);
    a.align(32);
    Label next = a.here();
    tile(a, width, 0);
    a.addImmediate(RDI, width * a.vectorBytes());
    a.addImmediate(RDX, width * a.vectorBytes());
    a.subImmediate(RCX, 1);
    a.jump(NOT_ZERO, next);
  }

  /// `p` vectors of each output, the last one with `tail` pixels unless that is 0.
  private void tile(Assembler a, int p, int tail) {
    for (int o = 0; o < outputs; o++) {
      for (int i = 0; i < p; i++) {
        if (!biased) {
          a.zero(o * p + i);
        } else if (i == 0) {
          a.broadcast(o * p, Address.at(R8, 4 * o));
        } else {
          a.move(o * p + i, o * p);
        }
      }
    }
    if (channels == 1) {
      multiply(a, p, RDI, RSI);
    } else {
      a.moveRegister(R10, RDI);
      a.moveRegister(R11, RSI);
      a.moveImmediate(RAX, channels);
      a.align(32);
      Label channel = a.here();
      multiply(a, p, R10, R11);
      a.addImmediate(R10, Math.toIntExact(sourceChannel));
      a.addImmediate(R11, Math.toIntExact(weightChannel));
      a.subImmediate(RAX, 1);
      a.jump(NOT_ZERO, channel);
    }
    store(a, p, tail);
  }

  private void multiply(Assembler a, int p, int source, int weight) {
    int free = outputs * p;
    for (int t = 0; t < taps.size(); t++) {
      int at = taps.get(t);
      if (outputs >= p) {
        for (int i = 0; i < p; i++) {
          a.load(free + i, Address.at(source, at + i * a.vectorBytes()));
        }
        for (int o = 0; o < outputs; o++) {
          int w = free + p + o % 2;
          a.broadcast(w, weight(weight, t, o));
          for (int i = 0; i < p; i++) {
            a.op(Instruction.FMADD231, o * p + i, free + i, w);
          }
        }
      } else {
        for (int o = 0; o < outputs; o++) {
          a.broadcast(free + o, weight(weight, t, o));
        }
        for (int i = 0; i < p; i++) {
          int s = free + outputs + i % 2;
          a.load(s, Address.at(source, at + i * a.vectorBytes()));
          for (int o = 0; o < outputs; o++) {
            a.op(Instruction.FMADD231, o * p + i, s, free + o);
          }
        }
      }
    }
  }

  private Address weight(int base, int tap, int output) {
    return Address.at(base, Math.toIntExact(weights.get(tap) + output * weightOutput));
  }

  private void store(Assembler a, int p, int tail) {
    int zero = outputs * p;
    int mask = a.instructionSet() == InstructionSet.AVX512 ? 1 : zero + 1;
    if (relu) {
      a.zero(zero);
    }
    if (tail > 0) {
      a.maskFirst(mask, tail);
    }
    for (int o = 0; o < outputs; o++) {
      for (int i = 0; i < p; i++) {
        if (relu) {
          // the second operand where one is NaN: NaN stays
          a.op(Instruction.MAX, o * p + i, zero, o * p + i);
        }
        Address to = Address.at(RDX, Math.toIntExact(o * resultChannel + i * a.vectorBytes()));
        if (tail > 0 && i == p - 1) {
          a.storeMasked(to, o * p + i, mask);
        } else {
          a.store(to, o * p + i);
        }
      }
    }
  }
}
