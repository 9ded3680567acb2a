package dlt.op;

import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;

/// Cross-correlation of images [N, C, H, W] with weights [O, C / groups, KH, KW] (PyTorch's conv2d without bias).
public record Conv2d(Window window, int groups) implements Op {
  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, 2);
    Operands.float32(this, inputs);
    Operands.rank(this, inputs.get(0), 4, "images [N, C, H, W]");
    Operands.rank(this, inputs.get(1), 4, "weights [O, C / groups, KH, KW]");
    Shape x = inputs.get(0).shape();
    Shape w = inputs.get(1).shape();
    if (groups < 1 || x.dim(1) != w.dim(1) * groups || w.dim(0) % groups != 0) {
      throw new ShapeException(name(), "images " + x + " met weights " + w + " in " + groups + " groups");
    }
    return TensorType.float32(window.output(this, x, w.dim(0), w.dim(2), w.dim(3)));
  }

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    Shape x = inputs.get(0).shape();
    Shape w = inputs.get(1).shape();
    return List.of(
        emit.emit(new Conv2dGradInput(window, groups, x.dim(2), x.dim(3)), upstream, inputs.get(1)),
        emit.emit(new Conv2dGradWeight(window, groups, w.dim(2), w.dim(3)), inputs.get(0), upstream));
  }
}
