package dlt.layer;

import dlt.op.Op;
import dlt.op.Value;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/// What the layer inside a [Parametrization] sees: the computed weight in place of its own, all else from `scope`.
final class ParametrizedScope implements LayerScope {
  private final LayerScope scope;
  private final Parametrization around;
  private boolean asked;

  ParametrizedScope(LayerScope scope, Parametrization around) {
    this.scope = scope;
    this.around = around;
  }

  /// Whether the layer has asked for its weight.
  boolean asked() {
    return asked;
  }

  @Override
  public Value parameter(String name, Shape shape, Init init) {
    if (!name.equals("weight")) {
      return scope.parameter(name, shape, init);
    }
    asked = true;
    return around.weight(scope, shape, init);
  }

  @Override
  public Value tied(String layer, String name, Shape shape) {
    return scope.tied(layer, name, shape);
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
