package dlt.layer;

import dlt.op.Op;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/// What a layer sees whose `weight` is computed from others: [#compute] is asked in its place, all else goes to `scope`.
abstract class Parametrized implements LayerScope {
  final LayerScope scope;
  private boolean asked;

  Parametrized(LayerScope scope) {
    this.scope = scope;
  }

  /// The weight, which without this would be a parameter of this shape.
  abstract Value compute(Shape shape, Init init);

  /// The output of `layer`. Throws [dlt.op.ShapeException] where it has no weight.
  Value emit(Layer outer, Layer layer, List<Value> inputs) {
    Value y = layer.emit(this, inputs);
    if (!asked) {
      throw new ShapeException(outer.kind(), layer.kind() + " has no parameter `weight`");
    }
    return y;
  }

  @Override
  public Value parameter(String name, Shape shape, Init init) {
    if (!name.equals("weight")) {
      return scope.parameter(name, shape, init);
    }
    asked = true;
    return compute(shape, init);
  }

  @Override
  public Value emit(Op op, List<Value> inputs) {
    return scope.emit(op, inputs);
  }

  @Override
  public boolean training() {
    return scope.training();
  }

  @Override
  public OptionalInt indices(Value value) {
    return scope.indices(value);
  }

  @Override
  public OptionalInt classes() {
    return scope.classes();
  }

  @Override
  public boolean frozen(String name) {
    return scope.frozen(name);
  }

  @Override
  public boolean cumulativeStatistics() {
    return scope.cumulativeStatistics();
  }

  @Override
  public Value buffer(String name, TensorType type, double initial) {
    return scope.buffer(name, type, initial);
  }

  @Override
  public Value update(Value buffer, UnaryOperator<Value> next) {
    return scope.update(buffer, next);
  }

  @Override
  public Value random(Shape shape) {
    return scope.random(shape);
  }

  @Override
  public Value sequence(String name, List<Placed> layers, Value input) {
    return scope.sequence(name, layers, input);
  }

  @Override
  public Value module(String module, List<Placed> layers, Value input) {
    return scope.module(module, layers, input);
  }
}
