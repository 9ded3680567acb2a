package dlt.backend;

import dlt.graph.Node;

/// What a device's kernels make of images that lie channels-last, for [ImageLayouts] to choose by. Costs are in a unit of the
/// device's own.
public interface LayoutCosts {
  /// Whether a convolution or a gradient of one has a kernel for channels-last images.
  boolean convolution(Node n);

  /// Whether a pool or a gradient of one has a kernel for channels-last images.
  boolean pool(Node n);

  /// Whether the kernels of pools, and of convolutions by one pixel, take and give each image as it lies, whatever the others do.
  boolean mixes();

  /// Whether convolutions take weights as channels-last images, [O, H, W, C], too, and give their gradient so.
  boolean weights();

  /// Whether a variable is kept channels-last.
  boolean kept(Node variable);

  /// What it costs to move an image from one layout to the other.
  long move(Node image);

  /// What it costs if `operand` of a pool that mixes lies the other way than its result.
  long mixed(Node pool, Node operand);

  /// What it costs more if `image`, an operand or the result of the convolution `n`, lies in planes.
  long planes(Node n, Node image);

  /// What it costs more if a pool or a pointwise op is computed in planes.
  long planes(Node n);

  /// What it costs more if a pool or a pointwise op is computed channels-last.
  long channelsLast(Node n);
}
