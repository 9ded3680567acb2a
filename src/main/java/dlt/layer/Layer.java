package dlt.layer;

import dlt.config.Kinds;
import dlt.op.Value;
import java.util.List;

/// One kind of layer: the record's components are its arguments in the file. Adding one is its file and its line here.
public sealed interface Layer
    permits Linear, Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d,
        MaxPool1d, MaxPool2d, MaxPool3d, AvgPool1d, AvgPool2d, AvgPool3d, LpPool1d, LpPool2d,
        AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d, AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d,
        BatchNorm, LayerNorm, GroupNorm, InstanceNorm2d, RmsNorm, LocalResponseNorm,
        Embedding, EmbeddingBag, Rnn, Gru, Lstm, MultiheadAttention, ScaledDotProductAttention, TransformerEncoderLayer, TransformerDecoderLayer, PositionalEncoding,
        Dropout, Dropout2d, AlphaDropout, FeatureAlphaDropout,
        Activation, Prelu, Rrelu, Softmax, LogSoftmax, Softmin, Glu,
        Flatten, Unflatten, Reshape, Permute, Select, Narrow, Mean, MaskedMean, BlankPadding, Sum, Max,
        Upsample, AffineGrid, GridSample, PixelShuffle, PixelUnshuffle, ChannelShuffle, Unfold, Fold, ZeroPad1d, ZeroPad2d, ConstantPad1d, ConstantPad2d,
        ReflectionPad1d, ReflectionPad2d, ReplicationPad1d, ReplicationPad2d, CircularPad1d, CircularPad2d,
        Identity, GradientReversal, Parameter, Sequential, Residual, Parallel, Repeat, Shared, Parametrization,
        Concat, Add, Sub, Mul, Matmul, Bilinear, PairwiseDistance, CosineSimilarity, Reparameterize {
  /// Emits the layer's ops on `inputs` (one, unless [#takesSeveral]) and returns its output. Throws
  /// [dlt.op.ShapeException] where the shapes do not fit.
  Value emit(LayerScope scope, List<Value> inputs);

  /// Whether the layer joins several outputs, named by `from`.
  default boolean takesSeveral() {
    return false;
  }

  /// Its name in the file.
  default String kind() {
    return Kinds.name(getClass());
  }
}
