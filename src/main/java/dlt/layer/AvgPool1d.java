package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Value;
import java.util.List;
import java.util.Optional;

@Doc("The mean of each window of signals [N, C, L].")
public record AvgPool1d(
    @Doc("Length of the window.") @Range(min = 1) int kernelSize,
    @Doc("Elements from one window to the next; the kernel's length where left out.") @Range(min = 1) Optional<Integer> stride,
    @Doc("Zeros added on each side.") @Default("0") @Range(min = 0) int padding,
    @Doc("Whether a last window may reach over the edge.") @Default("false") boolean ceilMode,
    @Doc("Whether the added zeros count in the mean.") @Default("true") boolean countIncludePad)
    implements Layer {
  public AvgPool1d {
    Pool.row(kernelSize, stride, padding, 1, ceilMode);
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    return Rows.of(this, scope, inputs, x -> Pool.row(kernelSize, stride, padding, 1, ceilMode).average(scope, x, countIncludePad));
  }
}
