package dlt.op;

import static dlt.op.OpCase.cycle;
import static dlt.op.OpCase.indices;
import static dlt.op.OpCase.integers;
import static dlt.op.OpCase.operand;
import static dlt.op.OpCase.uniform;

import dlt.op.OpCase.Operand;
import dlt.op.OpCase.Values;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// The table of cases that every backend is tested with: each op at many shapes, sizes around the edges of vectors above all.
/// `@ParameterizedTest @MethodSource("dlt.op.OpCases#all")` loops over it; [#of] takes one op's.
public final class OpCases {
  /// Sizes around the lanes of vectors of 4, 8 and 16 floats and of blocks of 4 such vectors.
  static final int[] SIZES = {1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100};

  private final List<OpCase> cases = new ArrayList<>();

  private OpCases() {}

  /// Every case.
  public static List<OpCase> all() {
    OpCases table = new OpCases();
    table.leaves();
    table.unary();
    table.binary();
    table.where();
    table.cast();
    table.batchNorm();
    table.reduce();
    table.softmax();
    table.cases.addAll(ProductCases.all());
    table.cases.addAll(PoolCases.all());
    table.cases.addAll(MovementCases.all());
    table.cases.addAll(NhwcCases.all());
    return table.cases;
  }

  /// One case an op that is large enough to keep a device busy, for its rate.
  public static List<OpCase> large() {
    return LargeCases.all();
  }

  /// The cases of one op.
  public static Stream<OpCase> of(Class<? extends Op> op) {
    return all().stream().filter(c -> op.isInstance(c.op()));
  }

  private void add(Op op, Operand... operands) {
    cases.add(OpCase.of(op, operands));
  }

  private void kinked(Op op, Operand... operands) {
    cases.add(OpCase.of(op, operands).notSmooth());
  }

  private void leaves() {
    for (Shape shape : List.of(Shape.SCALAR, Shape.of(17), Shape.of(2, 3, 5))) {
      TensorType floats = TensorType.float32(shape);
      TensorType longs = TensorType.int64(shape);
      add(new Input("x0", floats), new Operand(floats, uniform(-2, 2)));
      add(new Input("x0", longs), new Operand(longs, integers(-9, 9)));
      add(new Variable("v", floats), new Operand(floats, uniform(-2, 2)));
      add(new Variable("v", longs), new Operand(longs, integers(-9, 9)));
      add(new Fill(floats, 0.1));
      add(new Fill(longs, -3));
      double[] values = new double[(int) shape.size()];
      Arrays.setAll(values, i -> i - 0.3);
      add(new Literal(HostTensor.ofDoubles(shape, values).as(DType.FLOAT32)));
      add(new Literal(HostTensor.ofDoubles(shape, values)));
      add(new Literal(HostTensor.ofDoubles(shape, values).as(DType.INT64)));
    }
    for (int n : SIZES) {
      add(new RandomUniform(3, Shape.of(n)), indices(cycle(42, 7), 2));
      add(new RandomUniform(n, Shape.of(3, n)), indices(cycle(1L << 40, n), 2));
    }
  }

  private void unary() {
    for (Unary.Kind kind : Unary.Kind.values()) {
      Unary op = new Unary(kind);
      Values values = switch (kind) {
        case NEG, ABS, SIGN, RELU, FLOOR, ROUND, EXP, EXPM1, TANH, SIGMOID, ERF, SIN, COS, DETACH, BFLOAT16 -> uniform(-4, 4);
        case SQRT, LOG, LGAMMA -> uniform(0.1, 5);
        case LOG1P -> uniform(-0.9, 5);
      };
      for (int n : SIZES) {
        if (kind == Unary.Kind.DETACH || kind == Unary.Kind.BFLOAT16) { // no gradient, though steps near 0 are shorter than any difference
          kinked(op, operand(values, n));
        } else {
          add(op, operand(values, n));
        }
      }
      kinked(op, operand(values));
      kinked(op, operand(values, 3, 1, 33));
      kinked(op, operand(values, 2, 3, 4, 5));
      kinked(op, operand(cycle(0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 1e-6, -1e-6, 3e-4, 10, 20, 1e-38), 45));
      Values wide = switch (kind) {
        case NEG, ABS, SIGN, RELU, FLOOR, ROUND, DETACH, BFLOAT16 -> uniform(-1e9, 1e9);
        case SQRT, LOG, LOG1P -> uniform(0, 1e30);
        case EXP, EXPM1 -> uniform(-87, 88);
        case TANH, SIGMOID, ERF -> uniform(-30, 30);
        case SIN, COS -> uniform(-1000, 1000);
        case LGAMMA -> uniform(0, 1000);
      };
      kinked(op, operand(wide, 1000));
      switch (kind) {
        case NEG, ABS, SIGN, RELU, FLOOR, ROUND, SQRT, EXP, EXPM1, LOG, LOG1P, TANH, SIGMOID, ERF, DETACH, BFLOAT16 ->
            kinked(op, operand(cycle(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN, 100, -104, 3e38, -3e38), 35));
        case SIN, COS, LGAMMA -> { }
      }
    }
  }

