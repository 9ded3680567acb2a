package dlt.onnx;

import dlt.op.BatchNorm;
import dlt.op.Emit;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// Normalisations, and the losses of ONNX.
final class OnnxNormalise {
  static final Map<String, OnnxOperators.Form> FORMS = Map.of(
      "BatchNormalization", OnnxNormalise::batchNorm,
      "InstanceNormalization", n -> List.of(instanceNorm(n)),
      "LayerNormalization", OnnxNormalise::layerNorm,
      "MeanVarianceNormalization", n -> List.of(meanVariance(n)),
      "NegativeLogLikelihoodLoss", n -> List.of(nll(n, n.in(0))),
      "SoftmaxCrossEntropyLoss", n -> {
        Value log = n.graph().logSoftmax(n.in(0), 1);
        return List.of(nll(n, log), log);
      });

  private OnnxNormalise() {}

  private static Value perChannel(Emit e, Value v, int rank) {
    Shape s = Shape.of(v.shape().dim(0));
    for (int d = 2; d < rank; d++) {
      s = s.insert(d - 1, 1);
    }
    return e.reshape(v, s);
  }

  private static List<Value> batchNorm(OnnxNode n) {
    Emit e = n.graph();
    double eps = n.real("epsilon", 1e-5);
    Value x = n.in(0);
    if (n.integer("training_mode", 0) == 0) {
      return List.of(e.emit(new BatchNorm(eps), n.all()));
    }
    List<Integer> others = x.shape().axes().stream().filter(d -> d != 1).toList();
    Value mean = e.mean(x, others, false);
    Value variance = e.mean(e.square(e.sub(x, e.mean(x, others, true))), others, false);
    double keep = n.real("momentum", 0.9);
    return List.of(e.emit(new BatchNorm(eps), x, n.in(1), n.in(2), mean, variance),
        e.add(e.mul(n.in(3), keep), e.mul(mean, 1 - keep)), e.add(e.mul(n.in(4), keep), e.mul(variance, 1 - keep)));
  }

  private static Value instanceNorm(OnnxNode n) {
    Emit e = n.graph();
    int rank = n.in(0).shape().rank();
    Standard s = Standard.of(e, n.in(0), IntStream.range(2, rank).boxed().toList(), n.real("epsilon", 1e-5));
    return e.add(e.mul(s.normalised, perChannel(e, n.in(1), rank)), perChannel(e, n.in(2), rank));
  }

  private static List<Value> layerNorm(OnnxNode n) {
    Emit e = n.graph();
    int rank = n.in(0).shape().rank();
    Standard s = Standard.of(e, n.in(0), IntStream.range(n.axis(n.in(0).shape(), n.integer("axis", -1)), rank).boxed().toList(), n.real("epsilon", 1e-5));
    Value y = e.mul(s.normalised, n.in(1));
    return List.of(n.has(2) ? e.add(y, n.in(2)) : y, s.mean, s.inverse);
  }

  private static Value meanVariance(OnnxNode n) {
    Emit e = n.graph();
    List<Integer> axes = n.integers("axes", List.of(0, 2, 3));
    Value centred = e.sub(n.in(0), e.mean(n.in(0), axes, true));
    return e.div(centred, e.add(e.sqrt(e.mean(e.square(centred), axes, true)), 1e-9));
  }

  /// Values less their mean, over their standard deviation.
  private record Standard(Value normalised, Value mean, Value inverse) {
    static Standard of(Emit e, Value x, List<Integer> dims, double eps) {
      Value mean = e.mean(x, dims, true);
      Value centred = e.sub(x, mean);
      Value inverse = e.reciprocal(e.sqrt(e.add(e.mean(e.square(centred), dims, true), eps)));
      return new Standard(e.mul(centred, inverse), mean, inverse);
    }
  }

  /// The weighted negative logarithm at each target; a target that is ignored has weight 0.
  private static Value nll(OnnxNode n, Value log) {
    Emit e = n.graph();
    Value target = e.cast(n.in(1), DType.INT64);
    Value hot = e.oneHot(target, log.shape().dim(1), 1);
    Value weights = n.has(2) ? e.mul(hot, perChannel(e, n.in(2), log.shape().rank())) : hot;
    if (n.given("ignore_index")) {
      Value ignored = e.equal(e.cast(target, DType.FLOAT32), e.scalar(n.integer("ignore_index", 0)));
      weights = e.mul(weights, e.reshape(e.sub(1, ignored), target.shape().insert(1, 1)));
    }
    Value each = e.neg(e.sum(e.mul(weights, log), List.of(1), false));
    return switch (n.text("reduction", "mean")) {
      case "none" -> each;
      case "sum" -> e.sum(each);
      default -> e.div(e.sum(each), e.sum(weights));
    };
  }
}
