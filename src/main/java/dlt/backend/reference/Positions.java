package dlt.backend.reference;

import dlt.tensor.Shape;

/// Where the elements of a strided view lie: for each index of a shape in row-major order, `offset` plus each coordinate times
/// its stride. Broadcasting (stride 0), transposing (strides in another order) and slicing (an offset) are all such views.
final class Positions {
  private Positions() {}

  static int[] of(Shape shape, long[] strides, long offset) {
    int[] positions = new int[Math.toIntExact(shape.size())];
    int[] sizes = shape.toArray();
    int[] index = new int[sizes.length];
    long at = offset;
    for (int i = 0; i < positions.length; i++) {
      positions[i] = (int) at;
      for (int d = sizes.length - 1; d >= 0; d--) {
        at += strides[d];
        if (++index[d] < sizes[d]) {
          break;
        }
        at -= strides[d] * sizes[d];
        index[d] = 0;
      }
    }
    return positions;
  }

  /// For each element of `to`, which element of `from` is broadcast there.
  static int[] broadcast(Shape from, Shape to) {
    long[] strides = new long[to.rank()];
    int lead = to.rank() - from.rank();
    for (int d = lead; d < to.rank(); d++) {
      strides[d] = from.dim(d - lead) == 1 ? 0 : from.strides()[d - lead];
    }
    return of(to, strides, 0);
  }
}
