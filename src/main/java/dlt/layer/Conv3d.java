package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.IntTriple;
import dlt.config.Invalid;
import dlt.config.Range;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.op.Window;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// The slices that a kernel covers become channels of one image, so that a 2-d convolution sums over them: a batch of `N * OD`
/// images of `C * KD` channels.
@Doc("A 3-d convolution (cross-correlation) over volumes [N, C, D, H, W].")
public record Conv3d(
    @Doc("Channels of the output.") @Range(min = 1) int outChannels,
    @Doc("Depth, rows and columns of the kernel.") IntTriple kernelSize,
    @Doc("Slices, rows and columns from one window to the next.") @Default("1") IntTriple stride,
    @Doc("Elements added on each side: a number, [depth, rows, columns], or same.") @Default("0") Padding3d padding,
    @Doc("Slices, rows and columns from one element of the kernel to the next.") @Default("1") IntTriple dilation,
    @Doc("Groups of channels that are convolved apart.") @Default("1") @Range(min = 1) int groups,
    @Doc("Whether a bias is added.") @Default("true") boolean bias,
    @Doc("What stands in the added elements.") @Default("zeros") PaddingMode paddingMode,
    @Doc("How the weights are filled; uniform in +-1/sqrt(fan_in) where left out.") Optional<WeightInit> init,
    @Doc("How the bias is filled; uniform in +-1/sqrt(fan_in) where left out.") Optional<WeightInit> biasInit)
    implements Layer {
  public Conv3d {
    Expect.biasInit(bias, biasInit);
    Volumes.atLeast(1, "kernelSize", kernelSize);
    Volumes.atLeast(1, "stride", stride);
    Volumes.atLeast(1, "dilation", dilation);
    if (padding.same() && !stride.equals(IntTriple.of(1))) {
      throw new Invalid("padding", "same with stride " + stride, "numbers, or stride 1");
    }
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Shape shape = Volumes.of(this, inputs);
    int channels = shape.dim(1);
    Expect.groups(this, "input", channels, groups);
    Expect.groups(this, "output", outChannels, groups);
    Shape w = Shape.of(outChannels, channels / groups, kernelSize.first(), kernelSize.second(), kernelSize.third());
    Value weight = scope.parameter("weight", w, WeightInit.weight(init, w));
    weight = scope.reshape(weight, Shape.of(outChannels, Math.multiplyExact(channels / groups, kernelSize.first()), kernelSize.second(), kernelSize.third()));

    Window window = padding.image().window(kernelSize.image(), stride.image(), dilation.image());
    Value x = inputs.getFirst();
    if (paddingMode != PaddingMode.ZEROS) {
      Border border = new Border(window.padLeft(), window.padRight(), window.padTop(), window.padBottom());
      x = Volumes.slices(scope, x, images -> paddingMode.pad(scope, images, border));
      window = Padding.of(0).window(kernelSize.image(), stride.image(), dilation.image());
    }
    Value covered = Volumes.depth(scope, x, columns -> covered(scope, columns));
    Shape c = covered.shape();
    Value images = scope.reshape(covered, Shape.of(Math.multiplyExact(c.dim(0), c.dim(1)), c.dim(2), c.dim(3), c.dim(4)));
    Value y = scope.emit(new dlt.op.Conv2d(window.within(images.shape()), groups), images, weight);
    y = bias ? scope.add(y, Channels.parameter(scope, "bias", y.shape(), WeightInit.bias(biasInit, y.shape().dim(1), w))) : y;
    Shape s = y.shape();
    return scope.transpose(scope.reshape(y, Shape.of(c.dim(0), c.dim(1), outChannels, s.dim(2), s.dim(3))), 0, 2, 1, 3, 4);
  }

  /// Of `x` [N, C, D, H * W] the slices that each place of the kernel covers: [N, OD, C * KD, H * W].
  private Value covered(LayerScope scope, Value x) {
    Window window = padding.slices().window(kernelSize.depth(1), stride.depth(1), dilation.depth(1));
    Value padded = window.padBottom() == 0 ? x : paddingMode.pad(scope, x, new Border(0, 0, window.padTop(), window.padBottom()));
    int depth = window.outHeight(x.shape().dim(2), kernelSize.first());
    if (depth < 1) {
      throw new ShapeException(kind(), "a kernel of depth " + kernelSize.first() + " (dilation " + dilation.first() + ") is larger than the padded depth "
          + padded.shape().dim(2));
    }
    Shape s = padded.shape();
    Value slices = scope.transpose(padded, 0, 2, 1, 3);
    Shape one = Shape.of(s.dim(0), depth, s.dim(1), 1, s.dim(3));
    List<Value> places = IntStream.range(0, kernelSize.first())
        .mapToObj(k -> scope.reshape(every(scope, slices, k * dilation.first(), depth), one)).toList();
    return scope.reshape(scope.concat(places, 3), Shape.of(s.dim(0), depth, Math.multiplyExact(s.dim(1), kernelSize.first()), s.dim(3)));
  }

  /// So many slices of dimension 1, the stride apart.
  private Value every(LayerScope scope, Value x, int start, int count) {
    return stride.first() == 1 || count == 1 ? scope.slice(x, 1, start, count) : PaddingMode.pick(scope, x, 1, count, i -> start + i * stride.first());
  }
}
