package dlt.onnx;

import dlt.op.Value;
import dlt.tensor.HostTensor;
import java.util.stream.LongStream;

/// Resize: along each dimension every new element is a weighted sum of old ones, whatever the mode, so each dimension is one
/// product with a matrix.
final class OnnxResize {
  private OnnxResize() {}

  static Value read(OnnxNode n) {
    Value x = n.in(0);
    boolean upsample = n.type().equals("Upsample");
    double[] scales = numbers(n, upsample ? 1 : 2);
    double[] sizes = upsample ? new double[0] : numbers(n, 3);
    for (int d = 0; d < x.shape().rank(); d++) {
      int in = x.shape().dim(d);
      int out = sizes.length > 0 ? (int) sizes[d] : (int) Math.floor(in * scales[d]);
      double scale = sizes.length > 0 ? (double) out / in : scales[d];
      if (out != in || scale != 1) {
        x = OnnxReductions.mixed(n.graph(), x, d, weights(n, in, out, scale, upsample));
      }
    }
    return x;
  }

  private static double[] numbers(OnnxNode n, int operand) {
    if (!n.has(operand)) {
      return new double[0];
    }
    HostTensor t = n.known(operand);
    return LongStream.range(0, t.size()).mapToDouble(t::at).toArray();
  }

  private static double[][] weights(OnnxNode n, int in, int out, double scale, boolean upsample) {
    double[][] r = new double[out][in];
    String mode = n.text("mode", "nearest");
    for (int i = 0; i < out; i++) {
      double at = position(n, upsample ? "asymmetric" : n.text("coordinate_transformation_mode", "half_pixel"), i, in, out, scale);
      switch (mode) {
        case "nearest" -> r[i][Math.clamp(nearest(upsample ? "floor" : n.text("nearest_mode", "round_prefer_floor"), at), 0, in - 1)] = 1;
        case "linear", "bilinear" -> {
          int left = (int) Math.floor(at);
          r[i][Math.clamp(left, 0, in - 1)] += 1 - (at - left);
          r[i][Math.clamp(left + 1, 0, in - 1)] += at - left;
        }
        case "cubic" -> cubic(r[i], at, n.real("cubic_coeff_a", -0.75), n.integer("exclude_outside", 0) != 0);
        default -> throw n.failure("mode " + mode);
      }
    }
    return r;
  }

  /// Where new element `i` lies among the old ones.
  private static double position(OnnxNode n, String mode, int i, int in, int out, double scale) {
    return switch (mode) {
      case "half_pixel" -> (i + 0.5) / scale - 0.5;
      case "pytorch_half_pixel" -> out > 1 ? (i + 0.5) / scale - 0.5 : 0;
      case "tf_half_pixel_for_nn" -> (i + 0.5) / scale;
      case "asymmetric" -> i / scale;
      case "align_corners" -> alignCorners(i, in, scale);
      default -> throw n.failure("coordinate_transformation_mode " + mode);
    };
  }

  /// The size that was asked for may be a fraction.
  private static double alignCorners(int i, int in, double scale) {
    double size = in * scale;
    return size == 1 ? 0 : i * (in - 1) / (size - 1);
  }

  private static int nearest(String mode, double at) {
    return (int) switch (mode) {
      case "round_prefer_floor" -> Math.ceil(at - 0.5);
      case "round_prefer_ceil" -> Math.floor(at + 0.5);
      case "ceil" -> Math.ceil(at);
      default -> Math.floor(at);
    };
  }

  /// Keys' kernel over the four nearest elements; those outside are the outermost ones, or left out and the others scaled.
  private static void cubic(double[] row, double at, double a, boolean exclude) {
    int left = (int) Math.floor(at);
    double t = at - left;
    double[] weights = {
        ((a * (t + 1) - 5 * a) * (t + 1) + 8 * a) * (t + 1) - 4 * a,
        ((a + 2) * t - (a + 3)) * t * t + 1,
        ((a + 2) * (1 - t) - (a + 3)) * (1 - t) * (1 - t) + 1,
        ((a * (2 - t) - 5 * a) * (2 - t) + 8 * a) * (2 - t) - 4 * a};
    double sum = 0;
    for (int k = 0; k < 4; k++) {
      int from = left - 1 + k;
      if (exclude && (from < 0 || from >= row.length)) {
        continue;
      }
      row[Math.clamp(from, 0, row.length - 1)] += weights[k];
      sum += weights[k];
    }
    for (int j = 0; j < row.length; j++) {
      row[j] /= sum;
    }
  }
}
