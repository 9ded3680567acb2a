package dlt.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import dlt.backend.reference.ReferenceBackend;
import dlt.backend.reference.ReferenceProgram;
import dlt.config.ConfigException;
import dlt.graph.Autodiff;
import dlt.op.Value;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the golden cases do not show.
class LayersTest {
  private static double[] ones(int size) {
    return DoubleStream.generate(() -> 1).limit(size).toArray();
  }

  private static double mean(double[] x) {
    return Arrays.stream(x).average().orElseThrow();
  }

  private static double[] infer(String yaml, Shape shape, double... input) {
    return BuiltModel.inference(yaml, shape).run(input);
  }

  @Test
  void dropoutDropsItsShareAndKeepsTheMean() {
    double[] y = BuiltModel.training("- dropout: 0.3", Shape.of(100, 100)).run(ones(10000));
    assertThat(Arrays.stream(y).distinct()).containsExactlyInAnyOrder(0.0, 1 / 0.7);
    // four standard deviations of a share of 10000
    assertThat(Arrays.stream(y).filter(v -> v == 0).count() / 10000.0).isCloseTo(0.3, within(4 * Math.sqrt(0.3 * 0.7 / 10000)));
  }

  @Test
  void dropoutIsNewInEachStepAndEachLayer() {
    BuiltModel m = BuiltModel.training("- dropout: {p: 0.5, as: x}\n- dropout: {p: 0.5, from: a, as: y}\n- concat: {from: [x, y]}", Shape.of(1, 64));
    double[] first = m.run(0, ones(64));
    assertThat(Arrays.copyOf(first, 64)).isNotEqualTo(Arrays.copyOfRange(first, 64, 128));
    assertThat(m.run(1, ones(64))).isNotEqualTo(first);
    assertThat(m.run(0, ones(64))).isEqualTo(first);
  }

  @Test
  void aReparameterizedSampleIsNormalInTrainingAndItsMeanInInference() {
    Shape shape = Shape.of(100, 100);
    double[] mu = ones(10000);
    double[] logvar = new double[10000];
    Arrays.fill(logvar, Math.log(4));
    BuiltModel m = BuiltModel.training("- reparameterize: {from: [a, b]}", shape, shape);
    double[] y = m.run(mu, logvar);
    double mean = Arrays.stream(y).average().orElseThrow();
    assertThat(mean).isCloseTo(1, within(0.08)); // four standard errors
    assertThat(Arrays.stream(y).map(v -> (v - mean) * (v - mean)).average().orElseThrow()).isCloseTo(4, within(0.25));
    assertThat(Arrays.stream(y).filter(v -> Math.abs(v - 1) < 2).count() / 1e4).isCloseTo(0.6827, within(0.02));
    assertThat(Arrays.stream(y).filter(v -> Math.abs(v - 1) < 4).count() / 1e4).isCloseTo(0.9545, within(0.01));
    assertThat(BuiltModel.inference("- reparameterize: {from: [a, b]}", shape, shape).run(mu)).containsExactly(mu);
    assertThatThrownBy(() -> BuiltModel.inference("- reparameterize: {from: [a, b]}", shape, Shape.of(100, 1)))
        .hasMessageContaining("means [100, 100] met logarithms of variances [100, 1], expected one for each mean");
    assertThatThrownBy(() -> BuiltModel.inference("- reparameterize", shape)).hasMessageContaining("name them, `from: [mu, logvar]`");
  }

  @Test
  void dropoutOfEverythingGivesZeros() {
    assertThat(BuiltModel.training("- dropout: 1", Shape.of(2, 2)).run(ones(4))).containsOnly(0);
  }

  @Test
  void dropoutDoesNothingInInference() {
    assertThat(infer("- dropout: 0.9\n- dropout2d: 0.9\n- alpha_dropout: 0.9", Shape.of(1, 2, 2, 2), BuiltModel.range(8)))
        .isEqualTo(BuiltModel.range(8));
  }

  @Test
  void dropout2dDropsWholeChannels() {
    double[] y = BuiltModel.training("- dropout2d", Shape.of(4, 16, 3, 3)).run(ones(4 * 16 * 9));
    for (int c = 0; c < 64; c++) {
      assertThat(Arrays.stream(y, c * 9, c * 9 + 9).distinct().count()).isEqualTo(1);
    }
    assertThat(Arrays.stream(y).distinct()).containsExactlyInAnyOrder(0.0, 2.0);
  }

  @Test
  void wholeChannelsAreDroppedInAnyNumberOfDimensions() {
    for (String kind : new String[] {"dropout1d", "dropout2d", "dropout3d", "feature_alpha_dropout"}) {
      double[] y = BuiltModel.training("- " + kind, Shape.of(4, 16, 5)).run(ones(4 * 16 * 5));
      for (int c = 0; c < 64; c++) {
        assertThat(Arrays.stream(y, c * 5, c * 5 + 5).distinct().count()).as(kind).isEqualTo(1);
      }
      assertThat(Arrays.stream(y).distinct().count()).as(kind).isEqualTo(2);
    }
  }

