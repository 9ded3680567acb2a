package dlt.loss;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Emit;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// Graves et al., "Connectionist temporal classification", 2006. After a step the labels so far end in label `s` or in the blank
/// before it; the logarithms of both probabilities go from step to step, so the graph grows with the number of steps.
@Doc("Connectionist temporal classification: log-probabilities [N, T, C] of T steps and the labels in their order, [N, target_length], the blank behind the last one.")
public record Ctc(
    @Doc("Labels that a target has room for.") @Range(min = 1) int targetLength,
    @Doc("The class that is no label.") @Range(min = 0) @Default("0") int blank,
    @Doc("Whether a sample with more labels than its steps can tell counts 0; else it is an error of the data.") @Default("false") boolean zeroInfinity,
    @Doc("mean (each loss divided by its number of labels first), sum or none.") @Default("mean") Reduction reduction)
    implements Loss {
  /// The logarithm of 0: its sums and differences stay finite.
  private static final double NEVER = -1e30;
  /// Row numbers are computed as float32, which is exact so far.
  private static final int MOST_ROWS = 1 << 24;

  @Override
  public Optional<Target> target(List<Shape> predictions, DType found) {
    Shape x = Targets.one(this, predictions);
    if (x.rank() != 3 || x.dim(2) < 2) {
      throw new ShapeException("ctc", "needs log-probabilities [N, T, C] of a blank and at least one label, met " + x);
    }
    return Optional.of(new Target.LabelSequences(Shape.of(x.dim(0), targetLength), x.dim(2), blank, zeroInfinity ? Integer.MAX_VALUE : x.dim(1)));
  }

  @Override
  public Value emit(Emit g, List<Value> predictions, Optional<Value> target) {
    Value x = predictions.getFirst();
    Value labels = Targets.fit(g, this, predictions, target);
    if (blank >= x.shape().dim(2)) {
      throw new ShapeException("ctc", "predictions " + x.shape() + " have classes 0 to " + (x.shape().dim(2) - 1) + ", and `blank` is " + blank);
    }
    int n = x.shape().dim(0);
    int steps = x.shape().dim(1);
    Value blankAt = g.transpose(g.slice(x, 2, blank, 1), 1, 0, 2);
    Value labelAt = g.transpose(labelAt(g, x, labels), 2, 0, 1);
    Value never = g.fill(Shape.of(n, 1), NEVER);
    Value afterAnother = afterAnother(g, g.cast(labels, DType.FLOAT32), n);

    Value before = g.concat(List.of(at(g, blankAt, 0), g.fill(Shape.of(n, targetLength), NEVER)), 1);
    Value in = targetLength == 1 ? at(g, labelAt, 0)
        : g.concat(List.of(g.slice(at(g, labelAt, 0), 1, 0, 1), g.fill(Shape.of(n, targetLength - 1), NEVER)), 1);
    for (int t = 1; t < steps; t++) {
      Value previous = g.concat(List.of(never, in), 1);
      Value skipped = g.where(afterAnother, g.slice(previous, 1, 0, targetLength), g.scalar(NEVER));
      in = g.add(either(g, either(g, in, g.slice(before, 1, 0, targetLength)), skipped), at(g, labelAt, t));
      before = g.add(either(g, before, previous), at(g, blankAt, t));
    }
    Value count = g.sum(g.sub(1, g.equal(g.cast(labels, DType.FLOAT32), g.scalar(blank))), List.of(1), true);
    Value loss = g.neg(either(g, chosen(g, before, count), chosen(g, in, g.sub(count, 1))));
    loss = g.where(g.less(loss, g.scalar(-NEVER / 2)), loss, g.scalar(zeroInfinity ? 0 : Double.POSITIVE_INFINITY));
    return reduction.apply(g, g.reshape(reduction == Reduction.MEAN ? g.div(loss, g.clampMin(count, 1)) : loss, Shape.of(n)));
  }

  /// Of log-probabilities [N, T, C] those of the labels [N, S]: [N, S, T].
  private Value labelAt(Emit g, Value x, Value labels) {
    int n = x.shape().dim(0);
    int classes = x.shape().dim(2);
    if ((long) n * classes > MOST_ROWS) {
      throw new ShapeException("ctc", n + " samples a batch met " + classes + " classes: their product is limited to " + MOST_ROWS);
    }
    Value first = g.literal(HostTensor.of(Shape.of(n, 1), IntStream.range(0, n).mapToLong(i -> (long) i * classes).toArray()));
    Value row = g.cast(g.add(g.cast(labels, DType.FLOAT32), g.cast(first, DType.FLOAT32)), DType.INT64);
    return g.gather(g.reshape(g.transpose(x, 0, 2, 1), Shape.of(n * classes, x.shape().dim(1))), row, 0);
  }

  /// 1 where a label differs from the one before it, so that no blank is needed between them.
  private Value afterAnother(Emit g, Value labels, int n) {
    Value before = g.concat(List.of(g.fill(Shape.of(n, 1), blank), labels), 1);
    return g.sub(1, g.equal(g.slice(before, 1, 0, targetLength), labels));
  }

  /// What `t` of [T, N, ...] is.
  private static Value at(Emit g, Value x, int t) {
    return g.reshape(g.slice(x, 0, t, 1), x.shape().without(0));
  }

  /// The logarithm of the sum of two probabilities, by their logarithms.
  private static Value either(Emit g, Value a, Value b) {
    Value larger = g.detach(g.max(a, b));
    return g.add(larger, g.log(g.add(g.exp(g.sub(a, larger)), g.exp(g.sub(b, larger)))));
  }

  /// Of each row of [N, S] the element at `index` [N, 1]; never where there is none.
  private static Value chosen(Emit g, Value x, Value index) {
    int size = x.shape().dim(1);
    Value places = g.literal(HostTensor.of(Shape.of(1, size), LongStream.range(0, size).toArray()));
    Value here = g.equal(g.cast(places, DType.FLOAT32), index);
    return g.reduceMax(g.where(here, x, g.scalar(2 * NEVER)), List.of(1), true);
  }
}
