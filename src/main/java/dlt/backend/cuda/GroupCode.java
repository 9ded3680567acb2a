package dlt.backend.cuda;

import dlt.graph.Fusion;
import dlt.graph.Node;
import dlt.op.Binary;
import dlt.op.Fill;
import dlt.op.Unary;
import dlt.op.Where;
import dlt.tensor.DType;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// What a group of pointwise nodes computes of one element of each of its inputs. Every operation but those of [MathFunctions] is rounded
/// once, as IEEE 754 has it.
///
/// @param wanted the nodes whose values are the results
record GroupCode(Fusion.Group group, List<Node> wanted) implements Elements.Expression {
  @Override
  public List<String> of(Ptx ptx, List<String> inputs) {
    Map<Node, String> values = new IdentityHashMap<>();
    for (int i = 0; i < inputs.size(); i++) {
      values.put(group.inputs().get(i), inputs.get(i));
    }
    return wanted.stream().map(n -> value(ptx, values, n)).toList();
  }

  private String value(Ptx ptx, Map<Node, String> values, Node operand) {
    Node n = Fusion.source(operand);
    String known = values.get(n);
    if (known == null) {
      known = compute(ptx, values, n);
      values.put(n, known);
    }
    return known;
  }

  private String compute(Ptx ptx, Map<Node, String> values, Node n) {
    List<Node> in = n.inputs();
    if (n.op() instanceof Fill fill) {
      return n.dtype() == DType.INT64 ? Long.toString((long) fill.value()) : Ptx.constant((float) fill.value());
    } else if (n.op() instanceof Unary unary) {
      return unary(ptx, unary.kind(), value(ptx, values, in.getFirst()));
    } else if (n.op() instanceof Binary binary) {
      return binary(ptx, binary.kind(), in, value(ptx, values, in.get(0)), value(ptx, values, in.get(1)));
    } else if (n.op() instanceof Where) {
      String yes = value(ptx, values, in.get(1));
      String no = value(ptx, values, in.get(2));
      return ptx.f32("selp.f32", yes, no, condition(ptx, values, Fusion.source(in.getFirst())));
    }
    throw new IllegalArgumentException(n + " is not pointwise");
  }

  private static String unary(Ptx ptx, Unary.Kind kind, String x) {
    return switch (kind) {
      case NEG -> ptx.f32("neg.f32", x);
      case ABS -> ptx.f32("abs.f32", x);
      case SIGN -> {
        String negative = ptx.f32("selp.f32", Ptx.constant(-1), x, ptx.test("setp.lt.f32", x, Ptx.constant(0)));
        yield ptx.f32("selp.f32", Ptx.constant(1), negative, ptx.test("setp.gt.f32", x, Ptx.constant(0)));
      }
      case RELU -> ptx.f32("max.NaN.f32", x, Ptx.constant(0));
      case FLOOR -> ptx.f32("cvt.rmi.f32.f32", x);
      case ROUND -> ptx.f32("cvt.rni.f32.f32", x);
      case SQRT -> ptx.f32("sqrt.rn.f32", x);
      case EXP -> MathFunctions.call(ptx, "exp", x);
      case EXPM1 -> MathFunctions.call(ptx, "expm1", x);
      case LOG -> MathFunctions.call(ptx, "log", x);
      case LOG1P -> MathFunctions.call(ptx, "log1p", x);
      case TANH -> MathFunctions.call(ptx, "tanh", x);
      case SIGMOID -> MathFunctions.call(ptx, "sigmoid", x);
      case ERF -> MathFunctions.call(ptx, "erf", x);
      case SIN -> MathFunctions.call(ptx, "sin", x);
      case COS -> MathFunctions.call(ptx, "cos", x);
      case LGAMMA -> MathFunctions.call(ptx, "lgamma", x);
      case DETACH -> x;
      case BFLOAT16 -> bfloat16(ptx, x);
    };
  }

  /// To the nearest number of 16 bits, ties to even.
  private static String bfloat16(Ptx ptx, String x) {
    String bits = ptx.b32("mov.b32", x);
    String odd = ptx.b32("and.b32", ptx.b32("shr.u32", bits, "16"), "1");
    String rounded = ptx.b32("and.b32", ptx.b32("add.u32", ptx.b32("add.u32", bits, odd), "32767"), "-65536");
    return ptx.f32("selp.f32", x, ptx.f32("mov.b32", rounded), ptx.test("setp.nan.f32", x, x));
  }

  private static String binary(Ptx ptx, Binary.Kind kind, List<Node> in, String a, String b) {
    return switch (kind) {
      case ADD -> ptx.f32("add.rn.f32", a, b);
      case SUB -> ptx.f32("sub.rn.f32", a, b);
      case MUL -> ptx.f32("mul.rn.f32", a, b);
      case DIV -> ptx.f32("div.rn.f32", a, b);
      case MAX -> ptx.f32("max.NaN.f32", a, b);
      case MIN -> ptx.f32("min.NaN.f32", a, b);
      case POW -> Fusion.source(in.get(1)).op() instanceof Fill exponent ? pow(ptx, a, (float) exponent.value()) : MathFunctions.call(ptx, "pow", a, b);
      case LESS, LESS_EQUAL, EQUAL -> ptx.f32("selp.f32", Ptx.constant(1), Ptx.constant(0), compare(ptx, kind, in, a, b));
    };
  }

  /// `x^exponent` as Math.pow has it, for exponents that need no logarithm; else the general function.
  private static String pow(Ptx ptx, String x, float exponent) {
    if (exponent == 0) {
      return Ptx.constant(1);
    } else if (exponent == 1) {
      return x;
    } else if (exponent == 2) {
      return ptx.f32("mul.rn.f32", x, x);
    } else if (exponent == 3) {
      return ptx.f32("mul.rn.f32", ptx.f32("mul.rn.f32", x, x), x);
    } else if (exponent == -1) {
      return ptx.f32("div.rn.f32", Ptx.constant(1), x);
    } else if (exponent == 0.5f) {
      // minus infinity has an infinite power and no root
      String root = ptx.f32("sqrt.rn.f32", ptx.f32("add.rn.f32", x, Ptx.constant(0)));
      return ptx.f32("selp.f32", Ptx.constant(Float.POSITIVE_INFINITY), root, ptx.test("setp.eq.f32", x, Ptx.constant(Float.NEGATIVE_INFINITY)));
    }
    return MathFunctions.call(ptx, "pow", x, Ptx.constant(exponent));
  }

  private static String compare(Ptx ptx, Binary.Kind kind, List<Node> in, String a, String b) {
    String type = in.getFirst().dtype() == DType.INT64 ? ".s64" : ".f32";
    return ptx.test("setp." + switch (kind) {
      case LESS -> "lt";
      case LESS_EQUAL -> "le";
      case EQUAL -> "eq";
      case ADD, SUB, MUL, DIV, MAX, MIN, POW -> throw new IllegalArgumentException(kind + " compares nothing");
    } + type, a, b);
  }

  /// A predicate; a comparison of this group is used as it is, not as 1 or 0.
  private String condition(Ptx ptx, Map<Node, String> values, Node n) {
    if (group.nodes().contains(n) && n.op() instanceof Binary c) {
      switch (c.kind()) {
        case LESS, LESS_EQUAL, EQUAL -> {
          return compare(ptx, c.kind(), n.inputs(), value(ptx, values, n.inputs().get(0)), value(ptx, values, n.inputs().get(1)));
        }
        case ADD, SUB, MUL, DIV, MAX, MIN, POW -> { }
      }
    }
    return ptx.test("setp.neu.f32", value(ptx, values, n), Ptx.constant(0));
  }
}
