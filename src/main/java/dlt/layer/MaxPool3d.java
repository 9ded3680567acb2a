package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.IntTriple;
import dlt.op.Value;
import java.util.List;
import java.util.Optional;

/// The maximum of each slice's windows first, then of those behind one another.
@Doc("The maximum of each window of volumes [N, C, D, H, W].")
public record MaxPool3d(
    @Doc("Depth, rows and columns of the window.") IntTriple kernelSize,
    @Doc("Slices, rows and columns from one window to the next; the kernel's where left out.") Optional<IntTriple> stride,
    @Doc("Elements added on each side, which never win.") @Default("0") IntTriple padding,
    @Doc("Slices, rows and columns from one element of the window to the next.") @Default("1") IntTriple dilation,
    @Doc("Whether a last window may reach over the edge.") @Default("false") boolean ceilMode)
    implements Layer {
  public MaxPool3d {
    Pool.slices(kernelSize, stride, padding, dilation, ceilMode);
    Pool.depth(kernelSize, stride, padding, dilation, ceilMode);
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Volumes.of(this, inputs);
    Value y = Volumes.slices(scope, inputs.getFirst(), x -> Pool.slices(kernelSize, stride, padding, dilation, ceilMode).max(scope, x));
    return Volumes.depth(scope, y, x -> Pool.depth(kernelSize, stride, padding, dilation, ceilMode).max(scope, x));
  }
}
