package dlt.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// The sizes of a tensor's dimensions, outermost first. A scalar has none. Sizes are at least 0.
public record Shape(List<Integer> dims) {
  /// The shape of a scalar.
  public static final Shape SCALAR = new Shape(List.of());

  public Shape {
    dims = List.copyOf(dims);
    for (int d : dims) {
      if (d < 0) {
        throw new IllegalArgumentException("a dimension is negative: " + dims);
      }
    }
  }

  public static Shape of(int... dims) {
    Integer[] boxed = new Integer[dims.length];
    for (int i = 0; i < dims.length; i++) {
      boxed[i] = dims[i];
    }
    return new Shape(List.of(boxed));
  }

  public int rank() {
    return dims.size();
  }

  /// The size of dimension `d`; negative counts from the end.
  public int dim(int d) {
    return dims.get(axis(d));
  }

  /// `d` counted from the front. Throws [IndexOutOfBoundsException] where there is no such dimension.
  public int axis(int d) {
    int axis = d < 0 ? d + rank() : d;
    if (axis < 0 || axis >= rank()) {
      throw new IndexOutOfBoundsException("dimension " + d + " of " + this);
    }
    return axis;
  }

  /// The number of elements. Throws [ArithmeticException] where it exceeds a long.
  public long size() {
    long n = 1;
    for (int d : dims) {
      n = Math.multiplyExact(n, (long) d);
    }
    return n;
  }

  /// The product of dimensions `from` (inclusive) to `to` (exclusive).
  public long size(int from, int to) {
    long n = 1;
    for (int d = from; d < to; d++) {
      n = Math.multiplyExact(n, (long) dims.get(d));
    }
    return n;
  }

  /// Row-major strides in elements.
  public long[] strides() {
    long[] s = new long[rank()];
    long n = 1;
    for (int i = rank() - 1; i >= 0; i--) {
      s[i] = n;
      n *= dims.get(i);
    }
    return s;
  }

  /// This shape with dimension `d` of another size.
  public Shape with(int d, int size) {
    List<Integer> r = new ArrayList<>(dims);
    r.set(axis(d), size);
    return new Shape(r);
  }

  /// This shape without its dimension `d`.
  public Shape without(int d) {
    List<Integer> r = new ArrayList<>(dims);
    r.remove(axis(d));
    return new Shape(r);
  }

  /// This shape with a dimension of `size` before dimension `d` (`d` up to the rank).
  public Shape insert(int d, int size) {
    List<Integer> r = new ArrayList<>(dims);
    r.add(d, size);
    return new Shape(r);
  }

  /// The dimensions as an array.
  public int[] toArray() {
    return dims.stream().mapToInt(Integer::intValue).toArray();
  }

  /// The shape that both broadcast to by NumPy's rule, or null where they do not.
  public static Shape broadcast(Shape a, Shape b) {
    int rank = Math.max(a.rank(), b.rank());
    List<Integer> r = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      int da = i < rank - a.rank() ? 1 : a.dims.get(i - rank + a.rank());
      int db = i < rank - b.rank() ? 1 : b.dims.get(i - rank + b.rank());
      if (da != db && da != 1 && db != 1) {
        return null;
      }
      r.add(da == 1 ? db : da);
    }
    return new Shape(r);
  }

  /// `0, 1, ..., rank - 1`.
  public List<Integer> axes() {
    return IntStream.range(0, rank()).boxed().toList();
  }

  /// As people and PyTorch write it: `[128, 1, 28, 28]`.
  @Override
  public String toString() {
    return dims.toString();
  }
}
