package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Inline;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;

@Doc("Self-attention, attention to another sequence and a small dense network, each with a residual and a layer norm (Vaswani et al., 2017): `from: [x, memory]`, sequences [N, T, F] and [N, S, F], such as what is written so far and what an encoder made of what is read; gives [N, T, F]. `is_causal: true` hides later steps of x from each. Padding of the memory is not seen with a third one, indices [N, S] that are 0 there.")
public record TransformerDecoderLayer(
    @Inline TransformerArguments arguments,
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
    TransformerBlock block = new TransformerBlock(this, scope, arguments, size);
    Attention self = block.attention("self_attn.", isCausal);
    Attention cross = block.attention("multihead_attn.", false);
    TransformerBlock.Feed feed = block.feed();
    TransformerBlock.Dense norm1 = block.norm("norm1.");
    TransformerBlock.Dense norm2 = block.norm("norm2.");
    TransformerBlock.Dense norm3 = block.norm("norm3.");
    Value steps = inputs.size() == 3 ? MaskedMean.steps(this, scope, memory, inputs.getLast()) : null;
    Value x = block.residual(inputs.getFirst(), norm1, y -> block.attend(self, y, y, null));
    x = block.residual(x, norm2, y -> block.attend(cross, y, memory, steps));
    return block.residual(x, norm3, y -> block.feed(y, feed));
  }
}
