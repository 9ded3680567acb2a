package dlt.data;

import dlt.data.Finding.Rule;
import dlt.data.Finding.Severity;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/// What the numbers of single features say: that they are the target, or always the same.
final class FeatureFindings {
  /// Samples beyond these are not looked at, nor targets and features of more numbers.
  private static final int SAMPLES = 100_000, TARGETS = 16, FEATURES = 4096;
  /// Of many features fewer samples are looked at: so many numbers in all.
  private static final int NUMBERS = 1 << 25;
  /// Fewer samples correlate by chance.
  private static final int FEW = 10;
  private static final double CORRELATION = 0.999;

  /// One number of a target, of each sample.
  private record Answer(Field field, double[] values) {
    /// Whether it is to be the same as the input, as an autoencoder's, or a class of several steps, of which an array as long may hold
    /// those before.
    boolean repeats(Field input) {
      boolean steps = field.type().dtype() == DType.INT64 && field.type().shape().rank() > 0 && input.columns().isEmpty();
      return (steps || field.name().equals(input.name())) && field.type().shape().equals(input.type().shape());
    }
  }

  private FeatureFindings() {}

  static List<Finding> of(Part train) {
    if (train.size() < FEW) {
      return List.of();
    }
    Dataset d = train.dataset();
    List<Finding> r = new ArrayList<>();
    List<Answer> answers = answers(train);
    for (int input = 0; input < d.inputs().size(); input++) {
      Field x = d.inputs().get(input);
      if (x.type().shape().rank() != 1 || x.type().shape().size() > FEATURES || x.vocabulary().isPresent()) {
        continue; // of an image's pixels many are constant, and so may be the words at some place
      }
      double[][] values = columns(train, false, input);
      for (int c = 0; c < values.length; c++) {
        String name = x.columns().isEmpty() ? "number " + c + " of '" + x.name() + "'" : "column '" + x.columns().get(c).name() + "'";
        if (different(values[c]) == 1) {
          if (!x.columns().isEmpty()) {
            r.add(new Finding(Severity.NOTE, Rule.CONSTANT, name, name + " is the same in all training samples: nothing can be learned from it", "list it under `ignore`"));
          }
        } else {
          double[] column = values[c];
          answers.stream().filter(a -> !a.repeats(x)).flatMap(a -> compare(name, a.field.name(), column, Arrays.copyOf(a.values, column.length)).stream()).findFirst().ifPresent(r::add);
        }
      }
    }
    return r;
  }

  /// The numbers of the targets.
  private static List<Answer> answers(Part train) {
    List<Answer> r = new ArrayList<>();
    for (int t = 0; t < train.dataset().targets().size(); t++) {
      Field target = train.dataset().targets().get(t);
      if (target.type().shape().size() <= TARGETS) {
        for (double[] values : columns(train, true, t)) {
          r.add(new Answer(target, values));
        }
      }
    }
    return r;
  }

  private static Optional<Finding> compare(String name, String target, double[] x, double[] y) {
    String advice = "if it is not known when the model is used, list it under `ignore`";
    if (IntStream.range(0, x.length).allMatch(i -> x[i] == y[i]) || determines(x, y)) {
      return Optional.of(new Finding(Severity.WARNING, Rule.TARGET_AMONG_FEATURES, name, name + " gives target '" + target + "' away: each of its values goes with one of the target's", advice));
    }
    double r = correlation(x, y);
    return Math.abs(r) > CORRELATION
        ? Optional.of(new Finding(Severity.WARNING, Rule.CORRELATES_WITH_TARGET, name,
            String.format(Locale.ROOT, "%s correlates with target '%s' to %.5f", name, target, r), advice))
        : Optional.empty();
  }

  /// Whether each of few values goes with one value of `y` alone.
  private static boolean determines(double[] x, double[] y) {
    Map<Double, Double> goesWith = new HashMap<>();
    for (int i = 0; i < x.length; i++) {
      Double before = goesWith.putIfAbsent(x[i], y[i]);
      if (before != null && before != y[i] || goesWith.size() > x.length / 2) {
        return false;
      }
    }
    int classes = different(y);
    return classes > 1 && goesWith.size() <= 2 * classes;
  }

  private static int different(double[] values) {
    Set<Double> seen = new HashSet<>();
    for (double v : values) {
      seen.add(v);
    }
    return seen.size();
  }

  /// Pearson's; 0 where a number is missing or one of both is constant.
  private static double correlation(double[] x, double[] y) {
    double mx = mean(x), my = mean(y), xx = 0, yy = 0, xy = 0;
    for (int i = 0; i < x.length; i++) {
      xx += (x[i] - mx) * (x[i] - mx);
      yy += (y[i] - my) * (y[i] - my);
      xy += (x[i] - mx) * (y[i] - my);
    }
    double r = xy / Math.sqrt(xx * yy);
    return Double.isNaN(r) ? 0 : r;
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double v : values) {
      sum += v;
    }
    return sum / values.length;
  }

  /// The numbers of a field of the first samples of `part`, by their place in the sample.
  static double[][] columns(Part part, boolean target, int field) {
    Field f = (target ? part.dataset().targets() : part.dataset().inputs()).get(field);
    HostTensor t = HostTensor.allocate(f.type());
    int width = Math.toIntExact(t.size());
    int n = Math.min(Math.min(SAMPLES, NUMBERS / width), part.size());
    double[][] r = new double[width][n];
    for (int i = 0; i < n; i++) {
      part.dataset().read(part.samples()[i], target, field, t.data());
      for (int c = 0; c < r.length; c++) {
        r[c][i] = f.type().dtype() == DType.INT64 ? t.longAt(c) : t.at(c);
      }
    }
    return r;
  }
}
