package dlt.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import dlt.op.Binary;
import dlt.op.Emit;
import dlt.op.Unary;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/// ONNX's operators by type, each as operations of the graph: the table, and the pointwise ones themselves.
final class OnnxOperators {
  /// What an operator becomes: its outputs.
  @FunctionalInterface
  interface Form {
    List<Value> read(OnnxNode n);
  }

  private static final Map<String, Form> FORMS = new HashMap<>();

  private OnnxOperators() {}

  static {
    for (Map.Entry<String, Unary.Kind> e : Map.ofEntries(Map.entry("Abs", Unary.Kind.ABS), Map.entry("Neg", Unary.Kind.NEG),
        Map.entry("Sign", Unary.Kind.SIGN), Map.entry("Floor", Unary.Kind.FLOOR), Map.entry("Round", Unary.Kind.ROUND),
        Map.entry("Sqrt", Unary.Kind.SQRT), Map.entry("Exp", Unary.Kind.EXP), Map.entry("Log", Unary.Kind.LOG),
        Map.entry("Tanh", Unary.Kind.TANH), Map.entry("Sigmoid", Unary.Kind.SIGMOID), Map.entry("Erf", Unary.Kind.ERF),
        Map.entry("Sin", Unary.Kind.SIN), Map.entry("Cos", Unary.Kind.COS), Map.entry("Relu", Unary.Kind.RELU)).entrySet()) {
      single(e.getKey(), n -> n.graph().unary(e.getValue(), n.in(0)));
    }
    for (Map.Entry<String, Binary.Kind> e : Map.of("Add", Binary.Kind.ADD, "Sub", Binary.Kind.SUB, "Mul", Binary.Kind.MUL, "Div", Binary.Kind.DIV,
        "Pow", Binary.Kind.POW, "Less", Binary.Kind.LESS, "LessOrEqual", Binary.Kind.LESS_EQUAL, "Equal", Binary.Kind.EQUAL).entrySet()) {
      single(e.getKey(), n -> n.graph().binary(e.getValue(), n.in(0), power(n)));
    }
    single("Greater", n -> n.graph().less(n.in(1), n.in(0)));
    single("GreaterOrEqual", n -> n.graph().lessEqual(n.in(1), n.in(0)));
    single("Max", n -> joined(n, n.graph()::max));
    single("Min", n -> joined(n, n.graph()::min));
    single("Sum", n -> joined(n, n.graph()::add));
    single("Mean", n -> n.graph().div(joined(n, n.graph()::add), n.operands().size()));
    single("And", n -> n.graph().mul(n.in(0), n.in(1)));
    single("Or", n -> n.graph().max(n.in(0), n.in(1)));
    single("Xor", n -> n.graph().abs(n.graph().sub(n.in(0), n.in(1))));
    single("Not", n -> n.graph().sub(1, n.in(0)));
    single("Where", n -> n.graph().where(n.in(0), n.in(1), n.in(2)));
    single("Identity", n -> n.in(0));
    single("Cast", n -> cast(n, n.integer("to", 0)));
    single("CastLike", n -> cast(n, switch (n.known(1).dtype()) {
      case FLOAT32 -> 1;
      case FLOAT64 -> 11;
      case INT64 -> 7;
      case INT32 -> 6;
      case BOOL -> 9;
      case FLOAT16 -> 10;
      case BFLOAT16 -> 16;
      case INT16, INT8, UINT8 -> throw n.failure("to " + n.known(1).dtype());
    }));
    pointwise("Ceil", (e, x) -> e.neg(e.unary(Unary.Kind.FLOOR, e.neg(x))));
    pointwise("Reciprocal", Emit::reciprocal);
    pointwise("Tan", (e, x) -> e.div(e.unary(Unary.Kind.SIN, x), e.unary(Unary.Kind.COS, x)));
    pointwise("Cosh", (e, x) -> e.mul(e.add(e.exp(x), e.exp(e.neg(x))), 0.5));
    pointwise("Sinh", (e, x) -> {
      Value less = e.unary(Unary.Kind.EXPM1, x);
      return e.mul(e.add(less, e.div(less, e.add(less, 1))), 0.5);
    });
    pointwise("Softplus", (e, x) -> e.add(e.relu(x), e.log1p(e.exp(e.neg(e.abs(x))))));
    pointwise("Softsign", (e, x) -> e.div(x, e.add(e.abs(x), 1)));
    pointwise("HardSwish", (e, x) -> e.mul(x, e.min(e.relu(e.add(e.div(x, 6), 0.5)), 1)));
    pointwise("IsNaN", (e, x) -> e.sub(1, e.equal(x, x)));
    single("IsInf", n -> infinite(n.graph(), n.in(0), n.integer("detect_positive", 1) != 0, n.integer("detect_negative", 1) != 0));
    single("HardSigmoid", n -> n.graph().min(
        n.graph().relu(n.graph().add(n.graph().mul(n.in(0), n.real("alpha", 0.2)), n.real("beta", 0.5))), 1));
    single("Elu", n -> elu(n.graph(), n.in(0), 1, n.real("alpha", 1), 1));
    single("Selu", n -> elu(n.graph(), n.in(0), n.real("gamma", 1.05070102214813232421875), n.real("alpha", 1.67326319217681884765625), 1));
    single("Celu", n -> elu(n.graph(), n.in(0), 1, n.real("alpha", 1), n.real("alpha", 1)));
    single("LeakyRelu", n -> positive(n.graph(), n.in(0), n.graph().mul(n.in(0), n.real("alpha", 0.01))));
    single("PRelu", n -> positive(n.graph(), n.in(0), n.graph().mul(n.in(0), n.in(1))));
    single("ThresholdedRelu", n -> n.graph().mul(n.in(0), n.graph().less(n.graph().scalar(n.real("alpha", 1)), n.in(0))));
    single("Shrink", n -> shrink(n.graph(), n.in(0), n.real("lambd", 0.5), n.real("bias", 0)));
    single("Clip", OnnxOperators::clip);
    FORMS.put("Dropout", OnnxOperators::dropout);

    OnnxReductions.FORMS.forEach(OnnxOperators::single);
    OnnxMovement.FORMS.forEach(OnnxOperators::single);
    FORMS.put("Split", OnnxMovement::split);
    OnnxWindows.FORMS.forEach(OnnxOperators::single);
    single("Resize", OnnxResize::read);
    single("Upsample", OnnxResize::read);
    FORMS.putAll(OnnxNormalise.FORMS);
    OnnxRecurrent.GATES.keySet().forEach(type -> FORMS.put(type, OnnxRecurrence::read));
  }

