package dlt.backend.cuda;

import dlt.op.Conv2d;
import dlt.op.Window;
import dlt.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Convolutions: by [DirectConvolution] where groups are narrow; by convolution.h's `channels` where the images lie channels last
/// and the channels of a group are a multiple of 4; else by its `planes`. [Tiling] chooses the tile.
final class Conv2dKernel {
  private Conv2dKernel() {}

  static List<Launch> compile(Target target, Conv2d op, Images x, Operand weights, Optional<Epilogue> epilogue, Images y) {
    Product.check(op.name(), List.of(weights), List.of(x, y));
    if (y.shape().size() == 0) {
      return List.of();
    }
    Shape w = weights.type().shape();
    int channels = w.dim(1);
    int columns = w.dim(0) / op.groups();
    if (DirectConvolution.fits(op.groups(), channels, columns)) {
      return List.of(DirectConvolution.forward(target, op, x, weights, epilogue, y));
    }
    Window window = op.window();
    int taps = w.dim(2) * w.dim(3);
    var position = new Convolution.Position(
        -window.padTop(), -window.padLeft(), window.strideH(), window.strideW(), window.dilationH(), window.dilationW());
    var places = new Convolution.Weights(weights.address(), Strides.of(1), taps, channels * taps, columns * channels * taps);
    Output output = new Output(y.address(), epilogue, y.places(), Strides.of(y.channelStride()), columns, false, columns);
    return launches(target, x, y.height(), y.width(), y.pixels(), position, places, op.groups(), taps, w.dim(3), channels, output,
        columns * y.channelStride());
  }

  /// The product of pixels by channels that a convolution is: rows x columns pixels an image, `pixels` in all, of `image` under
  /// `taps` taps, `tapColumns` in a row, and `channels` channels a group; weights as they lie.
  static List<Launch> launches(Target target, Images image, int rows, int columns, int pixels, Convolution.Position position,
      Convolution.Weights weights, int groups, int taps, int tapColumns, int channels, Output output, int outputGroup) {
    boolean fours = image.channelsLast() && channels % 4 == 0;
    PackedWeights packed = fours ? PackedWeights.of(target, weights, groups, taps, channels, output.n()) : new PackedWeights(weights, List.of());
    Convolution c = new Convolution(image, rows, columns, position, fours ? channels : taps, tapColumns, packed.weights(),
        channels * image.channelStride(), outputGroup);
    List<Launch> r = new ArrayList<>(packed.launches());
    r.addAll(Product.of(target, pixels, output.n(), Math.multiplyExact(taps, channels), groups, Strides.of(outputGroup))
        .launches(target, "conv2d", fours ? "convolve_channels" : "convolve_planes", c::addOperandsTo, output, c::addTo));
    return r;
  }
}
