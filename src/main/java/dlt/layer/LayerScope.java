package dlt.layer;

import dlt.op.Emit;
import dlt.op.Value;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/// What a layer may ask for while it emits its ops. Names are relative to the layer: `weight` becomes `3.weight`.
public interface LayerScope extends Emit {
  /// Whether the graph is for training: dropout drops, batch norm uses the batch.
  boolean training();

  /// How many indices `value` may hold, where it is an input of the model that holds indices and the data say how many.
  OptionalInt indices(Value value);

  /// How many classes the model's target has, where it is one and the data say how many.
  OptionalInt classes();

  /// Whether the buffer of this name keeps its value in training too; its layer then works as in inference.
  boolean frozen(String name);

  /// Whether running statistics become the plain mean over all batches since they were 0, whatever the layer's own momentum
  /// (torch.optim.swa_utils.update_bn).
  boolean cumulativeStatistics();

  /// A trainable parameter. Asking again for a name gives the same parameter: shared weights.
  Value parameter(String name, Shape shape, Init init);

  /// The parameter `name` of a layer before this one, `layer` by its `as` name: tied weights. Throws [dlt.op.ShapeException] where there is
  /// none, or none of this shape.
  Value tied(String layer, String name, Shape shape);

  /// A value that is kept but not trained, such as a running mean; `initial` fills it at first.
  Value buffer(String name, TensorType type, double initial);

  /// Says what becomes of `buffer` at the end of a training step: `next` of its value so far, which is what it was before
  /// the step or, where weights are shared, what the layer's earlier uses in the same step made of it. Returns what it becomes.
  Value update(Value buffer, UnaryOperator<Value> next);

  /// Independent numbers in [0, 1), new at every step; for training graphs alone.
  Value random(Shape shape);

  /// Applies `layers` one after the other, names prefixed by `name` (no prefix where it is empty), and returns the last
  /// one's output. Inside, `from` sees what was named before, here and outside.
  Value sequence(String name, List<Placed> layers, Value input);

  /// Applies `layers` as [#sequence] does, with parameters named after `module` wherever this layer stands: each use of a
  /// module has the same weights. Inside, `from` sees the module's own names alone.
  Value module(String module, List<Placed> layers, Value input);
}