  @Test
  void aBatchNormWithoutMomentumAveragesAllBatches() {
    BuiltModel m = BuiltModel.training("- batch_norm2d: {momentum: null}", Shape.of(2, 1));
    m.run(new double[] {1, 3});
    m.run(new double[] {4, 8});
    assertThat(m.variable("0.running_mean")[0]).isCloseTo((2 + 6) / 2.0, within(1e-12));
    assertThat(m.variable("0.running_var")[0]).isCloseTo((2 + 8) / 2.0, within(1e-12));
  }

  @Test
  void aTransposedConvolutionMayAddMoreThanItsStrideWhereItsDilationIsLarger() {
    // 1 2 3 1 2 3, of which the first element is cut off; of the two that are added one was cut off at the end
    assertThat(infer("- conv_transpose2d: {out_channels: 1, kernel_size: [1, 2], dilation: [1, 3], padding: [0, 1], output_padding: [0, 2], bias: false, init: ones}",
        Shape.of(1, 1, 1, 3), 1, 2, 3)).containsExactly(2, 3, 1, 2, 3, 0);
  }

  @Test
  void aTransposedConvolutionOfSignalsAddsAsThatOfImagesDoes() {
    String end = ", out_channels: 1, kernel_size: 2, dilation: 3, padding: 1, output_padding: 2, bias: false, init: ones}";
    assertThat(infer("- conv_transpose1d: {stride: 1" + end, Shape.of(1, 1, 3), 1, 2, 3)).containsExactly(2, 3, 1, 2, 3, 0);
    assertThatThrownBy(() -> infer("- conv_transpose1d: {stride: 1" + end.replace("padding: 2", "padding: 3"), Shape.of(1, 1, 3), 1, 2, 3))
        .isInstanceOf(ConfigException.class).hasMessageContaining("less than the stride 1 or than the dilation");
    assertThatThrownBy(() -> infer("- conv_transpose1d: {out_channels: 1, kernel_size: 2, padding: 5}", Shape.of(1, 1, 3), 1, 2, 3))
        .hasMessageContaining("[conv_transpose1d]").hasMessageContaining("the padding cuts everything off");
  }

  @Test
  void cosineSimilarityIsOfTheShapeThatBothBroadcastTo() {
    double[] y = BuiltModel.inference("- cosine_similarity: {from: [a, b], dim: 2}", Shape.of(1, 2, 2), Shape.of(1, 2)).run(new double[] {1, 0, 1, 1}, new double[] {0, 2});
    assertThat(y).usingComparatorWithPrecision(1e-12).containsExactly(0, Math.sqrt(0.5));
    assertThatThrownBy(() -> BuiltModel.inference("- cosine_similarity: {from: [a, b]}", Shape.of(2, 3), Shape.of(2, 4)))
        .hasMessageContaining("[cosine_similarity] [2, 3] met [2, 4], which do not broadcast");
  }

  /// Outputs for one sample do not depend on the others of its batch.
  @ParameterizedTest
  @ValueSource(strings = {
    "softmax: 0", "log_softmax: -4", "softmin: 0", "glu: 0", "select: {index: 0, dim: 0}", "concat: {from: [a, a], dim: 0}", "permute: [1, 0, 2, 3]",
    "cosine_similarity: {from: [a, a], dim: 0}", "flatten: {start_dim: 0}", "unflatten: {dim: 0, unflattened_size: [1, 2]}", "mean: 0", "sum: 0",
    "parallel: {branches: [[relu], [tanh]], dim: 0}"
  })
  void theBatchIsLeftAlone(String layer) {
    assertThatThrownBy(() -> BuiltModel.inference("- " + layer, Shape.of(2, 4, 8, 8))).isInstanceOf(LayerException.class).hasMessageContaining("the batch");
  }

  /// As one of the image's size does; longer ones lead to addresses that no int holds.
  @Test
  void aStridePastTheImageTakesOneWindow() {
    double[] x = BuiltModel.range(64);
    for (String layer : new String[] {"conv2d: {out_channels: 2, kernel_size: 3, init: ones, bias: false, stride: S}", "max_pool2d: {kernel_size: 2, stride: S}",
        "max_pool2d: {kernel_size: 2, stride: S, ceil_mode: true}", "avg_pool2d: {kernel_size: 2, stride: S, padding: 1}"}) {
      assertThat(infer("- " + layer.replace("S", "2147483647"), Shape.of(1, 1, 8, 8), x)).as(layer)
          .isEqualTo(infer("- " + layer.replace("S", "10"), Shape.of(1, 1, 8, 8), x));
    }
  }

