package dlt.onnx;

import dlt.op.Emit;
import dlt.op.Pad;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// Operators that move elements and compute nothing.
final class OnnxMovement {
  static final Map<String, OnnxOperators.Single> FORMS = Map.ofEntries(
      Map.entry("Reshape", OnnxMovement::reshape),
      Map.entry("Flatten", OnnxMovement::flatten),
      Map.entry("Transpose", n -> n.graph().transpose(n.in(0), n.integers("perm", n.in(0).shape().axes().reversed()).toArray(Integer[]::new))),
      Map.entry("Squeeze", OnnxMovement::squeeze),
      Map.entry("Unsqueeze", OnnxMovement::unsqueeze),
      Map.entry("Concat", n -> n.graph().concat(n.all(), n.axis(n.in(0).shape(), n.integer("axis", 1)))),
      Map.entry("Slice", OnnxMovement::slice),
      Map.entry("Pad", OnnxMovement::pad),
      Map.entry("Expand", n -> {
        Shape shape = Shape.broadcast(n.in(0).shape(), new Shape(n.integers(1)));
        if (shape == null) {
          throw n.failure(n.in(0).shape() + " to " + n.integers(1));
        }
        return n.graph().expand(n.in(0), shape);
      }),
      Map.entry("Tile", OnnxMovement::tile),
      Map.entry("Gather", n -> {
        Value x = n.in(0);
        int axis = n.axis(x.shape(), n.integer("axis", 0));
        return n.graph().gather(x, wrapped(n.graph(), n.in(1), x.shape().dim(axis)), axis);
      }),
      Map.entry("GatherElements", OnnxMovement::gatherElements),
      Map.entry("OneHot", OnnxMovement::oneHot),
      Map.entry("DepthToSpace", OnnxMovement::depthToSpace),
      Map.entry("SpaceToDepth", OnnxMovement::spaceToDepth));

  private OnnxMovement() {}

  /// The elements of `x` at `indices` along `dim`.
  static Value pick(Emit e, Value x, int dim, int[] indices) {
    return e.gather(x, e.literal(HostTensor.of(Shape.of(indices.length), IntStream.of(indices).asLongStream().toArray())), dim);
  }

  /// Indices of which negative ones count from the end of `size`.
  static Value wrapped(Emit e, Value indices, int size) {
    Value number = e.cast(indices, DType.FLOAT32);
    return e.cast(e.add(number, e.mul(e.less(number, e.scalar(0)), size)), DType.INT64);
  }

  private static Value reshape(OnnxNode n) {
    Value x = n.in(0);
    List<Integer> wanted = n.opset() < 5 ? n.integers("shape", List.of()) : n.integers(1);
    List<Integer> dims = new ArrayList<>();
    int open = -1;
    long rest = x.shape().size();
    for (int i = 0; i < wanted.size(); i++) {
      int d = wanted.get(i);
      d = d == 0 && n.integer("allowzero", 0) == 0 ? x.shape().dim(i) : d;
      if (d < 0) {
        open = i;
      } else if (d > 0) {
        rest /= d;
      }
      dims.add(d);
    }
    if (open >= 0) {
      dims.set(open, Math.toIntExact(rest));
    }
    return n.graph().reshape(x, new Shape(dims));
  }

  private static Value flatten(OnnxNode n) {
    Shape s = n.in(0).shape();
    int axis = n.integer("axis", 1);
    axis = axis < 0 ? axis + s.rank() : axis;
    return n.graph().reshape(n.in(0), Shape.of((int) s.size(0, axis), (int) s.size(axis, s.rank())));
  }

  /// The axes of operand 1, or before opset 13 of an attribute; null where neither is given.
  private static List<Integer> axes(OnnxNode n) {
    return n.opset() < 13 ? n.integers("axes", null) : n.has(1) ? n.integers(1) : null;
  }

