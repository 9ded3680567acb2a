package dlt.op;

import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;

/// The gradient of `pool` by its images of size `height` x `width`, from the gradient by its output.
public record AvgPool2dGrad(AvgPool2d pool, int height, int width) implements Op {
  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, 1);
    Operands.float32(this, inputs);
    Operands.rank(this, inputs.getFirst(), 4, "gradients [N, C, OH, OW]");
    Shape dy = inputs.getFirst().shape();
    Shape x = Shape.of(dy.dim(0), dy.dim(1), height, width);
    if (!pool.infer(List.of(TensorType.float32(x))).shape().equals(dy)) {
      throw new ShapeException(name(), "gradients " + dy + " do not come from images " + x);
    }
    return TensorType.float32(x);
  }

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    return List.of(emit.emit(pool, upstream));
  }
}
