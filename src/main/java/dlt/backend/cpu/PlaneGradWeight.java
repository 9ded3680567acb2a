package dlt.backend.cpu;

import static dlt.backend.cpu.Assembler.Condition.NOT_ZERO;
import static dlt.backend.cpu.Assembler.RAX;
import static dlt.backend.cpu.Assembler.RCX;
import static dlt.backend.cpu.Assembler.RDI;
import static dlt.backend.cpu.Assembler.RDX;
import static dlt.backend.cpu.Assembler.RSI;

import dlt.backend.cpu.Assembler.Label;
import java.util.List;

/// Adds to the gradients of `outputs` x `taps` weights what one image contributes, and, with `bias`, to those of the outputs'
/// biases: the planes of the result's gradient meet the image's [PlaneCopies] a vector of pixels at a time, without regard to
/// rows. Sums are one a lane and stay in registers over the plane.
///
/// Call it with the copies, the first output's gradient plane, the first sum, and the first output's sum for its bias.
///
/// `taps`: where in the copies the first pixel of the gradient reads, in bytes; the steps are bytes from one output to the next.
record PlaneGradWeight(int outputs, List<Integer> taps, boolean bias, int pixels, long gradientChannel, long sumOutput) {

  Kernel compile(Target target) {
    return target.kernel(this, this::emit);
  }

  /// Whether a kernel has registers for so many.
  static boolean fits(InstructionSet set, int outputs, int taps, boolean bias) {
    return outputs * (taps + (bias ? 1 : 0)) + Math.min(outputs, taps) + 2 <= (set == InstructionSet.AVX512 ? 32 : 16);
  }

  private void emit(Assembler a) {
    for (int o = 0; o < outputs; o++) {
      for (int t = 0; t < width(); t++) {
        a.load(sum(o, t), at(a, o, t));
      }
    }
    int vectors = pixels / a.lanes();
    if (vectors > 0) {
      a.moveImmediate(RAX, vectors);
      a.align(32);
      Label next = a.here();
      multiply(a, 0);
      a.addImmediate(RDI, a.vectorBytes());
      a.addImmediate(RSI, a.vectorBytes());
      a.subImmediate(RAX, 1);
      a.jump(NOT_ZERO, next);
    }
    if (pixels % a.lanes() > 0) {
      if (a.instructionSet() == InstructionSet.AVX512) {
        a.maskFirst(1, pixels % a.lanes());
      }
      multiply(a, pixels % a.lanes());
    }
    for (int o = 0; o < outputs; o++) {
      for (int t = 0; t < width(); t++) {
        a.store(at(a, o, t), sum(o, t));
      }
    }
    a.ret();
  }

  private int width() {
    return taps.size() + (bias ? 1 : 0);
  }

  private int sum(int o, int t) {
    return o * width() + t;
  }

  private Address at(Assembler a, int o, int t) {
    return t == taps.size() ? Address.at(RCX, o * a.vectorBytes()) : Address.at(RDX, Math.toIntExact(o * sumOutput + t * a.vectorBytes()));
  }

  /// A vector of pixels, of which only `tail` are there unless that is 0.
  private void multiply(Assembler a, int tail) {
    int free = outputs * width();
    boolean holdImages = outputs >= taps.size();
    int held = Math.min(outputs, taps.size());
    for (int i = 0; i < held; i++) {
      load(a, free + i, holdImages ? image(i) : gradient(i), tail);
    }
    for (int i = 0; i < Math.max(outputs, taps.size()); i++) {
      int streamed = free + held + i % 2;
      load(a, streamed, holdImages ? gradient(i) : image(i), tail);
      for (int j = 0; j < held; j++) {
        a.op(Instruction.FMADD231, holdImages ? sum(i, j) : sum(j, i), free + j, streamed);
      }
      if (bias && holdImages) {
        a.op(Instruction.ADD, sum(i, taps.size()), sum(i, taps.size()), streamed);
      }
    }
    for (int o = 0; o < outputs && bias && !holdImages; o++) {
      a.op(Instruction.ADD, sum(o, taps.size()), sum(o, taps.size()), free + o);
    }
  }

  private Address image(int tap) {
    return Address.at(RDI, taps.get(tap));
  }

  private Address gradient(int output) {
    return Address.at(RSI, Math.toIntExact(output * gradientChannel));
  }

  private static void load(Assembler a, int d, Address from, int tail) {
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
