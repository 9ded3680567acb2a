package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

@Doc("softmax(Q K^T * scale) V of `from: [query, key, value]`, [N, ..., T, E], [N, ..., S, E] and [N, ..., S, V], without weights of its own. With a fourth one, "
    + "which broadcasts to [N, ..., T, S], a step sees those where it is not 0, or all where it is 0 everywhere.")
public record ScaledDotProductAttention(
    @Doc("Dropout of attention weights.") @Default("0") @Range(min = 0, max = 1) double dropoutP,
    @Doc("Whether each step sees itself and earlier steps alone.") @Default("false") boolean isCausal,
    @Doc("By what the products are multiplied; 1/sqrt(E) where left out.") Optional<Double> scale)
    implements Layer {
  @Override
  public boolean takesSeveral() {
    return true;
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    if (inputs.size() != 3 && inputs.size() != 4) {
      throw new ShapeException(kind(), "takes query, key and value, and maybe a mask, met " + inputs.size() + ": name them, `from: [query, key, value]`");
    }
    Shape q = inputs.get(0).shape();
    Shape k = inputs.get(1).shape();
    Shape v = inputs.get(2).shape();
    int last = q.rank() - 1;
    if (last < 2 || k.rank() != q.rank() || !k.equals(q.with(last - 1, k.dim(-2))) || v.rank() != q.rank() || !v.equals(k.with(last, v.dim(-1)))) {
      throw new ShapeException(kind(), "needs a query [N, ..., T, E], a key [N, ..., S, E] and a value [N, ..., S, V], met " + q + ", " + k + " and " + v);
    }
    Value seen = inputs.size() == 4 ? Attention.seen(this, scope, inputs.get(3), q.with(last, k.dim(-2))) : null;
    return Attention.mixed(scope, inputs.get(0), inputs.get(1), inputs.get(2), scale.orElse(1 / Math.sqrt(q.dim(-1))), seen, isCausal, dropoutP);
  }
}
