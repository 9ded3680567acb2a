package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;

@Doc("Self-attention, attention to another sequence and a small dense network, each with a residual and a layer norm (Vaswani et al., 2017): `from: [x, memory]`, sequences [N, T, F] and [N, S, F]. Padding of the memory is not seen with a third one, indices [N, S] that are 0 there.")
public record TransformerDecoderLayer(
    @Doc("Number of heads; divides F.") @Range(min = 1) int nhead,
    @Doc("Size of the dense network's hidden layer.") @Default("2048") @Range(min = 1) int dimFeedforward,
    @Doc("Dropout of attention weights, of the hidden layer and before each residual.") @Default("0.1") @Range(min = 0, max = 1)
        double dropout,
    @Doc("The dense network's activation.") @Default("relu") Activation activation,
    @Doc("Added to the variances of the layer norms.") @Default("1e-5") @Range(min = 0) double layerNormEps,
    @Doc("Whether each layer norm comes before its part and not after the residual.") @Default("false") boolean normFirst,
    @Doc("Whether biases are added.") @Default("true") boolean bias,
    @Doc("Whether each step of x sees itself and earlier steps of x alone.") @Default("false") boolean isCausal)
    implements Layer {
  @Override
  public boolean takesSeveral() {
    return true;
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    if (inputs.size() != 2 && inputs.size() != 3) {
      throw new ShapeException(kind(), "takes a sequence, its memory and maybe the memory's indices, met " + inputs.size() + ": name them, `from: [x, memory]`");
    }
    Shape shape = Expect.rank(this, inputs, 3, "sequences [N, T, F]");
    Value memory = inputs.get(1);
    int size = shape.dim(2);
    if (memory.shape().rank() != 3 || memory.shape().dim(2) != size) {
      throw new ShapeException(kind(), "sequences " + shape + " met a memory " + memory.shape() + ", expected [N, S, " + size + "]");
    }
    TransformerBlock block = new TransformerBlock(scope, activation, size, dimFeedforward, dropout, layerNormEps, bias);
    Attention self = Attention.of(this, scope, "self_attn.", size, nhead, dropout, bias, isCausal);
    Attention cross = Attention.of(this, scope, "multihead_attn.", size, nhead, dropout, bias, false);
    TransformerBlock.Feed feed = block.feed();
    TransformerBlock.Dense norm1 = block.norm("norm1.");
    TransformerBlock.Dense norm2 = block.norm("norm2.");
    TransformerBlock.Dense norm3 = block.norm("norm3.");

    Value x = inputs.getFirst();
    Value steps = inputs.size() == 3 ? MaskedMean.steps(this, scope, memory, inputs.getLast()) : null;
    if (normFirst) {
      Value normal = block.normalise(x, norm1);
      x = scope.add(x, block.attend(self, normal, normal, null));
      x = scope.add(x, block.attend(cross, block.normalise(x, norm2), memory, steps));
      return scope.add(x, block.feed(block.normalise(x, norm3), feed));
    }
    x = block.normalise(scope.add(x, block.attend(self, x, x, null)), norm1);
    x = block.normalise(scope.add(x, block.attend(cross, x, memory, steps)), norm2);
    return block.normalise(scope.add(x, block.feed(x, feed)), norm3);
  }
}
