package dlt.backend.cpu;

import dlt.backend.LayoutCosts;
import dlt.graph.Node;
import dlt.op.*;

/// What layouts cost on a processor, in bytes: of images that are moved, by an op of its own or by the kernels of convolutions and
/// pools themselves.
record CpuLayoutCosts(Target target) implements LayoutCosts {
  /// A move reads and writes, across the lines of one side.
  private static final long MOVE = 3;

  @Override
  public boolean convolution(Node n) {
    return ConvPath.channelsLast(target, n.op(), n.inputs().stream().map(Node::type).toList(), n.type());
  }

  @Override
  public boolean pool(Node n) {
    return ChannelsLastPool.fits(PoolGeometry.of(n.op(), n.inputs().stream().map(Node::type).toList(), n.type()));
  }

  @Override
  public boolean mixes() {
    return false;
  }

  @Override
  public boolean weights() {
    return false;
  }

  @Override
  public boolean kept(Node variable) {
    return false;
  }

  @Override
  public long move(Node image) {
    return MOVE * image.type().bytes();
  }

  @Override
  public long mixed(Node pool, Node operand) {
    return move(operand);
  }

  @Override
  public long planes(Node n, Node image) {
    return image.type().bytes();
  }

  /// Pools move planes into lanes and back.
  @Override
  public long planes(Node n) {
    return pools(n) ? bytes(n) : 0;
  }

  /// Channels fill lanes as far as they go; rows of few channels are short where an operand has one value a channel.
  @Override
  public long channelsLast(Node n) {
    int channels = n.shape().dim(1);
    if (pools(n)) {
      int lanes = Math.ceilDiv(channels, target.lanes()) * target.lanes();
      return bytes(n) * (lanes - channels) / channels;
    }
    return channels < target.lanes() && n.inputs().stream().anyMatch(i -> i.shape().size() == channels && channels > 1)
        ? n.type().bytes() * (target.lanes() - channels) / channels : 0;
  }

  private static long bytes(Node n) {
    return n.type().bytes() + n.inputs().stream().mapToLong(i -> i.type().bytes()).sum();
  }

  private static boolean pools(Node n) {
    return n.op() instanceof MaxPool2d || n.op() instanceof MaxPool2dGrad || n.op() instanceof AvgPool2d || n.op() instanceof AvgPool2dGrad;
  }
}
