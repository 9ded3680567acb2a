package dlt.backend.cuda;

import dlt.backend.ImageLayouts;
import dlt.backend.LayoutCosts;
import dlt.graph.Node;
import dlt.op.*;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;

/// What layouts cost on a GPU, in nanoseconds of one like [CudaBackend#H100]: kernels more, and copies to shared memory of one float
/// in place of four.
record CudaLayoutCosts() implements LayoutCosts {
  private static final long LAUNCH = 1500;
  /// Bytes a nanosecond.
  private static final long MEMORY = 2500;
  /// Rows and columns of a tile.
  private static final long TILE = 64;
  /// Floats that all multiprocessors copy to shared memory in a nanosecond one by one, less what they do four at a time: 22
  /// instructions more for each.
  private static final long FLOATS = 1300;

  /// Whether a variable of this type is kept channels-last: weights of a convolution that are copied by 16 bytes then.
  static boolean kept(TensorType type) {
    Shape s = type.shape();
    return type.dtype() == DType.FLOAT32 && s.rank() == 4 && s.dim(1) % 4 == 0 && !ImageLayouts.free(s);
  }

  @Override
  public boolean convolution(Node n) {
    return true;
  }

  @Override
  public boolean pool(Node n) {
    return true;
  }

  @Override
  public boolean mixes() {
    return true;
  }

  @Override
  public boolean weights() {
    return true;
  }

  @Override
  public boolean kept(Node variable) {
    return kept(variable.type());
  }

  @Override
  public long move(Node image) {
    return LAUNCH + 2 * image.type().bytes() / MEMORY;
  }

  /// Pools go over the larger side as it lies; the other one is read or written in sectors of 32 bytes, of which the caches keep some
  /// until all of it is needed.
  @Override
  public long mixed(Node pool, Node operand) {
    return 1 + 3 * Math.min(pool.type().bytes(), operand.type().bytes()) / MEMORY;
  }

  @Override
  public long planes(Node n, Node image) {
    Gathered g = Gathered.of(n);
    if (!g.fours || image == n) {
      return 0;
    }
    if (n.op() instanceof Conv2dGradWeight) {
      return g.nanoseconds() / 2;
    }
    return image == n.inputs().get(1) ? move(image) : g.nanoseconds();
  }

  @Override
  public long planes(Node n) {
    return 0;
  }

  @Override
  public long channelsLast(Node n) {
    return 0;
  }

  /// The products of matrices, m x k by k x n, that a convolution or a gradient of one is.
  ///
  /// @param fours whether its operands are copied by 16 bytes where they lie channels-last
  private record Gathered(long m, long n, long k, int groups, boolean fours) {
    static Gathered of(Node node) {
      return switch (node.op()) {
        case Conv2d op -> of(node.shape(), node.inputs().get(1).shape(), op.groups(), 1, false);
        case Conv2dGradInput op -> {
          Shape w = node.inputs().get(1).shape();
          yield of(node.shape(), Shape.of(w.dim(1) * op.groups(), w.dim(0) / op.groups(), w.dim(2), w.dim(3)), op.groups(),
              op.window().strideH() * op.window().strideW(), true);
        }
        case Conv2dGradWeight op -> {
          Gathered forward = of(node.inputs().get(1).shape(), node.shape(), op.groups(), 1, true);
          yield new Gathered(forward.n, forward.k, forward.m, forward.groups, forward.fours);
        }
        default -> throw new AssertionError(node);
      };
    }

    /// Of a convolution with this result. `steps` share the taps; `both` says that the channels of the result matter, too.
    private static Gathered of(Shape y, Shape weights, int groups, int steps, boolean both) {
      int columns = weights.dim(0) / groups;
      int channels = weights.dim(1);
      return new Gathered(y.size() / y.dim(1), columns, (long) channels * weights.size(2, 4) / steps, groups,
          channels % 4 == 0 && (!both || columns % 4 == 0) && !DirectConvolution.fits(groups, channels, columns));
    }

    long nanoseconds() {
      return groups * k * (m * Math.ceilDiv(n, TILE) + n * Math.ceilDiv(m, TILE)) / FLOATS;
    }
  }
}
