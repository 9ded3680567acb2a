package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.IntPair;
import dlt.config.Invalid;
import dlt.config.Range;
import dlt.op.Conv2dGradInput;
import dlt.op.Pad;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.op.Window;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

@Doc("A transposed 2-d convolution over images [N, C, H, W]: the gradient of a convolution by its images.")
public record ConvTranspose2d(
    @Doc("Channels of the output.") @Range(min = 1) int outChannels,
    @Doc("Rows and columns of the kernel.") IntPair kernelSize,
    @Doc("Rows and columns from one window of the output to the next.") @Default("1") IntPair stride,
    @Doc("Rows and columns that are cut off on each side of the output.") @Default("0") IntPair padding,
    @Doc("Rows and columns added at the bottom and on the right of the output; less than the stride or the dilation.") @Default("0") IntPair outputPadding,
    @Doc("Groups of channels that are convolved apart.") @Default("1") @Range(min = 1) int groups,
    @Doc("Whether a bias is added.") @Default("true") boolean bias,
    @Doc("Rows and columns from one element of the kernel to the next.") @Default("1") IntPair dilation,
    @Doc("How the weights are filled; uniform in +-1/sqrt(fan_in) where left out.") Optional<WeightInit> init,
    @Doc("How the bias is filled; uniform in +-1/sqrt(fan_in) where left out.") Optional<WeightInit> biasInit)
    implements Layer {
  public ConvTranspose2d {
    Expect.biasInit(bias, biasInit);
    Expect.atLeast(1, "kernelSize", kernelSize);
    Expect.atLeast(1, "stride", stride);
    Expect.atLeast(0, "padding", padding);
    Expect.atLeast(0, "outputPadding", outputPadding);
    Expect.atLeast(1, "dilation", dilation);
    if (outputPadding.first() >= Math.max(stride.first(), dilation.first())
        || outputPadding.second() >= Math.max(stride.second(), dilation.second())) {
      throw new Invalid("outputPadding", "[" + outputPadding.first() + ", " + outputPadding.second() + "]",
          "less than the stride [" + stride.first() + ", " + stride.second() + "] or than the dilation");
    }
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Shape x = Expect.images(this, inputs);
    Expect.groups(this, "input", x.dim(1), groups);
    Expect.groups(this, "output", outChannels, groups);
    Shape w = Shape.of(x.dim(1), outChannels / groups, kernelSize.first(), kernelSize.second());
    Value weight = scope.parameter("weight", w, WeightInit.weight(init, w));
    Value y = transposed(this, scope, inputs.getFirst(), weight);
    return bias ? scope.add(y, Channels.parameter(scope, "bias", y.shape(), WeightInit.bias(biasInit, y.shape().dim(1), w))) : y;
  }

  /// `x` [N, C, H, W] under `weight` [C, O / groups, KH, KW], without a bias, as `layer` wants it. What is added at the end was
  /// cut off there before; zeros beyond that.
  Value transposed(Layer layer, LayerScope scope, Value x, Value weight) {
    int bottom = padding.first() - outputPadding.first();
    int right = padding.second() - outputPadding.second();
    boolean usual = outputPadding.first() < stride.first() && outputPadding.second() < stride.second();
    Window window = usual
        ? Window.of(stride.first(), stride.second(), padding.first(), padding.second(), dilation.first(), dilation.second())
        : new Window(stride.first(), stride.second(), padding.first(), padding.second(), Math.max(0, bottom), Math.max(0, right),
            dilation.first(), dilation.second());
    long height = full(x.shape().dim(2), kernelSize.first(), stride.first(), dilation.first()) - padding.first() - (usual ? bottom : Math.max(0, bottom));
    long width = full(x.shape().dim(3), kernelSize.second(), stride.second(), dilation.second()) - padding.second() - (usual ? right : Math.max(0, right));
    if (height < 1 || width < 1) {
      throw new ShapeException(layer.kind(), "images " + x.shape() + " would become " + height + "x" + width + ": the padding cuts everything off");
    }
    Value y = scope.emit(new Conv2dGradInput(window, groups, Math.toIntExact(height), Math.toIntExact(width)), x, weight);
    return usual || bottom >= 0 && right >= 0 ? y
        : scope.emit(new Pad(List.of(0, 0, 0, 0), List.of(0, 0, Math.max(0, -bottom), Math.max(0, -right)), 0), y);
  }

  private static long full(int in, int kernel, int stride, int dilation) {
    return (in - 1L) * stride + dilation * (kernel - 1L) + 1;
  }
}
