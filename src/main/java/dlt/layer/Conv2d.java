package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.IntPair;
import dlt.config.Invalid;
import dlt.config.Range;
import dlt.op.Value;
import dlt.op.Window;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

@Doc("A 2-d convolution (cross-correlation) over images [N, C, H, W].")
public record Conv2d(
    @Doc("Channels of the output.") @Range(min = 1) int outChannels,
    @Doc("Rows and columns of the kernel.") IntPair kernelSize,
    @Doc("Rows and columns from one window to the next.") @Default("1") IntPair stride,
    @Doc("Pixels added on each side: a number, [rows, columns], or same.") @Default("0") Padding padding,
    @Doc("Rows and columns from one element of the kernel to the next.") @Default("1") IntPair dilation,
    @Doc("Groups of channels that are convolved apart.") @Default("1") @Range(min = 1) int groups,
    @Doc("Whether a bias is added.") @Default("true") boolean bias,
    @Doc("What stands in the added pixels.") @Default("zeros") PaddingMode paddingMode,
    @Doc("How the weights are filled; uniform in +-1/sqrt(fan_in) where left out.") Optional<WeightInit> init,
    @Doc("How the bias is filled; uniform in +-1/sqrt(fan_in) where left out.") Optional<WeightInit> biasInit)
    implements Layer {
  public Conv2d {
    Expect.biasInit(bias, biasInit);
    Expect.atLeast(1, "kernelSize", kernelSize);
    Expect.atLeast(1, "stride", stride);
    Expect.atLeast(1, "dilation", dilation);
    if (padding.same() && (stride.first() > 1 || stride.second() > 1)) {
      throw new Invalid("padding", "same with stride [" + stride.first() + ", " + stride.second() + "]", "numbers, or stride 1");
    }
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    int channels = Expect.images(this, inputs).dim(1);
    Expect.groups(this, "input", channels, groups);
    Expect.groups(this, "output", outChannels, groups);
    Shape w = Shape.of(outChannels, channels / groups, kernelSize.first(), kernelSize.second());
    Value weight = scope.parameter("weight", w, WeightInit.weight(init, w));
    Window window = padding.window(kernelSize, stride, dilation);
    Value x = inputs.getFirst();
    if (paddingMode != PaddingMode.ZEROS) {
      x = paddingMode.pad(scope, x, new Border(window.padLeft(), window.padRight(), window.padTop(), window.padBottom()));
      window = Padding.of(0).window(kernelSize, stride, dilation);
    }
    Value y = scope.emit(new dlt.op.Conv2d(window.within(x.shape()), groups), x, weight);
    return bias ? scope.add(y, Channels.parameter(scope, "bias", y.shape(), WeightInit.bias(biasInit, y.shape().dim(1), w))) : y;
  }
}
