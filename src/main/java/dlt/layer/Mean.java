package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.op.Value;
import java.util.List;

@Doc("The mean over dimensions.")
public record Mean(
    @Doc("The dimensions, of which the batch (0) is none.") List<Integer> dim,
    @Doc("Whether they stay, with size 1.") @Default("false") boolean keepdim)
    implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Value x = inputs.getFirst();
    return scope.mean(x, Expect.inSample(this, x.shape(), dim), keepdim);
  }
}
