package dlt.backend.cuda;

import dlt.op.Conv2d;
import dlt.op.Window;
import java.util.List;
import java.util.Optional;

/// Convolutions: by [DirectConvolution] where groups are narrow; by convolution.h's `channels` where images and weights lie channels
/// last and the channels of a group are a multiple of 4; else by its `planes`. [Tiling] chooses the tile.
final class Conv2dKernel {
  private Conv2dKernel() {}

  static List<Launch> compile(Target target, Conv2d op, Images x, Images weights, Optional<Epilogue> epilogue, Images y) {
    Product.check(op.name(), List.of(x.shape(), weights.shape(), y.shape()));
    if (y.shape().size() == 0) {
      return List.of();
    }
    int channels = weights.channels();
    int columns = weights.count() / op.groups();
    if (DirectConvolution.fits(op.groups(), channels, columns)) {
      return List.of(DirectConvolution.forward(target, op, x, weights, epilogue, y));
    }
    Window window = op.window();
    int taps = weights.height() * weights.width();
    boolean fours = x.fours(channels) && weights.fours(channels);
    var position = new Convolution.Position(
        -window.padTop(), -window.padLeft(), window.strideH(), window.strideW(), window.dilationH(), window.dilationW());
    var places = new Convolution.Weights(weights.address(), Strides.of(weights.columnStride()), weights.channelStride(), weights.stride(),
        columns * weights.stride());
    Convolution c = new Convolution(x, y.height(), y.width(), position, fours ? channels : taps, weights.width(), places,
        channels * x.channelStride(), columns * y.channelStride());
    Output output = new Output(y.address(), epilogue, y.places(), Strides.of(y.channelStride()), columns, false, columns);
    return Product.of(target, fours ? Tiling.Tile.ALL : Tiling.Tile.PLANES, y.pixels(), columns, weights.stride(), op.groups(),
        Strides.of(c.outputGroup())).launches(target, "conv2d", fours ? "convolve_channels" : "convolve_planes", c::addOperandsTo, output, c::addTo);
  }
}
