package dlt.op;

import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// An op on operands of these types and values: one line of the table that every backend is tested with. `smooth` says
/// that the op is differentiable around these values.
public record OpCase(Op op, List<Operand> operands, boolean smooth) {
  /// Element `i` of an operand, drawn with numbers that depend on `i` and the operand's place alone.
  public interface Values {
    double at(Philox random, long i);
  }

  public record Operand(TensorType type, Values values) {}

  public OpCase {
    operands = List.copyOf(operands);
  }

  /// Uniform in [low, high).
  static Values uniform(double low, double high) {
    return (random, i) -> low + (high - low) * random.uniform(i);
  }

  /// Whole numbers from `low` to `high`, both included.
  static Values integers(int low, int high) {
    return (random, i) -> Math.floor(low + (high - low + 1) * (double) random.uniform(i));
  }

  /// These values again and again.
  static Values cycle(double... values) {
    return (random, i) -> values[(int) (i % values.length)];
  }

  static Operand operand(Values values, int... dims) {
    return new Operand(TensorType.float32(dims), values);
  }

  /// Values in [-2, 2).
  static Operand operand(int... dims) {
    return operand(uniform(-2, 2), dims);
  }

  static Operand indices(Values values, int... dims) {
    return new Operand(TensorType.int64(dims), values);
  }

  static OpCase of(Op op, Operand... operands) {
    return new OpCase(op, List.of(operands), true);
  }

  /// This case without a gradient test: ties, kinks, or values that are not finite.
  OpCase notSmooth() {
    return new OpCase(op, operands, false);
  }

  /// The type of its result.
  public TensorType type() {
    return op.infer(op instanceof Input || op instanceof Variable ? List.of() : operands.stream().map(Operand::type).toList());
  }

  /// The operands' values, float32 or int64.
  public List<HostTensor> draw() {
    List<HostTensor> tensors = new ArrayList<>();
    for (Operand operand : operands) {
      Philox random = new Philox(20261122, tensors.size(), 0);
      HostTensor tensor = HostTensor.allocate(operand.type());
      for (long i = 0; i < tensor.size(); i++) {
        tensor.set(i, operand.values().at(random, i));
      }
      tensors.add(tensor);
    }
    return tensors;
  }

  /// How many products or numbers are summed to one element of the result: errors grow with it.
  public long terms() {
    return switch (op) {
      case Nhwc n -> new OpCase(n.op(), IntStream.range(0, operands.size())
          .mapToObj(i -> new Operand(n.planes(i, operands.get(i).type()), operands.get(i).values())).toList(), smooth).terms();
      case MatMul m -> operands.get(0).type().shape().dim(m.transposeA() ? -2 : -1);
      case Conv2d conv -> operands.get(1).type().shape().size() / operands.get(1).type().shape().dim(0);
      case Conv2dGradInput conv -> operands.get(1).type().shape().size() / operands.get(1).type().shape().dim(1);
      case Conv2dGradWeight conv -> operands.get(1).type().shape().size() / operands.get(1).type().shape().dim(1);
      case Input _, Variable _, Fill _, Literal _, RandomUniform _, Unary _, Binary _, Where _, Cast _, Reduce _, ArgMax _, Softmax _,
          LogSoftmax _, MaxPool2d _, MaxPool2dGrad _, AvgPool2d _, AvgPool2dGrad _, BatchNorm _, Reshape _, Transpose _, Expand _,
          Concat _, Slice _, Pad _, Gather _, ScatterAdd _, OneHot _ ->
          Math.max(1, operands.stream().mapToLong(o -> o.type().shape().size()).max().orElse(1) / Math.max(1, type().shape().size()));
    };
  }

  @Override
  public String toString() {
    String shapes = operands.stream().map(o -> o.type().toString()).collect(Collectors.joining(" "));
    return (op instanceof Literal ? "literal" : op.toString()) + " " + shapes;
  }
}