  private static final int[][][] BROADCASTS = {
    {{}, {}}, {{5}, {}}, {{}, {2, 3}}, {{7}, {7}}, {{1}, {33}}, {{4, 1}, {1, 17}}, {{3, 17}, {17}}, {{17}, {3, 17}},
    {{5, 33}, {5, 1}}, {{5, 33}, {1, 33}}, {{64, 10}, {64, 1}}, {{3, 1}, {3, 1}}, {{2, 1, 3}, {4, 1}},
    {{2, 3, 4, 5}, {3, 1, 1}}, {{2, 3, 4, 5}, {1, 3, 1, 1}}, {{1, 16, 1, 1}, {2, 16, 7, 7}}, {{2, 3, 4, 5}, {2, 3, 1, 1}},
    {{2, 3, 4, 5}, {4, 5}}, {{2, 1, 4, 1}, {1, 3, 1, 5}}, {{2, 2, 2, 2, 2}, {2, 1, 2, 1, 2}}
  };

  private void binary() {
    for (Binary.Kind kind : Binary.Kind.values()) {
      Binary op = new Binary(kind);
      Values a = kind == Binary.Kind.POW ? uniform(0.2, 3) : uniform(-2, 2);
      Values b = kind == Binary.Kind.DIV ? uniform(0.5, 2) : uniform(-2, 2);
      for (int n : SIZES) {
        add(op, operand(a, n), operand(b, n));
        add(op, operand(a, n), operand(b));
        add(op, operand(a), operand(b, n));
        add(op, operand(a, 3, n), operand(b, n));
        add(op, operand(a, 3, n), operand(b, 3, 1));
      }
      for (int[][] shapes : BROADCASTS) {
        add(op, operand(a, shapes[0]), operand(b, shapes[1]));
      }
      kinked(op, operand(integers(-2, 2), 65), operand(integers(-2, 2), 65));
      kinked(op, operand(integers(-2, 2), 4, 5), operand(cycle(0), 5));
      double inf = Double.POSITIVE_INFINITY;
      switch (kind) {
        case ADD, SUB, MUL, DIV, MAX, MIN, LESS, LESS_EQUAL, EQUAL ->
            kinked(op, operand(cycle(inf, -inf, Double.NaN, 0, 1, 3e38), 42), operand(cycle(1, inf, -inf, Double.NaN, 0, -3e38, 7), 42));
        case POW -> kinked(op, operand(cycle(-2, 0, 3, 1.5, -1, 10), 42), operand(cycle(2, 0, 1, 3, -1, 0.5, -3), 42));
      }
    }
    for (Binary.Kind kind : List.of(Binary.Kind.LESS, Binary.Kind.LESS_EQUAL, Binary.Kind.EQUAL)) {
      for (int[][] shapes : BROADCASTS) {
        add(new Binary(kind), indices(integers(-2, 2), shapes[0]), indices(integers(-2, 2), shapes[1]));
      }
    }
  }

  private void where() {
    for (int n : SIZES) {
      add(new Where(), operand(integers(0, 1), n), operand(n), operand(n));
      add(new Where(), operand(integers(-1, 1), 3, n), operand(), operand(n));
      add(new Where(), operand(integers(0, 1), n), operand(3, n), operand());
    }
    add(new Where(), operand(integers(0, 1), 2, 1, 5), operand(3, 1), operand(1, 3, 5));
    add(new Where(), operand(integers(0, 1)), operand(3, 4), operand(4));
    double nan = Double.NaN;
    kinked(new Where(), operand(cycle(0, 1, nan), 33), operand(cycle(nan, 2), 33), operand(cycle(3, nan), 33));
  }

