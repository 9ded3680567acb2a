package dlt.loss;

import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import java.util.Optional;
import java.util.function.LongPredicate;

/// What a loss expects of the target: known before data is read, from the predictions' shapes alone.
public sealed interface Target {
  /// The shape of the targets of one batch.
  Shape shape();

  /// The element type that the target has in the graph.
  DType dtype();

  /// The first of these values that the loss cannot take, as a sentence; empty where there is none. Shapes are not compared.
  Optional<String> fault(HostTensor values);

  /// Class indices `0 .. classes - 1`, int64; elements that are `ignored` do not count.
  record ClassIndices(Shape shape, int classes, long ignored) implements Target {
    @Override
    public DType dtype() {
      return DType.INT64;
    }

    @Override
    public Optional<String> fault(HostTensor values) {
      return first(values, i -> {
        double v = values.at(i);
        return v != ignored && !(v >= 0 && v < classes && v == Math.rint(v));
      }, "a class index from 0 to " + (classes - 1));
    }
  }

  /// Numbers between two limits, which are included (and may be infinite).
  record Numbers(Shape shape, double min, double max) implements Target {
    /// Any finite numbers.
    static Numbers any(Shape shape) {
      return new Numbers(shape, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    }

    /// Probabilities, above all the numbers 0 and 1.
    static Numbers probabilities(Shape shape) {
      return new Numbers(shape, 0, 1);
    }

    @Override
    public DType dtype() {
      return DType.FLOAT32;
    }

    @Override
    public Optional<String> fault(HostTensor values) {
      return first(values, i -> {
        double v = values.at(i);
        return !Double.isFinite(v) || v < min || v > max;
      }, min == Double.NEGATIVE_INFINITY && max == Double.POSITIVE_INFINITY ? "a finite number"
          : max == Double.POSITIVE_INFINITY ? "a number of at least " + min
          : "a number from " + min + " to " + max);
    }
  }

  /// The numbers 1 and -1, such as for alike and different.
  record Signs(Shape shape) implements Target {
    @Override
    public DType dtype() {
      return DType.FLOAT32;
    }

    @Override
    public Optional<String> fault(HostTensor values) {
      return first(values, i -> Math.abs(values.at(i)) != 1, "1 or -1");
    }
  }

  private static Optional<String> first(HostTensor values, LongPredicate wrong, String expected) {
    for (long i = 0; i < values.size(); i++) {
      if (wrong.test(i)) {
        double v = values.at(i);
        String found = v == Math.rint(v) && Math.abs(v) < 1e15 ? Long.toString((long) v) : Double.toString(v);
        long perSample = Math.max(1, values.size() / Math.max(1, values.shape().rank() == 0 ? 1 : values.shape().dim(0)));
        return Optional.of("the target of sample " + i / perSample + " is " + found + "; the loss needs " + expected);
      }
    }
    return Optional.empty();
  }
}
