package dlt.onnx;

import dlt.op.AvgPool2d;
import dlt.op.Conv2d;
import dlt.op.Conv2dGradInput;
import dlt.op.Emit;
import dlt.op.MaxPool2d;
import dlt.op.Pad;
import dlt.op.Value;
import dlt.op.Window;
import dlt.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/// Convolutions and pools over signals [N, C, L] and images [N, C, H, W]; a signal is an image of one row.
final class OnnxWindows {
  static final Map<String, OnnxOperators.Single> FORMS = Map.of(
      "Conv", OnnxWindows::conv,
      "ConvTranspose", OnnxWindows::convTranspose,
      "MaxPool", n -> pool(n, false),
      "AveragePool", n -> pool(n, true),
      "GlobalAveragePool", n -> n.graph().mean(n.in(0), pixels(n), true),
      "GlobalMaxPool", n -> n.graph().reduceMax(n.in(0), pixels(n), true));

  private OnnxWindows() {}

  private static List<Integer> pixels(OnnxNode n) {
    return n.in(0).shape().axes().stream().filter(d -> d > 1).toList();
  }

  /// How a window moves, rows and columns: sizes of the image, the kernel and so on, each with two entries.
  private record Moves(int[] image, int[] kernel, int[] stride, int[] dilation, int[] before, int[] after) {
    static Moves of(OnnxNode n, Shape image, List<Integer> kernelShape) {
      int dims = image.rank() - 2;
      if (dims < 1 || dims > 2) {
        throw n.failure("over " + image + ": images and signals only, no " + dims + "-d windows");
      }
      List<Integer> kernel = n.integers("kernel_shape", kernelShape);
      List<Integer> ones = Collections.nCopies(dims, 1);
      List<Integer> pads = n.integers("pads", Collections.nCopies(2 * dims, 0));
      return new Moves(two(image.dims().subList(2, image.rank()), 1), two(kernel, 1), two(n.integers("strides", ones), 1),
          two(n.integers("dilations", ones), 1), two(pads.subList(0, dims), 0), two(pads.subList(dims, 2 * dims), 0));
    }

    private static int[] two(List<Integer> values, int row) {
      return values.size() == 1 ? new int[] {row, values.getFirst()} : new int[] {values.get(0), values.get(1)};
    }

    int span(int d) {
      return dilation[d] * (kernel[d] - 1) + 1;
    }

    /// Padding such that the output has ceil(size / stride) elements; an odd one goes to the end, or to the front for SAME_LOWER.
    Moves same(boolean lower) {
      for (int d = 0; d < 2; d++) {
        int total = Math.max(0, (Math.ceilDiv(image[d], stride[d]) - 1) * stride[d] + span(d) - image[d]);
        before[d] = lower ? total - total / 2 : total / 2;
        after[d] = total - before[d];
      }
      return this;
    }

    Moves padded(OnnxNode n) {
      return switch (n.text("auto_pad", "NOTSET")) {
        case "SAME_UPPER" -> same(false);
        case "SAME_LOWER" -> same(true);
        case "NOTSET", "VALID" -> this;
        default -> throw n.failure("auto_pad " + n.text("auto_pad", ""));
      };
    }

    Window window() {
      return new Window(stride[0], stride[1], before[0], before[1], after[0], after[1], dilation[0], dilation[1]);
    }
  }

  /// An image of one row for a signal, weights likewise.
  private static Value image(Emit e, Value x) {
    return x.shape().rank() == 3 ? e.reshape(x, x.shape().insert(2, 1)) : x;
  }

  private static Value like(Emit e, Value y, Shape x) {
    return x.rank() == 3 ? e.reshape(y, y.shape().without(2)) : y;
  }

  private static Value biased(OnnxNode n, Value y) {
    if (!n.has(2)) {
      return y;
    }
    Value bias = n.in(2);
    return n.graph().add(y, n.graph().reshape(bias, Shape.of(bias.shape().dim(0), 1, 1)));
  }

  private static Value conv(OnnxNode n) {
    Value x = n.in(0);
    Value w = n.in(1);
    Moves m = Moves.of(n, x.shape(), w.shape().dims().subList(2, w.shape().rank())).padded(n);
    Value y = n.graph().emit(new Conv2d(m.window(), n.integer("group", 1)), image(n.graph(), x), image(n.graph(), w));
    return like(n.graph(), biased(n, y), x.shape());
  }

  /// What is cut off at the end may be less than nothing: `output_padding` adds elements beyond the last window, which are 0.
  private static Value convTranspose(OnnxNode n) {
    Value x = n.in(0);
    Value w = n.in(1);
    Moves m = Moves.of(n, x.shape(), w.shape().dims().subList(2, w.shape().rank()));
    int dims = x.shape().rank() - 2;
    int[] more = Moves.two(n.integers("output_padding", Collections.nCopies(dims, 0)), 0);
    String auto = n.text("auto_pad", "NOTSET");
    boolean fixed = n.given("output_shape");
    List<Integer> sizes = n.integers("output_shape", List.of());
    int[] wanted = fixed ? Moves.two(sizes.subList(sizes.size() - dims, sizes.size()), 1) : new int[2];
    int[] full = new int[2];
    for (int d = 0; d < 2; d++) {
      full[d] = (m.image[d] - 1) * m.stride[d] + m.span(d);
      if (fixed || auto.startsWith("SAME")) {
        int total = full[d] + more[d] - (fixed ? wanted[d] : m.image[d] * m.stride[d]);
        m.before[d] = Math.max(0, auto.equals("SAME_UPPER") ? total / 2 : total - total / 2);
        m.after[d] = total - m.before[d];
      }
      m.after[d] -= more[d];
    }
    List<Integer> zerosBefore = new ArrayList<>(List.of(0, 0));
    List<Integer> zerosAfter = new ArrayList<>(List.of(0, 0));
    for (int d = 0; d < 2; d++) {
      zerosBefore.add(Math.max(0, -m.before[d]));
      zerosAfter.add(Math.max(0, -m.after[d]));
      m.before[d] = Math.max(0, m.before[d]);
      m.after[d] = Math.max(0, m.after[d]);
    }
    Value y = n.graph().emit(new Conv2dGradInput(m.window(), n.integer("group", 1), full[0] - m.before[0] - m.after[0], full[1] - m.before[1] - m.after[1]),
        image(n.graph(), x), image(n.graph(), w));
    if (Collections.max(zerosBefore) + Collections.max(zerosAfter) > 0) {
      y = n.graph().emit(new Pad(zerosBefore, zerosAfter, 0), y);
    }
    return like(n.graph(), biased(n, y), x.shape());
  }

  private static Value pool(OnnxNode n, boolean average) {
    Value x = n.in(0);
    Moves m = Moves.of(n, x.shape(), List.of()).padded(n);
    int[] excess = new int[2];
    for (int d = 0; d < 2 && n.integer("ceil_mode", 0) != 0; d++) {
      int room = m.image[d] + m.before[d] + m.after[d] - m.span(d);
      excess[d] = Math.ceilDiv(room, m.stride[d]) * m.stride[d] - room;
      m.after[d] += excess[d];
    }
    Value image = image(n.graph(), x);
    Value y = average
        ? n.graph().emit(new AvgPool2d(m.window(), m.kernel[0], m.kernel[1], n.integer("count_include_pad", 0) != 0, excess[0], excess[1]), image)
        : n.graph().emit(new MaxPool2d(m.window(), m.kernel[0], m.kernel[1]), image);
    return like(n.graph(), y, x.shape());
  }
}
