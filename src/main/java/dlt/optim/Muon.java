package dlt.optim;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Unary;
import dlt.op.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

@Doc("Momentum made orthogonal, for weights [out, in]; other parameters take adamw with this rate and decay.")
public record Muon(
    @Doc("Learning rate.") @Range(min = 0) @Default("1e-3") double lr,
    @Doc("How much of a parameter is taken off at each step, times the learning rate.")
        @Range(min = 0) @Default("0.1") double weightDecay,
    @Doc("How much of the last directions is kept.") @Range(min = 0, max = 1) @Default("0.95") double momentum,
    @Doc("Nesterov's momentum.") @Default("true") boolean nesterov,
    @Doc("The polynomial of the Newton-Schulz iteration.")
        @Default("[3.4445, -4.775, 2.0315]") Coefficients nsCoefficients,
    @Doc("The least norm that a matrix is divided by.") @Range(min = 0) @Default("1e-7") double eps,
    @Doc("How many times the iteration is applied.") @Range(min = 1, max = 99) @Default("5") int nsSteps,
    @Doc("How the rate depends on the matrix.") @Default("original") Adjustment adjustLrFn,
    @Doc("Parameters with settings of their own.") @Default("[]") List<Group> groups)
    implements Optimizer {
  /// Of `a x + b x^3 + c x^5`.
  public record Coefficients(@Doc("Of x.") double a, @Doc("Of x cubed.") double b, @Doc("Of x to the fifth.") double c) {}

  /// What the learning rate is multiplied by for a matrix [rows, columns].
  public enum Adjustment {
    @Doc("sqrt(max(1, rows / columns)).")
    ORIGINAL,
    @Doc("0.2 sqrt(max(rows, columns)): steps as large as AdamW's.")
    MATCH_RMS_ADAMW;

    double factor(double rows, double columns) {
      return switch (this) {
        case ORIGINAL -> Math.sqrt(Math.max(1, rows / columns));
        case MATCH_RMS_ADAMW -> 0.2 * Math.sqrt(Math.max(rows, columns));
      };
    }
  }

  @Override
  public void emit(OptimScope scope, Value parameter, Value gradient) {
    if (parameter.shape().rank() != 2) {
      others(lr).emit(scope, parameter, gradient);
      return;
    }
    Value kept = scope.state("momentum_buffer", parameter.shape(), 0);
    Value share = scope.scalar("share");
    Value buffer = Steps.lerp(scope, kept, gradient, share);
    scope.assign(kept, buffer);
    Value update = orthogonal(scope, nesterov ? Steps.lerp(scope, buffer, gradient, share) : buffer);
    double factor = adjustLrFn.factor(parameter.shape().dim(0), parameter.shape().dim(1));
    Value p = Steps.shrunk(scope, parameter, weightDecay);
    scope.assign(parameter, scope.sub(p, scope.mul(update, scope.mul(scope.scalar("lr"), factor))));
  }

  /// The orthogonal matrix nearest to `matrix`, roughly: a quintic Newton-Schulz iteration in bfloat16 (K. Jordan, "Muon: An
  /// optimizer for hidden layers in neural networks", 2024), rounded where PyTorch rounds.
  private Value orthogonal(OptimScope scope, Value matrix) {
    boolean high = matrix.shape().dim(0) > matrix.shape().dim(1);
    Value x = rounded(scope, high ? scope.transpose(matrix, 1, 0) : matrix);
    Value norm = rounded(scope, scope.sqrt(scope.sum(scope.square(x))));
    x = rounded(scope, scope.div(x, scope.max(norm, eps)));
    for (int i = 0; i < nsSteps; i++) {
      Value gram = rounded(scope, scope.matmul(x, x, false, true));
      Value squared = scope.mul(scope.matmul(gram, gram), nsCoefficients.c());
      Value polynomial = rounded(scope, scope.add(scope.mul(gram, nsCoefficients.b()), squared));
      x = rounded(scope, scope.add(scope.mul(x, nsCoefficients.a()), scope.matmul(polynomial, x)));
    }
    return high ? scope.transpose(x, 1, 0) : x;
  }

  private AdamW others(double lr) {
    return new AdamW(lr, new Betas(0.9, 0.999), 1e-8, weightDecay, false, false, List.of());
  }

  private static Value rounded(OptimScope scope, Value x) {
    return scope.unary(Unary.Kind.BFLOAT16, x);
  }

  @Override
  public Map<String, Double> scalars(long step, double lr) {
    Map<String, Double> r = new HashMap<>(others(lr).scalars(step, lr));
    r.put("lr", lr);
    r.put("share", 1 - momentum);
    r.put("keep", 1 - lr * weightDecay);
    return r;
  }

  @Override
  public Optional<Optimizer> withMomentum(double momentum) {
    return Optional.of(Settings.with(this, "momentum", momentum));
  }
}
