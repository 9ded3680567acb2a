package dlt.layer;

import dlt.config.Doc;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;

@Doc("The matrix product of two outputs [N, ..., n, k] and [N, ..., k, m], sample by sample: `matmul: {from: [a, b]}` gives [N, ..., n, m]; `permute` transposes. "
    + "Dimensions of size 1 between N and the matrices are repeated.")
public record Matmul() implements Layer {
  @Override
  public boolean takesSeveral() {
    return true;
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Expect.two(this, inputs, "multiplies two outputs", "a, b");
    Shape a = inputs.get(0).shape();
    Shape b = inputs.get(1).shape();
    if (a.rank() < 3 || b.rank() != a.rank()) {
      throw new ShapeException(kind(), "needs matrices [N, ..., n, k] and [N, ..., k, m], met " + a + " and " + b);
    }
    return scope.matmul(inputs.get(0), inputs.get(1));
  }
}
