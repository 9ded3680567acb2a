package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;

@Doc("Self-attention and a small dense network, each with a residual and a layer norm, over sequences [N, T, F] (Vaswani et al., 2017). With `from: [x, tokens]`, indices [N, T] that are 0 at padding, no step sees padding.")
public record TransformerEncoderLayer(
    @Doc("Number of heads; divides F.") @Range(min = 1) int nhead,
    @Doc("Size of the dense network's hidden layer.") @Default("2048") @Range(min = 1) int dimFeedforward,
    @Doc("Dropout of attention weights, of the hidden layer and before each residual.") @Default("0.1") @Range(min = 0, max = 1)
        double dropout,
    @Doc("The dense network's activation.") @Default("relu") Activation activation,
    @Doc("Added to the variances of the layer norms.") @Default("1e-5") @Range(min = 0) double layerNormEps,
    @Doc("Whether each layer norm comes before its part and not after the residual.") @Default("false") boolean normFirst,
    @Doc("Whether biases are added.") @Default("true") boolean bias,
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
    TransformerBlock block = new TransformerBlock(scope, activation, shape.dim(2), dimFeedforward, dropout, layerNormEps, bias);
    Attention attention = Attention.of(this, scope, "self_attn.", shape.dim(2), nhead, dropout, bias, isCausal);
    TransformerBlock.Feed feed = block.feed();
    TransformerBlock.Dense norm1 = block.norm("norm1.");
    TransformerBlock.Dense norm2 = block.norm("norm2.");

    Value x = inputs.getFirst();
    Value steps = inputs.size() == 2 ? MaskedMean.steps(this, scope, x, inputs.getLast()) : null;
    if (normFirst) {
      Value normal = block.normalise(x, norm1);
      x = scope.add(x, block.attend(attention, normal, normal, steps));
      return scope.add(x, block.feed(block.normalise(x, norm2), feed));
    }
    x = block.normalise(scope.add(x, block.attend(attention, x, x, steps)), norm1);
    return block.normalise(scope.add(x, block.feed(x, feed)), norm2);
  }
}
