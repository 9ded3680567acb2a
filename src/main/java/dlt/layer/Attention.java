package dlt.layer;

import dlt.op.Fill;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;

/// Scaled dot-product attention of several heads, with PyTorch's names and initial values of its parameters; biases are null where
/// there are none. `inWeights` are those of queries, keys and values, one below the other where all have one size, else three.
record Attention(int heads, double dropout, boolean causal, List<Value> inWeights, Value inBias, Value outWeight, Value outBias) {
  private static final double PADDING = -1e9;

  /// Attention over `size` features to keys and values of these sizes, its parameters prefixed by `name`.
  static Attention of(Layer layer, LayerScope scope, String name, int size, int keySize, int valueSize, int heads, double dropout, boolean bias, boolean causal) {
    if (size % heads != 0) {
      throw new ShapeException(layer.kind(), heads + " heads do not divide " + size + " features");
    }
    List<Value> inWeights = keySize == size && valueSize == size ? List.of(xavier(scope, name + "in_proj_weight", Math.multiplyExact(3, size), size))
        : List.of(xavier(scope, name + "q_proj_weight", size, size), xavier(scope, name + "k_proj_weight", size, keySize), xavier(scope, name + "v_proj_weight", size, valueSize));
    Value inBias = bias ? scope.parameter(name + "in_proj_bias", Shape.of(3 * size), new Init.Constant(0)) : null;
    Value outWeight = scope.parameter(name + "out_proj.weight", Shape.of(size, size), new Init.Uniform(1 / Math.sqrt(size)));
    Value outBias = bias ? scope.parameter(name + "out_proj.bias", Shape.of(size), new Init.Constant(0)) : null;
    return new Attention(heads, dropout, causal, inWeights, inBias, outWeight, outBias);
  }

  private static Value xavier(LayerScope scope, String name, int out, int in) {
    Shape shape = Shape.of(out, in);
    return scope.parameter(name, shape, new WeightInit.XavierUniform(1).of(shape));
  }

  /// What `query` [N, T, F] finds in `key` and `value` [N, S, F]: [N, T, F]. Of the steps of `key` those are seen where `steps`
  /// [N, S], or [N, T, S], is 1; null: all. Where it is 0 everywhere all are seen.
  Value apply(LayerScope scope, Value query, Value key, Value value, Value steps) {
    int size = query.shape().dim(2);
    Value q;
    Value k;
    Value v;
    if (query == key && key == value) {
      Value all = dense(scope, query, inWeights.getFirst(), inBias);
      q = split(scope, scope.slice(all, 2, 0, size));
      k = split(scope, scope.slice(all, 2, size, size));
      v = split(scope, scope.slice(all, 2, 2 * size, size));
    } else {
      q = split(scope, projected(scope, query, 0, size));
      k = split(scope, projected(scope, key, 1, size));
      v = split(scope, projected(scope, value, 2, size));
    }
    Value seen = steps == null ? null : scope.reshape(steps, steps.shape().rank() == 2 ? steps.shape().insert(1, 1).insert(1, 1) : steps.shape().insert(1, 1));
    Value mixed = mixed(scope, q, k, v, 1 / Math.sqrt(size / heads), seen, causal, dropout);
    return dense(scope, scope.reshape(scope.transpose(mixed, 0, 2, 1, 3), query.shape()), outWeight, outBias);
  }

  /// softmax(q k^T * scale) v of q [..., T, E], k [..., S, E] and v [..., S, V], where `seen` is 1 (null: everywhere).
  static Value mixed(LayerScope scope, Value q, Value k, Value v, double scale, Value seen, boolean causal, double dropout) {
    Value scores = scope.matmul(scope.mul(q, scale), k, false, true);
    if (seen != null) {
      // not minus infinity: where nothing is seen the softmax is to be a number
      scores = scope.where(seen, scores, scope.scalar(PADDING));
    }
    Value weights = scope.softmax(causal ? scope.add(scores, future(scope, q.shape().dim(-2), k.shape().dim(-2))) : scores, -1);
    return scope.matmul(Dropout.drop(scope, weights, weights.shape(), dropout), v);
  }

  /// 1 where `mask` is not 0, else 0. Throws [ShapeException] where it does not broadcast to `scores` [N, ..., T, S].
  static Value seen(Layer layer, LayerScope scope, Value mask, Shape scores) {
    if (mask.shape().rank() != scores.rank() || !scores.equals(Shape.broadcast(mask.shape(), scores))) {
      throw new ShapeException(layer.kind(), "a mask " + mask.shape() + " met products of queries and keys " + scores);
    }
    Value zero = scope.emit(new Fill(new TensorType(mask.dtype(), Shape.SCALAR), 0));
    return scope.sub(1, scope.equal(mask, zero));
  }

  private static Value dense(LayerScope scope, Value x, Value weight, Value bias) {
    Value y = scope.matmul(x, weight, false, true);
    return bias == null ? y : scope.add(y, bias);
  }

  private Value projected(LayerScope scope, Value x, int part, int size) {
    Value weight = inWeights.size() == 1 ? scope.slice(inWeights.getFirst(), 0, part * size, size) : inWeights.get(part);
    return dense(scope, x, weight, inBias == null ? null : scope.slice(inBias, 0, part * size, size));
  }

  /// [N, T, F] to [N, heads, T, F / heads].
  private Value split(LayerScope scope, Value x) {
    Shape s = x.shape();
    return scope.transpose(scope.reshape(x, Shape.of(s.dim(0), s.dim(1), heads, s.dim(2) / heads)), 0, 2, 1, 3);
  }

  /// Minus infinity where a step would see a later one.
  private static Value future(LayerScope scope, int steps, int seen) {
    float[] r = new float[Math.multiplyExact(steps, seen)];
    for (int t = 0; t < steps; t++) {
      for (int s = t + 1; s < seen; s++) {
        r[t * seen + s] = Float.NEGATIVE_INFINITY;
      }
    }
    return scope.literal(HostTensor.of(Shape.of(steps, seen), r));
  }
}
