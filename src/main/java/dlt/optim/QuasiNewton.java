package dlt.optim;

import java.util.Arrays;
import java.util.List;

/// The L-BFGS method with PyTorch's initial scaling and stopping rules: the direction is the gradient times an inverse Hessian
/// that is never formed, but applied by two loops over remembered moves and changes of the gradient (J. Nocedal, "Updating
/// quasi-Newton matrices with limited storage", 1980).
final class QuasiNewton {
  /// A function and its gradient, which goes into the second array.
  interface Objective {
    double at(double[] x, double[] gradient);
  }

  /// What is kept from step to step: moves and the changes of the gradient along them, oldest first, the last move, and the
  /// gradient before it (both zero before the first move).
  record Memory(List<double[]> moves, List<double[]> changes, double[] lastMove, double[] lastGradient) {
    boolean fresh() {
      return largest(lastGradient) == 0;
    }
  }

  private final Lbfgs settings;
  private final double lr;
  private final Memory memory;

  QuasiNewton(Lbfgs settings, double lr, Memory memory) {
    this.settings = settings;
    this.lr = lr;
    this.memory = memory;
  }

  /// Moves `x` downhill; says the value where it began.
  double step(double[] x, Objective objective) {
    double[] gradient = new double[x.length];
    double first = objective.at(x, gradient);
    double loss = first;
    int evaluations = 1;
    boolean flat = largest(gradient) <= settings.toleranceGrad();
    for (int i = 1; !flat && i <= settings.maxIter(); i++) {
      boolean fresh = memory.fresh();
      remember(gradient);
      double[] direction = direction(gradient);
      System.arraycopy(gradient, 0, memory.lastGradient(), 0, gradient.length);
      double length = fresh ? Math.min(1, 1 / Arrays.stream(gradient).map(Math::abs).sum()) * lr : lr;
      double slope = dot(gradient, direction);
      if (slope > -settings.toleranceChange()) {
        break;
      }
      double before = loss;
      if (settings.lineSearchFn().isPresent()) {
        StrongWolfe search = search(objective, x, direction);
        StrongWolfe.Point found = search.from(new StrongWolfe.Point(0, loss, gradient.clone(), slope), length);
        length = found.t();
        loss = found.loss();
        System.arraycopy(found.gradient(), 0, gradient, 0, gradient.length);
        evaluations += search.evaluations();
        move(x, direction, length);
      } else {
        move(x, direction, length);
        if (i < settings.maxIter()) {
          loss = objective.at(x, gradient);
          evaluations++;
        }
      }
      for (int j = 0; j < x.length; j++) {
        memory.lastMove()[j] = length * direction[j];
      }
      flat = largest(gradient) <= settings.toleranceGrad();
      if (evaluations >= settings.evaluations() || largest(memory.lastMove()) <= settings.toleranceChange()
          || Math.abs(loss - before) < settings.toleranceChange()) {
        break;
      }
    }
    return first;
  }

  private StrongWolfe search(Objective objective, double[] x, double[] direction) {
    return new StrongWolfe(t -> {
      double[] g = new double[x.length];
      double value = objective.at(moved(x, direction, t), g);
      return new StrongWolfe.Point(t, value, g, dot(g, direction));
    }, largest(direction), settings.toleranceChange());
  }

  /// Adds the last move and what it did to the gradient, where the curvature along it is positive.
  private void remember(double[] gradient) {
    if (memory.fresh()) {
      return;
    }
    double[] change = new double[gradient.length];
    for (int i = 0; i < change.length; i++) {
      change[i] = gradient[i] - memory.lastGradient()[i];
    }
    if (dot(change, memory.lastMove()) > 1e-10) {
      if (memory.moves().size() == settings.historySize()) {
        memory.moves().removeFirst();
        memory.changes().removeFirst();
      }
      memory.moves().add(memory.lastMove().clone());
      memory.changes().add(change);
    }
  }

  /// Minus the gradient times the inverse Hessian.
  private double[] direction(double[] gradient) {
    double[] r = Arrays.stream(gradient).map(v -> -v).toArray();
    int n = memory.moves().size();
    if (n == 0) {
      return r;
    }
    double[] alpha = new double[n];
    double[] rho = new double[n];
    for (int i = n - 1; i >= 0; i--) {
      rho[i] = 1 / dot(memory.changes().get(i), memory.moves().get(i));
      alpha[i] = dot(memory.moves().get(i), r) * rho[i];
      move(r, memory.changes().get(i), -alpha[i]);
    }
    double[] newest = memory.changes().getLast();
    double scale = dot(newest, memory.moves().getLast()) / dot(newest, newest);
    for (int i = 0; i < r.length; i++) {
      r[i] *= scale;
    }
    for (int i = 0; i < n; i++) {
      double beta = dot(memory.changes().get(i), r) * rho[i];
      move(r, memory.moves().get(i), alpha[i] - beta);
    }
    return r;
  }

  private static void move(double[] x, double[] direction, double t) {
    for (int i = 0; i < x.length; i++) {
      x[i] += t * direction[i];
    }
  }

  private static double[] moved(double[] x, double[] direction, double t) {
    double[] r = x.clone();
    move(r, direction, t);
    return r;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double largest(double[] x) {
    return Arrays.stream(x).map(Math::abs).max().orElse(0);
  }
}
