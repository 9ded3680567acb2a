package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Inline;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;

@Doc("Self-attention and a small dense network, each with a residual and a layer norm, over sequences [N, T, F] (Vaswani et al., 2017). With `from: [x, tokens]`, indices [N, T] that are 0 at padding, no step sees padding.")
public record TransformerEncoderLayer(
    @Inline TransformerArguments arguments,
    @Doc("Whether each step sees itself and earlier steps alone.") @Default("false") boolean isCausal)
    implements Layer {
  @Override
  public boolean takesSeveral() {
    return true;
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    if (inputs.size() > 2) {
      throw new ShapeException(kind(), "takes one output and maybe its indices, met " + inputs.size());
    }
    Shape shape = Expect.rank(this, inputs, 3, "sequences [N, T, F]");
    TransformerBlock block = new TransformerBlock(this, scope, arguments, shape.dim(2));
    Attention attention = block.attention("self_attn.", isCausal);
    TransformerBlock.Feed feed = block.feed();
    TransformerBlock.Dense norm1 = block.norm("norm1.");
    TransformerBlock.Dense norm2 = block.norm("norm2.");
    Value x = inputs.getFirst();
    Value steps = inputs.size() == 2 ? MaskedMean.steps(this, scope, x, inputs.getLast()) : null;
    x = block.residual(x, norm1, y -> block.attend(attention, y, y, steps));
    return block.residual(x, norm2, y -> block.feed(y, feed));
  }
}
