package dlt.layer;

import dlt.config.Doc;
import dlt.config.IntPair;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Windows differ in size where the image does not divide evenly: all are then laid out with the size of the largest, the last
/// row or column of a smaller one repeated, which changes no maximum.
@Doc("The maximum of each of a fixed number of windows over images [N, C, H, W], whatever their size.")
public record AdaptiveMaxPool2d(@Doc("Rows and columns of the output.") IntPair outputSize) implements Layer {
  public AdaptiveMaxPool2d {
    Expect.pixels("outputSize", outputSize);
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Shape x = Expect.images(this, inputs);
    int rows = largest(x.dim(2), outputSize.first());
    int columns = largest(x.dim(3), outputSize.second());
    Value y = layOut(scope, layOut(scope, inputs.getFirst(), 2, outputSize.first(), rows), 3, outputSize.second(), columns);
    return Pool.of(new IntPair(rows, columns), Optional.empty(), IntPair.of(0), IntPair.of(1), false).max(scope, y);
  }

  private static int largest(int size, int windows) {
    return IntStream.range(0, windows)
        .map(i -> AdaptiveAvgPool2d.end(i, size, windows) - AdaptiveAvgPool2d.start(i, size, windows)).max().orElseThrow();
  }

  private static Value layOut(LayerScope scope, Value x, int dim, int windows, int each) {
    int size = x.shape().dim(dim);
    return windows * each == size ? x : PaddingMode.pick(scope, x, dim, windows * each, j ->
        Math.min(AdaptiveAvgPool2d.start(j / each, size, windows) + j % each, AdaptiveAvgPool2d.end(j / each, size, windows) - 1));
  }
}
