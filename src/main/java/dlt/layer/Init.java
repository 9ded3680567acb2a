package dlt.layer;

import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;

/// How a parameter is filled before training.
public sealed interface Init {
  /// Fills `tensor` (float32) with numbers of `random`, element by element.
  void fill(HostTensor tensor, Philox random);

  /// Every element `value`.
  record Constant(double value) implements Init {
    @Override
    public void fill(HostTensor tensor, Philox random) {
      for (long i = 0; i < tensor.size(); i++) {
        tensor.set(i, value);
      }
    }
  }

  /// These, in row-major order; as many as there are elements.
  record Values(List<Double> values) implements Init {
    @Override
    public void fill(HostTensor tensor, Philox random) {
      for (int i = 0; i < values.size(); i++) {
        tensor.set(i, values.get(i));
      }
    }
  }

  /// Uniform in [low, high).
  record Uniform(double low, double high) implements Init {
    /// Uniform in [-bound, bound).
    public Uniform(double bound) {
      this(-bound, bound);
    }

    @Override
    public void fill(HostTensor tensor, Philox random) {
      random.uniform(tensor, low, high);
    }
  }

  /// Normal with this mean and standard deviation.
  record Normal(double mean, double std) implements Init {
    @Override
    public void fill(HostTensor tensor, Philox random) {
      for (long i = 0; i < tensor.size(); i++) {
        tensor.set(i, mean + std * random.normal(i));
      }
    }
  }

  /// Normal, drawn again outside [low, high].
  record TruncatedNormal(double mean, double std, double low, double high) implements Init {
    public TruncatedNormal {
      // drawing again ends soon only where the interval is not far out and not tiny
      if (!(Math.min(high, mean + 3 * std) - Math.max(low, mean - 3 * std) >= 0.1 * std) || !(std > 0)) {
        throw new IllegalArgumentException("[" + low + ", " + high + "] holds next to nothing of a normal distribution with mean "
            + mean + " and standard deviation " + std);
      }
    }

    @Override
    public void fill(HostTensor tensor, Philox random) {
      long n = tensor.size();
      for (long i = 0; i < n; i++) {
        double v;
        long draw = i;
        do {
          v = mean + std * random.normal(draw);
          draw += n;
        } while (v < low || v > high);
        tensor.set(i, v);
      }
    }
  }

  /// Rows that are orthogonal to one another and of length `gain`, or columns where there are more rows than columns. The
  /// rows are dimension 0, the columns all others together.
  record Orthogonal(double gain) implements Init {
    @Override
    public void fill(HostTensor tensor, Philox random) {
      int rows = tensor.shape().dim(0);
      int columns = Math.toIntExact(tensor.size() / rows);
      boolean wide = rows <= columns;
      double[][] vectors = new double[Math.min(rows, columns)][Math.max(rows, columns)];
      for (int v = 0; v < vectors.length; v++) {
        for (int e = 0; e < vectors[v].length; e++) {
          vectors[v][e] = random.normal((long) v * vectors[v].length + e);
        }
        orthonormalise(vectors, v);
      }
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
          tensor.set((long) r * columns + c, gain * (wide ? vectors[r][c] : vectors[c][r]));
        }
      }
    }

    /// One step of Gram-Schmidt, done twice: once leaves an error where vectors are nearly parallel.
    private static void orthonormalise(double[][] vectors, int last) {
      double[] x = vectors[last];
      for (int pass = 0; pass < 2; pass++) {
        for (int v = 0; v < last; v++) {
          double along = dot(x, vectors[v]);
          for (int e = 0; e < x.length; e++) {
            x[e] -= along * vectors[v][e];
          }
        }
      }
      double length = Math.sqrt(dot(x, x));
      for (int e = 0; e < x.length; e++) {
        x[e] /= length;
      }
    }

    private static double dot(double[] a, double[] b) {
      double sum = 0;
      for (int i = 0; i < a.length; i++) {
        sum += a[i] * b[i];
      }
      return sum;
    }
  }

  /// As `init`, but slice `row` of dimension 0 is zero.
  record ZeroRow(Init init, int row) implements Init {
    @Override
    public void fill(HostTensor tensor, Philox random) {
      init.fill(tensor, random);
      long size = tensor.size() / tensor.shape().dim(0);
      for (long i = row * size; i < (row + 1) * size; i++) {
        tensor.set(i, 0);
      }
    }
  }

  /// The lengths of the slices along `dim` of weights of `shape` that `init` fills; as likely as those of other such weights, not
  /// those of the same ones.
  record Lengths(Init init, Shape shape, int dim) implements Init {
    @Override
    public void fill(HostTensor tensor, Philox random) {
      HostTensor weights = HostTensor.allocate(TensorType.float32(shape));
      init.fill(weights, random);
      double[] squares = new double[shape.dim(dim)];
      long inner = shape.size(dim + 1, shape.rank());
      for (long i = 0; i < weights.size(); i++) {
        squares[(int) (i / inner % squares.length)] += weights.at(i) * weights.at(i);
      }
      for (int i = 0; i < squares.length; i++) {
        tensor.set(i, Math.sqrt(squares[i]));
      }
    }
  }
}