  private static Value squeeze(OnnxNode n) {
    Shape s = n.in(0).shape();
    List<Integer> given = axes(n);
    List<Integer> gone = given == null ? s.axes().stream().filter(d -> s.dim(d) == 1).toList() : given.stream().map(a -> n.axis(s, a)).toList();
    return n.graph().reshape(n.in(0), new Shape(s.axes().stream().filter(d -> !gone.contains(d)).map(s::dim).toList()));
  }

  private static Value unsqueeze(OnnxNode n) {
    List<Integer> axes = axes(n);
    Shape s = n.in(0).shape();
    int rank = s.rank() + axes.size();
    for (int axis : axes.stream().map(a -> a < 0 ? a + rank : a).sorted().toList()) {
      s = s.insert(axis, 1);
    }
    return n.graph().reshape(n.in(0), s);
  }

  static List<Value> split(OnnxNode n) {
    Value x = n.in(0);
    int axis = n.axis(x.shape(), n.integer("axis", 0));
    int parts = n.proto().getOutputCount();
    List<Integer> equal = Collections.nCopies(parts, x.shape().dim(axis) / parts);
    List<Integer> sizes = n.has(1) ? n.integers(1) : n.integers("split", equal);
    List<Value> r = new ArrayList<>();
    int start = 0;
    for (int size : sizes) {
      r.add(n.graph().slice(x, axis, start, size));
      start += size;
    }
    return r;
  }

  /// The indices that a slice takes of `size` elements.
  static int[] sliced(int size, int start, int end, int step) {
    int from = start < 0 ? start + size : start;
    int to = end < 0 ? (int) Math.max((long) end + size, -1L) : end;
    from = step > 0 ? Math.clamp(from, 0, size) : Math.clamp(from, -1, size - 1);
    to = step > 0 ? Math.clamp(to, 0, size) : Math.clamp(to, -1, size - 1);
    int count = Math.max(0, Math.ceilDiv(to - from, step));
    int first = from;
    return IntStream.range(0, count).map(i -> first + i * step).toArray();
  }

  private static Value slice(OnnxNode n) {
    Value x = n.in(0);
    boolean listed = n.opset() >= 10;
    List<Integer> starts = listed ? n.integers(1) : n.integers("starts", List.of());
    List<Integer> ends = listed ? n.integers(2) : n.integers("ends", List.of());
    List<Integer> first = IntStream.range(0, starts.size()).boxed().toList();
    List<Integer> axes = listed ? n.has(3) ? n.integers(3) : first : n.integers("axes", first);
    for (int i = 0; i < axes.size(); i++) {
      int axis = n.axis(x.shape(), axes.get(i));
      int[] at = sliced(x.shape().dim(axis), starts.get(i), ends.get(i), n.has(4) ? n.integers(4).get(i) : 1);
      boolean run = IntStream.range(1, at.length).allMatch(j -> at[j] == at[j - 1] + 1);
      x = run ? n.graph().slice(x, axis, at.length == 0 ? 0 : at[0], at.length) : pick(n.graph(), x, axis, at);
    }
    return x;
  }

  private static Value pad(OnnxNode n) {
    Value x = n.in(0);
    List<Integer> pads = n.opset() < 11 ? n.integers("pads", List.of()) : n.integers(1);
    List<Integer> before = pads.subList(0, pads.size() / 2);
    List<Integer> after = pads.subList(pads.size() / 2, pads.size());
    String mode = n.text("mode", "constant");
    if (mode.equals("constant") && pads.stream().allMatch(p -> p >= 0)) {
      double value = n.opset() < 11 ? n.real("value", 0) : n.has(2) ? n.number(2) : 0;
      return n.graph().emit(new Pad(before, after, value), x);
    }
    if (mode.equals("constant") || pads.stream().anyMatch(p -> p < 0)) {
      throw n.failure("negative padding " + pads);
    }
    for (int d = 0; d < before.size(); d++) {
      int size = x.shape().dim(d);
      int front = before.get(d);
      boolean edge = mode.equals("edge");
      x = before.get(d) == 0 && after.get(d) == 0 ? x : pick(n.graph(), x, d, IntStream.range(-front, size + after.get(d))
          .map(i -> edge ? Math.clamp(i, 0, size - 1) : mirrored(i, size)).toArray());
    }
    return x;
  }

