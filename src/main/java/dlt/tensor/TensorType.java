package dlt.tensor;

import java.util.Locale;

/// What is known of a tensor before it has values.
public record TensorType(DType dtype, Shape shape) {
  public static TensorType float32(Shape shape) {
    return new TensorType(DType.FLOAT32, shape);
  }

  public static TensorType float32(int... dims) {
    return float32(Shape.of(dims));
  }

  public static TensorType int64(Shape shape) {
    return new TensorType(DType.INT64, shape);
  }

  public static TensorType int64(int... dims) {
    return int64(Shape.of(dims));
  }

  /// Size in bytes, without padding.
  public long bytes() {
    return Math.multiplyExact(shape.size(), (long) dtype.bytes());
  }

  @Override
  public String toString() {
    return dtype.name().toLowerCase(Locale.ROOT) + shape;
  }
}
