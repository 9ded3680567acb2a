package dlt.backend.cuda;

import dlt.backend.cuda.driver.Context.Extent;
import java.util.List;

/// The weights of a convolution for copies of 16 bytes, k by k: packed by pack_weights.cu, or as they lie where they lie so.
///
/// @param launches that pack them
record PackedWeights(Convolution.Weights weights, List<Launch> launches) {
  /// @param taps of a channel
  /// @param channels that are summed
  /// @param columns channels of the result
  static PackedWeights of(Target target, Convolution.Weights weights, int groups, int taps, int channels, int columns) {
    if (taps == 1 && weights.column() == 1 && weights.channel() % 4 == 0 && weights.group() % 4 == 0 && weights.address() % 16 == 0) {
      return new PackedWeights(new Convolution.Weights(weights.address(), weights.taps(), 1, weights.channel(), weights.group()), List.of());
    }
    int k = Math.multiplyExact(taps, channels);
    int stride = Tiling.divided(columns, 4) * 4;
    int group = Math.multiplyExact(k, stride);
    long packed = target.scratch().allocate(Math.max(1L, (long) groups * group) * Float.BYTES);
    Convolution.Weights result = new Convolution.Weights(packed, Strides.of(0), 1, stride, group);
    if (group == 0) {
      return new PackedWeights(result, List.of());
    }
    Arguments arguments = new Arguments().add(weights.address()).add(packed).add(k).add(columns);
    Divisor.of(stride).addTo(arguments);
    Divisor.of(channels).addTo(arguments);
    weights.taps().addTo(arguments);
    arguments.add(weights.channel()).add(weights.column()).add(weights.group());
    int threads = 256;
    return new PackedWeights(result, List.of(new Launch(new Launch.Shipped("pack_weights", "pack_weights"),
        Extent.of(Tiling.divided(group, threads), groups), Extent.of(threads), 0, arguments.build(target.arena()))));
  }
}
