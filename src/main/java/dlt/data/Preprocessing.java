package dlt.data;

import dlt.tensor.HostTensor;
import dlt.tensor.TensorType;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// The preprocessing of one input, with its numbers: `steps` in their order turn samples of `input.type()` into samples of
/// `output`.
public record Preprocessing(Field input, List<Fitted> steps, TensorType output) {
  public Preprocessing {
    steps = List.copyOf(steps);
  }

  /// The type that comes out, known before any data are read.
  public static TensorType output(List<Preprocess> steps, Field input) {
    throw new UnsupportedOperationException("Preprocessing.output");
  }

  /// Fits `steps` to the input `field` over `train`: each to what the steps before it leave, in float64 and in the order of
  /// the samples, so that the same data give the same bits. Steps that the source asks for come first ([Source#preprocess]),
  /// one-hot encoding last. Throws Failure(DATA) where a value is missing (NaN) and no step fills it in.
  public static Preprocessing fit(List<Preprocess> steps, Part train, int field) {
    throw new UnsupportedOperationException("Preprocessing.fit");
  }

  /// The numbers by name, `0.center` and so on: with them and the same steps, [#restore] makes the same object.
  public SequencedMap<String, HostTensor> tensors() {
    throw new UnsupportedOperationException("Preprocessing.tensors");
  }

  /// What [#fit] gave, from its numbers. Throws Failure(DATA) where they do not belong to these steps.
  public static Preprocessing restore(List<Preprocess> steps, Field input, Map<String, HostTensor> tensors) {
    throw new UnsupportedOperationException("Preprocessing.restore");
  }

  /// One sample through the steps, in double: what the graph computes.
  public double[] apply(double[] sample) {
    throw new UnsupportedOperationException("Preprocessing.apply");
  }
}
