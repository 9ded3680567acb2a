package dlt.backend;

import dlt.graph.Flops;
import dlt.graph.Fusion;
import dlt.graph.Node;
import dlt.op.*;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// What profiles say about a piece of [Work]: its name, its operations and the bytes that it has to move.
public final class WorkLabel {
  /// Operations of a group that its name lists.
  private static final int LISTED = 6;

  private WorkLabel() {}

  /// The op, its shapes, and what ends it.
  public static String name(Work work) {
    return switch (work) {
      case Work.Single(Node node) -> name(node);
      case Work.Ended ended -> name(ended.head()) + " + " + ended.bias().map(b -> b.relu() ? "bias relu" : "bias").orElseGet(() -> operations(ended.end()));
      case Work.Pointwise(var group) -> name(group);
      case Work.Piecewise(var works, var _, var _) -> works.stream().map(WorkLabel::name).collect(Collectors.joining(" then "));
      case Work.Several(var works) -> works.size() + " side by side: " + name(works.getFirst()) + ", ...";
    };
  }

  /// Its floating-point operations ([Flops]).
  public static long operations(Work work) {
    return switch (work) {
      case Work.Single(Node node) -> Flops.of(node);
      case Work.Ended ended -> Flops.of(ended.head()) + ended.end().nodes().stream().mapToLong(Flops::of).sum();
      case Work.Pointwise(var group) -> group.nodes().stream().mapToLong(Flops::of).sum();
      case Work.Piecewise(var works, var _, var _) -> works.stream().mapToLong(WorkLabel::operations).sum();
      case Work.Several(var works) -> works.stream().mapToLong(WorkLabel::operations).sum();
    };
  }

  // ---- names

  private static String name(Node n) {
    return name(n, n.op());
  }

  private static String name(Node n, Op any) {
    String shapes = n.inputs().stream().map(i -> dims(i.shape())).collect(Collectors.joining(", "));
    return switch (any) {
      case Nhwc op -> "nhwc " + name(n, op.op());
      case MatMul op -> op.name() + " " + dims(n.inputs().get(0).shape()) + (op.transposeA() ? "^T" : "") + " * "
          + dims(n.inputs().get(1).shape()) + (op.transposeB() ? "^T" : "");
      case Conv2d op -> convolution(n, op, op.window(), op.groups());
      case Conv2dGradInput op -> convolution(n, op, op.window(), op.groups());
      case Conv2dGradWeight op -> convolution(n, op, op.window(), op.groups());
      case Input _, Variable _, Reshape _, Unary _, Binary _, Where _, Literal _, Fill _, RandomUniform _, Cast _, Reduce _, ArgMax _,
          Softmax _, LogSoftmax _, MaxPool2d _, MaxPool2dGrad _, AvgPool2d _, AvgPool2dGrad _, BatchNorm _, Transpose _, Expand _, Concat _,
          Slice _, Pad _, Gather _, ScatterAdd _, OneHot _ -> any.name() + (shapes.isEmpty() ? "" : " " + shapes) + " -> " + dims(n.shape());
    };
  }

  private static String convolution(Node n, Op op, Window w, int groups) {
    return op.name() + " " + dims(n.inputs().get(0).shape()) + " * " + dims(n.inputs().get(1).shape())
        + (op instanceof Conv2d ? "" : " -> " + dims(n.shape()))
        + (w.strideH() == 1 && w.strideW() == 1 ? "" : " stride " + (w.strideH() == w.strideW() ? w.strideH() : w.strideH() + "x" + w.strideW()))
        + (groups == 1 ? "" : " in " + groups + " groups");
  }

  private static String name(Fusion.Group group) {
    return "pointwise " + dims(group.shape()) + " (" + operations(group) + ")";
  }

  private static String operations(Fusion.Group group) {
    List<String> ops = group.nodes().stream().map(WorkLabel::operation).toList();
    return ops.stream().limit(LISTED).collect(Collectors.joining(" "))
        + (ops.size() > LISTED ? " ... " + ops.size() + " in all" : "");
  }

  private static String operation(Node n) {
    return switch (n.op()) {
      case Unary u -> u.kind().name().toLowerCase(Locale.ROOT);
      case Binary b -> b.kind().name().toLowerCase(Locale.ROOT);
      case Op op -> op.name();
    };
  }

  private static String dims(Shape shape) {
    return shape.rank() == 0 ? "scalar" : shape.dims().stream().map(String::valueOf).collect(Collectors.joining("x"));
  }

  // ---- what it takes

  /// The bytes that have to be read and written at least: each operand once.
  public static long bytes(Work work) {
    if (work instanceof Work.Several(var works)) {
      return works.stream().mapToLong(WorkLabel::bytes).sum();
    }
    if (work instanceof Work.Single(Node node)) {
      long out = node.type().bytes();
      switch (node.op()) {
        case Gather _ -> {
          return 2 * out + node.inputs().get(1).type().bytes();
        }
        case Slice _ -> {
          return 2 * out;
        }
        case Op _ -> {}
      }
    }
    return work.inputs().stream().distinct().mapToLong(n -> n.type().bytes()).sum() + work.outputs().stream().mapToLong(n -> n.type().bytes()).sum();
  }
}
