package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.IntPair;
import dlt.config.Invalid;
import dlt.config.Kinds;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/// Pixel `i` of the output lies at `(i + 0.5) / scale - 0.5` of the input, or at `i * (in - 1) / (out - 1)` where corners are
/// aligned. The dimensions are done one after the other, rows first and depth last. Signals are images of one row.
@Doc("Images [N, C, H, W] with more (or fewer) pixels, or signals [N, C, L] or volumes [N, C, D, H, W] with more (or fewer) elements: by a factor or to a size.")
public record Upsample(
    @Doc("The factor by which rows and columns grow, or a signal, or all of a volume.") Optional<Factor> scaleFactor,
    @Doc("Rows and columns of the output, or a signal's length, or that of a volume's edges, in place of a factor.") Optional<IntPair> size,
    @Doc("nearest repeats pixels (nearest_exact by their centres); bilinear and bicubic interpolate images, linear signals, trilinear volumes.") @Default("nearest") Mode mode,
    @Doc("Whether linear, bilinear, trilinear or bicubic keeps the centres of the corner pixels where they are.") @Default("false") boolean alignCorners)
    implements Layer {
  /// Where the values between pixels come from.
  public enum Mode {
    /// The pixel before.
    NEAREST,
    /// The pixel in whose middle it lies, as Pillow and scikit-image have it.
    NEAREST_EXACT,
    /// The two nearest elements of a signal, weighted by their distance.
    LINEAR,
    /// The two nearest pixels along each dimension, weighted by their distance.
    BILINEAR,
    /// The two nearest elements of a volume along each dimension, weighted by their distance.
    TRILINEAR,
    /// The four nearest pixels along each dimension, weighted by Keys's cubic kernel of -0.75.
    BICUBIC
  }

  private static final double KEYS = -0.75;

  public Upsample {
    if (scaleFactor.isPresent() == size.isPresent()) {
      throw new Invalid("", size.isPresent() ? "both scale_factor and size" : "neither scale_factor nor size", "one of them");
    }
    size.ifPresent(s -> Expect.pixels("size", s));
    if (alignCorners && (mode == Mode.NEAREST || mode == Mode.NEAREST_EXACT)) {
      throw new Invalid("alignCorners", "align_corners with mode " + Kinds.name(mode), "mode: linear, bilinear, trilinear or bicubic");
    }
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Shape met = inputs.getFirst().shape();
    List<Mode> modes = met.rank() == 3 ? List.of(Mode.LINEAR) : met.rank() == 4 ? List.of(Mode.BILINEAR, Mode.BICUBIC) : List.of(Mode.TRILINEAR);
    if (mode != Mode.NEAREST && mode != Mode.NEAREST_EXACT && !modes.contains(mode)) {
      throw new ShapeException(kind(), "mode " + Kinds.name(mode) + " met " + met
          + ": linear is for signals [N, C, L], bilinear and bicubic are for images [N, C, H, W], trilinear is for volumes [N, C, D, H, W]");
    }
    if (met.rank() == 3) {
      requireOne("signals", met, "have one length");
      Value y = images(scope, scope.reshape(inputs.getFirst(), met.insert(2, 1)), 1, false);
      return scope.reshape(y, y.shape().without(2));
    }
    if (met.rank() == 5) {
      requireOne("volumes", met, "grow alike along depth, rows and columns");
      Value y = Volumes.slices(scope, inputs.getFirst(), x -> images(scope, x, height(met.dim(3)), false));
      return Volumes.depth(scope, y, x -> along(scope, x, 2, height(met.dim(2)), false));
    }
    Shape x = Expect.images(this, inputs);
    return images(scope, inputs.getFirst(), height(x.dim(2)), true);
  }

  private void requireOne(String what, Shape met, String why) {
    if (scaleFactor.isPresent() ? scaleFactor.get().rows() != scaleFactor.get().columns() : size.orElseThrow().first() != size.orElseThrow().second()) {
      throw new ShapeException(kind(), "rows and columns met " + what + " " + met + ", which " + why);
    }
  }

  /// Into how many rows so many become.
  private int height(int rows) {
    return scaleFactor.map(f -> (int) (rows * f.rows())).orElseGet(() -> size.orElseThrow().first());
  }

  /// `image` with so many rows, and columns as the arguments say; true images are no signals and no volumes' slices.
  private Value images(LayerScope scope, Value image, int height, boolean trueImages) {
    Shape x = image.shape();
    int width = scaleFactor.map(f -> (int) (x.dim(3) * f.columns())).orElseGet(() -> size.orElseThrow().second());
    if (height < 1 || width < 1) {
      throw new ShapeException(kind(), "leaves " + height + "x" + width + " pixels of " + x);
    }
    if (Math.max(height, width) > Expect.MOST_PIXELS) {
      throw new ShapeException(kind(), "makes " + height + "x" + width + " pixels of " + x + ", more than " + Expect.MOST_PIXELS + " on a side");
    }
    if ((mode == Mode.NEAREST || mode == Mode.NEAREST_EXACT) && repeats(2, x.dim(2), height, trueImages) && repeats(3, x.dim(3), width, trueImages)) {
      return repeat(scope, image, height / x.dim(2), width / x.dim(3));
    }
    return along(scope, along(scope, image, 2, height, trueImages), 3, width, trueImages);
  }

  /// `x` with `out` rows (2) or columns (3).
  private Value along(LayerScope scope, Value x, int dim, int out, boolean trueImages) {
    return switch (mode) {
      case NEAREST, NEAREST_EXACT -> {
        int in = x.shape().dim(dim);
        yield out == in && repeats(dim, in, out, trueImages) ? x : PaddingMode.pick(scope, x, dim, out, nearest(dim, in, out, trueImages));
      }
      case LINEAR, BILINEAR, TRILINEAR -> linear(scope, x, dim, out);
      case BICUBIC -> cubic(scope, x, dim, out);
    };
  }

  /// Whether each pixel comes equally often.
  private boolean repeats(int dim, int in, int out, boolean trueImages) {
    IntUnaryOperator source = nearest(dim, in, out, trueImages);
    return out % in == 0 && IntStream.range(0, out).allMatch(i -> source.applyAsInt(i) == i / (out / in));
  }

  /// Where a pixel of the output comes from, in PyTorch's float32. A factor that is no whole number may leave an image of the same or
  /// of twice the size: nearest then goes by the sizes, but not for signals and volumes.
  private IntUnaryOperator nearest(int dim, int in, int out, boolean trueImages) {
    float step = (float) step(dim, in, out);
    if (mode == Mode.NEAREST_EXACT) {
      return i -> Math.min((int) ((i + 0.5f) * step), in - 1);
    }
    return trueImages && (out == in || out == 2 * in) ? i -> i / (out / in) : i -> Math.min((int) (i * step), in - 1);
  }

  private static Value repeat(LayerScope scope, Value x, int rows, int columns) {
    Shape s = x.shape();
    Value each = scope.reshape(x, Shape.of(s.dim(0), s.dim(1), s.dim(2), 1, s.dim(3), 1));
    Value repeated = scope.expand(each, Shape.of(s.dim(0), s.dim(1), s.dim(2), rows, s.dim(3), columns));
    return scope.reshape(repeated, Shape.of(s.dim(0), s.dim(1), s.dim(2) * rows, s.dim(3) * columns));
  }

  /// Input pixels per output pixel.
  private double step(int dim, int in, int out) {
    return scaleFactor.map(f -> 1 / (dim == 2 ? f.rows() : f.columns())).orElse((double) in / out);
  }

  private Value linear(LayerScope scope, Value x, int dim, int out) {
    int in = x.shape().dim(dim);
    if (out == in) {
      return x;
    }
    double[] at = IntStream.range(0, out).mapToDouble(i -> Math.clamp(position(i, dim, in, out), 0, in - 1)).toArray();
    double[] weights = Arrays.stream(at).map(p -> p - Math.floor(p)).toArray();
    Value left = PaddingMode.pick(scope, x, dim, out, i -> (int) at[i]);
    Value right = PaddingMode.pick(scope, x, dim, out, i -> Math.min((int) at[i] + 1, in - 1));
    Value weight = Constants.of(scope, dim == 2 ? Shape.of(out, 1) : Shape.of(out), weights);
    return scope.add(left, scope.mul(scope.sub(right, left), weight));
  }

  private double position(int i, int dim, int in, int out) {
    if (alignCorners) {
      return out == 1 ? 0 : (double) i * (in - 1) / (out - 1);
    }
    return (i + 0.5) * step(dim, in, out) - 0.5;
  }

  /// Pixels outside are the outermost ones.
  private Value cubic(LayerScope scope, Value x, int dim, int out) {
    int in = x.shape().dim(dim);
    if (out == in && (alignCorners || step(dim, in, out) == 1)) {
      return x;
    }
    double[] at = IntStream.range(0, out).mapToDouble(i -> position(i, dim, in, out)).toArray();
    Value sum = null;
    for (int k = -1; k <= 2; k++) {
      int offset = k;
      Value pixels = PaddingMode.pick(scope, x, dim, out, i -> Math.clamp((long) Math.floor(at[i]) + offset, 0, in - 1));
      double[] weights = Arrays.stream(at).map(p -> kernel(Math.abs(p - Math.floor(p) - offset))).toArray();
      Value part = scope.mul(pixels, Constants.of(scope, dim == 2 ? Shape.of(out, 1) : Shape.of(out), weights));
      sum = sum == null ? part : scope.add(sum, part);
    }
    return sum;
  }

  /// Keys's cubic at a distance below 2 (Keys, 1981).
  private static double kernel(double d) {
    return d <= 1 ? ((KEYS + 2) * d - (KEYS + 3)) * d * d + 1 : ((KEYS * d - 5 * KEYS) * d + 8 * KEYS) * d - 4 * KEYS;
  }
}
