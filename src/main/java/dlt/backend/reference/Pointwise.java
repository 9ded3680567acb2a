package dlt.backend.reference;

import dlt.op.BatchNorm;
import dlt.op.Binary;
import dlt.op.RandomUniform;
import dlt.op.Unary;
import dlt.tensor.DType;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/// Ops whose every result depends on one element of each operand.
final class Pointwise {
  private Pointwise() {}

  static void random(RandomUniform op, ReferenceBuffer seedAndStep, ReferenceBuffer y) {
    long[] key = seedAndStep.longs();
    Philox philox = new Philox(key[0], Philox.Purpose.GRAPH.stream(op.id()), (int) key[1]);
    for (int i = 0; i < y.size(); i++) {
      y.doubles()[i] = philox.uniform(i);
    }
  }

  static void unary(Unary op, ReferenceBuffer x, ReferenceBuffer y) {
    DoubleUnaryOperator f = switch (op.kind()) {
      case NEG -> v -> -v;
      case ABS -> Math::abs;
      case SIGN -> Math::signum;
      case RELU -> v -> v <= 0 ? 0 : v;
      case FLOOR -> Math::floor;
      case ROUND -> Math::rint;
      case SQRT -> Math::sqrt;
      case EXP -> Math::exp;
      case EXPM1 -> Math::expm1;
      case LOG -> Math::log;
      case LOG1P -> Math::log1p;
      case TANH -> Math::tanh;
      case SIGMOID -> v -> 1 / (1 + Math.exp(-v));
      case ERF -> SpecialFunctions::erf;
      case SIN -> Math::sin;
      case COS -> Math::cos;
      case LGAMMA -> SpecialFunctions::lgamma;
      case DETACH -> v -> v;
      case BFLOAT16 -> Pointwise::bfloat16;
    };
    for (int i = 0; i < y.size(); i++) {
      y.doubles()[i] = f.applyAsDouble(x.doubles()[i]);
    }
  }

  /// `v` with eight significant bits, ties to even; the exponents of bfloat16 are those of float32.
  private static double bfloat16(double v) {
    if (v == 0 || Double.isNaN(v) || Double.isInfinite(v)) {
      return v;
    }
    int ulp = Math.max(Math.getExponent(v), Float.MIN_EXPONENT) - 7;
    return Math.scalb(Math.rint(Math.scalb(v, -ulp)), ulp);
  }

  static void binary(Binary op, ReferenceBuffer a, ReferenceBuffer b, ReferenceBuffer y) {
    int[] ia = Positions.broadcast(a.shape(), y.shape());
    int[] ib = Positions.broadcast(b.shape(), y.shape());
    for (int i = 0; i < y.size(); i++) {
      y.doubles()[i] = a.type().dtype() == DType.INT64
          ? compare(op.kind(), Long.compare(a.longs()[ia[i]], b.longs()[ib[i]]))
          : apply(op.kind(), a.doubles()[ia[i]], b.doubles()[ib[i]]);
    }
  }

  private static double apply(Binary.Kind kind, double a, double b) {
    return switch (kind) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case DIV -> a / b;
      case MAX -> Math.max(a, b);
      case MIN -> Math.min(a, b);
      case POW -> Math.pow(a, b);
      case LESS -> a < b ? 1 : 0;
      case LESS_EQUAL -> a <= b ? 1 : 0;
      case EQUAL -> a == b ? 1 : 0;
    };
  }

  private static double compare(Binary.Kind kind, int order) {
    return switch (kind) {
      case LESS -> order < 0 ? 1 : 0;
      case LESS_EQUAL -> order <= 0 ? 1 : 0;
      case EQUAL -> order == 0 ? 1 : 0;
      case ADD, SUB, MUL, DIV, MAX, MIN, POW -> throw new IllegalStateException(kind + " of int64");
    };
  }

  static void where(ReferenceBuffer condition, ReferenceBuffer a, ReferenceBuffer b, ReferenceBuffer y) {
    int[] ic = Positions.broadcast(condition.shape(), y.shape());
    int[] ia = Positions.broadcast(a.shape(), y.shape());
    int[] ib = Positions.broadcast(b.shape(), y.shape());
    for (int i = 0; i < y.size(); i++) {
      y.doubles()[i] = condition.doubles()[ic[i]] != 0 ? a.doubles()[ia[i]] : b.doubles()[ib[i]];
    }
  }

  static void cast(ReferenceBuffer x, ReferenceBuffer y) {
    for (int i = 0; i < y.size(); i++) {
      if (x.type().dtype() == y.type().dtype()) {
        y.copy(i, x, i);
      } else if (y.type().dtype() == DType.INT64) {
        y.longs()[i] = (long) x.doubles()[i];
      } else {
        y.doubles()[i] = x.longs()[i];
      }
    }
  }

  static void batchNorm(BatchNorm op, List<ReferenceBuffer> x, ReferenceBuffer y) {
    Shape shape = y.shape();
    int channels = shape.dim(1);
    int pixels = Math.toIntExact(shape.size(2, shape.rank()));
    double[] weight = x.get(1).doubles();
    double[] bias = x.get(2).doubles();
    double[] mean = x.get(3).doubles();
    double[] variance = x.get(4).doubles();
    for (int i = 0; i < y.size(); i++) {
      int c = i / pixels % channels;
      y.doubles()[i] = (x.get(0).doubles()[i] - mean[c]) / Math.sqrt(variance[c] + op.eps()) * weight[c] + bias[c];
    }
  }
}