  private static int mirrored(int i, int size) {
    int up = Math.abs(i);
    return up < size ? up : 2 * (size - 1) - up;
  }

  private static Value tile(OnnxNode n) {
    Shape s = n.in(0).shape();
    List<Integer> repeats = n.integers(1);
    List<Integer> single = new ArrayList<>();
    List<Integer> wide = new ArrayList<>();
    List<Integer> result = new ArrayList<>();
    for (int d = 0; d < s.rank(); d++) {
      single.addAll(List.of(1, s.dim(d)));
      wide.addAll(List.of(repeats.get(d), s.dim(d)));
      result.add(repeats.get(d) * s.dim(d));
    }
    return n.graph().reshape(n.graph().expand(n.graph().reshape(n.in(0), new Shape(single)), new Shape(wide)), new Shape(result));
  }

  /// Each index picks within its own line along the axis: a sum over the line of what a one-hot mask leaves.
  private static Value gatherElements(OnnxNode n) {
    Emit e = n.graph();
    Value x = n.in(0);
    int axis = n.axis(x.shape(), n.integer("axis", 0));
    Value indices = wrapped(e, n.in(1), x.shape().dim(axis));
    for (int d = 0; d < x.shape().rank(); d++) {
      x = d == axis ? x : e.slice(x, d, 0, indices.shape().dim(d));
    }
    int rank = x.shape().rank();
    Value mask = e.oneHot(indices, x.shape().dim(axis), rank);
    List<Integer> order = new ArrayList<>(x.shape().axes());
    order.remove(axis);
    order.add(axis);
    Value lines = e.transpose(x, order.toArray(Integer[]::new));
    lines = e.reshape(lines, lines.shape().insert(axis, 1));
    return e.sum(e.where(mask, lines, e.scalar(0)), List.of(rank), false);
  }

  private static Value oneHot(OnnxNode n) {
    Emit e = n.graph();
    int depth = n.integers(1).getFirst();
    int axis = n.integer("axis", -1);
    Value hot = e.oneHot(wrapped(e, e.cast(n.in(0), DType.INT64), depth), depth, axis < 0 ? axis + n.in(0).shape().rank() + 1 : axis);
    Value values = e.cast(n.in(2), DType.FLOAT32);
    Value off = e.reshape(e.slice(values, 0, 0, 1), Shape.SCALAR);
    Value on = e.reshape(e.slice(values, 0, 1, 1), Shape.SCALAR);
    return e.where(hot, on, off);
  }

  private static Value depthToSpace(OnnxNode n) {
    Shape s = n.in(0).shape();
    int b = n.integer("blocksize", 1);
    int c = s.dim(1) / (b * b);
    boolean columns = n.text("mode", "DCR").equals("CRD");
    Shape split = columns ? Shape.of(s.dim(0), c, b, b, s.dim(2), s.dim(3)) : Shape.of(s.dim(0), b, b, c, s.dim(2), s.dim(3));
    Value x = n.graph().reshape(n.in(0), split);
    x = columns ? n.graph().transpose(x, 0, 1, 4, 2, 5, 3) : n.graph().transpose(x, 0, 3, 4, 1, 5, 2);
    return n.graph().reshape(x, Shape.of(s.dim(0), c, s.dim(2) * b, s.dim(3) * b));
  }

  private static Value spaceToDepth(OnnxNode n) {
    Shape s = n.in(0).shape();
    int b = n.integer("blocksize", 1);
    Value x = n.graph().reshape(n.in(0), Shape.of(s.dim(0), s.dim(1), s.dim(2) / b, b, s.dim(3) / b, b));
    return n.graph().reshape(n.graph().transpose(x, 0, 3, 5, 1, 2, 4), Shape.of(s.dim(0), s.dim(1) * b * b, s.dim(2) / b, s.dim(3) / b));
  }
}
