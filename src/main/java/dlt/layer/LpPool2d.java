package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.IntPair;
import dlt.config.Range;
import dlt.op.Value;
import java.util.List;
import java.util.Optional;

@Doc("The root of the sum of powers of each window of images [N, C, H, W]; with norm_type 1 the sum.")
public record LpPool2d(
    @Doc("The power.") @Range(min = 0, minExclusive = true) double normType,
    @Doc("Rows and columns of the window.") IntPair kernelSize,
    @Doc("Rows and columns from one window to the next; the kernel's where left out.") Optional<IntPair> stride,
    @Doc("Whether a last window may reach over the edge.") @Default("false") boolean ceilMode)
    implements Layer {
  public LpPool2d {
    Pool.of(kernelSize, stride, IntPair.of(0), IntPair.of(1), ceilMode);
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Expect.images(this, inputs);
    return Pool.of(kernelSize, stride, IntPair.of(0), IntPair.of(1), ceilMode).norm(scope, inputs.getFirst(), normType);
  }
}
