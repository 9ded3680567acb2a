package dlt.optim;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.config.Shorthand;
import dlt.op.Emit;
import dlt.op.Value;
import java.util.List;
import java.util.Optional;

@Doc("Limits to the gradients; where both are given, values come first.")
@Shorthand
public record GradientClip(
    @Doc("The largest norm of all gradients together; larger ones are scaled down.") @Range(min = 0, minExclusive = true)
        Optional<Double> norm,
    @Doc("The largest magnitude of a gradient's element; larger ones are cut.") @Range(min = 0, minExclusive = true)
        Optional<Double> value,
    @Doc("Which norm: 2, 1 for the sum of magnitudes, .inf for the largest, or another power.") @Range(min = 0, minExclusive = true) @Default("2") double normType) {
  /// The gradients within the limits, in their order (PyTorch's `clip_grad_value_` and `clip_grad_norm_`).
  public List<Value> emit(Emit g, List<Value> gradients) {
    List<Value> r = gradients;
    if (value.isPresent()) {
      r = r.stream().map(v -> g.max(g.min(v, value.get()), -value.get())).toList();
    }
    if (norm.isPresent() && !r.isEmpty()) {
      Value scale = g.min(g.div(g.scalar(norm.get()), g.add(norm(g, r), 1e-6)), 1);
      r = r.stream().map(v -> g.mul(v, scale)).toList();
    }
    return r;
  }

  private Value norm(Emit g, List<Value> gradients) {
    if (normType == 2) {
      return g.sqrt(gradients.stream().map(v -> g.sum(g.square(v))).reduce(g::add).orElseThrow());
    }
    if (normType == Double.POSITIVE_INFINITY) {
      return gradients.stream().map(v -> g.reduceMax(g.abs(v), v.shape().axes(), false)).reduce(g::max).orElseThrow();
    }
    Value powers = gradients.stream().map(v -> g.sum(g.pow(g.abs(v), normType))).reduce(g::add).orElseThrow();
    return g.pow(powers, 1 / normType);
  }
}
