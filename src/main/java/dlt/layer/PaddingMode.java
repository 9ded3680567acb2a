package dlt.layer;

import dlt.op.Emit;
import dlt.op.Pad;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Locale;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/// What stands in the elements that are added around an image or a signal.
public enum PaddingMode {
  /// Zeros.
  ZEROS,
  /// The image mirrored at its outermost pixel, which is not repeated.
  REFLECT,
  /// The outermost pixel.
  REPLICATE,
  /// The pixels from the other side.
  CIRCULAR;

  /// Images [N, C, H, W] with `border` around them.
  Value pad(Emit emit, Value x, Border border) {
    return switch (this) {
      case ZEROS -> emit.emit(new Pad(List.of(0, 0, border.top(), border.left()), List.of(0, 0, border.bottom(), border.right()), 0), x);
      case REFLECT, REPLICATE, CIRCULAR ->
          side(emit, side(emit, x, 2, border.top(), border.bottom()), 3, border.left(), border.right());
    };
  }

  /// Signals [N, C, L] with `sides` at their ends.
  Value pad(Emit emit, Value x, Sides sides) {
    return switch (this) {
      case ZEROS -> emit.emit(new Pad(List.of(0, 0, sides.left()), List.of(0, 0, sides.right()), 0), x);
      case REFLECT, REPLICATE, CIRCULAR -> side(emit, x, 2, sides.left(), sides.right());
    };
  }

  private Value side(Emit emit, Value x, int dim, int before, int after) {
    int size = x.shape().dim(dim);
    int most = this == REFLECT ? size - 1 : this == CIRCULAR ? size : Integer.MAX_VALUE;
    if (Math.max(before, after) > most) {
      throw new ShapeException("pad", name().toLowerCase(Locale.ROOT) + " by " + Math.max(before, after) + " met " + x.shape()
          + ": dimension " + dim + " allows " + most + " at most");
    }
    return before == 0 && after == 0 ? x : pick(emit, x, dim, Math.toIntExact((long) before + size + after), i -> source(i - before, size));
  }

  private int source(int i, int size) {
    return switch (this) {
      case ZEROS -> throw new IllegalStateException("zeros come from nowhere");
      case REFLECT -> i < 0 ? -i : i >= size ? 2 * (size - 1) - i : i;
      case REPLICATE -> Math.clamp(i, 0, size - 1);
      case CIRCULAR -> Math.floorMod(i, size);
    };
  }

  /// `x` with `size` slices along `dim`, each taken from the slice of `x` that `source` gives for it.
  static Value pick(Emit emit, Value x, int dim, int size, IntUnaryOperator source) {
    long[] indices = IntStream.range(0, size).map(source).asLongStream().toArray();
    return emit.gather(x, emit.literal(HostTensor.of(Shape.of(size), indices)), dim);
  }
}
