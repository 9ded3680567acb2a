package dlt.op;

import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;

/// The gradient of a [Conv2d] by its images [N, C, H, W] of size `height` x `width`, from the gradient by its output
/// [N, O, OH, OW] and its weights [O, C / groups, KH, KW]. It is also the transposed convolution.
public record Conv2dGradInput(Window window, int groups, int height, int width) implements Op {
  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, 2);
    Operands.float32(this, inputs);
    Operands.rank(this, inputs.get(0), 4, "gradients [N, O, OH, OW]");
    Operands.rank(this, inputs.get(1), 4, "weights [O, C / groups, KH, KW]");
    Shape dy = inputs.get(0).shape();
    Shape w = inputs.get(1).shape();
    Shape x = Shape.of(dy.dim(0), w.dim(1) * Math.max(0, groups), Math.max(0, height), Math.max(0, width));
    if (groups < 1 || dy.dim(1) != w.dim(0) || w.dim(0) % groups != 0 || !window.output(this, x, w.dim(0), w.dim(2), w.dim(3)).equals(dy)) {
      throw new ShapeException(name(), "gradients " + dy + " met weights " + w + " for images " + x + " in " + groups + " groups");
    }
    return TensorType.float32(x);
  }

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    Shape w = inputs.get(1).shape();
    return List.of(
        emit.emit(new Conv2d(window, groups), upstream, inputs.get(1)),
        emit.emit(new Conv2dGradWeight(window, groups, w.dim(2), w.dim(3)), upstream, inputs.get(0)));
  }
}
