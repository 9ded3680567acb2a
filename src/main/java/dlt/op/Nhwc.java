package dlt.op;

import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/// `op`, whose images are [N, C, ...], on images that lie [N, ..., C]: `operands` says of each operand, `result` of the
/// result, whether it is such. Backends that lay images out this way make it; nobody else does.
public record Nhwc(Op op, List<Boolean> operands, boolean result) implements Op {
  public Nhwc {
    operands = List.copyOf(operands);
  }

  /// [N, C, ...] as it is moved to [N, ..., C].
  public static List<Integer> toChannelsLast(int rank) {
    List<Integer> r = new ArrayList<>(List.of(0));
    for (int d = 2; d < rank; d++) {
      r.add(d);
    }
    r.add(1);
    return r;
  }

  /// [N, ..., C] as it is moved to [N, C, ...].
  public static List<Integer> toPlanes(int rank) {
    List<Integer> r = new ArrayList<>(List.of(0, rank - 1));
    for (int d = 1; d < rank - 1; d++) {
      r.add(d);
    }
    return r;
  }

  /// The type that `op` knows the operand of this type and number by.
  public TensorType planes(int operand, TensorType type) {
    return operands.get(operand) ? moved(type, toPlanes(type.shape().rank())) : type;
  }

  /// The types that `op` knows the operands of these types by.
  public List<TensorType> planes(List<TensorType> inputs) {
    List<TensorType> r = new ArrayList<>();
    for (TensorType t : inputs) {
      r.add(planes(r.size(), t));
    }
    return r;
  }

  private static TensorType moved(TensorType type, List<Integer> permutation) {
    return new TensorType(type.dtype(), new Shape(permutation.stream().map(type.shape()::dim).toList()));
  }

  @Override
  public String name() {
    return "nhwc_" + op.name();
  }

  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, operands.size());
    for (int i = 0; i < inputs.size(); i++) {
      if (operands.get(i) && inputs.get(i).shape().rank() < 2) {
        throw new ShapeException(name(), "needs images [N, ..., C], met " + inputs.get(i).shape());
      }
    }
    TensorType type = op.infer(planes(inputs));
    return result ? moved(type, toChannelsLast(type.shape().rank())) : type;
  }

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    throw new IllegalStateException("[" + name() + "] has no gradient rule: backends make it after gradients");
  }
}
