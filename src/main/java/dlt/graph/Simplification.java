package dlt.graph;

import dlt.op.ArgMax;
import dlt.op.AvgPool2d;
import dlt.op.AvgPool2dGrad;
import dlt.op.BatchNorm;
import dlt.op.Binary;
import dlt.op.Cast;
import dlt.op.Concat;
import dlt.op.Conv2d;
import dlt.op.Conv2dGradInput;
import dlt.op.Conv2dGradWeight;
import dlt.op.Emit;
import dlt.op.Expand;
import dlt.op.Fill;
import dlt.op.Gather;
import dlt.op.Input;
import dlt.op.Literal;
import dlt.op.LogSoftmax;
import dlt.op.MatMul;
import dlt.op.MaxPool2d;
import dlt.op.MaxPool2dGrad;
import dlt.op.Nhwc;
import dlt.op.OneHot;
import dlt.op.Op;
import dlt.op.Pad;
import dlt.op.RandomUniform;
import dlt.op.Reduce;
import dlt.op.Reshape;
import dlt.op.ScatterAdd;
import dlt.op.Slice;
import dlt.op.Softmax;
import dlt.op.Transpose;
import dlt.op.Unary;
import dlt.op.Value;
import dlt.op.Variable;
import dlt.op.Where;
import dlt.tensor.DType;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/// Ops that need no computation or less of it. Every rewrite gives the same numbers, NaN and infinity included (so `x * 0` stays,
/// and so does `x + 0`, which makes -0 to 0); constants are folded in float64 and rounded once.
final class Simplification {
  private Simplification() {}

  /// A simpler value for `op` of `inputs` with result `type`, or null where there is none.
  static Value of(Emit emit, Op op, List<Node> inputs, TensorType type) {
    return switch (op) {
      case Unary unary -> unary(emit, unary.kind(), inputs.getFirst());
      case Binary binary -> binary(emit, binary, inputs, type);
      case Where where -> where(emit, where, inputs, type);
      case Reshape reshape -> moved(emit, inputs.getFirst(), type, true);
      case Expand expand -> inputs.getFirst().op() instanceof Expand ? emit.emit(expand, inputs.getFirst().inputs().getFirst())
          : moved(emit, inputs.getFirst(), type, false);
      case Transpose transpose -> transpose(emit, transpose, inputs.getFirst(), type);
      case Reduce reduce -> inputs.getFirst().shape().size() == type.shape().size() && type.shape().size() > 0
          ? emit.reshape(inputs.getFirst(), type.shape()) : null;
      case Cast _, Slice _, Pad _, Concat _ -> inputs.getFirst().type().equals(type) && inputs.size() == 1 ? inputs.getFirst() : null;
      case Input _, Variable _, Fill _, Literal _, RandomUniform _, ArgMax _, Softmax _, LogSoftmax _, MatMul _, Conv2d _,
          Conv2dGradInput _, Conv2dGradWeight _, MaxPool2d _, MaxPool2dGrad _, AvgPool2d _, AvgPool2dGrad _, BatchNorm _, Gather _,
          ScatterAdd _, OneHot _, Nhwc _ -> null;
    };
  }

  private static Value unary(Emit emit, Unary.Kind kind, Node x) {
    if (kind == Unary.Kind.NEG && x.op() instanceof Fill fill) {
      return emit.fill(x.shape(), -fill.value());
    }
    return kind == Unary.Kind.NEG && x.op().equals(new Unary(kind)) ? x.inputs().getFirst() : null;
  }

  private static Value binary(Emit emit, Binary op, List<Node> inputs, TensorType type) {
    Node a = inputs.get(0);
    Node b = inputs.get(1);
    Double folded = a.op() instanceof Fill x && b.op() instanceof Fill y ? fold(op.kind(), x.value(), y.value()) : null;
    if (folded != null) {
      return emit.fill(type.shape(), folded);
    }
    if (op.kind() == Binary.Kind.MUL && is(a, 1) && b.type().equals(type)) {
      return b;
    }
    if (a.type().equals(type)) {
      switch (op.kind()) {
        case MUL, DIV, POW -> {
          if (is(b, 1)) {
            return a;
          }
          if (op.kind() == Binary.Kind.POW && is(b, 2)) {
            return emit.square(a);
          }
        }
        case SUB -> {
          if (is(b, 0)) {
            return a;
          }
        }
        case ADD, MAX, MIN, LESS, LESS_EQUAL, EQUAL -> { }
      }
    }
    return narrowed(emit, op, inputs, type);
  }

  private static boolean is(Node node, double value) {
    return node.op() instanceof Fill fill && Double.compare(fill.value(), value) == 0;
  }

  private static Double fold(Binary.Kind kind, double a, double b) {
    return switch (kind) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case DIV -> a / b;
      case EQUAL -> a == b ? 1.0 : 0.0;
      case MAX, MIN, POW, LESS, LESS_EQUAL -> null;
    };
  }

  private static Value where(Emit emit, Where op, List<Node> inputs, TensorType type) {
    if (inputs.getFirst().op() instanceof Fill condition) {
      return emit.expand(inputs.get(condition.value() != 0 ? 1 : 2), type.shape());
    }
    return narrowed(emit, op, inputs, type);
  }

  /// The op on operands that are broadcast by it and not before it, or null where none is.
  private static Value narrowed(Emit emit, Op op, List<Node> inputs, TensorType type) {
    List<Value> operands = new ArrayList<>(inputs);
    for (int i = 0; i < operands.size(); i++) {
      Value wide = operands.get(i);
      if (inputs.get(i).op() instanceof Expand) {
        operands.set(i, inputs.get(i).inputs().getFirst());
      } else if (inputs.get(i).op() instanceof Fill fill && wide.dtype() == DType.FLOAT32) {
        operands.set(i, emit.scalar(fill.value()));
      }
      if (operands.get(i) != wide && !op.infer(operands.stream().map(Value::type).toList()).equals(type)) {
        operands.set(i, wide);
      }
    }
    return operands.equals(inputs) ? null : emit.emit(op, operands);
  }

  /// `x` under another shape, where that is free.
  private static Value moved(Emit emit, Node x, TensorType type, boolean reshape) {
    if (x.type().equals(type)) {
      return x;
    }
    if (x.op() instanceof Fill fill) {
      return emit.emit(new Fill(type, fill.value()));
    }
    return reshape && x.op() instanceof Reshape ? emit.reshape(x.inputs().getFirst(), type.shape()) : null;
  }

  private static Value transpose(Emit emit, Transpose op, Node x, TensorType type) {
    List<Integer> moved = op.permutation().stream().filter(d -> x.shape().dim(d) != 1).toList();
    if (moved.equals(moved.stream().sorted().toList())) {
      return emit.reshape(x, type.shape());
    }
    if (x.op() instanceof Transpose first) {
      return emit.emit(new Transpose(op.permutation().stream().map(first.permutation()::get).toList()), x.inputs().getFirst());
    }
    return null;
  }
}
