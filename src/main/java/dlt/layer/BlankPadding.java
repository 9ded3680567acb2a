package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// A sure blank changes neither the probability of labels nor the labels that are read: what [dlt.loss.Ctc] and those who decode make of
/// the result is what PyTorch makes of `input_lengths`.
@Doc("Log-probabilities [N, T, C] for ctc, which are those of a sure blank from each sample's number of steps on: "
    + "`blank_padding: {from: [scores, lengths]}`, with lengths [N] or [N, 1] (the input_lengths of PyTorch's ctc_loss).")
public record BlankPadding(@Doc("The class that is no label, as ctc has it.") @Range(min = 0) @Default("0") int blank) implements Layer {
  /// The logarithm of 0: sums of it stay finite.
  private static final float NEVER = -1e30f;

  @Override
  public boolean takesSeveral() {
    return true;
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Expect.two(this, inputs, "takes log-probabilities and lengths", "scores, lengths");
    Shape x = inputs.get(0).shape();
    Shape lengths = inputs.get(1).shape();
    if (x.rank() != 3 || lengths.size() != x.dim(0)) {
      throw new ShapeException(kind(), "needs log-probabilities [N, T, C] and lengths [N], met " + x + " and " + lengths);
    }
    int classes = x.dim(2);
    if (blank >= classes) {
      throw new ShapeException(kind(), "log-probabilities " + x + " have classes 0 to " + (classes - 1) + ", and `blank` is " + blank);
    }
    float[] sure = new float[classes];
    Arrays.fill(sure, NEVER);
    sure[blank] = 0;
    Value steps = Constants.of(scope, Shape.of(1, x.dim(1), 1), IntStream.range(0, x.dim(1)).asDoubleStream().toArray());
    Value length = scope.reshape(scope.cast(inputs.get(1), DType.FLOAT32), Shape.of(x.dim(0), 1, 1));
    return scope.where(scope.less(steps, length), inputs.get(0), scope.literal(HostTensor.of(Shape.of(1, 1, classes), sure)));
  }
}
