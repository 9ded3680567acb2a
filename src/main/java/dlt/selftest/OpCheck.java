package dlt.selftest;

import dlt.backend.Backend;
import dlt.backend.Buffer;
import dlt.backend.Program;
import dlt.backend.reference.ReferenceBackend;
import dlt.backend.reference.ReferenceBuffer;
import dlt.graph.GraphBuilder;
import dlt.op.*;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/// How far a backend's results are from the reference's.
///
/// @param worst the largest error, in units of what rounding may come to there: above 1 is wrong
/// @param problem what is wrong, or empty
public record OpCheck(OpCase opCase, double worst, String problem) {
  private static final double FLOAT_ROUNDING = 0x1p-24;

  /// Computes `c` on both. Each factor of a product may be `factorRounding` off, relatively (0 for float32), and everything
  /// `slack` times as far as float32's rounding explains.
  public static OpCheck of(Backend backend, OpCase c, double factorRounding, double slack) {
    try (ReferenceBackend reference = new ReferenceBackend()) {
      List<HostTensor> operands = c.draw();
      HostTensor expected = run(reference, c.op(), operands);
      HostTensor scale = scale(reference, c.op(), operands, expected);
      HostTensor actual = run(backend, c.op(), operands);
      if (!actual.type().equals(c.type())) {
        return new OpCheck(c, Double.POSITIVE_INFINITY, c + ": the result is " + actual.type() + ", expected " + c.type());
      }
      double rounding = slack * FLOAT_ROUNDING * (8 + Math.sqrt(c.terms()) / 4) + (product(c.op()) ? 2 * factorRounding : 0);
      double worst = 0;
      for (long i = 0; i < actual.size(); i++) {
        double tolerance = exact(c.op()) ? 0 : rounding * Math.abs(scale.at(i)) + Float.MIN_NORMAL;
        double error = error(actual, expected, i, tolerance);
        worst = Math.max(worst, error);
        if (error > 1) {
          return new OpCheck(c, error, String.format(Locale.ROOT, "%s: element %d of %s is %s, expected %s +- %s", c, i, actual.shape(), actual.at(i),
              expected.at(i), tolerance));
        }
      }
      return new OpCheck(c, worst, "");
    }
  }

  private static double error(HostTensor actual, HostTensor expected, long i, double tolerance) {
    double a = actual.at(i);
    double e = expected.at(i);
    boolean same = actual.dtype() == DType.INT64 ? actual.longAt(i) == expected.longAt(i)
        : (float) a == (float) e || Double.isNaN(a) && Double.isNaN(e);
    double error = Math.abs(a - e) / tolerance;
    return same ? 0 : Double.isNaN(error) || tolerance == 0 || actual.dtype() == DType.INT64 ? Double.POSITIVE_INFINITY : error;
  }

  /// The case's result: float32 or int64, float64 on the reference backend.
  public static HostTensor run(Backend backend, OpCase c) {
    return run(backend, c.op(), c.draw());
  }

  /// `op` of these operands. Runs the program twice: nothing may be left over from the first time.
  public static HostTensor run(Backend backend, Op op, List<HostTensor> operands) {
    GraphBuilder g = new GraphBuilder();
    List<Value> inputs = new ArrayList<>();
    Map<String, Buffer> variables = new HashMap<>();
    if (op instanceof Variable variable) {
      variables.put(variable.name(), backend.allocate(variable.type()));
      variables.get(variable.name()).write(operands.getFirst());
    } else {
      for (HostTensor operand : operands) {
        DType dtype = operand.dtype() == DType.INT64 ? DType.INT64 : DType.FLOAT32;
        inputs.add(g.input("x" + inputs.size(), new TensorType(dtype, operand.shape())));
      }
    }
    g.output("y", g.emit(op, op instanceof Input || op instanceof Variable ? List.of() : inputs));
    try (Program program = backend.compile(g.build(), variables)) {
      for (int i = 0; i < operands.size(); i++) {
        if (program.inputs().contains("x" + i)) {
          program.input("x" + i).write(operands.get(i));
        }
      }
      program.run();
      program.run();
      return program.output("y") instanceof ReferenceBuffer y && y.type().dtype() == DType.FLOAT32
          ? HostTensor.ofDoubles(y.type().shape(), y.doubles()) : program.output("y").read();
    }
  }

  /// Whether it multiplies on tensor cores where there are some.
  public static boolean product(Op op) {
    return op instanceof MatMul || op instanceof Conv2d || op instanceof Conv2dGradInput || op instanceof Conv2dGradWeight
        || op instanceof Nhwc n && product(n.op());
  }

