package dlt.layer;

import dlt.config.Doc;
import dlt.op.Transpose;
import dlt.op.Value;
import java.util.List;

@Doc("Dimensions in another order: dimension i of the output is dimension dims[i] of the input.")
public record Permute(@Doc("All dimensions, the batch (0) included.") List<Integer> dims) implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Value x = inputs.getFirst();
    return scope.emit(new Transpose(dims.stream().map(d -> Expect.axis(this, x.shape(), d)).toList()), x);
  }
}
