package dlt.onnx;

import static dlt.onnx.OnnxExport.attribute;

import ai.onnx.proto.OnnxMl.TensorProto;
import dlt.error.Failure;
import dlt.graph.Node;
import dlt.op.*;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// The ONNX form of each op.
final class OnnxNodes {
  private OnnxNodes() {}

  /// Writes `n`, whose inputs were written before, and returns the name of its result.
  static String write(OnnxExport e, Node n) {
    List<String> in = n.inputs().stream().map(e::name).toList();
    return switch (n.op()) {
      case Input i -> e.input(i.name(), n);
      case Variable v -> e.variable(v.name());
      case Fill f -> fill(e, n, f);
      case Literal l -> e.constant(l.value().as(n.type().dtype()));
      case Unary u -> unary(e, u, in.getFirst());
      case Binary b -> binary(e, b, in);
      case Where _ -> e.add("Where", List.of(bool(e, in.get(0)), in.get(1), in.get(2)));
      case Cast c -> cast(e, in.getFirst(), OnnxExport.elementType(n.type()));
      case Reduce r -> reduce(e, r, in.getFirst());
      case ArgMax a -> e.add("ArgMax", in, attribute("axis", a.dim()), attribute("keepdims", 0));
      case Softmax s -> e.add("Softmax", in, attribute("axis", s.dim()));
      case LogSoftmax s -> e.add("LogSoftmax", in, attribute("axis", s.dim()));
      case MatMul m -> matmul(e, m, n, in);
      case Conv2d c -> e.add("Conv", in, attribute("strides", strides(c.window())), attribute("pads", pads(c.window())),
          attribute("dilations", dilations(c.window())), attribute("group", c.groups()));
      case Conv2dGradInput c -> convTranspose(e, c, n, in);
      case MaxPool2d p -> e.add("MaxPool", in, attribute("kernel_shape", List.of(p.kernelH(), p.kernelW())),
          attribute("strides", strides(p.window())), attribute("pads", pads(p.window())), attribute("dilations", dilations(p.window())));
      case AvgPool2d p -> avgPool(e, p, n, in.getFirst());
      case BatchNorm b -> e.add("BatchNormalization", in, attribute("epsilon", (float) b.eps()));
      case Reshape _ -> e.add("Reshape", List.of(in.getFirst(), e.shape(n, true)));
      case Transpose t -> e.add("Transpose", in, attribute("perm", t.permutation()));
      case Expand _ -> e.add("Expand", List.of(in.getFirst(), e.shape(n, false)));
      case Concat c -> e.add("Concat", in, attribute("axis", c.dim()));
      case Slice s -> slice(e, s, n, in.getFirst());
      case Pad p -> e.add("Pad", List.of(in.getFirst(), e.longs(join(p.before(), p.after())), padValue(e, p, n)));
      case Gather g -> e.add("Gather", in, attribute("axis", g.dim()));
      case OneHot o -> oneHot(e, o, n, in.getFirst());
      case RandomUniform _, Conv2dGradWeight _, MaxPool2dGrad _, AvgPool2dGrad _, ScatterAdd _, Nhwc _ -> throw OnnxExport.notExportable(n);
    };
  }

  private static String fill(OnnxExport e, Node n, Fill f) {
    HostTensor one = HostTensor.allocate(new TensorType(f.type().dtype(), Shape.SCALAR));
    one.set(0, f.value());
    String scalar = e.constant(one);
    return f.type().shape().rank() == 0 ? scalar : e.add("Expand", List.of(scalar, e.shape(n, false)));
  }

