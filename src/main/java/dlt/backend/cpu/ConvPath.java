package dlt.backend.cpu;

/// How a convolution is computed; chosen by shape and instruction set alone.
enum ConvPath {
  /// A vector of images at a time: [LaneConvPass], [LaneConvGradWeightPass].
  LANES,
  /// A vector of channels at a time: [ChannelsLastConvPass].
  CHANNELS_LAST,
  /// The Java twin.
  JAVA;

  /// Bytes of the operands of one vector of images that the caches hold.
  private static final long CACHED = 768 << 10;

  /// The fastest path to results of `channels` channels, as far as the share of its lanes that each path uses tells.
  static ConvPath of(Target target, ConvGeometry g, int channels) {
    if (!target.emits()) {
      return JAVA;
    }
    boolean cached = g.imageSize() * 4 * target.lanes() <= CACHED;
    double lanes = LaneImages.fits(g.imageSize()) ? used(g.n(), target.lanes()) * (cached ? 1 : 0.55) : 0;
    double channelsLast = ChannelsLast.fits(g) ? used(channels, target.lanes()) * 0.8 : 0;
    return lanes >= channelsLast ? lanes == 0 ? JAVA : LANES : CHANNELS_LAST;
  }

  private static double used(int count, int lanes) {
    return (double) count / (Math.max(1, Math.ceilDiv(count, lanes)) * lanes);
  }
}
