package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;
import java.util.Optional;

/// A bag of padding alone gives zeros, as in PyTorch.
@Doc("The mean, sum or maximum of the learned vectors of a bag of indices: [N, T] becomes [N, embedding_dim]. With `from: [tokens, weights]`, numbers [N, T], each vector is multiplied by its weight before a sum.")
public record EmbeddingBag(
    @Doc("Number of vectors; indices are 0 to one less. Where it is left out, what a text or categorical column of the data needs.") @Range(min = 1)
        Optional<Integer> numEmbeddings,
    @Doc("Size of each vector.") @Range(min = 1) int embeddingDim,
    @Doc("What becomes of a bag's vectors: their mean, sum or max.") @Default("mean") Mode mode,
    @Doc("The index that does not count; its vector is zero at first and is not learned. Negative counts from the end.") Optional<Integer> paddingIdx,
    @Doc("How the vectors are filled; normal with standard deviation 1 where left out.") Optional<WeightInit> init)
    implements Layer {
  /// What becomes of a bag's vectors.
  public enum Mode {
    MEAN, SUM, MAX
  }

  public EmbeddingBag {
    new Embedding(numEmbeddings, embeddingDim, paddingIdx, init);
  }

  @Override
  public boolean takesSeveral() {
    return true;
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Shape bags = Expect.rank(this, inputs, 2, "bags of indices [N, T]");
    if (inputs.size() > 2 || inputs.size() == 2 && (mode != Mode.SUM || !inputs.getLast().type().equals(TensorType.float32(bags)))) {
      throw new ShapeException(kind(), "takes indices and, with mode: sum, as many weights, met " + inputs.stream().map(Value::type).toList());
    }
    Embedding embedding = new Embedding(numEmbeddings, embeddingDim, paddingIdx, init);
    Value vectors = embedding.emit(scope, inputs.subList(0, 1));
    if (inputs.size() == 2) {
      vectors = scope.mul(vectors, scope.reshape(inputs.getLast(), bags.insert(2, 1)));
    }
    if (paddingIdx.isEmpty()) {
      return switch (mode) {
        case MEAN -> scope.mean(vectors, List.of(1), false);
        case SUM -> scope.sum(vectors, List.of(1), false);
        case MAX -> scope.reduceMax(vectors, List.of(1), false);
      };
    }
    Value counts = scope.reshape(scope.sub(1, embedding.padding(scope, inputs.getFirst())), bags.insert(2, 1));
    Value count = scope.sum(counts, List.of(1), false);
    return switch (mode) {
      case MEAN -> scope.div(scope.sum(scope.mul(vectors, counts), List.of(1), false), scope.clampMin(count, 1));
      case SUM -> scope.sum(scope.mul(vectors, counts), List.of(1), false);
      case MAX -> {
        Value largest = scope.reduceMax(scope.where(counts, vectors, scope.scalar(-Float.MAX_VALUE)), List.of(1), false);
        yield scope.where(count, largest, scope.scalar(0));
      }
    };
  }
}
