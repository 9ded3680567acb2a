package dlt.backend.cpu;

import java.util.ArrayList;
import java.util.List;

/// The transforms of Winograd's convolution F(4x4, 3x3): Y = A'[(G g G') * (B' d B)]A turns a 6x6 window d of an image and a 3x3
/// kernel g into 4x4 results with 36 products instead of 144, which over all channels and tiles are 36 matrix products. Its
/// transpose gives the gradient by the weights: g' = G'[(B' d B) * (A y A')]G.
///
/// Source: Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2015. The polynomials are evaluated at 0, a, -a, b, -b and
/// infinity, a = 5/8 and b = 8/5: with these the error is 1.7 times the direct sum's (over 64 channels, normal values), where the
/// usual 1 and 2 make it 3.7 times, and some factors are 1. The pairs of opposite points share their even and odd parts.
///
/// The product at infinity is part of the fourth result alone. Where 3 results along a side are all that is left, it is left out: 5 products of a
/// window of 5, with the same weights.
///
/// Each constant is one of the matrices, as a map from a column of `inputs` values to one of `outputs`; `NARROW` ones do without infinity.
enum Winograd {
  /// B': a window of an image.
  IMAGE(6, 6, 2, 10, 4) {
    @Override
    int[] line(Assembler a, Constants c, int[] d, int[] free) {
      // d1 - d3 (a2 + b2) + d5
      a.op(Instruction.ADD, d[5], d[5], d[1]);
      a.op(Instruction.FNMADD231, d[5], d[3], c.of(A2 + B2));
      finitePoints(a, c, d, free[0], free[1]);
      return new int[] {d[0], d[1], free[0], d[2], d[4], d[5]};
    }
  },
  IMAGE_NARROW(5, 5, 2, 9, 3) {
    @Override
    int[] line(Assembler a, Constants c, int[] d, int[] free) {
      finitePoints(a, c, d, free[0], free[1]);
      return new int[] {d[0], d[1], free[0], d[2], d[4]};
    }
  },
  /// A': products to results.
  RESULT(6, 4, 1, 6, 4) {
    @Override
    int[] line(Assembler a, Constants c, int[] m, int[] free) {
      int even = free[0];
      evenResults(a, c, m, even);
      a.op(Instruction.MUL, m[3], m[3], c.of(B1));
      a.op(Instruction.ADD, m[4], m[1], m[3]);
      a.op(Instruction.FMADD231, m[5], m[1], c.of(A2));
      a.op(Instruction.FMADD231, m[5], m[3], c.of(B2));
      return new int[] {m[0], m[4], even, m[5]};
    }
  },
  RESULT_NARROW(5, 3, 1, 5, 3) {
    @Override
    int[] line(Assembler a, Constants c, int[] m, int[] free) {
      int even = free[0];
      evenResults(a, c, m, even);
      a.op(Instruction.FMADD231, m[1], m[3], c.of(B1));
      return new int[] {m[0], m[1], even};
    }
  },
  /// A: the gradient of results.
  GRADIENT(4, 6, 4, 8, 4) {
    @Override
    int[] line(Assembler a, Constants c, int[] y, int[] free) {
      int evenA = free[0];
      int oddA = free[1];
      int evenB = free[2];
      int oddB = free[3];
      plus(a, evenA, y[0], y[2], c.of(A2));
      plus(a, oddA, y[1], y[3], c.of(A2));
      plus(a, evenB, y[0], y[2], c.of(B2));
      plus(a, oddB, y[1], y[3], c.of(B2));
      opposite(a, y[1], evenA, oddA, c.of(A1));
      opposite(a, y[2], evenB, oddB, c.of(B1));
      return new int[] {y[0], y[1], evenA, y[2], evenB, y[3]};
    }
  },
  GRADIENT_NARROW(3, 5, 3, 6, 3) {
    @Override
    int[] line(Assembler a, Constants c, int[] y, int[] free) {
      int plusA = free[0];
      int minusA = free[1];
      int minusB = free[2];
      plus(a, minusA, y[0], y[2], c.of(A2));
      opposite(a, plusA, minusA, y[1], c.of(A1));
      plus(a, minusB, y[0], y[2], c.of(B2));
      opposite(a, y[2], minusB, y[1], c.of(B1));
      return new int[] {y[0], plusA, minusA, y[2], minusB};
    }
  },
  /// G: weights.
  WEIGHTS(3, 6, 4, 8, 4) {
    @Override
    int[] line(Assembler a, Constants c, int[] g, int[] free) {
      int plusA = free[0];
      int minusA = free[1];
      int plusB = free[2];
      int minusB = free[3];
      a.op(Instruction.MUL, minusA, g[0], c.of(1 / NA));
      a.op(Instruction.FMADD231, minusA, g[2], c.of(A2 / NA));
      opposite(a, plusA, minusA, g[1], c.of(A1 / NA));
      a.op(Instruction.MUL, minusB, g[0], c.of(1 / NB));
      a.op(Instruction.FMADD231, minusB, g[2], c.of(B2 / NB));
      opposite(a, plusB, minusB, g[1], c.of(B1 / NB));
      return new int[] {g[0], plusA, minusA, plusB, minusB, g[2]};
    }
  },
  /// G': products to the gradient of weights.
  WEIGHT_GRADIENT(6, 3, 1, 6, 4) {
    @Override
    int[] line(Assembler a, Constants c, int[] m, int[] free) {
      int even = free[0];
      sumsAndDifferences(a, m, even);
      a.op(Instruction.FMADD231, m[0], even, c.of(1 / NA));
      a.op(Instruction.FMADD231, m[0], m[2], c.of(1 / NB));
      a.op(Instruction.MUL, m[4], m[1], c.of(A1 / NA));
      a.op(Instruction.FMADD231, m[4], m[3], c.of(B1 / NB));
      a.op(Instruction.FMADD231, m[5], even, c.of(A2 / NA));
      a.op(Instruction.FMADD231, m[5], m[2], c.of(B2 / NB));
      return new int[] {m[0], m[4], m[5]};
    }
  };