  /// Whether every backend gives the same bits (but for the sign of zero).
  private static boolean exact(Op op) {
    return switch (op) {
      case Nhwc n -> exact(n.op());
      case Input _, Variable _, Fill _, Literal _, RandomUniform _, Where _, Cast _, ArgMax _, MaxPool2d _, Reshape _, Transpose _,
          Expand _, Concat _, Slice _, Pad _, Gather _, OneHot _ -> true;
      case Unary unary -> switch (unary.kind()) {
        case NEG, ABS, SIGN, RELU, FLOOR, ROUND, SQRT, DETACH, BFLOAT16 -> true;
        case EXP, EXPM1, LOG, LOG1P, TANH, SIGMOID, ERF, SIN, COS, LGAMMA -> false;
      };
      case Binary binary -> switch (binary.kind()) {
        case ADD, SUB, MUL, DIV, MAX, MIN, LESS, LESS_EQUAL, EQUAL -> true;
        case POW -> false;
      };
      case Reduce reduce -> switch (reduce.kind()) {
        case MAX, MIN -> true;
        case SUM, PROD -> false;
      };
      case Softmax _, LogSoftmax _, MatMul _, Conv2d _, Conv2dGradInput _, Conv2dGradWeight _, MaxPool2dGrad _, AvgPool2d _,
          AvgPool2dGrad _, BatchNorm _, ScatterAdd _ -> false;
    };
  }

  /// What the rounding errors of each element are proportional to: for sums of products the sum of the absolute products.
  private static HostTensor scale(Backend reference, Op op, List<HostTensor> operands, HostTensor expected) {
    return switch (op) {
      case Nhwc n -> run(reference, op, IntStream.range(0, operands.size()).mapToObj(i -> n.op() instanceof MaxPool2dGrad && i == 0 ? operands.get(i)
          : map(operands.get(i), v -> n.op() instanceof BatchNorm && i == 3 ? -Math.abs(v) : Math.abs(v))).toList());
      case MatMul _, Conv2d _, Conv2dGradInput _, Conv2dGradWeight _, AvgPool2d _, AvgPool2dGrad _, ScatterAdd _ ->
          run(reference, op, operands.stream().map(t -> map(t, Math::abs)).toList());
      case Reduce reduce -> reduce.kind() == Reduce.Kind.SUM
          ? run(reference, op, List.of(map(operands.getFirst(), Math::abs))) : expected;
      case MaxPool2dGrad _ -> run(reference, op, List.of(operands.get(0), map(operands.get(1), Math::abs)));
      case BatchNorm _ -> run(reference, op, List.of(
          map(operands.get(0), Math::abs), map(operands.get(1), Math::abs), map(operands.get(2), Math::abs),
          map(operands.get(3), v -> -Math.abs(v)), operands.get(4)));
      // their argument is a rounded difference or product, of which they are exponentials
      case Softmax _ -> map(expected, v -> v * (1 - Math.log(Math.max(v, 1e-38))));
      case LogSoftmax _ -> map(expected, v -> Math.abs(v) + 2 * largest(operands.getFirst()));
      case Binary binary -> binary.kind() == Binary.Kind.POW
          ? map(expected, v -> v * (1 + Math.abs(Math.log(Math.max(Math.abs(v), 1e-38))))) : expected;
      case Unary unary -> switch (unary.kind()) {
        case SIN, COS, LGAMMA -> map(expected, v -> Math.max(1, Math.abs(v)));
        case NEG, ABS, SIGN, RELU, FLOOR, ROUND, SQRT, EXP, EXPM1, LOG, LOG1P, TANH, SIGMOID, ERF, DETACH, BFLOAT16 -> expected;
      };
      case Input _, Variable _, Fill _, Literal _, RandomUniform _, Where _, Cast _, ArgMax _, MaxPool2d _, Reshape _, Transpose _,
          Expand _, Concat _, Slice _, Pad _, Gather _, OneHot _ -> expected;
    };
  }

  private static HostTensor map(HostTensor t, DoubleUnaryOperator f) {
    return t.dtype() == DType.INT64 ? t : HostTensor.ofDoubles(t.shape(), Arrays.stream(t.toDoubles()).map(f).toArray());
  }

  private static double largest(HostTensor t) {
    return Arrays.stream(t.toDoubles()).map(Math::abs).max().orElse(0);
  }
}
