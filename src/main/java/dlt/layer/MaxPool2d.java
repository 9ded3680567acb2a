package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.IntPair;
import dlt.op.Value;
import java.util.List;
import java.util.Optional;

@Doc("The maximum of each window of images [N, C, H, W].")
public record MaxPool2d(
    @Doc("Rows and columns of the window.") IntPair kernelSize,
    @Doc("Rows and columns from one window to the next; the kernel's where left out.") Optional<IntPair> stride,
    @Doc("Pixels added on each side, which never win.") @Default("0") IntPair padding,
    @Doc("Rows and columns from one element of the window to the next.") @Default("1") IntPair dilation,
    @Doc("Whether a last window may reach over the edge.") @Default("false") boolean ceilMode)
    implements Layer {
  public MaxPool2d {
    Pool.of(kernelSize, stride, padding, dilation, ceilMode);
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Expect.images(this, inputs);
    return Pool.of(kernelSize, stride, padding, dilation, ceilMode).max(scope, inputs.getFirst());
  }
}