  private void cast() {
    for (int n : SIZES) {
      add(new Cast(DType.FLOAT32), indices(integers(-1000, 1000), n));
      add(new Cast(DType.INT64), operand(uniform(-10, 10), n));
    }
    add(new Cast(DType.FLOAT32), operand(2, 3));
    add(new Cast(DType.INT64), indices(integers(-5, 5), 2, 3));
    add(new Cast(DType.FLOAT32), indices(cycle(1 << 24, 1 << 25, -(1L << 40), 0), 8));
    add(new Cast(DType.INT64), operand(cycle(1e12, -1e12, 0.999, -0.999, -0.0), 10));
  }

  private void batchNorm() {
    int[][] shapes = {{4, 3}, {2, 17}, {1, 1}, {2, 3, 5}, {2, 3, 4, 5}, {1, 16, 7, 7}, {3, 33, 1, 1}, {2, 2, 8, 8}, {2, 1, 3, 33}};
    for (int[] shape : shapes) {
      int c = shape[1];
      add(new BatchNorm(1e-5), operand(shape), operand(c), operand(c), operand(c), operand(uniform(0.2, 3), c));
    }
  }

  private static final int[][][] REDUCTIONS = {
    {{}, {}}, {{1}, {0}}, {{7}, {}}, {{3, 4}, {}}, {{1000}, {0}}, {{3, 1, 5}, {1}}, {{4, 5}, {0, 1}}, {{64, 10}, {0}},
    {{64, 10}, {1}}, {{300, 3}, {0}}, {{2, 3, 4}, {0}}, {{2, 3, 4}, {1}}, {{2, 3, 4}, {2}}, {{2, 3, 4}, {0, 2}}, {{2, 3, 4}, {0, 1}},
    {{2, 3, 4}, {1, 2}}, {{2, 3, 4}, {0, 1, 2}}, {{2, 3, 4, 5}, {0, 2, 3}}, {{2, 16, 7, 7}, {0, 2, 3}}, {{4, 17, 5, 5}, {2, 3}},
    {{2, 3, 4, 5}, {1}}, {{2, 3, 4, 5}, {1, 3}}, {{2, 1, 8, 33}, {0, 2, 3}}
  };

  private void reduce() {
    for (Reduce.Kind kind : Reduce.Kind.values()) {
      Values values = kind == Reduce.Kind.PROD ? uniform(0.9, 1.1) : uniform(-2, 2);
      for (boolean keep : new boolean[] {false, true}) {
        for (int[][] c : REDUCTIONS) {
          add(new Reduce(kind, Arrays.stream(c[1]).boxed().toList(), keep), operand(values, c[0]));
        }
        for (int n : SIZES) {
          add(new Reduce(kind, List.of(0), keep), operand(values, n));
          add(new Reduce(kind, List.of(1), keep), operand(values, 3, n));
          add(new Reduce(kind, List.of(0), keep), operand(values, 3, n));
          add(new Reduce(kind, List.of(0), keep), operand(values, n, 3));
        }
      }
      kinked(new Reduce(kind, List.of(1), false), operand(integers(-2, 2), 5, 17));
      kinked(new Reduce(kind, List.of(1), true), operand(uniform(-9, -5), 3, 33));
      kinked(new Reduce(kind, List.of(0, 1), false), operand(cycle(1, 2, Double.NaN), 4, 33));
    }
    for (int n : SIZES) {
      add(new ArgMax(0), operand(n));
      add(new ArgMax(1), operand(5, n));
      add(new ArgMax(0), operand(n, 5));
      add(new ArgMax(1), operand(integers(0, 2), 5, n));
    }
    add(new ArgMax(1), operand(2, 7, 3, 4));
    add(new ArgMax(0), operand(integers(-1, 1), 7, 33));
  }

  private void softmax() {
    for (int n : new int[] {1, 2, 3, 7, 8, 9, 10, 15, 16, 17, 31, 33, 64, 100, 129, 1000}) {
      for (Op op : List.of(new Softmax(1), new LogSoftmax(1))) {
        add(op, operand(5, n));
        kinked(op, operand(uniform(-80, 80), 3, n));
      }
      add(new Softmax(0), operand(n, 5));
      add(new LogSoftmax(0), operand(n, 5));
    }
    for (int dim = 0; dim < 4; dim++) {
      add(new Softmax(dim), operand(2, 3, 4, 5));
      add(new LogSoftmax(dim), operand(2, 3, 4, 5));
    }
    add(new Softmax(0), operand(17));
    add(new LogSoftmax(0), operand(17));
  }
}