  /// Sizes that overflow an int must not come out as small ones.
  @ParameterizedTest
  @ValueSource(strings = {
    "conv2d: {out_channels: 1, kernel_size: 3, dilation: 2147483647}", "conv2d: {out_channels: 1, kernel_size: 3, dilation: 2147483647, padding: same}",
    "conv2d: {out_channels: 1, kernel_size: 3, padding: [2147483647, 1]}", "conv2d: {out_channels: 1, kernel_size: 65537, dilation: 65536}",
    "conv2d: {out_channels: 1, kernel_size: 3, padding: [1073741824, 0], padding_mode: replicate}",
    "conv_transpose2d: {out_channels: 1, kernel_size: 2, padding: 2147483647}", "conv_transpose2d: {out_channels: 1, kernel_size: 2, stride: 2147483647}",
    "conv_transpose2d: {out_channels: 1, kernel_size: 65537, dilation: 65536}", "max_pool2d: {kernel_size: 2, padding: 1073741824}",
    "max_pool2d: {kernel_size: 2, dilation: 2147483647}", "max_pool2d: {kernel_size: 2147483647, padding: 1073741823, ceil_mode: true}",
    "avg_pool2d: {kernel_size: 2, padding: 2147483647}", "adaptive_avg_pool2d: 2147483647", "adaptive_max_pool2d: [3, 1073741824]",
    "upsample: {size: 2147483647}", "upsample: {scale_factor: 1.0e+9, mode: bilinear}", "pixel_shuffle: 65536", "pixel_shuffle: 46341",
    "zero_pad2d: [2147483647, 2147483647, 0, 0]", "replication_pad2d: [1073741824, 1073741824, 0, 0]", "reshape: [65536, 65536, 65536, 65536]"
  })
  void sizesBeyondAllBoundsAreRefused(String layer) {
    Throwable refusal = catchThrowable(() -> BuiltModel.inference("- " + layer, Shape.of(1, 4, 8, 8)));
    assertThat(refusal).isInstanceOfAny(LayerException.class, ConfigException.class);
  }

  @Test
  void weightsBeyondAllMemoryAreRefused() {
    assertThatThrownBy(() -> BuiltModel.inference("- linear: 1000000000\n- linear: 2000000000", Shape.of(1, 4))).isInstanceOf(LayerException.class)
        .hasMessageContaining("layer 1 (linear): its sizes are too large").hasMessageContaining("4 PiB");
  }

  @Test
  void sequencesBeyondAllBoundsAreRefused() {
    assertThatThrownBy(() -> BuiltModel.inference("- lstm: 1073741824", Shape.of(1, 2, 1))).isInstanceOf(LayerException.class);
    assertThatThrownBy(() -> BuiltModel.inference("- positional_encoding", Shape.of(1, 65536, 65536))).isInstanceOf(LayerException.class);
    assertThatThrownBy(() -> BuiltModel.inference("- multihead_attention: {num_heads: 1, is_causal: true}", Shape.of(1, 65536, 1)))
        .isInstanceOf(LayerException.class).hasMessageContaining("its sizes are too large");
  }

  @Test
  void aCausalStepSeesNoLaterOne() {
    BuiltModel m = BuiltModel.inference("- multihead_attention: {num_heads: 2, is_causal: true}", Shape.of(1, 3, 4));
    double[] x = BuiltModel.range(12);
    double[] before = m.run(x);
    x[8] = 99;
    double[] after = m.run(x);
    assertThat(Arrays.copyOf(after, 8)).isEqualTo(Arrays.copyOf(before, 8));
    assertThat(Arrays.copyOfRange(after, 8, 12)).isNotEqualTo(Arrays.copyOfRange(before, 8, 12));
  }

  @Test
  void attentionOfThreeOutputsIsThatOfOneWhereTheyAreTheSame() {
    Shape shape = Shape.of(2, 3, 4);
    double[] self = BuiltModel.inference("- multihead_attention: 2", shape).run(BuiltModel.range(24));
    double[] three = BuiltModel.inference("- multihead_attention: {num_heads: 2, from: [a, b, b]}", shape, shape)
        .run(BuiltModel.range(24), BuiltModel.range(24));
    assertThat(three).usingComparatorWithPrecision(1e-12).containsExactly(self);
    assertThat(BuiltModel.inference("- multihead_attention: 2", shape).parameterNames())
        .containsExactly("0.in_proj_weight", "0.in_proj_bias", "0.out_proj.weight", "0.out_proj.bias");
  }

