package dlt.backend.cuda;

import dlt.op.Conv2dGradInput;
import dlt.op.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Gradients of convolutions by their images: by [DirectConvolution] where groups are narrow, else one convolution of the
/// gradient for each remainder of rows and columns by the strides, so that no product with a zero between pixels is made: remainder a
/// of stride s meets the taps r with `(a + pad - r * dilation) % s = 0`. By convolution.h's `channels` where images and weights lie
/// channels last, all [Remainders] in one grid where that is possible; else by its `planes`.
final class Conv2dGradInputKernel {
  private Conv2dGradInputKernel() {}

  static List<Launch> compile(Target target, Conv2dGradInput op, Images dy, Images weights, Optional<Epilogue> epilogue, Images dx) {
    Product.check(op.name(), List.of(dy.shape(), weights.shape(), dx.shape()));
    if (dx.shape().size() == 0) {
      return List.of();
    }
    int channels = weights.count() / op.groups();
    int columns = weights.channels();
    if (DirectConvolution.fits(op.groups(), columns, channels)) {
      return List.of(DirectConvolution.gradInput(target, op, dy, weights, epilogue, dx));
    }
    boolean fours = dy.fours(channels) && weights.fours(columns);
    Window window = op.window();
    if (fours && Remainders.fit(window, op.groups(), dx)) {
      return together(target, dy, weights, epilogue, dx, Remainders.of(window, weights, dx));
    }
    List<Launch> r = new ArrayList<>();
    for (Remainder i : Remainder.all(dx.height(), weights.height(), window.strideH(), window.padTop(), window.dilationH())) {
      for (Remainder j : Remainder.all(dx.width(), weights.width(), window.strideW(), window.padLeft(), window.dilationW())) {
        var position = new Convolution.Position(i.first, j.first, 1, 1, -i.dilation, -j.dilation);
        var places = new Convolution.Weights(
            weights.address() + ((long) i.firstTap * weights.rowStride() + (long) j.firstTap * weights.columnStride()) * Float.BYTES,
            new Strides(Divisor.of(Math.max(1, j.taps)), Divisor.NONE, j.tapStep * weights.columnStride(), i.tapStep * weights.rowStride(), 0),
            weights.stride(), weights.channelStride(), channels * weights.stride());
        int taps = i.taps * j.taps;
        Convolution c = new Convolution(dy, i.pixels, j.pixels, position, fours ? channels : taps, j.taps, places,
            channels * dy.channelStride(), columns * dx.channelStride());
        Output output = new Output(dx.address() + ((long) i.pixel * dx.rowStride() + (long) j.pixel * dx.columnStride()) * Float.BYTES, epilogue,
            Strides.of(i.pixels, j.pixels, dx.stride(), window.strideH() * dx.rowStride(), window.strideW() * dx.columnStride()),
            Strides.of(dx.channelStride()), columns, false, columns);
        r.addAll(Product.of(target, fours ? Tiling.Tile.ALL : Tiling.Tile.PLANES, dx.count() * i.pixels * j.pixels, columns,
            Math.multiplyExact(taps, channels), op.groups(), Strides.of(c.outputGroup()))
            .launches(target, "conv2d", fours ? "grad_input_channels" : "convolve_planes", c::addOperandsTo, output, c::addTo));
      }
    }
    return r;
  }

  /// All remainders in one grid.
  private static List<Launch> together(Target target, Images dy, Images weights, Optional<Epilogue> epilogue, Images dx, Remainders remainders) {
    Window window = remainders.window();
    int rows = dx.height() / window.strideH();
    int columns = dx.width() / window.strideW();
    var places = new Convolution.Weights(weights.address(),
        new Strides(Divisor.NONE, Divisor.NONE, window.strideW() * weights.columnStride(), window.strideH() * weights.rowStride(), 0),
        weights.stride(), weights.channelStride(), 0);
    Convolution c = new Convolution(dy, rows, columns, new Convolution.Position(0, 0, 1, 1, -1, -1), dy.channels(), remainders.mostColumns(), places, 0,
        0, Optional.of(remainders));
    Output output = Output.of(dx.address(), epilogue,
        Strides.of(rows, columns, dx.stride(), window.strideH() * dx.rowStride(), window.strideW() * dx.columnStride()), Strides.of(dx.channelStride()),
        dx.channels());
    return Product.of(target, Tiling.Tile.ALL, dx.count() * rows * columns, dx.channels(),
        Math.multiplyExact(remainders.mostRows() * remainders.mostColumns(), dy.channels()), remainders.count(), remainders.places())
        .launches(target, "conv2d", "grad_input_channels", c::addOperandsTo, output, c::addTo);
  }

  /// The rows (or columns) `pixel`, `pixel + stride`, ... of the image: `pixels` of them, which `taps` taps meet, `firstTap` and each
  /// `tapStep`th after it. The first one's first tap meets row `first` of the result, each next tap one `dilation` rows before.
  private record Remainder(int pixel, int pixels, int firstTap, int tapStep, int taps, int first, int dilation) {
    static List<Remainder> all(int size, int kernel, int stride, int pad, int dilation) {
      int step = stride / gcd(stride, dilation);
      List<Remainder> r = new ArrayList<>();
      for (int pixel = 0; pixel < Math.min(stride, size); pixel++) {
        int tap = 0;
        while (tap < kernel && (pixel + pad - tap * dilation) % stride != 0) {
          tap++;
        }
        r.add(new Remainder(pixel, Tiling.divided(size - pixel, stride), tap < kernel ? tap : 0, step,
            tap < kernel ? (kernel - 1 - tap) / step + 1 : 0, (pixel + pad - tap * dilation) / stride, step * dilation / stride));
      }
      return r;
    }

    private static int gcd(int a, int b) {
      return b == 0 ? a : gcd(b, a % b);
    }
  }
}
