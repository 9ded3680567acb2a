package dlt.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;
import java.util.function.LongBinaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// What is settled while a model is read: constants, sizes, and arithmetic of whole numbers that lead to shapes (scalars and
/// lists).
final class OnnxConstants {
  private OnnxConstants() {}

  /// The result of `n` where it is settled, else null.
  static HostTensor fold(OnnxNode n) {
    return switch (n.type()) {
      case "Constant" -> constant(n);
      case "Shape" -> shape(n);
      case "Size" -> HostTensor.of(Shape.SCALAR, n.in(0).shape().size());
      case "ConstantOfShape" -> filled(n);
      case "Range" -> range(n);
      case "EyeLike" -> eye(n);
      default -> n.operands().stream().allMatch(OnnxConstants::list) && !n.operands().isEmpty() ? arithmetic(n) : null;
    };
  }

  /// Whether an operand is missing, or a constant whole number or list of such.
  private static boolean list(OnnxNode.Operand o) {
    return o == null || o.constant() && !o.known().dtype().floating() && o.known().shape().rank() <= 1;
  }

  private static HostTensor constant(OnnxNode n) {
    AttributeProto a = n.attributes().getFirst();
    return switch (a.getName()) {
      case "value" -> OnnxFile.tensor(a.getT());
      case "value_int" -> HostTensor.of(Shape.SCALAR, a.getI());
      case "value_ints" -> longs(a.getIntsList().stream().mapToLong(Long::longValue).toArray());
      case "value_float" -> HostTensor.of(Shape.SCALAR, a.getF());
      case "value_floats" -> {
        float[] values = new float[a.getFloatsCount()];
        IntStream.range(0, values.length).forEach(i -> values[i] = a.getFloats(i));
        yield HostTensor.of(Shape.of(values.length), values);
      }
      default -> throw n.failure("found " + a.getName() + ", expected numbers");
    };
  }

  private static HostTensor shape(OnnxNode n) {
    List<Integer> dims = n.in(0).shape().dims();
    int start = Math.clamp(wrap(n.integer("start", 0), dims.size()), 0, dims.size());
    int end = Math.clamp(wrap(n.integer("end", dims.size()), dims.size()), start, dims.size());
    return longs(dims.subList(start, end).stream().mapToLong(Integer::longValue).toArray());
  }

  private static int wrap(int index, int size) {
    return index < 0 ? index + size : index;
  }

  private static HostTensor filled(OnnxNode n) {
    HostTensor value = n.tensor("value");
    DType dtype = value == null ? DType.FLOAT32 : value.dtype();
    HostTensor r = HostTensor.allocate(new TensorType(dtype, new Shape(n.integers(0))));
    for (long i = 0; value != null && i < r.size(); i++) {
      r.set(i, value.at(0));
    }
    return r;
  }

  private static HostTensor range(OnnxNode n) {
    double start = n.number(0);
    double delta = n.number(2);
    int size = (int) Math.max(0, Math.ceil((n.number(1) - start) / delta));
    HostTensor r = HostTensor.allocate(new TensorType(n.known(0).dtype(), Shape.of(size)));
    IntStream.range(0, size).forEach(i -> r.set(i, start + i * delta));
    return r;
  }

  private static HostTensor eye(OnnxNode n) {
    Shape shape = n.in(0).shape();
    HostTensor r = HostTensor.allocate(new TensorType(DType.FLOAT32, shape));
    int k = n.integer("k", 0);
    for (int i = Math.max(0, -k); i < shape.dim(0) && i + k < shape.dim(1); i++) {
      r.set((long) i * shape.dim(1) + i + k, 1);
    }
    return r;
  }

  private static HostTensor arithmetic(OnnxNode n) {
    return switch (n.type()) {
      case "Identity" -> n.known(0);
      case "Cast" -> OnnxFile.dtype(n.integer("to", 0)).filter(d -> !d.floating() && d != DType.BOOL).map(d -> n.known(0)).orElse(null);
      case "Neg" -> longs(n.known(0).shape(), LongStream.of(values(n, 0)).map(v -> -v).toArray());
      case "Add" -> pointwise(n, Long::sum);
      case "Sub" -> pointwise(n, (a, b) -> a - b);
      case "Mul" -> pointwise(n, (a, b) -> a * b);
      case "Div" -> pointwise(n, (a, b) -> a / b);
      case "Concat" -> longs(IntStream.range(0, n.operands().size()).boxed().flatMapToLong(i -> LongStream.of(values(n, i))).toArray());
      case "Gather" -> {
        long[] from = values(n, 0);
        yield longs(n.known(1).shape(), LongStream.of(values(n, 1)).map(i -> from[(int) Math.floorMod(i, (long) from.length)]).toArray());
      }
      case "Slice" -> {
        long[] all = values(n, 0);
        int[] at = OnnxMovement.sliced(all.length, n.integers(1).getFirst(), n.integers(2).getFirst(), n.has(4) ? n.integers(4).getFirst() : 1);
        yield longs(IntStream.of(at).mapToLong(i -> all[i]).toArray());
      }
      case "Squeeze" -> n.known(0).size() == 1 ? longs(Shape.SCALAR, values(n, 0)) : null;
      case "Unsqueeze" -> n.known(0).shape().rank() == 0 ? longs(values(n, 0)) : null;
      case "Reshape" -> n.integers(1).size() == 1 ? longs(values(n, 0)) : null;
      default -> null;
    };
  }

  private static long[] values(OnnxNode n, int i) {
    HostTensor t = n.known(i);
    return LongStream.range(0, t.size()).map(t::longAt).toArray();
  }

  private static HostTensor pointwise(OnnxNode n, LongBinaryOperator f) {
    long[] a = values(n, 0);
    long[] b = values(n, 1);
    Shape shape = Shape.broadcast(n.known(0).shape(), n.known(1).shape());
    if (shape == null) {
      throw n.failure(n.known(0).shape() + " met " + n.known(1).shape());
    }
    return longs(shape, IntStream.range(0, (int) shape.size()).mapToLong(i -> f.applyAsLong(a[i % a.length], b[i % b.length])).toArray());
  }

  private static HostTensor longs(long... values) {
    return HostTensor.of(Shape.of(values.length), values);
  }

  private static HostTensor longs(Shape shape, long... values) {
    return HostTensor.of(shape, values);
  }
}