  /// PE(t, 2i) = sin(t / 10000^(2i / F)), PE(t, 2i + 1) = cos of the same.
  @Test
  void aPositionalEncodingAddsSinesAndCosinesOfThePlace() {
    double[] y = infer("- positional_encoding", Shape.of(2, 3, 4), ones(24));
    double[] expected = new double[24];
    for (int i = 0; i < 24; i++) {
      int t = i / 4 % 3;
      double angle = t / Math.pow(10_000, i % 4 / 2 * 2 / 4.0);
      expected[i] = 1 + (i % 2 == 0 ? Math.sin(angle) : Math.cos(angle));
    }
    assertThat(y).usingComparatorWithPrecision(1e-12).containsExactly(expected);
    // the last feature of an odd number has no cosine
    assertThat(infer("- positional_encoding: sinusoidal", Shape.of(1, 2, 3), new double[6])).usingComparatorWithPrecision(1e-12)
        .containsExactly(0, 1, 0, Math.sin(1), Math.cos(1), Math.sin(Math.pow(10_000, -2 / 3.0)));
  }

  @Test
  void aLearnedPositionalEncodingAddsAParameterForEachPlace() {
    BuiltModel m = BuiltModel.inference("- positional_encoding: {kind: learned, init: {normal: {std: 2}}}", Shape.of(2, 5, 3));
    assertThat(m.parameterNames()).containsExactly("0.weight");
    double[] w = m.variable("0.weight");
    assertThat(w).hasSize(15);
    double[] y = m.run(new double[30]);
    assertThat(Arrays.copyOf(y, 15)).isEqualTo(w).isEqualTo(Arrays.copyOfRange(y, 15, 30));
    double[] small = BuiltModel.inference("- positional_encoding: learned", Shape.of(1, 50, 50)).variable("0.weight");
    assertThat(mean(Arrays.stream(small).map(v -> v * v).toArray())).isCloseTo(0.02 * 0.02, within(1e-4));
  }

  @Test
  void aPositionalEncodingDropsInTrainingAlone() {
    double[] y = BuiltModel.training("- positional_encoding: {dropout: 0.5}", Shape.of(1, 100, 10)).run(ones(1000));
    assertThat(Arrays.stream(y).filter(v -> v == 0).count() / 1000.0).isCloseTo(0.5, within(0.07));
    assertThatThrownBy(() -> infer("- positional_encoding", Shape.of(2, 3), new double[6])).hasMessageContaining("needs sequences [N, T, F], met [2, 3]");
  }

  @Test
  void aMaskedMeanLeavesPaddingOut() {
    double[] x = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    Shape shape = Shape.of(2, 3, 2);
    assertThat(BuiltModel.inference("- masked_mean: {from: [a, b]}", shape, Shape.of(2, 3)).run(x, new double[] {0, 7, 1, 0, 0, 0}))
        .containsExactly(4, 5, 0, 0);
    assertThatThrownBy(() -> BuiltModel.inference("- masked_mean: {from: [a, b]}", shape, Shape.of(2, 2)))
        .hasMessageContaining("sequences [2, 3, 2] met indices [2, 2]");
    assertThatThrownBy(() -> BuiltModel.inference("- masked_mean: {from: a}", shape)).hasMessageContaining("name them, `from: [x, tokens]`");
  }

  @Test
  void noStepSeesPadding() {
    Shape shape = Shape.of(1, 3, 4);
    for (String layer : new String[] {"transformer_encoder_layer: {nhead: 2, dropout: 0, from: [a, b]}", "multihead_attention: {num_heads: 2, from: [a, a, a, b]}"}) {
      BuiltModel m = BuiltModel.inference("- " + layer, shape, Shape.of(1, 3));
      double[] x = BuiltModel.range(12);
      double[] tokens = {0, 5, 6};
      double[] before = m.run(x, tokens);
      x[0] = 99;
      assertThat(Arrays.copyOfRange(m.run(x, tokens), 4, 12)).as(layer).isEqualTo(Arrays.copyOfRange(before, 4, 12));
      x[4] = 99;
      assertThat(Arrays.copyOfRange(m.run(x, tokens), 8, 12)).as(layer).isNotEqualTo(Arrays.copyOfRange(before, 8, 12));
      // an empty text gives numbers, and the same as one without any padding where all steps are alike
      assertThat(m.run(ones(12), new double[3])).as(layer).usingComparatorWithPrecision(1e-12).containsExactly(m.run(ones(12), ones(3)));
    }
  }

  @Test
  void withoutPaddingTheIndicesChangeNothing() {
    Shape shape = Shape.of(2, 3, 4);
    double[] plain = BuiltModel.inference("- transformer_encoder_layer: {nhead: 2, norm_first: true}", shape).run(BuiltModel.range(24));
    double[] masked = BuiltModel.inference("- transformer_encoder_layer: {nhead: 2, norm_first: true, from: [a, b]}", shape, Shape.of(2, 3)).run(BuiltModel.range(24), ones(6));
    assertThat(masked).isEqualTo(plain);
  }

