package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Value;
import java.util.List;
import java.util.Optional;

@Doc("The maximum of each window of signals [N, C, L].")
public record MaxPool1d(
    @Doc("Length of the window.") @Range(min = 1) int kernelSize,
    @Doc("Elements from one window to the next; the kernel's length where left out.") @Range(min = 1) Optional<Integer> stride,
    @Doc("Elements added on each side, which never win.") @Default("0") @Range(min = 0) int padding,
    @Doc("Elements from one element of the window to the next.") @Default("1") @Range(min = 1) int dilation,
    @Doc("Whether a last window may reach over the edge.") @Default("false") boolean ceilMode)
    implements Layer {
  public MaxPool1d {
    Pool.row(kernelSize, stride, padding, dilation, ceilMode);
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    return Rows.of(this, scope, inputs, x -> Pool.row(kernelSize, stride, padding, dilation, ceilMode).max(scope, x));
  }
}
