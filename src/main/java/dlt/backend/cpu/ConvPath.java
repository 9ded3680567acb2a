package dlt.backend.cpu;

import dlt.op.Conv2d;
import dlt.op.Conv2dGradInput;
import dlt.op.Conv2dGradWeight;
import dlt.op.Op;
import dlt.tensor.TensorType;
import java.util.List;
import java.util.Locale;

/// How a convolution is computed; chosen by shape and instruction set alone.
enum ConvPath {
  /// A vector of images at a time: [LaneConvPass], [LaneConvGradWeightPass].
  LANES,
  /// A vector of neighbouring pixels at a time, for images so small, of so few channels, that a copy for each column of the kernel
  /// stays in the first cache: [PlaneConvPass], [PlaneGradWeightPass].
  PLANES,
  /// A vector of channels at a time: [ChannelsLastConvPass], [ChannelsLastGradWeightPass].
  CHANNELS_LAST,
  /// 3x3 kernels over a vector of channels at a time, by transforms: [WinogradConvPass], [WinogradGradWeightPass]. Takes and gives what
  /// `CHANNELS_LAST` does.
  WINOGRAD,
  /// The Java twin.
  JAVA;

  /// Bytes of the operands of one vector of images that the caches hold, of one vector of gradients by all weights that takes no longer
  /// than the images, and of weights that the first cache holds.
  private static final long CACHED = 768 << 10, CACHED_GRADIENTS = 256 << 10, NEAR_WEIGHTS = 32 << 10;

  /// What [WinogradConvPass] takes for a vector of channels of a window, of a tile of results, and of the weights between a
  /// channel and a vector of others, and what [WinogradGradWeightPass] takes for the gradients of the latter, in multiply-adds of 512-bit
  /// vectors; measured in the second cache of a Zen 4, the last one from memory on a Zen 5. A vector of 256 bits does half as much in
  /// the same time.
  private static final double WINDOW = 140, TILE = 115, WEIGHTS = 150, WEIGHT_GRADIENTS = 250;
  /// What a step of a product's sums costs beside its multiply-adds, and how far the gain is to make up for what is not counted.
  private static final double PRODUCT = 1.08, STORE = 2, MARGIN = 1.5;

  /// What moving a vector of images or results into lanes or to channels-last takes, and what it takes into lanes where the images
  /// do not fit the caches.
  private static final double MOVE = 6, UNCACHED_MOVE = 40;
  /// What a vector of a plane's copy takes.
  private static final double COPY = 4;

  /// What profiles call it.
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// Whether images and results may lie channels-last.
  boolean channelsLast() {
    return this == CHANNELS_LAST || this == WINOGRAD;
  }

  /// Whether `any` is a convolution, or its gradient by the images or the weights, whose images and results may lie channels-last.
  static boolean channelsLast(Target target, Op any, List<TensorType> inputs, TensorType output) {
    return of(target, any, inputs, output).channelsLast();
  }

  /// The path of a convolution, or of its gradient by the images or the weights, that is not compiled yet.
  static ConvPath of(Target target, Op any, List<TensorType> inputs, TensorType output) {
    ConvPath path = JAVA;
    if (any instanceof Conv2d op) {
      ConvGeometry g = ConvGeometry.of(op.window(), op.groups(), inputs.get(0).shape(), inputs.get(1).shape(), output.shape());
      path = of(target, g, g.o());
    } else if (any instanceof Conv2dGradInput op) {
      ConvGeometry g = ConvGeometry.of(op.window(), op.groups(), output.shape(), inputs.get(1).shape(), inputs.get(0).shape());
      path = of(target, g, g.c());
    } else if (any instanceof Conv2dGradWeight op) {
      path = ofGradWeight(target, ConvGeometry.of(op.window(), op.groups(), inputs.get(0).shape(), output.shape(), inputs.get(1).shape()));
    }
    target.takePath();
    return path;
  }

  /// The fastest path to images or results of `channels` channels, as far as the share of its lanes that each path uses and
  /// what it moves tell.
  static ConvPath of(Target target, ConvGeometry g, int channels) {
    boolean planesFit = (channels != g.o() || PlaneConvPass.fits(target, g, false)) && (channels != g.c() || PlaneConvPass.fits(target, g, true));
    return path(target, g, channels, LaneImages.fits(imageSize(g)), planesFit, winograd(target, g, channels, WEIGHTS));
  }

