package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;

@Doc("Attention over sequences [N, T, F]: of one output to itself, or `from: [query, key, value]` (Vaswani et al., 2017), which may have features of other sizes (PyTorch's kdim and vdim). Padding is not seen with a fourth one, indices [N, S] of the keys that are 0 there; or it is a mask [N, T, S], not 0 where a step sees a key.")
public record MultiheadAttention(
    @Doc("Number of heads; divides F.") @Range(min = 1) int numHeads,
    @Doc("Dropout of attention weights.") @Default("0") @Range(min = 0, max = 1) double dropout,
    @Doc("Whether biases are added.") @Default("true") boolean bias,
    @Doc("Whether each step sees itself and earlier steps alone.") @Default("false") boolean isCausal)
    implements Layer {
  @Override
  public boolean takesSeveral() {
    return true;
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    if (inputs.size() != 1 && inputs.size() != 3 && inputs.size() != 4) {
      throw new ShapeException(kind(), "takes one output, or query, key and value, and maybe the keys' indices or a mask; met " + inputs.size());
    }
    Value query = inputs.getFirst();
    Value key = inputs.size() == 1 ? query : inputs.get(1);
    Value value = inputs.size() == 1 ? query : inputs.get(2);
    for (Value x : List.of(query, key, value)) {
      Shape s = x.shape();
      if (s.rank() != 3) {
        throw new ShapeException(kind(), "needs sequences [N, T, F], met " + inputs.stream().map(Value::shape).toList());
      }
    }
    if (key.shape().dim(1) != value.shape().dim(1)) {
      throw new ShapeException(kind(), "keys " + key.shape() + " met values " + value.shape());
    }
    Value steps = inputs.size() < 4 ? null
        : inputs.getLast().shape().rank() == 3 ? Attention.seen(this, scope, inputs.getLast(), query.shape().with(2, key.shape().dim(1)))
        : MaskedMean.steps(this, scope, key, inputs.getLast());
    return Attention.of(this, scope, "", query.shape().dim(2), key.shape().dim(2), value.shape().dim(2), numHeads, dropout, bias, isCausal)
        .apply(scope, query, key, value, steps);
  }
}
