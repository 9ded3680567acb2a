package dlt.backend.cpu;

import static dlt.backend.cpu.Assembler.Condition.NOT_ZERO;
import static dlt.backend.cpu.Assembler.R10;
import static dlt.backend.cpu.Assembler.R11;
import static dlt.backend.cpu.Assembler.R12;
import static dlt.backend.cpu.Assembler.R8;
import static dlt.backend.cpu.Assembler.R9;
import static dlt.backend.cpu.Assembler.RAX;
import static dlt.backend.cpu.Assembler.RBP;
import static dlt.backend.cpu.Assembler.RDX;
import static dlt.backend.cpu.Assembler.RSI;

import dlt.backend.cpu.Assembler.Label;
import java.util.List;

/// A convolution of some images, or its gradient by them, one image after the other from its [PlaneCopies]: the pixels of a
/// result plane are cut into vectors without regard to rows, the sums of up to `tile` vectors of up to `block` outputs stay in
/// registers over channels and taps, and weights are read where they are and broadcast.
///
/// Call it with the first image, the weights, the first result, the number of images, at least 1, the biases, and memory for the
/// copies.
///
/// `taps`: where in the copies of a channel the first result reads, and `weights`: where its weight is, in bytes, tap by tap;
/// `weightChannel`, `weightOutput`: bytes from the weights of one channel, and of one output, to those of the next. `biased`: sums
/// start from a bias an output, `relu`: negative results become zero.
record PlaneConv(
    PlaneCopies copies, int outputs, int pixels, int block, int tile, List<Integer> taps, List<Integer> weights, long weightChannel,
    long weightOutput, boolean biased, boolean relu) implements PlaneCopies.Outputs {

  Kernel compile(Target target) {
    return target.kernel(this, this::emit);
  }

  private void emit(Assembler a) {
    copies.eachImage(a, outputs, block, this);
  }

  /// The weights and the bias of the first output; result planes go on with those of the next image.
  @Override
  public void rewind(Assembler a) {
    a.subImmediate(RSI, Math.toIntExact(outputs * weightOutput));
    a.subImmediate(R8, 4 * outputs);
  }

  /// `count` outputs from the one whose weights are at RSI, whose plane is at RDX and whose bias is at R8; these move on.
  @Override
  public void block(Assembler a, int count) {
    int vectors = Math.ceilDiv(pixels, a.lanes());
    int tiles = Math.ceilDiv(vectors, tile);
    int wide = vectors % tiles;
    int tail = pixels % a.lanes();
    a.moveRegister(R12, R9);
    // the narrower tiles come last, the last one with what does not fill a vector
    tiles(a, wide, count, vectors / tiles + 1);
    tiles(a, tiles - wide - (tail > 0 ? 1 : 0), count, vectors / tiles);
    if (tail > 0) {
      tile(a, count, vectors / tiles, tail);
    }
    a.addImmediate(RDX, 4 * (count - 1) * pixels + (tail > 0 ? 4 * tail + (vectors / tiles - 1) * a.vectorBytes() : 0));
    a.addImmediate(RSI, Math.toIntExact(count * weightOutput));
    a.addImmediate(R8, 4 * count);
  }

  private void tiles(Assembler a, int times, int count, int width) {
    if (times == 0) {
      return;
    }
    a.moveImmediate(RBP, times);
    a.align(32);
    Label next = a.here();
    tile(a, count, width, 0);
    a.addImmediate(R12, width * a.vectorBytes());
    a.addImmediate(RDX, width * a.vectorBytes());
    a.subImmediate(RBP, 1);
    a.jump(NOT_ZERO, next);
  }

  /// `p` vectors of each of `count` outputs, the last one with `tail` pixels unless that is 0.
  private void tile(Assembler a, int count, int p, int tail) {
    for (int o = 0; o < count; o++) {
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
    if (copies.image().channels() == 1) {
      multiply(a, count, p, R12, RSI);
    } else {
      a.moveRegister(R10, R12);
      a.moveRegister(R11, RSI);
      a.moveImmediate(RAX, copies.image().channels());
      a.align(32);
      Label channel = a.here();
      multiply(a, count, p, R10, R11);
      a.addImmediate(R10, Math.toIntExact(copies.channelBytes()));
      a.addImmediate(R11, Math.toIntExact(weightChannel));
      a.subImmediate(RAX, 1);
      a.jump(NOT_ZERO, channel);
    }
    store(a, count, p, tail);
  }

  private void multiply(Assembler a, int count, int p, int source, int weight) {
    int free = count * p;
    for (int t = 0; t < taps.size(); t++) {
      int at = taps.get(t);
      if (count >= p) {
        for (int i = 0; i < p; i++) {
          a.load(free + i, Address.at(source, at + i * a.vectorBytes()));
        }
        for (int o = 0; o < count; o++) {
          int w = free + p + o % 2;
          a.broadcast(w, weight(weight, t, o));
          for (int i = 0; i < p; i++) {
            a.op(Instruction.FMADD231, o * p + i, free + i, w);
          }
        }
      } else {
        for (int o = 0; o < count; o++) {
          a.broadcast(free + o, weight(weight, t, o));
        }
        for (int i = 0; i < p; i++) {
          int s = free + count + i % 2;
          a.load(s, Address.at(source, at + i * a.vectorBytes()));
          for (int o = 0; o < count; o++) {
            a.op(Instruction.FMADD231, o * p + i, s, free + o);
          }
        }
      }
    }
  }

  private Address weight(int base, int tap, int output) {
    return Address.at(base, Math.toIntExact(weights.get(tap) + output * weightOutput));
  }

  private void store(Assembler a, int count, int p, int tail) {
    int zero = count * p;
    int mask = a.instructionSet() == InstructionSet.AVX512 ? 1 : zero + 1;
    if (relu) {
      a.zero(zero);
    }
    if (tail > 0) {
      a.maskFirst(mask, tail);
    }
    for (int o = 0; o < count; o++) {
      for (int i = 0; i < p; i++) {
        if (relu) {
          // the second operand where one is NaN: NaN stays
          a.op(Instruction.MAX, o * p + i, zero, o * p + i);
        }
        Address to = Address.at(RDX, 4 * o * pixels + i * a.vectorBytes());
        if (tail > 0 && i == p - 1) {
          a.storeMasked(to, o * p + i, mask);
        } else {
          a.store(to, o * p + i);
        }
      }
    }
  }
}
