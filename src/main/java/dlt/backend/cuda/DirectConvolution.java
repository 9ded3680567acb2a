package dlt.backend.cuda;

import dlt.backend.cuda.driver.Context.Extent;
import dlt.op.Conv2d;
import dlt.op.Conv2dGradInput;
import dlt.op.Conv2dGradWeight;
import dlt.op.Window;
import dlt.tensor.Shape;
import java.util.Optional;

/// Convolutions in groups of few channels by conv2d_direct.cu, in float32 whatever the precision.
final class DirectConvolution {
  private static final int THREADS = 256;
  /// Channels of a group, of the images and of the result.
  private static final int WIDEST = 8;

  private DirectConvolution() {}

  static boolean fits(int groups, int channels, int resultChannels) {
    return groups > 1 && channels <= WIDEST && resultChannels <= WIDEST;
  }

  static Launch forward(Target target, Conv2d op, Images x, Images weights, Optional<Epilogue> epilogue, Images y) {
    Shape w = weights.shape();
    Arguments arguments = operands(x.address(), weights.address(), y.address(), epilogue).add(y.channelsLast() ? 1 : 0);
    weights(arguments, weights);
    arguments.add(Math.toIntExact(y.shape().size())).add(w.dim(1)).add(w.dim(0) / op.groups());
    strides(arguments, x);
    gradient(arguments, y);
    result(arguments, y);
    window(arguments, y, w, op.window());
    return Epilogue.finished(epilogue, launch(target, "convolve_direct", Tiling.divided(Math.toIntExact(y.shape().size()), THREADS), arguments));
  }

  static Launch gradInput(Target target, Conv2dGradInput op, Images dy, Images weights, Optional<Epilogue> epilogue, Images dx) {
    Shape w = weights.shape();
    Arguments arguments = operands(dy.address(), weights.address(), dx.address(), epilogue).add(dx.channelsLast() ? 1 : 0);
    weights(arguments, weights);
    arguments.add(Math.toIntExact(dx.shape().size())).add(w.dim(1)).add(w.dim(0) / op.groups());
    strides(arguments, dy);
    gradient(arguments, dy);
    result(arguments, dx);
    window(arguments, dy, w, op.window());
    return Epilogue.finished(epilogue, launch(target, "grad_input_direct", Tiling.divided(Math.toIntExact(dx.shape().size()), THREADS), arguments));
  }

  static Launch gradWeight(Target target, Conv2dGradWeight op, Images x, Images dy, Images dw) {
    Shape w = dw.shape();
    Arguments arguments = operands(x.address(), dy.address(), dw.address(), Optional.empty()).add(0);
    weights(arguments, dw);
    arguments.add(Math.toIntExact(w.size())).add(w.dim(1)).add(w.dim(0) / op.groups());
    strides(arguments, x);
    gradient(arguments, dy);
    for (int d = 3; d > 0; d--) {
      Divisor.of(w.dim(d)).addTo(arguments);
    }
    window(arguments, dy, w, op.window());
    return launch(target, "grad_weight_direct", Math.toIntExact(w.size()), arguments);
  }

  private static Arguments operands(long image, long weights, long y, Optional<Epilogue> epilogue) {
    return new Arguments().add(image).add(weights).add(y).add(epilogue.map(Epilogue::biasAddress).orElse(0L))
        .add(epilogue.map(Epilogue::relu).orElse(false) ? 1 : 0);
  }

  private static void weights(Arguments arguments, Images weights) {
    arguments.add(weights.stride()).add(weights.channelStride()).add(weights.columnStride());
  }

  private static void strides(Arguments arguments, Images image) {
    arguments.add(image.height()).add(image.width());
    arguments.add(image.stride()).add(image.channelStride()).add(image.rowStride()).add(image.columnStride());
  }

  private static void gradient(Arguments arguments, Images dy) {
    arguments.add(dy.stride()).add(dy.channelStride()).add(dy.rowStride()).add(dy.columnStride());
  }

  private static void result(Arguments arguments, Images y) {
    int[] sizes = y.channelsLast() ? new int[] {y.channels(), y.width(), y.height()} : new int[] {y.width(), y.height(), y.channels()};
    for (int size : sizes) {
      Divisor.of(size).addTo(arguments);
    }
  }

  private static void window(Arguments arguments, Images dy, Shape w, Window window) {
    Divisor.of(dy.width()).addTo(arguments);
    Divisor.of(dy.height()).addTo(arguments);
    arguments.add(dy.pixels()).add(w.dim(2)).add(w.dim(3)).add(window.strideH()).add(window.strideW());
    arguments.add(window.padTop()).add(window.padLeft()).add(window.dilationH()).add(window.dilationW());
  }

  private static Launch launch(Target target, String name, int blocks, Arguments arguments) {
    return new Launch(new Launch.Shipped("conv2d_direct", name), Extent.of(blocks), Extent.of(THREADS), 0, arguments.build(target.arena()));
  }
}
