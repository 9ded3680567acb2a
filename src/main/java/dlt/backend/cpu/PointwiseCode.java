package dlt.backend.cpu;

import dlt.backend.cpu.Assembler.Predicate;
import dlt.backend.cpu.VectorCode.Op;
import dlt.graph.Fusion;
import dlt.graph.Node;
import dlt.op.Binary;
import dlt.op.Fill;
import dlt.op.Unary;
import dlt.op.Where;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// The [VectorCode] of a group of pointwise nodes: slots are its inputs, then what is to be stored.
final class PointwiseCode {
  private final VectorCode l = new VectorCode();
  private final Fusion.Group group;
  private final Map<Node, Integer> values = new IdentityHashMap<>();

  private PointwiseCode(Fusion.Group group) {
    this.group = group;
  }

  static VectorCode.Body of(Fusion.Group group, List<Node> stored) {
    PointwiseCode c = new PointwiseCode(group);
    int slot = group.inputs().size();
    for (Node output : stored) {
      c.l.store(slot++, c.value(output));
    }
    return c.l.body();
  }

  /// What becomes of a value.
  interface Use {
    void of(VectorCode code, int value);
  }

  /// The code of one node of the group, which is left to `use`.
  static VectorCode.Body of(Fusion.Group group, Node node, Use use) {
    PointwiseCode c = new PointwiseCode(group);
    use.of(c.l, c.value(node));
    return c.l.body();
  }

  private int value(Node operand) {
    Node n = Fusion.source(operand);
    Integer known = values.get(n);
    if (known != null) {
      return known;
    }
    int v;
    if (n.op() instanceof Fill fill) {
      v = l.constant((float) fill.value());
    } else {
      int slot = group.inputs().indexOf(n);
      v = slot >= 0 ? l.input(slot) : node(n);
    }
    values.put(n, v);
    return v;
  }

  private int node(Node n) {
    List<Node> in = n.inputs();
    if (n.op() instanceof Unary unary) {
      return unary(unary.kind(), value(in.getFirst()));
    } else if (n.op() instanceof Binary binary) {
      return binary(binary.kind(), in.get(0), in.get(1));
    } else if (n.op() instanceof Where) {
      return where(Fusion.source(in.get(0)), value(in.get(1)), value(in.get(2)));
    }
    throw new IllegalArgumentException(n + " is not pointwise");
  }

  private int unary(Unary.Kind kind, int x) {
    return switch (kind) {
      case NEG -> l.neg(x);
      case ABS -> l.abs(x);
      case SIGN -> VectorMath.sign(l, x);
      case RELU -> l.op(Op.MAX, l.constant(0f), x);
      case FLOOR -> l.op(Op.FLOOR, x);
      case ROUND -> l.op(Op.ROUND, x);
      case SQRT -> l.op(Op.SQRT, x);
      case EXP -> VectorMath.exp(l, x);
      case EXPM1 -> VectorMath.expm1(l, x);
      case LOG -> VectorMath.log(l, x);
      case LOG1P -> VectorMath.log1p(l, x);
      case TANH -> VectorMath.tanh(l, x);
      case SIGMOID -> VectorMath.sigmoid(l, x);
      case ERF -> VectorMath.erf(l, x);
      case SIN -> l.op(Op.SIN, x);
      case COS -> l.op(Op.COS, x);
      case LGAMMA -> l.op(Op.LGAMMA, x);
      case DETACH -> x;
      case BFLOAT16 -> VectorMath.bfloat16(l, x);
    };
  }

  private int binary(Binary.Kind kind, Node a, Node b) {
    int x = value(a);
    int y = value(b);
    return switch (kind) {
      case ADD -> l.add(x, y);
      case SUB -> l.sub(x, y);
      case MUL -> l.mul(x, y);
      case DIV -> l.div(x, y);
      case MAX -> extreme(Op.MAX, a, b, x, y);
      case MIN -> extreme(Op.MIN, a, b, x, y);
      case POW -> constant(b) ? VectorMath.pow(l, x, (float) ((Fill) Fusion.source(b).op()).value()) : l.op(Op.POW, x, y);
      case LESS, LESS_EQUAL, EQUAL -> l.select(predicate(kind), x, y, l.constant(1f), l.constant(0f));
    };
  }

  private static boolean constant(Node operand) {
    return Fusion.source(operand).op() instanceof Fill;
  }

  /// The instructions pass NaN on from their second source alone, which is enough where the first is a constant.
  private int extreme(Op op, Node a, Node b, int x, int y) {
    if (constant(a) && !Double.isNaN(((Fill) Fusion.source(a).op()).value())) {
      return l.op(op, x, y);
    } else if (constant(b) && !Double.isNaN(((Fill) Fusion.source(b).op()).value())) {
      return l.op(op, y, x);
    }
    return op == Op.MAX ? VectorMath.max(l, x, y) : VectorMath.min(l, x, y);
  }

  private static Predicate predicate(Binary.Kind kind) {
    return switch (kind) {
      case LESS -> Predicate.LESS;
      case LESS_EQUAL -> Predicate.LESS_EQUAL;
      case EQUAL -> Predicate.EQUAL;
      case ADD, SUB, MUL, DIV, MAX, MIN, POW -> throw new IllegalArgumentException(kind + " compares nothing");
    };
  }

  /// A condition that is computed here is used as it is, not as 1 or 0.
  private int where(Node condition, int yes, int no) {
    if (group.nodes().contains(condition) && condition.op() instanceof Binary c) {
      switch (c.kind()) {
        case LESS, LESS_EQUAL, EQUAL -> {
          return l.select(predicate(c.kind()), value(condition.inputs().get(0)), value(condition.inputs().get(1)), yes, no);
        }
        case ADD, SUB, MUL, DIV, MAX, MIN, POW -> { }
      }
    }
    return l.select(Predicate.NOT_EQUAL, value(condition), l.constant(0f), yes, no);
  }
}
