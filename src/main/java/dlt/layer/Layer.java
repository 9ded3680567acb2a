package dlt.layer;

import dlt.op.Value;
import java.util.List;

/// One kind of layer: the record's components are its arguments in the file. Adding one is its file and its line here.
public sealed interface Layer permits Linear, Sequential {
  /// Emits the layer's ops on `inputs` (one, unless the layer is one that takes several) and returns its output. Throws
  /// [dlt.op.ShapeException] where the shapes do not fit.
  Value emit(LayerScope scope, List<Value> inputs);
}
