package dlt.layer;

import dlt.config.Doc;
import dlt.config.IntPair;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Where the image divides evenly this is an average pool; elsewhere windows differ in size and the means are products with a
/// matrix of weights from each side.
@Doc("The mean of each of a fixed number of windows over images [N, C, H, W], whatever their size; 1 is the mean of the image.")
public record AdaptiveAvgPool2d(@Doc("Rows and columns of the output.") IntPair outputSize) implements Layer {
  public AdaptiveAvgPool2d {
    Expect.pixels("outputSize", outputSize);
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Shape shape = Expect.images(this, inputs);
    Value x = inputs.getFirst();
    int height = shape.dim(2);
    int width = shape.dim(3);
    if (outputSize.equals(IntPair.of(1))) {
      return scope.mean(x, List.of(2, 3), true);
    }
    if (height % outputSize.first() == 0 && width % outputSize.second() == 0) {
      IntPair kernel = new IntPair(height / outputSize.first(), width / outputSize.second());
      return Pool.of(kernel, Optional.empty(), IntPair.of(0), IntPair.of(1), false).average(scope, x, true);
    }
    Value y = height == outputSize.first() ? x : scope.matmul(means(scope, height, outputSize.first()), x);
    return width == outputSize.second() ? y : scope.matmul(y, means(scope, width, outputSize.second()), false, true);
  }

  /// Row `i` averages window `i`.
  private static Value means(LayerScope scope, int size, int windows) {
    double[] r = new double[Math.multiplyExact(windows, size)];
    for (int i = 0; i < windows; i++) {
      int start = start(i, size, windows);
      int end = end(i, size, windows);
      Arrays.fill(r, i * size + start, i * size + end, 1.0 / (end - start));
    }
    return Constants.of(scope, Shape.of(windows, size), r);
  }

  /// Where window `i` starts.
  static int start(int i, int size, int windows) {
    return (int) ((long) i * size / windows);
  }

  /// Before which element window `i` ends.
  static int end(int i, int size, int windows) {
    return Math.toIntExact(Math.ceilDiv((long) (i + 1) * size, (long) windows));
  }
}
