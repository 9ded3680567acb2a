package dlt.backend.cpu;

import dlt.backend.KernelCall;
import dlt.backend.Work;
import dlt.graph.Node;
import dlt.op.MaxPool2d;
import dlt.op.MaxPool2dGrad;
import dlt.op.Nhwc;
import dlt.op.Op;
import dlt.op.Window;
import dlt.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A max pool and its gradient in one program: the pool leaves where it found each maximum, a byte as a rule, so that the
/// gradient need not read the images again.
final class MaxPoolPair {
  /// What a pool and its gradient have in common: `images` is the node.
  private record Key(Node images, Window window, int kernelH, int kernelW, boolean channelsLast) {}

  private final Target target;
  private final PoolGeometry g;
  private final boolean channelsLast;
  private final MemorySegment places;

  /// `places`: memory of [#placesBytes] that keeps what the pool leaves there until the gradient is done.
  MaxPoolPair(Target target, PoolGeometry g, boolean channelsLast, MemorySegment places) {
    this.target = target;
    this.g = g;
    this.channelsLast = channelsLast;
    this.places = places;
  }

  /// Whether there is code for such pools.
  static boolean fits(Target target, PoolGeometry g, boolean channelsLast) {
    return target.emits() && (channelsLast ? ChannelsLastPool.fits(g) : LanePoolPass.fits(g));
  }

  static long placesBytes(Target target, PoolGeometry g, boolean channelsLast) {
    return channelsLast ? new ChannelsLastPool(target, g).placesBytes() : LanePoolPass.placesBytes(target, g);
  }

  /// The pairs among works in the order in which they run, by either work of each.
  static Map<Work, MaxPoolPair> pairs(Target target, List<Work> order) {
    Map<Key, Work> pools = new HashMap<>();
    Map<Work, MaxPoolPair> pairs = new HashMap<>();
    for (Work work : order) {
      if (!(work instanceof Work.Single(Node node))) {
        continue;
      }
      Key key = key(node);
      if (op(node) instanceof MaxPool2d && key != null) {
        pools.putIfAbsent(key, work);
      } else if (op(node) instanceof MaxPool2dGrad && pools.containsKey(key)) {
        Work pool = pools.get(key);
        PoolGeometry g = geometry(node);
        if (fits(target, g, key.channelsLast)) {
          MaxPoolPair pair = pairs.computeIfAbsent(pool, _ -> new MaxPoolPair(target, g, key.channelsLast,
              target.scratch(placesBytes(target, g, key.channelsLast))));
          pairs.put(work, pair);
        }
      }
    }
    return pairs;
  }

  private static Op op(Node node) {
    return node.op() instanceof Nhwc nhwc ? nhwc.op() : node.op();
  }

  static PoolGeometry geometry(Node node) {
    List<TensorType> inputs = node.inputs().stream().map(Node::type).toList();
    List<TensorType> planes = node.op() instanceof Nhwc nhwc ? nhwc.planes(inputs) : inputs;
    return PoolGeometry.of(op(node), planes, op(node).infer(planes));
  }

  /// Null where the images of a pool lie in different orders, or where it is none.
  private static Key key(Node node) {
    boolean channelsLast = node.op() instanceof Nhwc nhwc && nhwc.result();
    if (node.op() instanceof Nhwc nhwc && nhwc.operands().contains(!channelsLast)) {
      return null;
    }
    if (op(node) instanceof MaxPool2d p) {
      return new Key(node.inputs().getFirst(), p.window(), p.kernelH(), p.kernelW(), channelsLast);
    }
    return op(node) instanceof MaxPool2dGrad p ? new Key(node.inputs().getFirst(), p.window(), p.kernelH(), p.kernelW(), channelsLast) : null;
  }

  boolean channelsLast() {
    return channelsLast;
  }

  MemorySegment places() {
    return places;
  }

  /// Maxima of the windows of `x`.
  Step pool(MemorySegment x, MemorySegment y) {
    long size = places.byteSize();
    target.path("and places", new Target.Phase(comparisons(), List.of(0), true, List.of(new KernelCall.Traffic(0, size, size))));
    return channelsLast ? new ChannelsLastPool(target, g).max(x, y, places) : LanePoolPass.max(target, g, x, y, places);
  }

  /// The gradient by the images of the last [#pool]; `operand`: which of its work's operands `dy` is, for profiles.
  Step gradient(MemorySegment dy, int operand, MemorySegment dx) {
    long size = places.byteSize();
    long touched = size + dy.byteSize() + dx.byteSize();
    target.path("by the pool's places", new Target.Phase(comparisons(), List.of(operand), true, List.of(new KernelCall.Traffic(size, 0, touched))));
    return channelsLast ? new ChannelsLastPool(target, g).maxGrad(places, dy, dx) : LanePoolPass.maxGrad(target, g, places, dy, dx);
  }

  private long comparisons() {
    return (long) g.planes() * g.oh() * g.ow() * g.rows().kernel() * g.columns().kernel();
  }
}
