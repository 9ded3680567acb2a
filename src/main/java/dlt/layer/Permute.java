package dlt.layer;

import dlt.config.Doc;
import dlt.op.ShapeException;
import dlt.op.Transpose;
import dlt.op.Value;
import java.util.List;

@Doc("Dimensions in another order: dimension i of the output is dimension dims[i] of the input.")
public record Permute(@Doc("All dimensions, the batch (0) included.") List<Integer> dims) implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Value x = inputs.getFirst();
    if (dims.isEmpty() || Expect.axis(this, x.shape(), dims.getFirst()) != 0) {
      throw new ShapeException(kind(), "the order " + dims + " of the dimensions of " + x.shape() + " moves the batch: it begins with 0");
    }
    return scope.emit(new Transpose(dims.stream().map(d -> Expect.axis(this, x.shape(), d)).toList()), x);
  }
}
