package dlt.data;

import dlt.tensor.HostTensor;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/// A preprocessing step with its numbers. Tensors are float32 and broadcast against one sample: `[]`, `[channels, 1, ...]` or
/// the sample's own shape.
public sealed interface Fitted {
  /// `(x - center) * scale`.
  record Affine(HostTensor center, HostTensor scale) implements Fitted {}

  /// `values` where x is NaN, else x.
  record Fill(HostTensor values) implements Fitted {}

  /// `log(x + offset)` of the elements of a sample that `some` says, one after the other; of all where that is empty.
  record Log(double offset, List<Boolean> some) implements Fitted {
    public Log {
      some = List.copyOf(some);
    }

    /// Whether element `i` of a sample becomes a logarithm.
    public boolean logged(int i) {
      return some.isEmpty() || some.get(i);
    }
  }

  /// The features of a sample `[columns]` one after the other: a numeric column as it is, a categorical one as
  /// `categories.size()` numbers that are 1 at the index which the column holds and 0 elsewhere (index -1: all zeros).
  record OneHot(List<Column> columns) implements Fitted {
    public OneHot {
      columns = List.copyOf(columns);
    }

    /// The number of features that come out.
    public int width() {
      return columns.stream().mapToInt(c -> c.categorical() ? c.categories().size() : 1).sum();
    }
  }

  /// Its numbers by name.
  default SequencedMap<String, HostTensor> tensors() {
    SequencedMap<String, HostTensor> r = new TreeMap<>();
    switch (this) {
      case Affine a -> {
        r.put("center", a.center);
        r.put("scale", a.scale);
      }
      case Fill f -> r.put("values", f.values);
      case Log _, OneHot _ -> {} // which columns is the experiment's and the schema's to say
    }
    return r;
  }

  /// The step on one sample in double. It may change its argument and return it.
  default UnaryOperator<double[]> onHost() {
    return switch (this) {
      case Affine a -> affine(a.center.toDoubles(), a.scale.toDoubles());
      case Fill f -> fill(f.values.toDoubles());
      case Log l -> x -> log(l, x);
      case OneHot o -> x -> expand(o, x);
    };
  }

  private static UnaryOperator<double[]> affine(double[] center, double[] scale) {
    return x -> {
      int run = x.length / center.length;
      for (int g = 0, i = 0; g < center.length; g++) {
        double c = center[g];
        double s = scale[g];
        for (int end = i + run; i < end; i++) {
          x[i] = (x[i] - c) * s;
        }
      }
      return x;
    };
  }

  private static UnaryOperator<double[]> fill(double[] values) {
    return x -> {
      int run = x.length / values.length;
      for (int i = 0; i < x.length; i++) {
        if (Double.isNaN(x[i])) {
          x[i] = values[i / run];
        }
      }
      return x;
    };
  }

  private static double[] log(Log step, double[] x) {
    for (int i = 0; i < x.length; i++) {
      x[i] = step.logged(i) ? Math.log(x[i] + step.offset) : x[i];
    }
    return x;
  }

  private static double[] expand(OneHot step, double[] x) {
    double[] r = new double[step.width()];
    int at = 0;
    for (int c = 0; c < x.length; c++) {
      Column column = step.columns.get(c);
      if (!column.categorical()) {
        r[at++] = x[c];
        continue;
      }
      if (x[c] >= 0 && x[c] < column.categories().size()) {
        r[at + (int) x[c]] = 1;
      }
      at += column.categories().size();
    }
    return r;
  }
}
