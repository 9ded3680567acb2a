package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.op.ShapeException;
import dlt.op.Unary;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;
import java.util.stream.IntStream;

/// The pixel at (x, y) is the sum over rows h and columns w of k(y - h) k(x - w) image[h, w], where bilinear has k(t) = max(0, 1 - |t|)
/// (Jaderberg et al., 2015, equation 5): a product over the columns, then a sum over the rows. Between the two lie [N, C, H, h w] numbers.
@Doc("Images [N, C, H, W] at the places of a grid [N, h, w, 2] such as affine_grid's: `grid_sample: {from: [image, grid]}` gives [N, C, h, w]. "
    + "Time and memory grow with the pixels of both, memory with C H h w: for images of up to about 100 x 100.")
public record GridSample(
    @Doc("bilinear weights the four pixels around a place by their distance; nearest takes the nearest one, and the grid learns nothing.") @Default("bilinear") Mode mode,
    @Doc("What is outside the image: zeros, or the pixels of its border.") @Default("zeros") Outside paddingMode,
    @Doc("Whether -1 and 1 are the centres of the outermost pixels rather than the edges of the image.") @Default("false") boolean alignCorners)
    implements Layer {
  /// What a place between pixels gets.
  public enum Mode {
    BILINEAR, NEAREST
  }

  /// What a place outside the image gets.
  public enum Outside {
    ZEROS, BORDER
  }

  @Override
  public boolean takesSeveral() {
    return true;
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Expect.two(this, inputs, "takes images and a grid", "image, grid");
    Shape x = inputs.get(0).shape();
    Shape grid = inputs.get(1).shape();
    if (x.rank() != 4 || grid.rank() != 4 || grid.dim(3) != 2) {
      throw new ShapeException(kind(), "needs images [N, C, H, W] and a grid [N, h, w, 2], met " + x + " and " + grid);
    }
    int n = x.dim(0);
    int channels = x.dim(1);
    int height = x.dim(2);
    int pixels = Math.multiplyExact(grid.dim(1), grid.dim(2));
    Value places = scope.reshape(inputs.get(1), Shape.of(n, pixels, 2));
    Value columns = shares(scope, scope.slice(places, 2, 0, 1), x.dim(3));
    Value rows = shares(scope, scope.slice(places, 2, 1, 1), height);
    Value lines = scope.matmul(scope.reshape(inputs.get(0), Shape.of(n, Math.multiplyExact(channels, height), x.dim(3))), columns, false, true);
    Value weighted = scope.mul(scope.reshape(lines, Shape.of(n, channels, height, pixels)),
        scope.reshape(scope.transpose(rows, 0, 2, 1), Shape.of(n, 1, height, pixels)));
    return scope.reshape(scope.sum(weighted, List.of(2), false), Shape.of(n, channels, grid.dim(1), grid.dim(2)));
  }

  /// How much of each of `size` rows or columns a place takes, [N, pixels, size], of places [N, pixels, 1].
  private Value shares(LayerScope scope, Value places, int size) {
    Value at = scope.add(places, 1);
    at = alignCorners ? scope.mul(at, (size - 1) / 2.0) : scope.mul(scope.sub(scope.mul(at, size), 1), 0.5);
    at = switch (paddingMode) {
      case ZEROS -> at;
      case BORDER -> scope.where(scope.lessEqual(at, scope.scalar(0)), scope.scalar(0),
          scope.where(scope.lessEqual(scope.scalar(size - 1), at), scope.scalar(size - 1), at));
    };
    Value lines = Constants.of(scope, Shape.of(1, 1, size), IntStream.range(0, size).asDoubleStream().toArray());
    return switch (mode) {
      case BILINEAR -> hat(scope, scope.sub(at, lines));
      case NEAREST -> scope.equal(scope.unary(Unary.Kind.ROUND, at), lines);
    };
  }

  /// max(0, 1 - |t|); where it has a corner, its slope is that to the right, as in PyTorch.
  private static Value hat(LayerScope scope, Value t) {
    Value zero = scope.scalar(0);
    Value left = scope.where(scope.less(t, scope.scalar(-1)), zero, scope.scalar(1));
    Value right = scope.where(scope.less(t, scope.scalar(1)), scope.scalar(-1), zero);
    return scope.withSlope(scope.relu(scope.sub(1, scope.abs(t))), t, scope.where(scope.less(t, zero), left, right));
  }
}
