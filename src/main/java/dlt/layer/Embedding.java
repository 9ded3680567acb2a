package dlt.layer;

import dlt.config.Doc;
import dlt.config.Invalid;
import dlt.config.Range;
import dlt.op.Fill;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;
import java.util.Optional;

@Doc("A learned vector for each of a number of classes, looked up by index: [N, ...] becomes [N, ..., embedding_dim].")
public record Embedding(
    @Doc("Number of vectors; indices are 0 to one less. Where it is left out, what a text or categorical column of the data needs.") @Range(min = 1)
        Optional<Integer> numEmbeddings,
    @Doc("Size of each vector.") @Range(min = 1) int embeddingDim,
    @Doc("The index of a vector that is zero at first and is not learned; negative counts from the end.") Optional<Integer> paddingIdx,
    @Doc("How the vectors are filled; normal with standard deviation 1 where left out.") Optional<WeightInit> init)
    implements Layer {
  public Embedding {
    if (paddingIdx.isPresent() && numEmbeddings.isPresent() && (paddingIdx.get() >= numEmbeddings.get() || paddingIdx.get() < -numEmbeddings.get())) {
      throw new Invalid("paddingIdx", paddingIdx.get().toString(), "an index below " + numEmbeddings.get());
    }
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Value indices = indices(scope, inputs.getFirst());
    int count = count(scope, inputs.getFirst());
    Shape shape = Shape.of(count, embeddingDim);
    Init fill = init.map(i -> i.of(shape)).orElse(new Init.Normal(0, 1));
    if (paddingIdx.isEmpty()) {
      return scope.gather(scope.parameter("weight", shape, fill), indices, 0);
    }
    if (paddingIdx.get() >= count || paddingIdx.get() < -count) {
      throw new ShapeException(kind(), "padding_idx " + paddingIdx.get() + " met " + count + " vectors");
    }
    Value weight = scope.parameter("weight", shape, new Init.ZeroRow(fill, Math.floorMod(paddingIdx.get(), count)));
    Value vectors = scope.gather(weight, indices, 0);
    return scope.where(scope.reshape(padding(scope, inputs.getFirst()), indices.shape().insert(indices.shape().rank(), 1)), scope.detach(vectors), vectors);
  }

  /// 1 where `input` holds [#paddingIdx], else 0.
  Value padding(LayerScope scope, Value input) {
    int padding = Math.floorMod(paddingIdx.orElseThrow(), count(scope, input));
    return scope.equal(indices(scope, input), scope.emit(new Fill(TensorType.int64(Shape.SCALAR), padding)));
  }

  /// Indices in a file of numbers come as float32.
  private static Value indices(LayerScope scope, Value input) {
    return scope.cast(input, DType.INT64);
  }

  private int count(LayerScope scope, Value input) {
    return numEmbeddings.orElseGet(() -> scope.indices(input).orElseThrow(() -> new ShapeException(
        kind(), "num_embeddings is left out, and what it is applied to is neither a text nor of categories; say how many vectors there are")));
  }
}
