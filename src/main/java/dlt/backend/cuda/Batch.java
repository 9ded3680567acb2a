package dlt.backend.cuda;

import dlt.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/// The leading dimensions of two operands that broadcast: of the matrices of A and B that are multiplied, where each begins.
/// Neighbouring dimensions that both operands go through as one are one; there is none of size 1.
record Batch(List<Dimension> dimensions) {
  static final Batch ONE = new Batch(List.of());

  /// @param aStride floats from one matrix of A to the next, 0 where A is broadcast
  record Dimension(int size, int aStride, int bStride) {}

  Batch {
    dimensions = List.copyOf(dimensions);
  }

  static Batch of(Shape a, Shape b) {
    Shape left = new Shape(a.dims().subList(0, a.rank() - 2));
    Shape right = new Shape(b.dims().subList(0, b.rank() - 2));
    Shape all = Shape.broadcast(left, right);
    long aStride = (long) a.dim(-1) * a.dim(-2);
    long bStride = (long) b.dim(-1) * b.dim(-2);
    List<Dimension> r = new ArrayList<>();
    for (int d = 1; d <= all.rank(); d++) {
      boolean inA = d <= left.rank() && left.dim(-d) > 1;
      boolean inB = d <= right.rank() && right.dim(-d) > 1;
      Dimension dimension = new Dimension(all.dim(-d), inA ? Math.toIntExact(aStride) : 0, inB ? Math.toIntExact(bStride) : 0);
      aStride *= inA ? dimension.size : 1;
      bStride *= inB ? dimension.size : 1;
      Dimension inner = r.isEmpty() ? null : r.getFirst();
      if (dimension.size == 1) {
        continue;
      }
      if (inner != null && dimension.aStride == inner.aStride * inner.size && dimension.bStride == inner.bStride * inner.size) {
        r.set(0, new Dimension(dimension.size * inner.size, inner.aStride, inner.bStride));
      } else {
        r.addFirst(dimension);
      }
    }
    return new Batch(r);
  }

  int count() {
    return dimensions.stream().mapToInt(Dimension::size).reduce(1, Math::multiplyExact);
  }

  /// The innermost dimensions, at most `most`.
  Batch inner(int most) {
    return new Batch(dimensions.subList(Math.max(0, dimensions.size() - most), dimensions.size()));
  }

  /// The dimensions around [#inner].
  Batch outer(int most) {
    return new Batch(dimensions.subList(0, Math.max(0, dimensions.size() - most)));
  }

  /// Where A's and B's matrix number `index` begin, in floats.
  long[] offsets(int index) {
    long[] r = new long[2];
    for (Dimension d : dimensions.reversed()) {
      r[0] += (long) (index % d.size) * d.aStride;
      r[1] += (long) (index % d.size) * d.bStride;
      index /= d.size;
    }
    return r;
  }
}
