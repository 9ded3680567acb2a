package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Invalid;
import dlt.config.Range;
import dlt.op.Conv2dGradInput;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.op.Window;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

@Doc("A transposed 1-d convolution over signals [N, C, L]: the gradient of a convolution by its signals.")
public record ConvTranspose1d(
    @Doc("Channels of the output.") @Range(min = 1) int outChannels,
    @Doc("Length of the kernel.") @Range(min = 1) int kernelSize,
    @Doc("Elements from one window of the output to the next.") @Default("1") @Range(min = 1) int stride,
    @Doc("Elements that are cut off on each side of the output.") @Default("0") @Range(min = 0) int padding,
    @Doc("Elements added at the end of the output; less than the stride.") @Default("0") @Range(min = 0) int outputPadding,
    @Doc("Groups of channels that are convolved apart.") @Default("1") @Range(min = 1) int groups,
    @Doc("Whether a bias is added.") @Default("true") boolean bias,
    @Doc("Elements from one element of the kernel to the next.") @Default("1") @Range(min = 1) int dilation,
    @Doc("How the weights are filled; uniform in +-1/sqrt(fan_in) where left out.") Optional<WeightInit> init)
    implements Layer {
  public ConvTranspose1d {
    if (outputPadding >= stride) {
      throw new Invalid("outputPadding", Integer.toString(outputPadding), "less than the stride " + stride);
    }
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Shape x = Expect.signals(this, inputs);
    Expect.groups(this, "input", x.dim(1), groups);
    Expect.groups(this, "output", outChannels, groups);
    Shape w = Shape.of(x.dim(1), outChannels / groups, kernelSize);
    Value weight = scope.reshape(scope.parameter("weight", w, WeightInit.weight(init, w)), w.insert(2, 1));
    int length = (x.dim(2) - 1) * stride - 2 * padding + dilation * (kernelSize - 1) + outputPadding + 1;
    if (length < 1) {
      throw new ShapeException(kind(), "signals " + x + " would become " + length + " long: the padding cuts everything off");
    }
    Window window = Window.of(1, stride, 0, padding, 1, dilation);
    Value y = scope.emit(new Conv2dGradInput(window, groups, 1, length), scope.reshape(inputs.getFirst(), x.insert(2, 1)), weight);
    y = scope.reshape(y, y.shape().without(2));
    return bias ? scope.add(y, Channels.parameter(scope, "bias", y.shape(), WeightInit.bias(w))) : y;
  }
}