  /// The numbers are those of PyTorch 2.13's LocalResponseNorm(size, alpha=0.5, beta=0.75, k=2).
  @Test
  void aLocalResponseNormDividesByTheNeighbouringChannels() {
    double[] x = IntStream.rangeClosed(1, 12).asDoubleStream().toArray();
    assertThat(infer("- local_response_norm: {size: 3, alpha: 0.5, beta: 0.75, k: 2}", Shape.of(1, 6, 2), x)).containsExactly(
        new double[] {0.37739524779024686, 0.5698767642386944, 0.6407097000431896, 0.6475774906813698, 0.6299277464519462, 0.6044455866507423,
            0.5776624321535462, 0.5520158262335244, 0.5283103705968721, 0.506700058052638, 0.7536952755109768, 0.7188109922770566}, within(1e-12));
    assertThat(infer("- local_response_norm: {size: 4, alpha: 0.5, beta: 0.75, k: 2}", Shape.of(1, 6, 2), x)).containsExactly(
        new double[] {0.4131307098896385, 0.6473223622764313, 0.7477580771320625, 0.769800358919501, 0.7521206186172787, 0.7166623005419755,
            0.677580893841112, 0.6401643550637472, 0.6060701029879675, 0.5755600142469669, 0.7921852090133776, 0.747463480225524}, within(1e-12));
  }

  @Test
  void aParameterIsTheSameForEachSample() {
    BuiltModel m = BuiltModel.inference("- parameter: {shape: [1, 2], init: ones, as: token}\n- concat: {from: [token, a]}", Shape.of(2, 1, 2));
    assertThat(m.scope.parameters().keySet()).containsExactly("token.weight");
    assertThat(m.run(new double[] {5, 6, 7, 8})).containsExactly(1, 1, 5, 6, 1, 1, 7, 8);
  }

  @Test
  void aGradientReversalIsTheIdentityWhoseGradientPointsTheOtherWay() {
    double[] input = {0.1, -0.0, 1e-30};
    assertThat(BuiltModel.training("- gradient_reversal: 0.25", Shape.of(1, 3)).run(input)).containsExactly(input);
    assertThat(BuiltModel.inference("- gradient_reversal", Shape.of(1, 3)).run(input)).containsExactly(input);
    BuiltModel m = BuiltModel.training("- gradient_reversal: 0.25", Shape.of(1, 3));
    Value by = m.scope.named("a").orElseThrow();
    Value cotangent = m.graph.literal(HostTensor.of(Shape.of(1, 3), 1f, -2f, 3f));
    m.graph.output("gradient", Autodiff.gradients(m.graph, m.output, cotangent, List.of(by)).getFirst());
    ReferenceProgram program = new ReferenceBackend().compile(m.graph.build(), m.variables);
    program.run();
    assertThat(program.output("gradient").doubles()).containsExactly(-0.25, 0.5, -0.75);
  }

  @Test
  void biasesAreFilledAsTheFileSays() {
    for (String layer : List.of("linear: {out_features: 2, ", "conv1d: {out_channels: 2, kernel_size: 1, ", "conv_transpose1d: {out_channels: 2, kernel_size: 1, ")) {
      BuiltModel m = BuiltModel.inference("- " + layer + "init: zeros, bias_init: {values: [0.5, -1]}}", Shape.of(1, 3, 4));
      assertThat(m.variable("0.bias")).containsExactly(0.5, -1);
      assertThat(m.variable("0.weight")).containsOnly(0);
      assertThatThrownBy(() -> BuiltModel.inference("- " + layer + "bias: false, bias_init: zeros}", Shape.of(1, 3, 4))).hasMessageContaining("bias_init beside bias: false");
    }
    assertThat(BuiltModel.inference("- conv2d: {out_channels: 2, kernel_size: 1, bias_init: ones}", Shape.of(1, 3, 4, 4)).variable("0.bias")).containsOnly(1);
    assertThat(BuiltModel.inference("- conv_transpose2d: {out_channels: 2, kernel_size: 1, bias_init: ones}", Shape.of(1, 3, 4, 4)).variable("0.bias")).containsOnly(1);
    assertThat(BuiltModel.inference("- conv3d: {out_channels: 2, kernel_size: 1, bias_init: ones}", Shape.of(1, 3, 2, 4, 4)).variable("0.bias")).containsOnly(1);
    assertThat(BuiltModel.inference("- conv_transpose3d: {out_channels: 2, kernel_size: 1, bias_init: ones}", Shape.of(1, 3, 2, 4, 4)).variable("0.bias")).containsOnly(1);
    assertThatThrownBy(() -> BuiltModel.inference("- linear: {out_features: 2, bias_init: {values: [1, 2, 3]}}", Shape.of(1, 3)))
        .hasMessageContaining("3 numbers met weights [2]");
    assertThatThrownBy(() -> BuiltModel.inference("- linear: {out_features: 2, bias_init: xavier_uniform}", Shape.of(1, 3)))
        .hasMessageContaining("met [2]; take zeros");
  }

