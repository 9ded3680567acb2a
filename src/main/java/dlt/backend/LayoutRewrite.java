package dlt.backend;

import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.graph.Node;
import dlt.op.*;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The graph that computes the same with the images of [ImageLayouts#channelsLast] as [N, ..., C]: ops on them know their
/// dimensions by other numbers, convolutions and pools become [Nhwc] or, where they are [ImageLayouts#pixelwise], products, and what is needed the other way is transposed, once.
final class LayoutRewrite {
  private final ImageLayouts layouts;
  private final GraphBuilder builder = new GraphBuilder();
  /// What each node of the old graph is in the new one: as it was, and channels-last.
  private final Map<Node, Value> planes = new HashMap<>();
  private final Map<Node, Value> last = new HashMap<>();

  LayoutRewrite(ImageLayouts layouts) {
    this.layouts = layouts;
  }

  Graph graph() {
    Graph old = layouts.graph();
    for (Node n : old.nodes()) {
      builder.origin(n.origin());
      if (layouts.channelsLast().contains(n)) {
        channelsLast(n);
      } else {
        planes.put(n, planes(n));
      }
    }
    old.outputs().forEach((name, n) -> builder.output(name, asPlanes(n)));
    Map<String, Node> variables = new HashMap<>();
    old.variables().forEach(n -> variables.put(((Variable) n.op()).name(), n));
    old.updates().forEach((name, n) -> {
      Node variable = variables.get(name);
      if (layouts.channelsLast().contains(variable)) {
        builder.update(last.get(variable), asChannelsLast(n));
      } else {
        builder.update(planes.get(variable), asPlanes(n));
      }
    });
    return builder.build();
  }

  private Value asPlanes(Node n) {
    return planes.computeIfAbsent(n, _ -> transpose(last.get(n), Nhwc.toPlanes(n.shape().rank())));
  }

  private Value asChannelsLast(Node n) {
    return last.computeIfAbsent(n, _ -> transpose(planes.get(n), Nhwc.toChannelsLast(n.shape().rank())));
  }

  private Value transpose(Value x, List<Integer> permutation) {
    return builder.emit(new Transpose(permutation), x);
  }

  // ---- as it was

  private Value planes(Node n) {
    if (n.op() instanceof Conv2dGradWeight && ImageLayouts.pixelwise(n) && layouts.channelsLast().containsAll(n.inputs())) {
      return builder.reshape(builder.matmul(pixels(n.inputs().get(1)), pixels(n.inputs().get(0)), true, false), n.shape());
    }
    if (layouts.mixes(n)) {
      return mixed(n, false);
    }
    return builder.emit(n.op(), n.inputs().stream().map(this::asPlanes).toList());
  }

  /// An op whose kernel takes images as they lie.
  private Value mixed(Node n, boolean result) {
    List<Boolean> channelsLast = new ArrayList<>();
    List<Value> operands = new ArrayList<>();
    for (Node operand : n.inputs()) {
      boolean as = layouts.either(n, operands.size()) && layouts.channelsLast().contains(operand);
      channelsLast.add(as);
      operands.add(as ? asChannelsLast(operand) : asPlanes(operand));
    }
    return result || channelsLast.contains(true) ? builder.emit(new Nhwc(n.op(), channelsLast, result), operands)
        : builder.emit(n.op(), operands);
  }

  // ---- channels-last

  /// The pixels of images as rows.
  private Value pixels(Node images) {
    int channels = images.shape().dim(1);
    return builder.reshape(asChannelsLast(images), Shape.of(Math.toIntExact(images.shape().size() / channels), channels));
  }

  private Value product(Node n) {
    Node weights = n.inputs().get(1);
    Value matrix = builder.reshape(asPlanes(weights), Shape.of(weights.shape().dim(0), weights.shape().dim(1)));
    return builder.matmul(asChannelsLast(n.inputs().getFirst()), matrix, false, n.op() instanceof Conv2d);
  }

  private void channelsLast(Node n) {
    switch (n.op()) {
      case Conv2d _, Conv2dGradInput _ -> last.put(n, layouts.product(n) ? product(n) : mixed(n, true));
      case Conv2dGradWeight _ -> last.put(n, mixed(n, true));
      case Variable op -> last.put(n, builder.variable(op.name(), new TensorType(n.dtype(), moved(n.shape()))));
      case Reduce reduce -> reduce(n, reduce);
      case MaxPool2d _, MaxPool2dGrad _, AvgPool2d _, AvgPool2dGrad _, BatchNorm _ -> {
        if (layouts.mixes(n)) {
          last.put(n, mixed(n, true));
          return;
        }
        List<Boolean> images = n.inputs().stream().map(ImageLayouts::image).toList();
        last.put(n, builder.emit(new Nhwc(n.op(), images, true), n.inputs().stream().map(i -> ImageLayouts.image(i) ? asChannelsLast(i) : asPlanes(i)).toList()));
      }
      case Gather op -> last.put(n, builder.emit(new Gather(moved(op.dim(), n)), asChannelsLast(n.inputs().get(0)), asPlanes(n.inputs().get(1))));
      case ScatterAdd op -> last.put(n, builder.emit(new ScatterAdd(moved(op.dim(), n), op.size()), asPlanes(n.inputs().get(0)), asChannelsLast(n.inputs().get(1))));
      case OneHot op -> last.put(n, builder.emit(new OneHot(op.depth(), n.shape().rank() - 1), asPlanes(n.inputs().getFirst())));
      case Reshape _ -> last.put(n, builder.reshape(asChannelsLast(n.inputs().getFirst()), moved(n.shape())));
      case Unary _, Binary _, Where _ -> broadcast(n, n.op());
      case Fill op -> broadcast(n, new Fill(new TensorType(op.type().dtype(), moved(n.shape())), op.value()));
      case Expand _ -> broadcast(n, new Expand(moved(n.shape())));
      case Concat op -> broadcast(n, new Concat(moved(op.dim(), n)));
      case Slice op -> broadcast(n, new Slice(moved(op.dim(), n), op.start(), op.length()));
      case Pad op -> broadcast(n, new Pad(moved(op.before()), moved(op.after()), op.value()));
      case Softmax op -> broadcast(n, new Softmax(moved(op.dim(), n)));
      case LogSoftmax op -> broadcast(n, new LogSoftmax(moved(op.dim(), n)));
      case Input _, Literal _, RandomUniform _, Cast _, ArgMax _, MatMul _, Transpose _, Nhwc _ -> throw new AssertionError(n); // see ImageLayouts.follows
    }
  }

  /// `op` for `n`, whose operands broadcast to its result or are of its rank.
  private void broadcast(Node n, Op op) {
    last.put(n, builder.emit(op, n.inputs().stream().map(i -> operand(i, n.shape().rank())).toList()));
  }

  /// An operand that may have fewer dimensions than the result.
  private Value operand(Node n, int rank) {
    int own = n.shape().rank();
    if (own == rank) {
      return asChannelsLast(n);
    }
    if (own == 0) {
      return asPlanes(n);
    }
    Shape shape = n.shape();
    for (int d = own; d < rank; d++) {
      shape = shape.insert(0, 1);
    }
    return transpose(builder.reshape(asPlanes(n), shape), Nhwc.toChannelsLast(rank));
  }

  /// The dimensions that are left may be fewer, so their order is the old one again.
  private void reduce(Node n, Reduce op) {
    Node x = n.inputs().getFirst();
    List<Integer> dims = op.dims().stream().map(d -> moved(d, x)).sorted().toList();
    Value kept = builder.emit(new Reduce(op.kind(), dims, true), asChannelsLast(x));
    if (op.keepDims()) {
      last.put(n, kept);
    } else {
      planes.put(n, builder.reshape(transpose(kept, Nhwc.toPlanes(x.shape().rank())), n.shape()));
    }
  }

  /// Where dimension `d` of `n` is.
  private static int moved(int d, Node n) {
    return d == 0 ? 0 : d == 1 ? n.shape().rank() - 1 : d - 1;
  }

  private static Shape moved(Shape shape) {
    return new Shape(moved(shape.dims()));
  }

  private static List<Integer> moved(List<Integer> each) {
    return Nhwc.toChannelsLast(each.size()).stream().map(each::get).toList();
  }
}
