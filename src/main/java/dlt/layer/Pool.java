package dlt.layer;

import dlt.config.IntPair;
import dlt.config.IntTriple;
import dlt.config.Invalid;
import dlt.op.AvgPool2d;
import dlt.op.Emit;
import dlt.op.MaxPool2d;
import dlt.op.Value;
import dlt.op.Window;
import java.util.Optional;

/// The arguments that pooling layers share. `ceilMode` rounds the size of the output up: a last window may then reach over the
/// padded image, as long as it starts inside of it.
record Pool(IntPair kernel, IntPair stride, IntPair padding, IntPair dilation, boolean ceilMode) {
  Pool {
    Expect.atLeast(1, "kernelSize", kernel);
    Expect.atLeast(1, "stride", stride);
    Expect.atLeast(0, "padding", padding);
    Expect.atLeast(1, "dilation", dilation);
    if (2L * padding.first() > span(kernel.first(), dilation.first())
        || 2L * padding.second() > span(kernel.second(), dilation.second())) {
      throw new Invalid("padding", "[" + padding.first() + ", " + padding.second() + "]",
          "at most half of the kernel [" + kernel.first() + ", " + kernel.second() + "]");
    }
  }

  static Pool of(IntPair kernel, Optional<IntPair> stride, IntPair padding, IntPair dilation, boolean ceilMode) {
    return new Pool(kernel, stride.orElse(kernel), padding, dilation, ceilMode);
  }

  /// Over single rows.
  static Pool row(int kernel, Optional<Integer> stride, int padding, int dilation, boolean ceilMode) {
    return new Pool(
        new IntPair(1, kernel), new IntPair(1, stride.orElse(kernel)), new IntPair(0, padding), new IntPair(1, dilation), ceilMode);
  }

  /// Over the slices of volumes.
  static Pool slices(IntTriple kernel, Optional<IntTriple> stride, IntTriple padding, IntTriple dilation, boolean ceilMode) {
    return new Pool(kernel.image(), stride.orElse(kernel).image(), padding.image(), dilation.image(), ceilMode);
  }

  /// Over what lies behind one another in volumes.
  static Pool depth(IntTriple kernel, Optional<IntTriple> stride, IntTriple padding, IntTriple dilation, boolean ceilMode) {
    return new Pool(kernel.depth(1), stride.orElse(kernel).depth(1), padding.depth(0), dilation.depth(1), ceilMode);
  }

  /// Not [Window#span]: a size that no int holds is refused where the image is known.
  private static long span(int kernel, int dilation) {
    return dilation * (kernel - 1L) + 1;
  }

  Value max(Emit emit, Value x) {
    return emit.emit(new MaxPool2d(window(x), kernel.first(), kernel.second()), x);
  }

  Value average(Emit emit, Value x, boolean countPadding) {
    Window w = window(x);
    return emit.emit(
        new AvgPool2d(
            w, kernel.first(), kernel.second(), countPadding, w.padBottom() - padding.first(), w.padRight() - padding.second()),
        x);
  }

  /// Sums over `divisor`. As if all of the padding were declared, each mean is over a whole window.
  Value sum(Emit emit, Value x, int divisor) {
    Value mean = emit.emit(new AvgPool2d(window(x), kernel.first(), kernel.second(), true, 0, 0), x);
    return emit.mul(mean, (double) kernel.first() * kernel.second() / divisor);
  }

  /// The root, by `norm`, of the sum of the powers in each window, as PyTorch has it: of the values themselves. Where the sum is 0
  /// it has no gradient.
  Value norm(Emit emit, Value x, double norm) {
    Value mean = average(emit, norm == 2 ? emit.square(x) : norm == 1 ? x : emit.pow(x, norm), true);
    Value some = emit.less(emit.scalar(0), emit.abs(mean));
    Value sum = emit.mul(emit.where(some, mean, emit.scalar(1)), (double) kernel.first() * kernel.second());
    return emit.where(some, norm == 2 ? emit.sqrt(sum) : norm == 1 ? sum : emit.pow(sum, 1 / norm), emit.scalar(0));
  }

  private Window window(Value x) {
    int bottom = Math.addExact(padding.first(), excess(x.shape().dim(2), kernel.first(), stride.first(), padding.first(), dilation.first()));
    int right = Math.addExact(padding.second(), excess(x.shape().dim(3), kernel.second(), stride.second(), padding.second(), dilation.second()));
    return new Window(
        stride.first(), stride.second(), padding.first(), padding.second(), bottom, right, dilation.first(), dilation.second()).within(x.shape());
  }

  /// By how much the last window reaches over the padded image.
  private int excess(int size, int kernel, int stride, int padding, int dilation) {
    if (!ceilMode) {
      return 0;
    }
    long room = size + 2L * padding - span(kernel, dilation);
    long last = Math.ceilDiv(room, stride) * stride;
    if (last >= (long) size + padding) {
      last -= stride;
    }
    return Math.toIntExact(Math.max(0, last - room));
  }
}