  /// Points: products along one side of a tile; and without infinity.
  static final int POINTS = 6, NARROW_POINTS = 5;
  /// Products of a tile, each in a plane of its own.
  static final int PLANES = POINTS * POINTS;

  /// The plane of a row's and a column's point: first those without infinity, then those with it for the rows, for the columns, and for both.
  static int plane(int row, int column) {
    int n = NARROW_POINTS;
    return row < n ? column < n ? row * n + column : n * n + n + row : column < n ? n * n + column : n * n + 2 * n;
  }

  /// The points, their squares, and what the polynomials through the others are at them; at 0 it is 1, as a b is.
  private static final double A1 = 0.625, B1 = 1.6, A2 = A1 * A1, B2 = B1 * B1;
  private static final double NA = 2 * A2 * (A2 - B2), NB = 2 * B2 * (B2 - A2);

  final int inputs;
  final int outputs;
  private final int spare;
  /// Multiplications of a line, with an addition or without; other units may add meanwhile.
  private final int products;
  /// Results along one side of a tile.
  final int tile;

  Winograd(int inputs, int outputs, int spare, int products, int tile) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.spare = spare;
    this.products = products;
    this.tile = tile;
  }

  /// The same for tiles of 3 results along this side.
  Winograd narrow() {
    return switch (this) {
      case IMAGE, IMAGE_NARROW -> IMAGE_NARROW;
      case RESULT, RESULT_NARROW -> RESULT_NARROW;
      case GRADIENT, GRADIENT_NARROW -> GRADIENT_NARROW;
      case WEIGHTS, WEIGHT_GRADIENT -> this;
    };
  }

  /// What keeps the multiply-adders busy in the transform of a square of vectors by `down` and `along`, in floating-point operations of
  /// a lane.
  static int arithmetic(Winograd down, Winograd along) {
    return 2 * (along.inputs * down.products + down.outputs * along.products);
  }

  /// Transforms the registers `in`, which it changes, as it does `free`, and says where the outputs are.
  abstract int[] line(Assembler a, Constants c, int[] in, int[] free);

  /// The factors of a line: in the registers before `end` as they come, so many, else in memory.
  private static final class Constants {
    private final Assembler a;
    private final int end;
    private final int most;
    private final List<Double> held = new ArrayList<>();

    Constants(Assembler a, int end, int most) {
      this.a = a;
      this.end = end;
      this.most = most;
    }

    /// A vector source; the first time that it is asked for, code that loads it may come before what uses it.
    int of(double value) {
      if (!held.contains(value)) {
        if (held.size() == most) {
          return a.constant((float) value);
        }
        held.add(value);
        a.load(end - held.size(), a.constant((float) value));
      }
      return end - 1 - held.indexOf(value);
    }
  }

  /// What a window gives at the points but infinity: d0, and at the pairs of opposite points d1 and `even`, d2 and d4.
  private static void finitePoints(Assembler a, Constants c, int[] d, int even, int odd) {
    // d0 - d2 (a2 + b2) + d4
    a.op(Instruction.ADD, d[0], d[0], d[4]);
    a.op(Instruction.FNMADD231, d[0], d[2], c.of(A2 + B2));
    a.move(even, d[4]);
    a.op(Instruction.FNMADD231, even, d[2], c.of(B2));
    a.move(odd, d[3]);
    a.op(Instruction.FNMADD231, odd, d[1], c.of(B2));
    a.op(Instruction.FNMADD231, d[4], d[2], c.of(A2));
    a.op(Instruction.FNMADD231, d[3], d[1], c.of(A2));
    opposite(a, d[1], even, odd, c.of(A1));
    opposite(a, d[2], d[4], d[3], c.of(B1));
  }

  /// Of the even part at a pair of opposite points in `minus` and the odd part over the point: their values, at the point itself in `plus`.
  private static void opposite(Assembler a, int plus, int minus, int odd, int point) {
    a.move(plus, minus);
    a.op(Instruction.FMADD231, plus, odd, point);
    a.op(Instruction.FNMADD231, minus, odd, point);
  }

  /// `to` = x + y * factor.
  private static void plus(Assembler a, int to, int x, int y, int factor) {
    a.move(to, x);
    a.op(Instruction.FMADD231, to, y, factor);
  }

  /// The results of even number, m0 and `even`; the differences of a pair of points are left in m1, times the point, and in m3.
  private static void evenResults(Assembler a, Constants c, int[] m, int even) {
    sumsAndDifferences(a, m, even);
    a.op(Instruction.ADD, m[0], m[0], even);
    a.op(Instruction.ADD, m[0], m[0], m[2]);
    a.op(Instruction.MUL, m[1], m[1], c.of(A1));
    a.op(Instruction.MUL, even, even, c.of(A2));
    a.op(Instruction.FMADD231, even, m[2], c.of(B2));
  }

  /// m1, m3 become the differences of the pairs of opposite points, `even`, m2 their sums.
  private static void sumsAndDifferences(Assembler a, int[] m, int even) {
    a.op(Instruction.ADD, even, m[1], m[2]);
    a.op(Instruction.SUB, m[1], m[1], m[2]);
    a.op(Instruction.ADD, m[2], m[3], m[4]);
    a.op(Instruction.SUB, m[3], m[3], m[4]);
  }

  /// Moves an element between a register and memory.
  @FunctionalInterface
  interface Move {
    void move(int row, int column, int register);
  }

  /// Bytes that [#emit] needs for what does not fit the registers.
  static final int SCRATCH = PLANES * 64;
  /// Registers that hold factors, where there are many.
  private static final int CONSTANTS = 6;

  /// Transforms a square, its columns by `down` and then its rows by `along`, every lane one of its own, in the first `registers`
  /// registers; `scratch` holds the address of [#SCRATCH] bytes.
  static void emit(Assembler a, Winograd down, Winograd along, int registers, int scratch, Move load, Move store) {
    int inputs = Math.max(down.inputs, along.inputs);
    int work = inputs + Math.max(down.spare, along.spare);
    // multiply-adders take their factors from memory as fast as two a cycle, which others load from meanwhile
    int constants = registers > 16 ? CONSTANTS : 0;
    int held = Math.min(down.outputs, (registers - work - constants) / along.inputs);
    Constants factors = new Constants(a, registers, constants);
    int[] free = registers(inputs, work - inputs);
    for (int column = 0; column < along.inputs; column++) {
      int[] in = registers(0, down.inputs);
      for (int row = 0; row < down.inputs; row++) {
        load.move(row, column, in[row]);
      }
      int[] out = down.line(a, factors, in, free);
      for (int row = 0; row < down.outputs; row++) {
        if (row < held) {
          a.move(work + row * along.inputs + column, out[row]);
        } else {
          a.store(along.between(a, scratch, row, column), out[row]);
        }
      }
    }
    for (int row = 0; row < down.outputs; row++) {
      int[] line = registers(row < held ? work + row * along.inputs : 0, along.inputs);
      for (int column = 0; column < along.inputs && row >= held; column++) {
        a.load(line[column], along.between(a, scratch, row, column));
      }
      int[] out = along.line(a, factors, line, free);
      for (int column = 0; column < along.outputs; column++) {
        store.move(row, column, out[column]);
      }
    }
  }

  private Address between(Assembler a, int scratch, int row, int column) {
    return Address.at(scratch, (row * inputs + column) * a.vectorBytes());
  }

  private static int[] registers(int first, int count) {
    int[] r = new int[count];
    for (int i = 0; i < count; i++) {
      r[i] = first + i;
    }
    return r;
  }
}