  private static String unary(OnnxExport e, Unary u, String x) {
    return switch (u.kind()) {
      case NEG -> e.add("Neg", List.of(x));
      case ABS -> e.add("Abs", List.of(x));
      case SIGN -> e.add("Sign", List.of(x));
      case FLOOR -> e.add("Floor", List.of(x));
      case ROUND -> e.add("Round", List.of(x));
      case SQRT -> e.add("Sqrt", List.of(x));
      case EXP -> e.add("Exp", List.of(x));
      case EXPM1 -> e.add("Sub", List.of(e.add("Exp", List.of(x)), e.scalar(1)));
      case LOG -> e.add("Log", List.of(x));
      case LOG1P -> e.add("Log", List.of(e.add("Add", List.of(x, e.scalar(1)))));
      case TANH -> e.add("Tanh", List.of(x));
      case SIGMOID -> e.add("Sigmoid", List.of(x));
      case ERF -> e.add("Erf", List.of(x));
      case SIN -> e.add("Sin", List.of(x));
      case COS -> e.add("Cos", List.of(x));
      case RELU -> e.add("Relu", List.of(x));
      case DETACH -> x;
      case BFLOAT16 -> cast(e, cast(e, x, TensorProto.DataType.BFLOAT16), TensorProto.DataType.FLOAT);
      case LGAMMA -> throw new Failure(Failure.Kind.USAGE, "[onnx] lgamma has no ONNX form");
    };
  }

  private static String binary(OnnxExport e, Binary b, List<String> in) {
    return switch (b.kind()) {
      case ADD -> e.add("Add", in);
      case SUB -> e.add("Sub", in);
      case MUL -> e.add("Mul", in);
      case DIV -> e.add("Div", in);
      case MAX -> e.add("Max", in);
      case MIN -> e.add("Min", in);
      case POW -> e.add("Pow", in);
      case LESS -> number(e, e.add("Less", in));
      case LESS_EQUAL -> number(e, e.add("LessOrEqual", in));
      case EQUAL -> number(e, e.add("Equal", in));
    };
  }

  private static String number(OnnxExport e, String bool) {
    return cast(e, bool, TensorProto.DataType.FLOAT);
  }

  private static String bool(OnnxExport e, String number) {
    return cast(e, number, TensorProto.DataType.BOOL);
  }

  private static String cast(OnnxExport e, String x, TensorProto.DataType type) {
    return e.add("Cast", List.of(x), attribute("to", type.getNumber()));
  }

  private static String reduce(OnnxExport e, Reduce r, String x) {
    if (r.dims().isEmpty()) {
      return e.add("Identity", List.of(x));
    }
    String type = switch (r.kind()) {
      case SUM -> "ReduceSum";
      case MAX -> "ReduceMax";
      case MIN -> "ReduceMin";
      case PROD -> "ReduceProd";
    };
    return e.reduce(type, x, r.dims(), r.keepDims());
  }

  private static String matmul(OnnxExport e, MatMul m, Node n, List<String> in) {
    int rankA = n.inputs().get(0).type().shape().rank();
    int rankB = n.inputs().get(1).type().shape().rank();
    if (rankA == 2 && rankB == 2) {
      return e.add("Gemm", in, attribute("transA", m.transposeA() ? 1 : 0), attribute("transB", m.transposeB() ? 1 : 0));
    }
    String a = m.transposeA() ? swapLast(e, in.get(0), rankA) : in.get(0);
    String b = m.transposeB() ? swapLast(e, in.get(1), rankB) : in.get(1);
    return e.add("MatMul", List.of(a, b));
  }

  private static String swapLast(OnnxExport e, String x, int rank) {
    List<Integer> perm = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
    perm.set(rank - 2, rank - 1);
    perm.set(rank - 1, rank - 2);
    return e.add("Transpose", List.of(x), attribute("perm", perm));
  }

  private static String convTranspose(OnnxExport e, Conv2dGradInput c, Node n, List<String> in) {
    Window w = c.window();
    Shape dy = n.inputs().get(0).type().shape();
    Shape weight = n.inputs().get(1).type().shape();
    int h = (dy.dim(2) - 1) * w.strideH() - w.padTop() - w.padBottom() + w.dilationH() * (weight.dim(2) - 1) + 1;
    int v = (dy.dim(3) - 1) * w.strideW() - w.padLeft() - w.padRight() + w.dilationW() * (weight.dim(3) - 1) + 1;
    return e.add("ConvTranspose", in, attribute("strides", strides(w)), attribute("pads", pads(w)), attribute("dilations", dilations(w)),
        attribute("group", c.groups()), attribute("output_padding", List.of(c.height() - h, c.width() - v)));
  }