  /// The fastest path to the gradient by the weights.
  static ConvPath ofGradWeight(Target target, ConvGeometry g) {
    long weights = (long) g.o() * g.groupC() * g.kh() * g.kw();
    boolean few = weights * 4 * target.lanes() <= CACHED_GRADIENTS || !ChannelsLast.fits(g);
    return path(target, g, g.o(), few && LaneImages.fits(imageSize(g)) && LaneImages.fits(weights), PlaneConvPass.fits(target, g, false),
        winograd(target, g, g.o(), WEIGHT_GRADIENTS));
  }

  private static ConvPath path(Target target, ConvGeometry g, int channels, boolean lanesFit, boolean planesFit, double winograd) {
    if (!target.emits()) {
      return JAVA;
    }
    boolean cached = imageSize(g) * 4 * target.lanes() <= CACHED;
    double sums = direct(target, g);
    double moved = (double) g.n() * imageSize(g) / target.lanes();
    boolean near = 4L * g.o() * g.groupC() * g.kh() * g.kw() < NEAR_WEIGHTS;
    double lanes = lanesFit ? (sums / (!cached ? 0.55 : near ? 1 : 0.75) + moved * (cached ? MOVE : UNCACHED_MOVE)) / used(g.n(), target.lanes())
        : Double.POSITIVE_INFINITY;
    double channelsLast = ChannelsLast.fits(g) ? sums / (0.8 * used(channels, target.lanes())) + moved * MOVE : Double.POSITIVE_INFINITY;
    double planes = planesFit ? planes(target, g, channels) : Double.POSITIVE_INFINITY;
    double best = Math.min(planes, Math.min(lanes, channelsLast));
    ConvPath path = Double.isInfinite(best) ? JAVA : best == planes ? PLANES : best == lanes ? LANES : CHANNELS_LAST;
    if (MARGIN * winograd + moved * MOVE < best) {
      path = WINOGRAD;
    }
    target.path(path.label());
    return path;
  }

  /// Multiply-adds of whole vectors.
  private static double direct(Target target, ConvGeometry g) {
    return (double) g.n() * g.oh() * g.ow() * g.o() * g.groupC() * g.kh() * g.kw() / target.lanes();
  }

  private static double planes(Target target, ConvGeometry g, int channels) {
    boolean forward = channels == g.o();
    PlaneCopies copies = (forward ? PlaneConvPass.forward(g) : PlaneConvPass.gradInput(g)).copies();
    double copied = (double) copies.image().channels() * copies.firstColumns().size() * copies.rows() * Math.ceilDiv(copies.width(), target.lanes());
    return direct(target, g) / used(forward ? g.oh() * g.ow() : g.h() * g.w(), target.lanes()) + g.n() * copied * COPY;
  }

  /// Multiply-adds, and what takes as long, where there is such a path.
  private static double winograd(Target target, ConvGeometry g, int channels, double weights) {
    if (target.strict() || !WinogradConvPass.fits(g)) {
      return Double.POSITIVE_INFINITY;
    }
    int sources = g.c() + g.o() - channels;
    double tiles = tiles(g, channels);
    double vectors = Math.ceilDiv(channels, target.lanes());
    double transforms = tiles * (Math.ceilDiv(sources, target.lanes()) * WINDOW + vectors * TILE) + sources * vectors * weights;
    return tiles * Winograd.PLANES * vectors * (PRODUCT * sources + STORE) + transforms * (16.0 / target.lanes());
  }

  private static double tiles(ConvGeometry g, int channels) {
    boolean forward = channels == g.o();
    return (double) g.n() * Math.ceilDiv(forward ? g.oh() : g.h(), Winograd.RESULT.tile) * Math.ceilDiv(forward ? g.ow() : g.w(), Winograd.RESULT.tile);
  }

  private static long imageSize(ConvGeometry g) {
    return g.images().size() + g.results().size();
  }

  private static double used(int count, int lanes) {
    return (double) count / (Math.max(1, Math.ceilDiv(count, lanes)) * lanes);
  }
}
