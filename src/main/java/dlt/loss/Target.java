package dlt.loss;

import dlt.tensor.DType;
import dlt.tensor.Shape;

/// What a loss expects of the target: known before data is read, from the predictions' shapes alone.
public sealed interface Target {
  /// The shape of the targets of one batch.
  Shape shape();

  /// The element type that the target has in the graph.
  DType dtype();

  /// Class indices `0 .. classes - 1`, int64; elements that are `ignored` do not count.
  record ClassIndices(Shape shape, int classes, long ignored) implements Target {
    @Override
    public DType dtype() {
      return DType.INT64;
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
  }

  /// The numbers 1 and -1, such as for alike and different.
  record Signs(Shape shape) implements Target {
    @Override
    public DType dtype() {
      return DType.FLOAT32;
    }
  }

  /// Labels `0 .. classes - 1` in their order, int64, with the `blank`, which is no label, behind the last one. `steps` steps can tell
  /// them: one a label, and one more between two that are alike.
  record LabelSequences(Shape shape, int classes, int blank, int steps) implements Target {
    @Override
    public DType dtype() {
      return DType.INT64;
    }
  }
}
