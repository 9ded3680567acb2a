package dlt.layer;

import dlt.config.Doc;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

@Doc("The same numbers of each sample under another shape.")
public record Reshape(@Doc("The sizes of a sample, without the batch; one may be -1.") List<Integer> shape) implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Shape x = inputs.getFirst().shape();
    List<Integer> r = new ArrayList<>(List.of(x.dim(0)));
    r.addAll(fill(this, shape, x.size(1, x.rank())));
    return scope.reshape(inputs.getFirst(), new Shape(r));
  }

  /// `sizes` with the size in place of a -1 that makes their product `count`.
  static List<Integer> fill(Layer layer, List<Integer> sizes, long count) {
    long known = 1;
    for (int s : sizes) {
      known = Math.multiplyExact(known, s == -1 ? 1L : s);
    }
    boolean open = sizes.stream().filter(s -> s == -1).count() == 1;
    if (known <= 0 || sizes.stream().anyMatch(s -> s < -1) || (open ? count % known != 0 : count != known)) {
      throw new ShapeException(layer.kind(), sizes + " met " + count + " elements");
    }
    long rest = count / known;
    return sizes.stream().map(s -> s == -1 ? Math.toIntExact(rest) : s).toList();
  }
}
