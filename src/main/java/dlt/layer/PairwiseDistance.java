package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Value;
import java.util.List;

@Doc("The p-norm of the difference of two outputs along the last dimension: `pairwise_distance: {from: [a, b]}`.")
public record PairwiseDistance(
    @Doc("The power of the norm.") @Default("2") @Range(min = 0, minExclusive = true) double p,
    @Doc("Added to each difference, so that the gradient exists where two are equal.") @Default("1e-6") double eps,
    @Doc("Whether the last dimension stays, with size 1.") @Default("false") boolean keepdim)
    implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Expect.two(this, inputs, "compares two outputs", "a, b");
    List<Integer> last = List.of(-1);
    Value difference = scope.add(scope.sub(inputs.get(0), inputs.get(1)), eps);
    if (p == 2) {
      return scope.sqrt(scope.sum(scope.square(difference), last, keepdim));
    }
    Value size = scope.abs(difference);
    if (p == 1) {
      return scope.sum(size, last, keepdim);
    }
    return p == Double.POSITIVE_INFINITY ? scope.reduceMax(size, last, keepdim)
        : scope.pow(scope.sum(scope.pow(size, p), last, keepdim), 1 / p);
  }

  @Override
  public boolean takesSeveral() {
    return true;
  }
}
