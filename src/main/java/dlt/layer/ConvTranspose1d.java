package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.IntPair;
import dlt.config.Invalid;
import dlt.config.Range;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

@Doc("A transposed 1-d convolution over signals [N, C, L]: the gradient of a convolution by its signals.")
public record ConvTranspose1d(
    @Doc("Channels of the output.") @Range(min = 1) int outChannels,
    @Doc("Length of the kernel.") @Range(min = 1) int kernelSize,
    @Doc("Elements from one window of the output to the next.") @Default("1") @Range(min = 1) int stride,
    @Doc("Elements that are cut off on each side of the output.") @Default("0") @Range(min = 0) int padding,
    @Doc("Elements added at the end of the output; less than the stride or the dilation.") @Default("0") @Range(min = 0) int outputPadding,
    @Doc("Groups of channels that are convolved apart.") @Default("1") @Range(min = 1) int groups,
    @Doc("Whether a bias is added.") @Default("true") boolean bias,
    @Doc("Elements from one element of the kernel to the next.") @Default("1") @Range(min = 1) int dilation,
    @Doc("How the weights are filled; uniform in +-1/sqrt(fan_in) where left out.") Optional<WeightInit> init,
    @Doc("How the bias is filled; uniform in +-1/sqrt(fan_in) where left out.") Optional<WeightInit> biasInit)
    implements Layer {
  public ConvTranspose1d {
    Expect.biasInit(bias, biasInit);
    if (outputPadding >= Math.max(stride, dilation)) {
      throw new Invalid("outputPadding", Integer.toString(outputPadding), "less than the stride " + stride + " or than the dilation");
    }
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Shape x = Expect.signals(this, inputs);
    Expect.groups(this, "input", x.dim(1), groups);
    Expect.groups(this, "output", outChannels, groups);
    Shape w = Shape.of(x.dim(1), outChannels / groups, kernelSize);
    Value weight = scope.reshape(scope.parameter("weight", w, WeightInit.weight(init, w)), w.insert(2, 1));
    ConvTranspose2d row = new ConvTranspose2d(outChannels, new IntPair(1, kernelSize), new IntPair(1, stride), new IntPair(0, padding),
        new IntPair(0, outputPadding), groups, bias, new IntPair(1, dilation), init, biasInit);
    Value y = row.transposed(this, scope, scope.reshape(inputs.getFirst(), x.insert(2, 1)), weight);
    y = scope.reshape(y, y.shape().without(2));
    return bias ? scope.add(y, Channels.parameter(scope, "bias", y.shape(), WeightInit.bias(biasInit, y.shape().dim(1), w))) : y;
  }
}
