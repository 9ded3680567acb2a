package dlt.backend.reference;

import dlt.backend.Buffer;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// A tensor as an array of doubles, or of longs where its type is int64. Float64 goes in and out unrounded:
/// [#write(HostTensor)] of a float64 tensor, and [#doubles()].
public final class ReferenceBuffer implements Buffer {
  private final TensorType type;
  private final double[] doubles;
  private final long[] longs;

  ReferenceBuffer(TensorType type) {
    int size = Math.toIntExact(type.shape().size());
    this.type = type;
    this.doubles = type.dtype() == DType.FLOAT32 ? new double[size] : null;
    this.longs = type.dtype() == DType.INT64 ? new long[size] : null;
    if (doubles == null && longs == null) {
      throw new IllegalArgumentException("a graph has float32 and int64 only, not " + type);
    }
  }

  @Override
  public TensorType type() {
    return type;
  }

  /// The values themselves in row-major order, not a copy. Throws [IllegalStateException] where they are int64.
  public double[] doubles() {
    if (doubles == null) {
      throw new IllegalStateException("a buffer of " + type + " has no doubles");
    }
    return doubles;
  }

  /// The values themselves in row-major order, not a copy. Throws [IllegalStateException] where they are float32.
  public long[] longs() {
    if (longs == null) {
      throw new IllegalStateException("a buffer of " + type + " has no longs");
    }
    return longs;
  }

  Shape shape() {
    return type.shape();
  }

  int size() {
    return doubles != null ? doubles.length : longs.length;
  }

  /// Element `i` becomes element `j` of `source`, a buffer of the same element type.
  void copy(int i, ReferenceBuffer source, int j) {
    if (doubles != null) {
      doubles[i] = source.doubles[j];
    } else {
      longs[i] = source.longs[j];
    }
  }

  /// Every element becomes `value`.
  void fill(double value) {
    if (doubles != null) {
      Arrays.fill(doubles, value);
    } else {
      Arrays.fill(longs, (long) value);
    }
  }

  /// All values become those of `source`, a buffer of the same type.
  void copy(ReferenceBuffer source) {
    System.arraycopy(source.doubles != null ? source.doubles : source.longs, 0, doubles != null ? doubles : longs, 0, size());
  }

  @Override
  public double at(long i) {
    return doubles != null ? doubles[(int) i] : longs[(int) i];
  }

  @Override
  public void set(long i, double value) {
    if (doubles != null) {
      doubles[(int) i] = value;
    } else {
      longs[(int) i] = (long) value;
    }
  }

  @Override
  public void write(MemorySegment source) {
    write(new HostTensor(type, source));
  }

  @Override
  public void write(HostTensor source) {
    if (!source.shape().equals(type.shape())) {
      throw new IllegalArgumentException("a buffer of " + type + " met " + source.type());
    }
    for (int i = 0; i < size(); i++) {
      if (doubles != null) {
        doubles[i] = source.at(i);
      } else {
        longs[i] = source.longAt(i);
      }
    }
  }

  @Override
  public void read(MemorySegment destination) {
    HostTensor tensor = new HostTensor(type, destination);
    for (int i = 0; i < size(); i++) {
      if (doubles != null) {
        tensor.set(i, doubles[i]);
      } else {
        tensor.setLong(i, longs[i]);
      }
    }
  }
}
