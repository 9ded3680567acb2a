package dlt.op;

import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;

/// The product of the last two dimensions, either operand transposed first; leading dimensions broadcast.
public record MatMul(boolean transposeA, boolean transposeB) implements Op {
  @Override
  public String name() {
    return "matmul";
  }

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

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    Value a = inputs.get(0);
    Value b = inputs.get(1);
    if (b.shape().rank() == 2 && a.shape().rank() > 2 && !transposeA) {
      // one product over all rows instead of one a batch and their sum
      Value rows = emit.reshape(upstream, rows(upstream.shape()));
      List<Value> flat = gradient(emit, List.of(emit.reshape(a, rows(a.shape())), b), output, rows);
      return List.of(emit.reshape(flat.get(0), a.shape()), flat.get(1));
    }
    Value da = transposeA ? emit.matmul(b, upstream, transposeB, true) : emit.matmul(upstream, b, false, !transposeB);
    Value db = transposeB ? emit.matmul(upstream, a, true, transposeA) : emit.matmul(a, upstream, !transposeA, false);
    return List.of(emit.sumTo(da, a.shape()), emit.sumTo(db, b.shape()));
  }

  private static Shape rows(Shape shape) {
    return Shape.of(Math.toIntExact(shape.size(0, shape.rank() - 1)), shape.dim(-1));
  }
}
