package dlt.backend.cuda;

import dlt.op.Conv2dGradWeight;
import dlt.op.Window;
import java.util.List;
import java.util.Optional;

/// Gradients of convolutions by their weights: by [DirectConvolution] where groups are narrow; by convolution.h's `channels` where
/// both operands lie channels last and the channels of a group are multiples of 4; else by its `planes`. There are few weights
/// and many pixels, so that [Tiling] cuts the pixels into slices.
final class Conv2dGradWeightKernel {
  private Conv2dGradWeightKernel() {}

  static List<Launch> compile(Target target, Conv2dGradWeight op, Images x, Images dy, Images dw) {
    Product.check(op.name(), List.of(x.shape(), dy.shape(), dw.shape()));
    if (dw.shape().size() == 0) {
      return List.of();
    }
    int channels = dw.channels();
    int rows = dw.count() / op.groups();
    if (DirectConvolution.fits(op.groups(), channels, rows)) {
      return List.of(DirectConvolution.gradWeight(target, op, x, dy, dw));
    }
    Window window = op.window();
    int taps = dw.height() * dw.width();
    int weights = dw.stride();
    boolean fours = x.fours(channels) && dy.fours(rows);
    var position = new Convolution.Position(
        -window.padTop(), -window.padLeft(), window.strideH(), window.strideW(), window.dilationH(), window.dilationW());
    var gradient = new Convolution.Weights(dy.address(), dy.places(), fours ? dy.channels() : dy.channelStride(), 0, rows * dy.channelStride());
    Convolution c = new Convolution(x, dy.height(), dy.width(), position, fours ? channels : taps, dw.width(), gradient,
        channels * x.channelStride(), rows * weights);
    Strides columns = fours ? dw.weights(channels, dw.channelStride(), dw.columnStride()) : dw.weights(taps, dw.columnStride(), dw.channelStride());
    Output output = Output.of(dw.address(), Optional.empty(), Strides.of(weights), columns, weights);
    return Product.of(target, fours ? Tiling.Tile.ALL : Tiling.Tile.PLANES, rows, weights, dy.pixels(), op.groups(), Strides.of(rows * weights))
        .launches(target, "conv2d", fours ? "grad_weight_channels" : "grad_weight_planes", c::addOperandsTo, output, c::addTo);
  }
}