  @Test
  void tiedWeightsAreThoseOfTheOtherLayer() {
    String model = "- sequential: {as: encoder, layers: [{linear: {out_features: 2, bias: false, init: {constant: 2}, as: down}}]}\n- linear: {out_features: 2, bias: false, weight_of: encoder.down}";
    BuiltModel m = BuiltModel.inference(model, Shape.of(1, 2));
    assertThat(m.scope.parameters().keySet()).containsExactly("encoder.down.weight");
    assertThat(m.run(new double[] {1, 3})).containsExactly(32, 32);
    assertThat(m.scope.layers().getLast().parameters()).isZero();
    assertThatThrownBy(() -> BuiltModel.inference(model.replace("weight_of: encoder.down", "weight_of: encoder.dawn"), Shape.of(1, 2)))
        .hasMessageContaining("no layer before this one is called 'encoder.dawn' and has a weight; did you mean encoder.down?");
    assertThatThrownBy(() -> BuiltModel.inference(model.replace("{out_features: 2, bias: false, weight_of", "{out_features: 4, bias: false, weight_of"), Shape.of(1, 2)))
        .hasMessageContaining("of 'encoder.down' is [2, 2], needs [4, 2]");
    assertThatThrownBy(() -> BuiltModel.inference("- linear: {out_features: 2, as: x}\n- linear: {out_features: 2, weight_of: x, init: zeros}", Shape.of(1, 2)))
        .hasMessageContaining("one of the two: the other layer fills the weights");
    assertThatThrownBy(() -> BuiltModel.inference("- linear: {out_features: 2, as: x}\n- weight_norm: {layer: {linear: {out_features: 2, weight_of: x}}}", Shape.of(1, 2)))
        .hasMessageContaining("linear has no parameter `weight`");
  }

  @Test
  void aChannelShuffleTakesOneChannelOfEachGroupInTurn() {
    assertThat(infer("- channel_shuffle: 2", Shape.of(1, 6, 1), 0, 1, 2, 3, 4, 5)).containsExactly(0, 3, 1, 4, 2, 5);
    assertThatThrownBy(() -> infer("- channel_shuffle: 4", Shape.of(1, 6, 1), new double[6])).hasMessageContaining("6 input channels do not divide into 4 groups");
  }

  @Test
  void theSlopeOfRreluIsDrawnInTrainingAndTheMiddleInInference() {
    double[] x = new double[1000];
    Arrays.fill(x, -1);
    x[0] = 2;
    double[] y = BuiltModel.training("- rrelu: {lower: 0.2, upper: 0.4}", Shape.of(1, 1000)).run(x);
    assertThat(y[0]).isEqualTo(2);
    assertThat(Arrays.stream(y).skip(1)).allMatch(v -> v > -0.4 - 1e-9 && v <= -0.2).doesNotHaveDuplicates();
    assertThat(mean(Arrays.copyOfRange(y, 1, 1000))).isCloseTo(-0.3, within(4 * 0.2 / Math.sqrt(12 * 999)));
    assertThat(infer("- rrelu: {lower: 0.2, upper: 0.4}", Shape.of(1, 2), -1, 2)).containsExactly(new double[] {-0.3, 2}, within(1e-12));
  }

  @Test
  void aBilinearLayerHasAMatrixForEachFeature() {
    BuiltModel m = BuiltModel.inference("- bilinear: {out_features: 3, from: [a, b]}", Shape.of(2, 2, 2), Shape.of(2, 2, 4));
    double[] a = BuiltModel.range(8);
    double[] b = BuiltModel.range(16);
    double[] y = m.run(a, b);
    double[] w = m.variable("0.weight");
    for (int n = 0; n < 4; n++) {
      for (int o = 0; o < 3; o++) {
        double expected = m.variable("0.bias")[o];
        for (int i = 0; i < 2; i++) {
          for (int j = 0; j < 4; j++) {
            expected += a[2 * n + i] * w[(o * 2 + i) * 4 + j] * b[4 * n + j];
          }
        }
        assertThat(y[3 * n + o]).isCloseTo(expected, within(1e-9));
      }
    }
    assertThatThrownBy(() -> BuiltModel.inference("- bilinear: {out_features: 3, from: [a, b]}", Shape.of(2, 2), Shape.of(3, 2)))
        .hasMessageContaining("[2, 2] met [3, 2]");
  }