  /// What gives one output.
  @FunctionalInterface
  interface Single {
    Value read(OnnxNode n);
  }

  private static void single(String type, Single form) {
    FORMS.put(type, n -> List.of(form.read(n)));
  }

  private static void pointwise(String type, BiFunction<Emit, Value, Value> form) {
    single(type, n -> form.apply(n.graph(), n.in(0)));
  }

  /// The outputs of `n`. Throws a [dlt.error.Failure] where its operator has no form here.
  static List<Value> read(OnnxNode n) {
    Form form = FORMS.get(n.type());
    if (form == null || !n.proto().getDomain().isEmpty()) {
      throw n.failure("is no operator of dlt");
    }
    return form.read(n);
  }

  private static Value joined(OnnxNode n, BinaryOperator<Value> by) {
    return n.all().stream().reduce(by).orElseThrow();
  }

  /// The second operand; an exponent may be a whole number.
  private static Value power(OnnxNode n) {
    return n.type().equals("Pow") ? n.graph().cast(n.in(1), DType.FLOAT32) : n.in(1);
  }

  private static Value cast(OnnxNode n, int to) {
    Value x = n.in(0);
    return switch (to) {
      case 1, 11 -> n.graph().cast(x, DType.FLOAT32);
      case 6, 7 -> n.graph().cast(x, DType.INT64);
      case 9 -> n.graph().sub(1, n.graph().equal(n.graph().cast(x, DType.FLOAT32), n.graph().scalar(0)));
      default -> throw n.failure("to " + TensorProto.DataType.forNumber(to) + ": a graph has float32 and int64 only");
    };
  }

  private static Value infinite(Emit e, Value x, boolean positive, boolean negative) {
    Value up = e.equal(x, e.scalar(Double.POSITIVE_INFINITY));
    Value down = e.equal(x, e.scalar(Double.NEGATIVE_INFINITY));
    return positive && negative ? e.max(up, down) : positive ? up : negative ? down : e.mul(up, 0);
  }

  /// `x` where it is positive, else `other`.
  private static Value positive(Emit e, Value x, Value other) {
    return e.where(e.less(x, e.scalar(0)), other, e.expand(x, Shape.broadcast(x.shape(), other.shape())));
  }

  private static Value elu(Emit e, Value x, double gamma, double alpha, double slope) {
    Value low = e.mul(e.unary(Unary.Kind.EXPM1, e.div(e.min(x, 0), slope)), alpha);
    return e.mul(e.add(e.relu(x), low), gamma);
  }

  private static Value shrink(Emit e, Value x, double lambd, double bias) {
    Value low = e.mul(e.add(x, bias), e.less(x, e.scalar(-lambd)));
    return e.add(low, e.mul(e.sub(x, bias), e.less(e.scalar(lambd), x)));
  }

  private static Value clip(OnnxNode n) {
    UnaryOperator<Value> low = x -> n.opset() < 11 ? n.given("min") ? n.graph().max(x, n.real("min", 0)) : x : n.has(1) ? n.graph().max(x, n.in(1)) : x;
    UnaryOperator<Value> high = x -> n.opset() < 11 ? n.given("max") ? n.graph().min(x, n.real("max", 0)) : x : n.has(2) ? n.graph().min(x, n.in(2)) : x;
    return high.apply(low.apply(n.in(0)));
  }

  private static List<Value> dropout(OnnxNode n) {
    double ratio = n.has(1) ? n.number(1) : 0.5;
    if (n.has(2) && n.number(2) != 0 && ratio != 0) {
      throw n.failure("in training its result is random");
    }
    return List.of(n.in(0), n.graph().fill(n.in(0).shape(), 1));
  }
}
