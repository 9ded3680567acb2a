package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Value;
import java.util.List;
import java.util.Optional;

@Doc("The root of the sum of powers of each window of signals [N, C, L]; with norm_type 1 the sum.")
public record LpPool1d(
    @Doc("The power.") @Range(min = 0, minExclusive = true) double normType,
    @Doc("Length of the window.") @Range(min = 1) int kernelSize,
    @Doc("Elements from one window to the next; the kernel's length where left out.") @Range(min = 1) Optional<Integer> stride,
    @Doc("Whether a last window may reach over the edge.") @Default("false") boolean ceilMode)
    implements Layer {
  public LpPool1d {
    Pool.row(kernelSize, stride, 0, 1, ceilMode);
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    return Rows.of(this, scope, inputs, x -> Pool.row(kernelSize, stride, 0, 1, ceilMode).norm(scope, x, normType));
  }
}