  @Test
  void alphaDropoutKeepsMeanAndVariance() {
    double[] x = new double[20000];
    Arrays.setAll(x, i -> i % 2 == 0 ? 1 : -1);
    double[] y = BuiltModel.training("- alpha_dropout: 0.2", Shape.of(1, 20000)).run(x);
    assertThat(mean(y)).isCloseTo(0, within(0.03));
    assertThat(mean(Arrays.stream(y).map(v -> v * v).toArray())).isCloseTo(1, within(0.05));
  }

  @Test
  void batchNormRefusesOneValuePerChannelInTraining() {
    assertThatThrownBy(() -> BuiltModel.training("- batch_norm", Shape.of(1, 5))).isInstanceOf(LayerException.class)
        .hasMessageContaining("needs more than one value per channel in training, met [1, 5]");
    assertThat(infer("- batch_norm: {eps: 0}", Shape.of(1, 2), 3, 4)).containsExactly(3, 4);
    assertThat(BuiltModel.training("- batch_norm", Shape.of(1, 5, 2)).output.shape()).isEqualTo(Shape.of(1, 5, 2));
  }

  @Test
  void aFrozenBatchNormUsesAndKeepsItsRunningStatistics() {
    BuiltModel m = BuiltModel.frozen("- batch_norm: {eps: 0}", "0\\.running_.*", Shape.of(2, 1));
    assertThat(m.run(new double[] {3, 5})).containsExactly(3, 5);
    assertThat(m.variable("0.running_mean")).containsExactly(0);
    assertThat(m.variable("0.num_batches_tracked")).containsExactly(0);
  }

  @Test
  void poolsOfSignals() {
    assertThat(infer("- max_pool1d: 2", Shape.of(1, 1, 5), 1, 3, 2, 0, 9)).containsExactly(3, 2);
    assertThat(infer("- max_pool1d: {kernel_size: 2, ceil_mode: true}", Shape.of(1, 1, 5), 1, 3, 2, 0, 9)).containsExactly(3, 2, 9);
    assertThat(infer("- avg_pool1d: {kernel_size: 3, stride: 1, padding: 1}", Shape.of(1, 1, 3), 3, 6, 9)).containsExactly(3, 6, 5);
    assertThat(infer("- avg_pool1d: {kernel_size: 3, stride: 1, padding: 1, count_include_pad: false}", Shape.of(1, 1, 3), 3, 6, 9))
        .containsExactly(4.5, 6, 7.5);
  }

  @Test
  void aLastWindowOfCeilModeStartsInsideTheImageOrItsPadding() {
    // PyTorch: ceil((2 + 2 - 2) / 2) + 1 = 2 windows for 2 elements with padding 1, the second starts at the last element
    assertThat(infer("- max_pool1d: {kernel_size: 2, padding: 1, ceil_mode: true}", Shape.of(1, 1, 2), 1, 2)).containsExactly(1, 2);
    // a third window would start in the right padding
    assertThat(infer("- max_pool1d: {kernel_size: 2, padding: 1, ceil_mode: true}", Shape.of(1, 1, 3), 1, 2, 3)).containsExactly(1, 3);
  }

  @Test
  void paddingModes() {
    Shape row = Shape.of(1, 1, 1, 3);
    assertThat(infer("- reflection_pad2d: [2, 1, 0, 0]", row, 1, 2, 3)).containsExactly(3, 2, 1, 2, 3, 2);
    assertThat(infer("- replication_pad2d: [2, 1, 0, 0]", row, 1, 2, 3)).containsExactly(1, 1, 1, 2, 3, 3);
    assertThat(infer("- zero_pad2d: [2, 1, 0, 0]", row, 1, 2, 3)).containsExactly(0, 0, 1, 2, 3, 0);
    assertThat(infer("- conv2d: {out_channels: 1, kernel_size: [1, 3], padding: [0, 1], padding_mode: circular, bias: false, init: ones}",
        row, 1, 2, 4)).containsExactly(7, 7, 7);
    assertThatThrownBy(() -> BuiltModel.inference("- reflection_pad2d: [3, 0, 0, 0]", row)).hasMessageContaining("allows 2 at most");
  }

  @Test
  void upsampleByAFraction() {
    Shape row = Shape.of(1, 1, 1, 4);
    assertThat(infer("- upsample: {size: [1, 6]}", row, 1, 2, 3, 4)).containsExactly(1, 1, 2, 3, 3, 4);
    assertThat(infer("- upsample: {size: [1, 2], mode: bilinear}", row, 1, 2, 3, 4)).containsExactly(1.5, 3.5);
    assertThat(infer("- upsample: {size: [1, 7], mode: bilinear, align_corners: true}", row, 1, 2, 3, 4))
        .containsExactly(1, 1.5, 2, 2.5, 3, 3.5, 4);
    assertThat(BuiltModel.inference("- upsample: 1.5", Shape.of(1, 1, 4, 5)).output.shape()).isEqualTo(Shape.of(1, 1, 6, 7));
    assertThat(BuiltModel.inference("- upsample: {scale_factor: [2, 0.5]}", Shape.of(1, 1, 4, 5)).output.shape()).isEqualTo(Shape.of(1, 1, 8, 2));
  }