  /// ONNX leaves open what `ceil_mode` counts, so such a pool is written as the mean of an explicitly padded image times
  /// the window's size over the number of pixels that count.
  private static String avgPool(OnnxExport e, AvgPool2d p, Node n, String x) {
    Window w = p.window();
    List<Integer> kernel = List.of(p.kernelH(), p.kernelW());
    if (p.ceilBottom() == 0 && p.ceilRight() == 0) {
      return e.add("AveragePool", List.of(x), attribute("kernel_shape", kernel), attribute("strides", strides(w)),
          attribute("pads", pads(w)), attribute("count_include_pad", p.countPadding() ? 1 : 0));
    }
    Shape image = n.inputs().getFirst().type().shape();
    Shape out = n.type().shape();
    String padded = e.add("Pad", List.of(x, e.longs(List.of(0, 0, w.padTop(), w.padLeft(), 0, 0, w.padBottom(), w.padRight())), e.scalar(0)));
    String mean = e.add("AveragePool", List.of(padded), attribute("kernel_shape", kernel), attribute("strides", strides(w)));
    float[] factor = new float[out.dim(2) * out.dim(3)];
    for (int i = 0; i < factor.length; i++) {
      int rows = counted(i / out.dim(3) * w.strideH(), p.kernelH(), w.padTop(), image.dim(2), p.countPadding() ? w.padBottom() - p.ceilBottom() : 0, p.countPadding());
      int columns = counted(i % out.dim(3) * w.strideW(), p.kernelW(), w.padLeft(), image.dim(3), p.countPadding() ? w.padRight() - p.ceilRight() : 0, p.countPadding());
      factor[i] = (float) p.kernelH() * p.kernelW() / (rows * columns);
    }
    return e.add("Mul", List.of(mean, e.constant(HostTensor.of(Shape.of(1, 1, out.dim(2), out.dim(3)), factor))));
  }

  private static int counted(int start, int kernel, int before, int size, int after, boolean countPadding) {
    int first = countPadding ? start : Math.max(start, before);
    return Math.min(start + kernel, before + size + after) - first;
  }

  private static String slice(OnnxExport e, Slice s, Node n, String x) {
    Node whole = n.inputs().getFirst();
    if (e.batched(whole, s.dim())) {
      throw OnnxExport.notExportable(n);
    }
    return e.add("Slice", List.of(x, e.longs(List.of(s.start())), e.longs(List.of(s.start() + s.length())), e.longs(List.of(s.dim()))));
  }

  private static String padValue(OnnxExport e, Pad p, Node n) {
    return n.type().dtype() == DType.INT64 ? e.constant(HostTensor.of(Shape.SCALAR, (long) p.value())) : e.scalar(p.value());
  }

  /// ONNX's OneHot wraps negative indices around; a comparison does not.
  private static String oneHot(OnnxExport e, OneHot o, Node n, String x) {
    long[] classes = IntStream.range(0, o.depth()).asLongStream().toArray();
    Shape along = new Shape(IntStream.range(0, n.type().shape().rank()).mapToObj(d -> d == o.dim() ? o.depth() : 1).toList());
    String indices = e.add("Unsqueeze", List.of(x, e.longs(List.of(o.dim()))));
    return number(e, e.add("Equal", List.of(indices, e.constant(HostTensor.of(along, classes)))));
  }

  private static List<Integer> strides(Window w) {
    return List.of(w.strideH(), w.strideW());
  }

  private static List<Integer> pads(Window w) {
    return List.of(w.padTop(), w.padLeft(), w.padBottom(), w.padRight());
  }

  private static List<Integer> dilations(Window w) {
    return List.of(w.dilationH(), w.dilationW());
  }

  private static List<Integer> join(List<Integer> a, List<Integer> b) {
    List<Integer> r = new ArrayList<>(a);
    r.addAll(b);
    return r;
  }
}
