package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.IntPair;
import dlt.config.IntTriple;
import dlt.config.Invalid;
import dlt.config.Range;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

/// Each slice becomes one for each slice of the kernel by a 2-d transposed convolution; what they add up to is [Fold] of them
/// along the depth.
@Doc("A transposed 3-d convolution over volumes [N, C, D, H, W]: the gradient of a convolution by its volumes.")
public record ConvTranspose3d(
    @Doc("Channels of the output.") @Range(min = 1) int outChannels,
    @Doc("Depth, rows and columns of the kernel.") IntTriple kernelSize,
    @Doc("Slices, rows and columns from one window of the output to the next.") @Default("1") IntTriple stride,
    @Doc("Slices, rows and columns that are cut off on each side of the output.") @Default("0") IntTriple padding,
    @Doc("Slices, rows and columns added at the end of the output; less than the stride or the dilation.") @Default("0") IntTriple outputPadding,
    @Doc("Groups of channels that are convolved apart.") @Default("1") @Range(min = 1) int groups,
    @Doc("Whether a bias is added.") @Default("true") boolean bias,
    @Doc("Slices, rows and columns from one element of the kernel to the next.") @Default("1") IntTriple dilation,
    @Doc("How the weights are filled; uniform in +-1/sqrt(fan_in) where left out.") Optional<WeightInit> init,
    @Doc("How the bias is filled; uniform in +-1/sqrt(fan_in) where left out.") Optional<WeightInit> biasInit)
    implements Layer {
  public ConvTranspose3d {
    Expect.biasInit(bias, biasInit);
    Volumes.atLeast(1, "kernelSize", kernelSize);
    Volumes.atLeast(1, "stride", stride);
    Volumes.atLeast(0, "padding", padding);
    Volumes.atLeast(0, "outputPadding", outputPadding);
    Volumes.atLeast(1, "dilation", dilation);
    if (outputPadding.first() >= Math.max(stride.first(), dilation.first()) || outputPadding.second() >= Math.max(stride.second(), dilation.second())
        || outputPadding.third() >= Math.max(stride.third(), dilation.third())) {
      throw new Invalid("outputPadding", outputPadding.toString(), "less than the stride " + stride + " or than the dilation");
    }
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Shape x = Volumes.of(this, inputs);
    Expect.groups(this, "input", x.dim(1), groups);
    Expect.groups(this, "output", outChannels, groups);
    int places = kernelSize.first();
    Shape w = Shape.of(x.dim(1), outChannels / groups, places, kernelSize.second(), kernelSize.third());
    Value weight = scope.parameter("weight", w, WeightInit.weight(init, w));
    weight = scope.reshape(weight, Shape.of(w.dim(0), Math.multiplyExact(w.dim(1), places), w.dim(3), w.dim(4)));

    Value images = scope.reshape(scope.transpose(inputs.getFirst(), 0, 2, 1, 3, 4), Shape.of(Math.multiplyExact(x.dim(0), x.dim(2)), x.dim(1), x.dim(3), x.dim(4)));
    ConvTranspose2d slices = new ConvTranspose2d(Math.multiplyExact(outChannels, places), kernelSize.image(), stride.image(), padding.image(), outputPadding.image(),
        groups, false, dilation.image(), Optional.empty(), Optional.empty());
    Value y = slices.transposed(this, scope, images, weight);
    int height = y.shape().dim(2);
    int width = y.shape().dim(3);
    int pixels = Math.multiplyExact(height, width);
    y = scope.transpose(scope.reshape(y, Shape.of(x.dim(0), x.dim(2), outChannels, places, pixels)), 0, 2, 3, 1, 4);
    ConvTranspose2d depth = new ConvTranspose2d(1, kernelSize.depth(1), stride.depth(1), padding.depth(0), outputPadding.depth(0), 1, false, dilation.depth(1), Optional.empty(), Optional.empty());
    y = depth.transposed(this, scope, scope.reshape(y, Shape.of(Math.multiplyExact(x.dim(0), outChannels), places, x.dim(2), pixels)),
        Unfold.places(scope, new IntPair(places, 1)));
    y = scope.reshape(y, Shape.of(x.dim(0), outChannels, y.shape().dim(2), height, width));
    return bias ? scope.add(y, Channels.parameter(scope, "bias", y.shape(), WeightInit.bias(biasInit, y.shape().dim(1), w))) : y;
  }
}
