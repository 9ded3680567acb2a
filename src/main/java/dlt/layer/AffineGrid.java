package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.IntPair;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;

@Doc("Where each pixel of an image comes from by affine maps [N, 6] or [N, 2, 3], for grid_sample: places [N, H, W, 2], x first, -1 to 1 from edge to edge "
    + "(Jaderberg et al., 2015: spatial transformers).")
public record AffineGrid(
    @Doc("Rows and columns of the image that is made.") IntPair size,
    @Doc("Whether -1 and 1 are the centres of the outermost pixels rather than the edges of the image.") @Default("false") boolean alignCorners)
    implements Layer {
  public AffineGrid {
    Expect.pixels("size", size);
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Shape maps = inputs.getFirst().shape();
    if (maps.rank() < 2 || maps.size(1, maps.rank()) != 6) {
      throw new ShapeException(kind(), "needs maps [N, 6] or [N, 2, 3], met " + maps);
    }
    int n = maps.dim(0);
    int pixels = Math.multiplyExact(size.first(), size.second());
    double[] places = new double[3 * pixels];
    for (int i = 0; i < pixels; i++) {
      places[i] = place(i % size.second(), size.second());
      places[pixels + i] = place(i / size.second(), size.first());
      places[2 * pixels + i] = 1;
    }
    Value base = Constants.of(scope, Shape.of(1, 3, pixels), places);
    Value matrices = scope.reshape(inputs.getFirst(), Shape.of(n, 2, 3));
    Value grid = scope.transpose(scope.matmul(matrices, scope.expand(base, Shape.of(n, 3, pixels))), 0, 2, 1);
    return scope.reshape(grid, Shape.of(n, size.first(), size.second(), 2));
  }

  private double place(int i, int size) {
    return alignCorners ? size == 1 ? 0 : 2.0 * i / (size - 1) - 1 : (2.0 * i + 1) / size - 1;
  }
}
