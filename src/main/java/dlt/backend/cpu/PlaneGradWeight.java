package dlt.backend.cpu;

import static dlt.backend.cpu.Assembler.Condition.NOT_ZERO;
import static dlt.backend.cpu.Assembler.R10;
import static dlt.backend.cpu.Assembler.R11;
import static dlt.backend.cpu.Assembler.R12;
import static dlt.backend.cpu.Assembler.R13;
import static dlt.backend.cpu.Assembler.R8;
import static dlt.backend.cpu.Assembler.R9;
import static dlt.backend.cpu.Assembler.RAX;
import static dlt.backend.cpu.Assembler.RBP;
import static dlt.backend.cpu.Assembler.RDX;
import static dlt.backend.cpu.Assembler.RSI;

import dlt.backend.cpu.Assembler.Label;
import java.util.List;

/// Adds to the gradients of a convolution's weights, and, with `bias`, to those of a bias an output, what some images contribute,
/// one after the other: the planes of the result's gradient meet the image's [PlaneCopies] a vector of pixels at a time, without
/// regard to rows. Sums, [output][channel][tap], are one a lane; those of `block` outputs and `tile` taps stay in registers over a plane.
///
/// Call it with the first image, its gradient, the sums, the number of images, at least 1, the sums for the biases, and memory for
/// the copies.
///
/// `taps`: where in the copies of a channel the first pixel of the gradient reads, in bytes.
record PlaneGradWeight(PlaneCopies copies, int outputs, int pixels, int block, int tile, List<Integer> taps, boolean bias)
    implements PlaneCopies.Outputs {

  Kernel compile(Target target) {
    return target.kernel(this, this::emit);
  }

  /// Whether there are registers for so many sums and what meets in them.
  static boolean fits(InstructionSet set, int outputs, int taps, boolean bias) {
    return outputs * (taps + (bias ? 1 : 0)) + Math.min(outputs, taps) + 2 <= (set == InstructionSet.AVX512 ? 32 : 16);
  }

  private void emit(Assembler a) {
    copies.eachImage(a, outputs, block, this);
  }

  /// The sums of the first output; gradient planes go on with those of the next image.
  @Override
  public void rewind(Assembler a) {
    a.subImmediate(RDX, outputs * outputBytes(a));
    a.subImmediate(R8, outputs * a.vectorBytes());
  }

  /// Bytes of the sums of an output.
  private int outputBytes(Assembler a) {
    return copies.image().channels() * taps.size() * a.vectorBytes();
  }

  /// `count` outputs from the one whose gradient is at RSI, whose sums are at RDX and R8; these move on.
  @Override
  public void block(Assembler a, int count) {
    a.moveRegister(R12, R9);
    a.moveRegister(R13, RDX);
    channel(a, count, bias);
    if (copies.image().channels() > 1) {
      a.moveImmediate(RBP, copies.image().channels() - 1);
      Label next = a.here();
      a.addImmediate(R12, Math.toIntExact(copies.channelBytes()));
      a.addImmediate(R13, taps.size() * a.vectorBytes());
      channel(a, count, false);
      a.subImmediate(RBP, 1);
      a.jump(NOT_ZERO, next);
    }
    a.addImmediate(RSI, 4 * count * pixels);
    a.addImmediate(RDX, count * outputBytes(a));
    a.addImmediate(R8, count * a.vectorBytes());
  }

  private void channel(Assembler a, int count, boolean bias) {
    for (int t = 0; t < taps.size(); t += tile) {
      int end = Math.min(taps.size(), t + tile);
      new Tile(a, count, t, taps.subList(t, end), bias && end == taps.size()).emit();
    }
  }

  /// Sums of `count` outputs and of `taps`, of which the first is number `first`.
  private final class Tile {
    private final Assembler a;
    private final int count;
    private final int first;
    private final List<Integer> taps;
    private final boolean bias;

    Tile(Assembler a, int count, int first, List<Integer> taps, boolean bias) {
      this.a = a;
      this.count = count;
      this.first = first;
      this.taps = taps;
      this.bias = bias;
    }

    void emit() {
      for (int o = 0; o < count; o++) {
        for (int t = 0; t < width(); t++) {
          a.load(sum(o, t), at(o, t));
        }
      }
      a.moveRegister(R10, R12);
      a.moveRegister(R11, RSI);
      int vectors = pixels / a.lanes();
      if (vectors > 0) {
        a.moveImmediate(RAX, vectors);
        a.align(32);
        Label next = a.here();
        multiply(0);
        a.addImmediate(R10, a.vectorBytes());
        a.addImmediate(R11, a.vectorBytes());
        a.subImmediate(RAX, 1);
        a.jump(NOT_ZERO, next);
      }
      if (pixels % a.lanes() > 0) {
        if (a.instructionSet() == InstructionSet.AVX512) {
          a.maskFirst(1, pixels % a.lanes());
        }
        multiply(pixels % a.lanes());
      }
      for (int o = 0; o < count; o++) {
        for (int t = 0; t < width(); t++) {
          a.store(at(o, t), sum(o, t));
        }
      }
    }

    private int width() {
      return taps.size() + (bias ? 1 : 0);
    }

    private int sum(int o, int t) {
      return o * width() + t;
    }

    private Address at(int o, int t) {
      return t == taps.size() ? Address.at(R8, o * a.vectorBytes()) : Address.at(R13, o * outputBytes(a) + (first + t) * a.vectorBytes());
    }

    /// A vector of pixels, of which only `tail` are there unless that is 0.
    private void multiply(int tail) {
      int free = count * width();
      boolean holdImages = count >= taps.size();
      int held = Math.min(count, taps.size());
      for (int i = 0; i < held; i++) {
        load(free + i, holdImages ? image(i) : gradient(i), tail);
      }
      for (int i = 0; i < Math.max(count, taps.size()); i++) {
        int streamed = free + held + i % 2;
        load(streamed, holdImages ? gradient(i) : image(i), tail);
        for (int j = 0; j < held; j++) {
          a.op(Instruction.FMADD231, holdImages ? sum(i, j) : sum(j, i), free + j, streamed);
        }
        if (bias && holdImages) {
          a.op(Instruction.ADD, sum(i, taps.size()), sum(i, taps.size()), streamed);
        }
      }
      for (int o = 0; o < count && bias && !holdImages; o++) {
        a.op(Instruction.ADD, sum(o, taps.size()), sum(o, taps.size()), free + o);
      }
    }

    private Address image(int tap) {
      return Address.at(R10, taps.get(tap));
    }

    private Address gradient(int output) {
      return Address.at(R11, 4 * output * pixels);
    }

    private void load(int d, Address from, int tail) {
      if (tail == 0) {
        a.load(d, from);
      } else if (a.instructionSet() == InstructionSet.AVX512) {
        a.loadMasked(d, from, 1);
      } else {
        // no register is left for a mask
        a.maskFirst(d, tail);
        a.loadMasked(d, from, d);
      }
    }
  }
}
