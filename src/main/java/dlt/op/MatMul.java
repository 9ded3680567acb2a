package dlt.op;

import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;

/// The product of the last two dimensions, either operand transposed first; leading dimensions broadcast.
public record MatMul(boolean transposeA, boolean transposeB) implements Op {
  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, 2);
    Operands.float32(this, inputs);
    Shape a = inputs.get(0).shape();
    Shape b = inputs.get(1).shape();
    if (a.rank() < 2 || b.rank() < 2) {
      throw new ShapeException(name(), a + " met " + b + ": both need two dimensions or more");
    }
    int m = a.dim(transposeA ? -1 : -2);
    int ka = a.dim(transposeA ? -2 : -1);
    int kb = b.dim(transposeB ? -1 : -2);
    int n = b.dim(transposeB ? -2 : -1);
    Shape batch = Shape.broadcast(new Shape(a.dims().subList(0, a.rank() - 2)), new Shape(b.dims().subList(0, b.rank() - 2)));
    if (ka != kb || batch == null) {
      throw new ShapeException(name(), a + (transposeA ? " transposed" : "") + " met " + b + (transposeB ? " transposed" : "")
          + (ka != kb ? ": inner sizes " + ka + " and " + kb + " differ" : ": leading dimensions do not broadcast"));
    }
    return TensorType.float32(batch.insert(batch.rank(), m).insert(batch.rank() + 1, n));
  }
}
