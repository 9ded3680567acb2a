package dlt.backend.cpu;

import java.util.Locale;

/// How a convolution is computed; chosen by shape and instruction set alone.
enum ConvPath {
  /// A vector of images at a time: [LaneConvPass], [LaneConvGradWeightPass].
  LANES,
  /// A vector of channels at a time: [ChannelsLastConvPass], [ChannelsLastGradWeightPass].
  CHANNELS_LAST,
  /// The Java twin.
  JAVA;

  /// Bytes of the operands of one vector of images that the caches hold.
  private static final long CACHED = 768 << 10;

  /// The fastest path to images or results of `channels` channels, as far as the share of its lanes that each path uses tells.
  static ConvPath of(Target target, ConvGeometry g, int channels) {
    return of(target, g, channels, LaneImages.fits(imageSize(g)));
  }

  /// The fastest path to the gradient by the weights.
  static ConvPath ofGradWeight(Target target, ConvGeometry g) {
    long weights = (long) g.o() * g.groupC() * g.kh() * g.kw();
    boolean few = weights * 4 * target.lanes() <= CACHED || !ChannelsLast.fits(g);
    return of(target, g, g.o(), few && LaneImages.fits(imageSize(g)) && LaneImages.fits(weights));
  }

  private static ConvPath of(Target target, ConvGeometry g, int channels, boolean lanesFit) {
    if (!target.emits()) {
      return JAVA;
    }
    boolean cached = imageSize(g) * 4 * target.lanes() <= CACHED;
    double lanes = lanesFit ? used(g.n(), target.lanes()) * (cached ? 1 : 0.55) : 0;
    double channelsLast = ChannelsLast.fits(g) ? used(channels, target.lanes()) * 0.8 : 0;
    ConvPath path = lanes == 0 && channelsLast == 0 ? JAVA : lanes >= channelsLast ? LANES : CHANNELS_LAST;
    target.path(path.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    return path;
  }

  private static long imageSize(ConvGeometry g) {
    return g.images().size() + g.results().size();
  }

  private static double used(int count, int lanes) {
    return (double) count / (Math.max(1, Math.ceilDiv(count, lanes)) * lanes);
  }
}
