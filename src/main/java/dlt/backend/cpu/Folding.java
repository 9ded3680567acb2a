package dlt.backend.cpu;

import dlt.backend.cpu.Assembler.Predicate;
import dlt.op.Reduce;

/// How a reduction takes in one element after the other, in Java and in machine code with the same bits. Maxima and minima
/// keep a NaN once they have met one.
record Folding(Reduce.Kind kind) {
  /// The result of nothing, which changes nothing.
  float identity() {
    return switch (kind) {
      case SUM -> 0;
      case PROD -> 1;
      case MAX -> Float.NEGATIVE_INFINITY;
      case MIN -> Float.POSITIVE_INFINITY;
    };
  }

  float apply(float a, float x) {
    return switch (kind) {
      case SUM -> a + x;
      case PROD -> a * x;
      case MAX -> x != x ? x : x > a ? x : a;
      case MIN -> x != x ? x : x < a ? x : a;
    };
  }

  /// `into[i] = apply(into[i], x[i])` for the first `n`; each loop by itself, so that it is compiled to vectors.
  void apply(float[] into, float[] x, int n) {
    switch (kind) {
      case SUM -> {
        for (int i = 0; i < n; i++) {
          into[i] += x[i];
        }
      }
      case PROD -> {
        for (int i = 0; i < n; i++) {
          into[i] *= x[i];
        }
      }
      case MAX -> {
        for (int i = 0; i < n; i++) {
          into[i] = x[i] != x[i] ? x[i] : x[i] > into[i] ? x[i] : into[i];
        }
      }
      case MIN -> {
        for (int i = 0; i < n; i++) {
          into[i] = x[i] != x[i] ? x[i] : x[i] < into[i] ? x[i] : into[i];
        }
      }
    }
  }

  /// Whether one instruction takes in an element.
  boolean simple() {
    return kind == Reduce.Kind.SUM || kind == Reduce.Kind.PROD;
  }

  /// Puts the identity into `register`.
  void clear(Assembler a, int register) {
    if (kind == Reduce.Kind.SUM) {
      a.zero(register);
    } else {
      a.load(register, a.constant(identity()));
    }
  }

  /// `into = apply(into, x)` in every lane; `mask` is free for use: an opmask register, or a vector register in VEX. Maxima and
  /// minima destroy `temporary`.
  void emit(Assembler a, int into, int x, int mask, int temporary) {
    switch (kind) {
      case SUM -> a.op(Instruction.ADD, into, into, x);
      case PROD -> a.op(Instruction.MUL, into, into, x);
      case MAX -> extreme(a, Instruction.MAX, into, x, mask, temporary);
      case MIN -> extreme(a, Instruction.MIN, into, x, mask, temporary);
    }
  }

  /// The instruction gives its second source where either is NaN: that keeps an old NaN; a new one is selected.
  private static void extreme(Assembler a, Instruction instruction, int into, int x, int mask, int temporary) {
    a.op(instruction, temporary, x, into);
    a.compare(mask, x, Predicate.UNORDERED, x);
    a.select(into, mask, x, temporary);
  }
}
