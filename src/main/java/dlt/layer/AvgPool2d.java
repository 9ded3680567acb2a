package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.IntPair;
import dlt.config.Range;
import dlt.op.Value;
import java.util.List;
import java.util.Optional;

@Doc("The mean of each window of images [N, C, H, W].")
public record AvgPool2d(
    @Doc("Rows and columns of the window.") IntPair kernelSize,
    @Doc("Rows and columns from one window to the next; the kernel's where left out.") Optional<IntPair> stride,
    @Doc("Zeros added on each side.") @Default("0") IntPair padding,
    @Doc("Whether a last window may reach over the edge.") @Default("false") boolean ceilMode,
    @Doc("Whether the added zeros count in the mean.") @Default("true") boolean countIncludePad,
    @Doc("What the sum of a window is divided by; the number of its pixels where left out.") @Range(min = 1) Optional<Integer> divisorOverride)
    implements Layer {
  public AvgPool2d {
    Pool.of(kernelSize, stride, padding, IntPair.of(1), ceilMode);
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Expect.images(this, inputs);
    Pool pool = Pool.of(kernelSize, stride, padding, IntPair.of(1), ceilMode);
    return divisorOverride.map(d -> pool.sum(scope, inputs.getFirst(), d)).orElseGet(() -> pool.average(scope, inputs.getFirst(), countIncludePad));
  }
}
