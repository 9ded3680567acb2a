package dlt.backend.cuda;

import dlt.backend.ImageLayouts;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;

/// Images in memory, in planes or channels-last; the weights of a convolution are such, too, an image for each channel of the result.
///
/// @param type as ops know it: [N, C, H, W]
record Images(TensorType type, long address, boolean channelsLast) {
  static Images planes(Operand operand) {
    return new Images(operand.type(), operand.address(), false);
  }

  static List<Images> planes(List<Operand> operands) {
    return operands.stream().map(Images::planes).toList();
  }

  Shape shape() {
    return type.shape();
  }

  int count() {
    return shape().dim(0);
  }

  int channels() {
    return shape().dim(1);
  }

  int height() {
    return shape().dim(2);
  }

  int width() {
    return shape().dim(3);
  }

  int pixels() {
    return Math.multiplyExact(count(), Math.multiplyExact(height(), width()));
  }

  /// Whether pixels are copied 16 bytes at a time, if `channels` are used at a time. Numbers of rows and columns have 15 bits then.
  boolean fours(int channels) {
    return channels % 4 == 0 && (channelsLast || ImageLayouts.free(shape())) && Math.max(height(), width()) <= 1 << 14;
  }

  /// Floats from image to image.
  int stride() {
    return Math.multiplyExact(channels(), Math.multiplyExact(height(), width()));
  }

  int channelStride() {
    return channelsLast ? 1 : height() * width();
  }

  int rowStride() {
    return channelsLast ? width() * channels() : width();
  }

  int columnStride() {
    return channelsLast ? channels() : 1;
  }

  /// Where pixels lie, image by image.
  Strides places() {
    return Strides.of(height(), width(), stride(), rowStride(), columnStride());
  }

  /// Where one image's elements lie, gone through in rows of `inner`, whose elements are `innerStride` apart and they `outerStride`.
  Strides weights(int inner, int innerStride, int outerStride) {
    return innerStride == 1 && outerStride == inner ? Strides.of(1)
        : new Strides(Divisor.of(inner), Divisor.NONE, innerStride, outerStride, 0);
  }

  /// Adds the distances between images, channels, rows and columns to `arguments`: two long longs and two ints.
  Arguments addStrides(Arguments arguments) {
    long channels = shape().dim(1);
    int height = shape().dim(2);
    int width = shape().dim(3);
    long image = channels * height * width;
    return channelsLast ? arguments.add(image).add(1L).add(Math.toIntExact(width * channels)).add(Math.toIntExact(channels))
        : arguments.add(image).add((long) height * width).add(width).add(1);
  }
}
