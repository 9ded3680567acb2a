package dlt.backend.cuda;

import dlt.op.Conv2dGradWeight;
import dlt.op.Window;
import java.util.List;
import java.util.Optional;
import dlt.tensor.Shape;

/// Gradients of convolutions by their weights: by [DirectConvolution] where groups are narrow; by convolution.h's `channels` where
/// both operands lie channels last and the channels of a group are multiples of 4; else by its `planes`. There are few weights
/// and many pixels, so that [Tiling] cuts the pixels into slices.
final class Conv2dGradWeightKernel {
  private Conv2dGradWeightKernel() {}

  static List<Launch> compile(Target target, Conv2dGradWeight op, Images x, Images dy, Operand dw) {
    Product.check(op.name(), List.of(dw), List.of(x, dy));
    Shape w = dw.type().shape();
    if (w.size() == 0) {
      return List.of();
    }
    int channels = w.dim(1);
    int rows = w.dim(0) / op.groups();
    if (DirectConvolution.fits(op.groups(), channels, rows)) {
      return List.of(DirectConvolution.gradWeight(target, op, x, dy, dw));
    }
    Window window = op.window();
    int taps = w.dim(2) * w.dim(3);
    int weights = channels * taps;
    boolean fours = x.channelsLast() && dy.channelsLast() && channels % 4 == 0 && rows % 4 == 0;
    var position = new Convolution.Position(
        -window.padTop(), -window.padLeft(), window.strideH(), window.strideW(), window.dilationH(), window.dilationW());
    var gradient = new Convolution.Weights(dy.address(), dy.places(), fours ? dy.channels() : dy.channelStride(), 0, rows * dy.channelStride());
    Convolution c = new Convolution(x, dy.height(), dy.width(), position, fours ? channels : taps, w.dim(3), gradient,
        channels * x.channelStride(), rows * weights);
    Strides columns = fours ? new Strides(Divisor.of(channels), Divisor.NONE, taps, 1, 0) : Strides.of(1);
    Output output = Output.of(dw.address(), Optional.empty(), Strides.of(weights), columns, weights);
    return Product.of(target, rows, weights, dy.pixels(), op.groups(), Strides.of(rows * weights))
        .launches(target, "conv2d", fours ? "grad_weight_channels" : "grad_weight_planes", c::addOperandsTo, output, c::addTo);
  }
}
