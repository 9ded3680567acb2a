package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.IntTriple;
import dlt.config.Range;
import dlt.op.Value;
import java.util.List;
import java.util.Optional;

/// The mean of each slice's windows first, then of those behind one another: what a window counts is a product.
@Doc("The mean of each window of volumes [N, C, D, H, W].")
public record AvgPool3d(
    @Doc("Depth, rows and columns of the window.") IntTriple kernelSize,
    @Doc("Slices, rows and columns from one window to the next; the kernel's where left out.") Optional<IntTriple> stride,
    @Doc("Zeros added on each side.") @Default("0") IntTriple padding,
    @Doc("Whether a last window may reach over the edge.") @Default("false") boolean ceilMode,
    @Doc("Whether the added zeros count in the mean.") @Default("true") boolean countIncludePad,
    @Doc("What the sum of a window is divided by; the number of its elements where left out.") @Range(min = 1) Optional<Integer> divisorOverride)
    implements Layer {
  public AvgPool3d {
    Pool.slices(kernelSize, stride, padding, IntTriple.of(1), ceilMode);
    Pool.depth(kernelSize, stride, padding, IntTriple.of(1), ceilMode);
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Volumes.of(this, inputs);
    Pool slices = Pool.slices(kernelSize, stride, padding, IntTriple.of(1), ceilMode);
    Pool depth = Pool.depth(kernelSize, stride, padding, IntTriple.of(1), ceilMode);
    Value y = Volumes.slices(scope, inputs.getFirst(), x -> divisorOverride.map(d -> slices.sum(scope, x, d)).orElseGet(() -> slices.average(scope, x, countIncludePad)));
    return Volumes.depth(scope, y, x -> divisorOverride.isPresent() ? depth.sum(scope, x, 1) : depth.average(scope, x, countIncludePad));
  }
}
