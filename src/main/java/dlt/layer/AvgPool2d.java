package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.IntPair;
import dlt.op.Value;
import java.util.List;
import java.util.Optional;

@Doc("The mean of each window of images [N, C, H, W].")
public record AvgPool2d(
    @Doc("Rows and columns of the window.") IntPair kernelSize,
    @Doc("Rows and columns from one window to the next; the kernel's where left out.") Optional<IntPair> stride,
    @Doc("Zeros added on each side.") @Default("0") IntPair padding,
    @Doc("Whether a last window may reach over the edge.") @Default("false") boolean ceilMode,
    @Doc("Whether the added zeros count in the mean.") @Default("true") boolean countIncludePad)
    implements Layer {
  public AvgPool2d {
    Pool.of(kernelSize, stride, padding, IntPair.of(1), ceilMode);
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Expect.images(this, inputs);
    return Pool.of(kernelSize, stride, padding, IntPair.of(1), ceilMode).average(scope, inputs.getFirst(), countIncludePad);
  }
}
