package dlt.layer;

import dlt.config.Key;
import dlt.op.Value;
import java.util.List;
import java.util.Locale;

/// One kind of layer: the record's components are its arguments in the file. Adding one is its file and its line here.
public sealed interface Layer permits Linear, Sequential {
  /// Emits the layer's ops on `inputs` (one, unless [#takesSeveral]) and returns its output. Throws
  /// [dlt.op.ShapeException] where the shapes do not fit.
  Value emit(LayerScope scope, List<Value> inputs);

  /// Whether the layer joins several outputs, named by `from`.
  default boolean takesSeveral() {
    return false;
  }

  /// Its name in the file.
  default String kind() {
    Key key = getClass().getAnnotation(Key.class);
    return key != null ? key.value() : getClass().getSimpleName().replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
  }
}