  @Test
  void adaptivePoolsShareElementsBetweenWindowsThatDoNotDivideEvenly() {
    Shape row = Shape.of(1, 1, 1, 5);
    assertThat(infer("- adaptive_avg_pool2d: [1, 3]", row, 1, 2, 3, 4, 5)).usingComparatorWithPrecision(1e-12).containsExactly(1.5, 3, 4.5);
    assertThat(infer("- adaptive_max_pool2d: [1, 3]", row, 1, 2, 3, 4, 0)).containsExactly(2, 4, 4);
  }

  @Test
  void movement() {
    Shape shape = Shape.of(1, 2, 3);
    assertThat(infer("- select: -1", shape, BuiltModel.range(6))).containsExactly(3, 4, 5);
    assertThat(infer("- permute: [0, 2, 1]", shape, BuiltModel.range(6))).containsExactly(0, 3, 1, 4, 2, 5);
    assertThat(infer("- mean: {dim: [1]}", shape, BuiltModel.range(6))).containsExactly(1.5, 2.5, 3.5);
    assertThatThrownBy(() -> BuiltModel.inference("- mean: 0", shape)).hasMessageContaining("is the batch");
    assertThat(infer("- sum: -1", shape, BuiltModel.range(6))).containsExactly(3, 12);
    assertThat(BuiltModel.inference("- reshape: [3, -1]", shape).output.shape()).isEqualTo(Shape.of(1, 3, 2));
    assertThat(BuiltModel.inference("- unflatten: {dim: -1, unflattened_size: [3, 1]}", shape).output.shape()).isEqualTo(Shape.of(1, 2, 3, 1));
    assertThatThrownBy(() -> BuiltModel.inference("- reshape: [4, -1]", shape)).hasMessageContaining("[reshape] [4, -1] met 6 elements");
    assertThatThrownBy(() -> BuiltModel.inference("- reshape: [-1, -1]", shape)).hasMessageContaining("[reshape]");
  }

  @Test
  void distances() {
    Shape shape = Shape.of(1, 2);
    double[] a = {1, 2};
    double[] b = {4, -2};
    for (String[] c : new String[][] {{"p: 2", "5"}, {"p: 1", "7"}, {"p: .inf", "4"}, {"p: 3", Double.toString(Math.cbrt(27 + 64))}}) {
      double[] d = BuiltModel.inference("- pairwise_distance: {from: [a, b], eps: 0, " + c[0] + "}", shape, shape).run(a, b);
      assertThat(d[0]).as(c[0]).isCloseTo(Double.parseDouble(c[1]), within(1e-12));
    }
    assertThat(BuiltModel.inference("- cosine_similarity: {from: [a, b]}", shape, shape).run(a, b)[0]).isCloseTo(0, within(1e-12));
    assertThat(BuiltModel.inference("- cosine_similarity: {from: [a, b]}", shape, shape).run(a, a)[0]).isCloseTo(1, within(1e-12));
  }

  @Test
  void activationsPassNaNOn() {
    for (String kind : new String[] {"relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "mish", "softplus", "softsign", "tanh",
        "sigmoid", "log_sigmoid", "hardtanh", "hardswish", "hardsigmoid", "hardshrink", "softshrink", "tanhshrink", "prelu",
        "threshold: {threshold: 0, value: 1}"}) {
      assertThat(infer("- " + kind, Shape.of(1, 1), Double.NaN)).as(kind).containsExactly(Double.NaN);
    }
  }

  @Test
  void argumentsThatContradictEachOtherAreRefused() {
    for (String[] c : new String[][] {
        {"conv2d: {out_channels: 1, kernel_size: 3, stride: 2, padding: same}", "same with stride"},
        {"conv2d: {out_channels: 1, kernel_size: 0}", "at least 1"},
        {"max_pool2d: {kernel_size: 2, padding: 2}", "half of the kernel"},
        {"conv_transpose2d: {out_channels: 1, kernel_size: 2, output_padding: 1}", "less than the stride"},
        {"embedding: {num_embeddings: 3, embedding_dim: 2, padding_idx: 3}", "an index below 3"},
        {"upsample: {mode: bilinear}", "neither scale_factor nor size"},
        {"hardtanh: {min_val: 2}", "more than min_val"}}) {
      assertThatThrownBy(() -> TorchModule.layers("- " + c[0])).as(c[0]).isInstanceOf(ConfigException.class).hasMessageContaining(c[1]);
    }
  }
}
