package dlt.layer;

import static dlt.layer.TorchValuesTest.close;
import static dlt.layer.TorchValuesTest.model;
import static dlt.layer.TorchValuesTest.numbers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dlt.config.ConfigException;
import dlt.graph.GraphBuilder;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// Layers and arguments that the golden cases do not have, beside the numbers of PyTorch 2.13, made as [TorchValuesTest] says:
///
///     def fill(m):
///         for k, (_, p) in enumerate(sorted(m.named_parameters())): p.data = torch.sin(10 * k + torch.arange(p.numel())).reshape(p.shape)
///         return m
class TorchArgumentsTest {
  /// fill(nn.LSTM(3, 3, 2, proj_size=2, batch_first=True)) from h_0 and c_0: h_n and c_n of both layers side by side.
  @Test
  void anLstmProjectsItsHiddenState() {
    double[] y = model("lstm: {hidden_size: 3, num_layers: 2, proj_size: 2, initial_state: true, output: state, from: [a, b]}", Shape.of(2, 4, 3), Shape.of(2, 10))
        .run(numbers(24, Math::cos), numbers(20, Math::sin));
    close(y,
            -0.2720212430544256, 0.2547856740148321, -0.16812531896900498, 0.15717167976449856, 0.8538178437180584,
            0.5803431172712232, 0.9951966108966085, -0.13014498939198388, -0.13834804747855484, 0.05656399224929584,
            -0.21982693896903077, 0.20552142373842755, -0.9956402266054301, 0.9777656703225515, 0.8233579754096764,
            0.37985054304984206, 0.9698532305376475, -1.0895400485617477, -0.5434545388357879, -0.6046119295754859);
    assertThatThrownBy(() -> model("lstm: {hidden_size: 3, proj_size: 3}", Shape.of(2, 4, 3)))
        .isInstanceOf(ConfigException.class).hasMessageContaining("`proj_size`: found 3, expected less than hidden_size, 3");
  }

  /// fill(nn.MultiheadAttention(4, 2, kdim=3, vdim=2, batch_first=True)).
  @Test
  void attentionTakesKeysAndValuesOfOtherSizes() {
    close(model("multihead_attention: {num_heads: 2, from: [a, b, c]}", Shape.of(1, 2, 4), Shape.of(1, 3, 3), Shape.of(1, 3, 2))
        .run(numbers(8, Math::cos), numbers(9, Math::sin), numbers(6, Math::cos)),
            -1.3302497439581802, 3.017305619315324, -0.6163922131500489, -2.232639912511299, -1.518093454871162,
            1.1138108429401798, 2.059865933612574, -3.827783266967476);
  }

  /// fill(nn.MultiheadAttention(4, 2, batch_first=True)) with an attn_mask, which is True where nothing is seen.
  @Test
  void attentionTakesAMask() {
    double[] mask = {1, 0, 0, 1, 1, 1};
    String attention = "multihead_attention: {num_heads: 2, from: [a, b, b, c]}";
    close(model(attention, Shape.of(1, 3, 4), Shape.of(1, 2, 4), Shape.of(1, 3, 2)).run(numbers(12, Math::cos), numbers(8, Math::sin), mask),
            -1.0967040952939842, 1.6831375424012447, 0.8942030434552762, -2.8732537419710225, -1.5015336188190203,
            3.256842014535198, -0.7582512116894806, -2.2867258488163724, -1.1803941717205024, 1.782720326059053,
            0.8477098173102597, -2.912056524262712);
    assertThatThrownBy(() -> model(attention, Shape.of(1, 3, 4), Shape.of(1, 2, 4), Shape.of(1, 2, 3))).hasMessageContaining("a mask [1, 2, 3] met products of queries and keys [1, 3, 2]");
  }

  /// F.scaled_dot_product_attention.
  @Test
  void attentionWithoutWeights() {
    Shape q = Shape.of(1, 2, 2, 3);
    Shape k = Shape.of(1, 2, 3, 3);
    Shape v = Shape.of(1, 2, 3, 2);
    double[] query = numbers(12, Math::cos);
    double[] key = numbers(18, Math::sin);
    close(model("scaled_dot_product_attention: {from: [a, b, c]}", q, k, v).run(query, key, query),
            0.01959695592325894, -0.09150669139236131, -0.09946480960027634, -0.09315706503559618, -0.07171795841287765,
            0.021893668288802553, 0.05510113168772757, -0.066794144967697);
    close(model("scaled_dot_product_attention: {scale: 0.5, from: [a, b, c, d]}", q, k, v, Shape.of(1, 1, 2, 3)).run(query, key, query, new double[] {1, 0, 1, 1, 1, 0}),
            0.25812477903941916, 0.4251656805211911, 0.22572978089561868, -0.2963776636261141, -0.03270996846029711,
            0.3403166718112179, 0.3984672492450345, -0.09196816872788871);
    close(model("scaled_dot_product_attention: {is_causal: true, from: [a, b, c]}", q, k, v).run(query, key, query),
            1.0, 0.5403023058681398, 0.2155633739785541, -0.3073635298254819, 0.960170286650366, 0.7539022543433046,
            0.39709567662508954, -0.09403362437802193);
    double[] all = model("scaled_dot_product_attention: {scale: 0, from: [a, b, c]}", q, k, v).run(query, key, query);
    close(model("scaled_dot_product_attention: {from: [a, b, c, d]}", q, k, v, Shape.of(1, 1, 2, 3)).run(query, key, query, new double[6]), all); // where nothing is seen, the mean
    assertThatThrownBy(() -> model("scaled_dot_product_attention", q)).hasMessageContaining("name them, `from: [query, key, value]`");
    assertThatThrownBy(() -> model("scaled_dot_product_attention: {from: [a, b, c]}", q, v, v)).hasMessageContaining("met [1, 2, 2, 3], [1, 2, 3, 2] and [1, 2, 3, 2]");
  }

  /// torch.matmul.
  @Test
  void matricesAreMultipliedSampleBySample() {
    close(model("matmul: {from: [a, b]}", Shape.of(1, 2, 3), Shape.of(1, 3, 2)).run(numbers(6, Math::cos), numbers(6, Math::sin)),
            0.8062364607472599, 1.3167717539561015, -0.8090327122953738, -1.1973027095560436);
    assertThatThrownBy(() -> model("matmul: {from: [a, b]}", Shape.of(2, 3), Shape.of(3, 2))).hasMessageContaining("needs matrices [N, ..., n, k] and [N, ..., k, m], met [2, 3] and [3, 2]");
    assertThatThrownBy(() -> model("matmul: {from: [a, b]}", Shape.of(1, 2, 3), Shape.of(1, 2, 3))).hasMessageContaining("inner sizes 3 and 2 differ");
    assertThatThrownBy(() -> model("matmul", Shape.of(1, 2, 3))).hasMessageContaining("name them, `from: [a, b]`");
  }

  /// fill(nn.EmbeddingBag(4, 2, mode=..., padding_idx=0)), the last one with per_sample_weights.
  @Test
  void aBagOfVectorsLeavesOutItsPadding() {
    Shape bags = Shape.of(3, 3);
    double[] indices = {1, 2, 1, 2, 0, 3, 0, 0, 0};
    String bag = "embedding_bag: {num_embeddings: 4, embedding_dim: 2, padding_idx: ";
    close(model(bag + "0}", bags).run(indices), 0.3539307861144784, -0.22556141951446798, -0.518108996753427, -0.1509688379721747, 0.0, 0.0);
    close(model(bag + "-4, mode: sum}", bags).run(indices), 1.0617923583434352, -0.676684258543404, -1.036217993506854, -0.3019376759443494, 0.0, 0.0);
    close(model(bag + "0, mode: max}", bags).run(indices), 0.9092974268256817, 0.1411200080598672, -0.27941549819892586, 0.6569865987187891, 0.0, 0.0);
    close(model(bag + "0, mode: sum, from: [a, b]}", bags, bags).run(indices, numbers(9, Math::cos)), 0.12199404587008195, -0.4357156336211809, 0.6699691808919392, 1.135690091137155, 0.0, 0.0);
    assertThatThrownBy(() -> model(bag + "0, from: [a, b]}", bags, bags)).hasMessageContaining("takes indices and, with mode: sum, as many weights");
  }

  /// nn.Unfold((2, 3), dilation=(1, 2), padding=1, stride=2), nn.Fold((3, 4), 2, dilation=(2, 1), padding=1, stride=(1, 2)).
  @Test
  void windowsBecomeColumnsAndColumnsImages() {
    close(model("unfold: {kernel_size: [2, 3], dilation: [1, 2], padding: 1, stride: 2}", Shape.of(1, 2, 3, 5)).run(numbers(30, Math::cos)),
            0.0, 0.0, 0.0, 0.960170286650366, 0.0, 0.0, 0.960170286650366, -0.14550003380861354, 0.0, 0.0, -0.14550003380861354,
            0.0, 0.0, 0.5403023058681398, 0.0, 0.004425697988050785, 0.5403023058681398, -0.9899924966004454,
            0.004425697988050785, 0.9074467814501962, -0.9899924966004454, 0.0, 0.9074467814501962, 0.0, 0.0, 0.0, 0.0,
            -0.5477292602242684, 0.0, 0.0, -0.5477292602242684, -0.5328330203333975, 0.0, 0.0, -0.5328330203333975, 0.0, 0.0,
            -0.9576594803233847, 0.0, 0.6469193223286404, -0.9576594803233847, 0.6603167082440802, 0.6469193223286404,
            -0.9626058663135666, 0.6603167082440802, 0.0, -0.9626058663135666, 0.0);
    String fold = "fold: {output_size: [3, 4], kernel_size: 2, dilation: [2, 1], padding: 1, stride: [1, 2]}";
    close(model(fold, Shape.of(1, 8, 9)).run(numbers(72, Math::cos)),
            0.8438539587324921, -0.6536436208636119, 0.9074467814501962, 0.28366218546322625, -1.0518267215926576,
            1.742606872529974, -1.9202653466369513, 0.2625820280047784, 0.15425144988758405, -0.9999608263946371,
            0.9147423578045313, -0.5328330203333975, -0.6401443394691997, -0.6669380616522619, 0.3005925437436371,
            -0.9873392775238264, 1.7280507783963324, 0.5772400577825814, 0.22886644963384453, 1.8530634163702753,
            -0.99964745596635, 0.11918013544881928, -0.5177697997895051, -0.7710802229758452);
    assertThatThrownBy(() -> model(fold, Shape.of(1, 8, 7))).hasMessageContaining("images of 3x4 have 3x3 windows of 4 elements a channel, met [1, 8, 7]");
  }

  /// nn.Upsample(mode='nearest-exact').
  @Test
  void nearestExactCountsFromTheMiddleOfPixels() {
    close(model("upsample: {size: [3, 5], mode: nearest_exact}", Shape.of(1, 1, 4, 3)).run(BuiltModel.range(12)), 0.0, 0.0, 1.0, 2.0, 2.0, 6.0, 6.0, 7.0, 8.0, 8.0, 9.0, 9.0, 10.0, 11.0, 11.0);
    close(model("upsample: {scale_factor: 1.5, mode: nearest_exact}", Shape.of(1, 1, 5)).run(BuiltModel.range(5)), 0.0, 1.0, 1.0, 2.0, 3.0, 3.0, 4.0);
  }

  /// fill(weight_norm(nn.Conv2d(2, 2, 2), dim=1)).
  @Test
  void aNormalisedWeightIsItsDirectionTimesItsLength() {
    String yaml = "weight_norm: {layer: {conv2d: {out_channels: 2, kernel_size: 2}}, dim: 1}";
    BuiltModel m = model(yaml, Shape.of(1, 2, 3, 3));
    assertThat(m.parameterNames()).containsExactlyInAnyOrder("0.parametrizations.weight.original0", "0.parametrizations.weight.original1", "0.bias");
    close(m.run(numbers(18, Math::cos)),
            -1.739202648939738, -0.7566542126720018, 1.7524947044432775, 0.9721952424281239, 1.1573298483187966,
            0.5969531301481986, 0.45914524897239434, 1.0084140163866173);
    double[] lengths = BuiltModel.inference("- weight_norm: {layer: {linear: {out_features: 100, init: {normal: {std: 2}}}}}", Shape.of(1, 400))
        .variable("0.parametrizations.weight.original0");
    assertThat(Arrays.stream(lengths).boxed()).hasSize(100).allSatisfy(v -> assertThat(v).isCloseTo(2 * 20, within(10.0)));
    assertThatThrownBy(() -> model("weight_norm: {layer: relu}", Shape.of(1, 2))).hasMessageContaining("relu has no parameter `weight`");
  }

  /// m = spectral_norm(nn.ConvTranspose2d(2, 3, 2), n_power_iterations=2), filled, with _u and _v constant: m.train()(x) and m.eval()(x).
  @Test
  void aWeightIsDividedByItsLargestSingularValue() {
    String yaml = "spectral_norm: {layer: {conv_transpose2d: {out_channels: 3, kernel_size: 2}}, n_power_iterations: 2, dim: 1}";
    Shape x = Shape.of(1, 2, 2, 1);
    double[] in = numbers(4, Math::cos);
    close(model(yaml, x).run(in),
            5.014799417940607, 6.0124976326935435, 4.128985779291524, -7.171318825939146, -5.629809969833838, -3.322961275112869,
            -5.407065020190833, -1.5000443543432296, 6.598757407194483, 12.727297858189504, 4.774231915229049,
            -0.4350864036249613, 4.06312940769311, -2.042167076686999, -10.7461154394212, -7.457573576185525, 1.39785920755666,
            5.90108588916945);
    BuiltModel m = TorchValuesTest.filled(BuiltModel.training("- " + yaml, x));
    close(m.run(in),
            -0.22333779410952947, -0.26777102062558455, -0.18388742978583214, 0.3193799779332189, 0.250727743051959,
            0.14799053346781083, 1.1197541485926372, 0.9457520989933957, 0.5850659838356735, 0.312126910631757,
            0.6663225735238615, 0.8983234104835576, 0.7688391913319323, 1.0407430773234634, 1.4283798430975576,
            1.2819222035468392, 0.8875389672541343, 0.686984442610834);
    close(m.variable("0.parametrizations.weight.0._u"), -0.8074181360577631, 0.5887723563649585, 0.037723546300178705);
    close(m.variable("0.parametrizations.weight.0._v"),
            0.4109182003259439, 0.4943161334080697, 0.12324209309046218, -0.3611401592544844, 0.1731224588037116,
            0.5088504898785098, 0.37674372724327104, -0.10173948077671613);
    assertThat(BuiltModel.frozen("- " + yaml, ".*", x).graph.build().updates()).isEmpty();
  }

  /// They were set to zeros before the pass that recomputes statistics for averaged weights, and weights became NaN.
  @Test
  void singularVectorsAreNoStatisticsOfAveragedWeights() {
    GraphBuilder graph = new GraphBuilder();
    ModelScope scope = new ModelScope(graph, true, null);
    scope.cumulateStatistics();
    scope.input("a", graph.input("a", TensorType.float32(2, 3)));
    scope.apply(TorchModule.layers("- spectral_norm: {layer: {linear: 2}}"));
    assertThat(graph.build().updates()).isEmpty();
  }

  /// fill(nn.BatchNorm1d(3, eps=0.1, track_running_stats=False)), in training and in eval().
  @Test
  void batchesAreNormalisedByThemselvesWithoutRunningStatistics() {
    String yaml = "batch_norm1d: {eps: 0.1, track_running_stats: false}";
    Shape x = Shape.of(2, 3, 4);
    double[] expected = {
      -0.5695294891104239, -0.25865821785641374, 0.38814198277099976, 0.7762059911869232, 1.9673762317282864, 0.759476612153301,
      -0.112334778054177, 0.1534814326983907, 0.6224213546313664, 1.3546443679404057, 1.2857298181522445, 0.47903742452638876,
      -0.4639354890322167, -0.5069402330047043, 0.014253292112372919, 0.6204621629334627, 2.3591594027141833,
      1.4796312646755034, 0.27408448963875576, -0.14910677709107267, 0.09299404715832923, 1.0070998657543293,
      1.4395989337794182, 0.9928536026629717
    };
    close(model(yaml, x).run(numbers(24, Math::cos)), expected);
    BuiltModel training = TorchValuesTest.filled(BuiltModel.training("- " + yaml, x));
    close(training.run(numbers(24, Math::cos)), expected);
    assertThat(training.graph.build().updates()).isEmpty();
    assertThatThrownBy(() -> BuiltModel.training("- " + yaml, Shape.of(1, 3))).hasMessageContaining("needs more than one value per channel in training");
    close(model(yaml, Shape.of(1, 3)).run(new double[] {1, 2, 3}), Math.sin(0), Math.sin(1), Math.sin(2));
  }

  /// nn.LPPool2d and nn.LPPool1d.
  @Test
  void windowsBecomeTheirNorms() {
    Shape images = Shape.of(1, 2, 5, 4);
    double[] x = numbers(40, Math::cos);
    close(model("lp_pool2d: {norm_type: 2, kernel_size: [3, 2], stride: [2, 1]}", images).run(x),
            1.6281797856023896, 1.7325401499392095, 1.8296501138395058, 1.8383972154173098, 1.6994378867232154, 1.6472517678564897,
            1.7649785488149288, 1.8122638323916043, 1.6273381535520648, 1.6686936164544253, 1.673814714133809, 1.838625117493142);
    close(model("lp_pool2d: {norm_type: 2, kernel_size: 2, ceil_mode: true}", images).run(x),
            1.341506913990344, 1.625902494420726, 1.544952354861847, 1.140124295634641, 1.4091320327499142, 1.6814011878251691,
            1.2763029249324591, 1.3370423983748716, 1.4772626742787829, 1.5483146333175908, 1.0974820060287527, 1.4023295753361869);
    close(model("lp_pool2d: {norm_type: 1, kernel_size: 2}", images).run(x),
            1.1703208704677541, 0.3079332078460828, 0.6946704444893979, -1.4575965257393895, 1.275734620789594, -1.1780133331332305,
            -0.8897167827191163, -0.6832686721839967);
    close(model("lp_pool1d: {norm_type: 3, kernel_size: 3, stride: 2}", Shape.of(1, 2, 8)).run(numbers(16, i -> Math.abs(Math.cos(i)))),
            1.0713820790175712, 1.0974081456212341, 1.058896674123709, 1.1052649682837135, 1.0601852108025422, 1.105400972593249);
    close(model("lp_pool2d: {norm_type: 2, kernel_size: 2}", Shape.of(1, 1, 2, 2)).run(new double[4]), 0);
  }

  private static final Shape VOLUMES = Shape.of(1, 2, 3, 4, 3);

  /// fill(nn.Conv3d(2, 4, (3, 2, 2), padding=(2, 1, 0), dilation=(2, 1, 1), stride=(1, 2, 1), groups=2, padding_mode='circular')),
  /// fill(nn.Conv3d(2, 2, (2, 3, 1), padding='same')).
  @Test
  void convolutionsOverVolumes() {
    close(model("conv3d: {out_channels: 4, kernel_size: [3, 2, 2], padding: [2, 1, 0], dilation: [2, 1, 1], stride: [1, 2, 1], groups: 2, padding_mode: circular}", VOLUMES)
        .run(numbers(72, Math::cos)),
            0.07019536253677483, 2.0115691405664458, 0.006330414848517041, 2.0407437490751135, 0.07019536253677483,
            2.0115691405664458, 0.6599218911994755, 0.1513961028965226, 1.0599962260726925, 0.42676556888690587,
            0.6599218911994755, 0.1513961028965226, 1.1762315757266442, -0.7343435009259152, 1.0115941856995982,
            -0.9771094148001571, 1.1762315757266442, -0.7343435009259152, 0.804304533769276, 2.6452641680090156,
            0.9867968253438711, 2.7989695439076443, 0.804304533769276, 2.6452641680090156, 1.627653036934228, 0.22251189115191433,
            1.9509756575325232, 0.3492738178010403, 1.627653036934228, 0.22251189115191433, 1.5358131427486934,
            0.5791885779593258, 1.215678044356078, 0.19909652984974685, 1.5358131427486934, 0.5791885779593258,
            -0.37551399684459014, -0.03715823467753887, -0.45765462122420475, 0.2250450026442731, -0.37551399684459014,
            -0.03715823467753887, 2.6583189101746303, 2.610038501306537, 2.8048131240568877, 2.8286281891437426,
            2.6583189101746303, 2.610038501306537, 0.5632761024556319, 0.6810533845092807, 0.8420624719990528, 0.5432253477615451,
            0.5632761024556319, 0.6810533845092807, 0.11764173637747935, -0.032914828061982426, 0.06731213673001105,
            0.31206807325399455, 0.11764173637747935, -0.032914828061982426, 1.963387782066272, 1.6114942269697428,
            2.195509243126974, 1.6962782842990654, 1.963387782066272, 1.6114942269697428, -1.105311696153887, -1.2630460904759733,
            -0.9198869694180251, -1.4090261578331, -1.105311696153887, -1.2630460904759733);
    close(model("conv3d: {out_channels: 2, kernel_size: [2, 3, 1], padding: same}", Shape.of(1, 2, 2, 2, 2)).run(numbers(16, Math::cos)),
            0.8549956124919021, 1.8276442237697876, 1.6485131720298696, 1.262568247864645, -0.7755311395185197,
            -0.9900840655489166, -0.978972126655004, -0.439107972335677, 2.319583146170979, 2.5591484958584756, 2.255339743454357,
            1.1764694504009618, -0.1700226577126036, 0.06709593702995009, 0.17260236928699862, 0.950979958767752);
    assertThatThrownBy(() -> model("conv3d: {out_channels: 2, kernel_size: 3, dilation: 2}", VOLUMES))
        .hasMessageContaining("a kernel of depth 3 (dilation 2) is larger than the padded depth 3");
    assertThatThrownBy(() -> model("conv3d: {out_channels: 2, kernel_size: 3}", Shape.of(1, 2, 3, 4))).hasMessageContaining("needs volumes [N, C, D, H, W], met [1, 2, 3, 4]");
    assertThatThrownBy(() -> model("conv3d: {out_channels: 2, kernel_size: [3, 3]}", VOLUMES)).hasMessageContaining("whole number or [depth, rows, columns]");
    assertThatThrownBy(() -> model("conv3d: {out_channels: 2, kernel_size: 3, stride: 2, padding: same}", VOLUMES)).hasMessageContaining("same with stride [2, 2, 2]");
  }

  /// fill(nn.ConvTranspose3d(2, 2, (3, 2, 1), stride=(2, 2, 1), padding=(1, 1, 0), output_padding=(1, 0, 0), groups=2)).
  @Test
  void transposedConvolutionsOverVolumes() {
    String yaml = "conv_transpose3d: {out_channels: 2, kernel_size: [3, 2, 1], stride: [2, 2, 1], padding: [1, 1, 0], output_padding: [1, 0, 0], groups: 2}";
    close(model(yaml, Shape.of(1, 2, 2, 3, 2)).run(numbers(24, Math::cos)),
            0.4201670368266409, 0.22701721884721768, 0.22329312240275023, 0.5312031626994367, -0.1748511831967933,
            -0.41596221377721754, 0.35072746497915824, -0.15220544658038387, -0.3098730431142308, -0.4025428515248996,
            -0.33308302730574735, -0.48501975197970576, -0.12511661866504817, 0.26734125639059925, -0.19103155346670925,
            0.27859017431643424, 0.40343190419087066, 0.31676487626435085, 0.0780713777098497, 0.4888878232979616,
            -0.06113431806354122, -0.38282690229916605, 0.45022305876763885, -0.002374709683637064, 0.6243870618889062,
            0.4902534686664889, -0.1441334037446649, -0.9025723394191545, -0.09461690272819077, -0.5924969301027748,
            -0.8311904286572761, 0.004384128981047096, 0.9679454615057586, 0.9774765763292789, 0.7387830777747777,
            1.4119869188914635, 0.8619647775299608, 0.7276110802139443, 1.5606610412807491, 1.0481151424637694,
            0.9126593303303847, 0.6501533110452007, 0.8488163997008518, 0.3056105833813212, 0.5635438787107823,
            0.7324593459955324, 0.2550723488865301, 0.7436663159419797, 0.9404374105333451, 0.9896552741625891,
            0.5350065607497483, 1.2528086739200068, 0.9026331855459921, 0.7593788516347301, 1.592428812701535, 1.2416217877371112,
            1.3939286819798742, 1.6686762784604117, 1.214027565047571, 0.34142415800159376, 1.1828951428094903,
            0.3832102108500796, -0.0714385025627613, 0.3550236094636638);
  }

  /// nn.MaxPool3d((2, 3, 2), (1, 2, 1), (1, 1, 0), ceil_mode=True), nn.AvgPool3d((2, 3, 2), (3, 2, 1), (1, 1, 0), ceil_mode=True,
  /// count_include_pad=False), nn.AvgPool3d(3, 2, 1, divisor_override=5), nn.AdaptiveAvgPool3d((2, 4, 2)), nn.AdaptiveMaxPool3d((2, 4, 2)).
  @Test
  void poolsOverVolumes() {
    double[] x = numbers(72, Math::cos);
    close(model("max_pool3d: {kernel_size: [2, 3, 2], stride: [1, 2, 1], padding: [1, 1, 0], ceil_mode: true}", VOLUMES).run(x),
            1.0, 0.5403023058681398, 0.960170286650366, 0.7539022543433046, -0.8390715290764524, 0.004425697988050785, 1.0,
            0.9074467814501962, 0.9887046181866692, 0.9887046181866692, -0.5477292602242684, 0.004425697988050785,
            0.9912028118634736, 0.9912028118634736, 0.9887046181866692, 0.9887046181866692, -0.013276747223059479,
            -0.5328330203333975, 0.9912028118634736, 0.9912028118634736, 0.9147423578045313, 0.9147423578045313,
            -0.013276747223059479, -0.8485702747846052, 0.7654140519453434, 0.9550736440472949, 0.5551133015206257,
            0.9998433086476912, 0.5253219888177297, -0.4321779448847783, 0.7654140519453434, 0.9649660284921133,
            0.8998668269691937, 0.9998433086476912, 0.8998668269691937, 0.11918013544881928, 0.9858965815825497,
            0.9649660284921133, 0.9933903797222716, 0.8532201077225842, 0.9933903797222716, 0.6333192030862999,
            0.9858965815825497, 0.6735071623235862, 0.9933903797222716, 0.6333192030862999, 0.9933903797222716, 0.6333192030862999);
    close(model("avg_pool3d: {kernel_size: [2, 3, 2], stride: [3, 2, 1], padding: [1, 1, 0], ceil_mode: true, count_include_pad: false}", VOLUMES).run(x),
            -0.025833452898979398, -0.0614564915198471, -0.27996089457191936, -0.09937084099234939, -0.8751008954805647,
            -0.4173229155442008, 0.04015928603826696, -0.018135315452613238, -0.1745996482271587, -0.2856600262612729,
            -0.43092351100383236, -0.876131239938056, 0.05928880825640351, 0.01655258920413752, -0.0253371831378498,
            -0.2539723571739131, 0.046572021966475724, -0.7122567070178535, 0.04180979891466899, 0.061202226394174164,
            0.24784102317746934, 0.012678846136357122, 0.8133547914042858, 0.16214823746011459);
    close(model("avg_pool3d: {kernel_size: 3, stride: 2, padding: 1, divisor_override: 5}", VOLUMES).run(x),
            -0.013876092919087025, -0.08689295695926803, -0.6591563041603756, -0.3930110062114103, 0.03891809823071006,
            -0.05223601610548092, -0.5327228085466629, -0.6165580285341186, 0.0953533706636257, 0.05009907240889524,
            0.12780084060155938, -0.4763321867187578, 0.08137016319023808, 0.08581878216092456, 0.4556146881799424,
            -0.1563507427464335);
    close(model("adaptive_avg_pool3d: [2, 4, 2]", VOLUMES).run(x),
            0.8229007615127071, 0.2920848672447568, -0.8402458776615659, -0.4007010634438418, 0.840773466856105,
            0.501297225133688, -0.8244729693950088, -0.591859919454109, 0.7916706398457898, 0.6705765334625359,
            -0.7430230170574023, -0.7358715535943872, 0.6795037835307162, 0.7864380995777757, -0.6023842771566426,
            -0.8212640816510367, 0.07447464164809403, 0.7465115670570972, 0.04471707168143812, -0.6838877265459782,
            -0.16301377251723, 0.6075758685382142, 0.27804775158774114, -0.5191033753906832, -0.3875166030197466,
            0.42024102465526725, 0.4892293070075442, -0.3129675469541116, -0.5811500830892624, 0.19943002167276885,
            0.6614391363066461, -0.0819009031516992);
    close(model("adaptive_max_pool3d: [2, 4, 2]", VOLUMES).run(x),
            1.0, 0.9074467814501962, -0.6536436208636119, 0.28366218546322625, 0.9887046181866692, 0.9887046181866692,
            -0.5477292602242684, 0.004425697988050785, 0.9912028118634736, 0.9912028118634736, -0.2921388087338362,
            -0.27516333805159693, 0.9887046181866692, 0.9887046181866692, -0.013276747223059479, -0.5328330203333975,
            0.7654140519453434, 0.9649660284921133, 0.7421541968137826, -0.16299078079570548, 0.5551133015206257,
            0.9998433086476912, 0.8998668269691937, 0.11918013544881928, 0.3005925437436371, 0.9649660284921133,
            0.9858965815825497, 0.39185723042955, 0.022126756261955736, 0.8532201077225842, 0.9933903797222716, 0.6333192030862999);
    assertThatThrownBy(() -> model("max_pool3d: {kernel_size: 2, padding: [2, 0, 0]}", VOLUMES)).hasMessageContaining("at most half of the kernel");
  }

  /// nn.Upsample(mode='trilinear').
  @Test
  void volumesGrowAlongAllThreeDimensions() {
    close(model("upsample: {scale_factor: 1.5, mode: trilinear}", Shape.of(1, 1, 2, 2, 3)).run(numbers(12, Math::cos)),
            1.0, 0.7701511529340699, 0.3808941154655929, -0.25673864614459535, 0.005003751699777348, -0.025833452898979314,
            -0.05826593550510639, -0.06464704753458778, -0.9899924966004454, -0.8218180587320286, -0.4974259864758057,
            0.12744455107541983, 0.9800851433251829, 0.8135937117154526, 0.4924479942251222, -0.1261691492972779,
            0.014761882041310957, -0.017432882695421953, -0.052754663981149086, -0.06526273017712561, -0.9505613792425611,
            -0.8484594771062965, -0.5979573221874205, -0.0043563110569733166, 0.960170286650366, 0.8570362704968353,
            0.6040018729846517, 0.0044003475500395545, 0.02452001238284457, -0.009032312491864591, -0.04724339245719178,
            -0.06587841281966345, -0.9111302618846769, -0.8751008954805646, -0.6984886578990354, -0.1361571731893665);
    close(model("upsample: {size: 3, mode: trilinear, align_corners: true}", Shape.of(1, 1, 2, 2, 2)).run(numbers(8, Math::cos)),
            1.0, 0.7701511529340699, 0.5403023058681398, 0.2919265817264288, 0.033540743180138, -0.22484509536615283,
            -0.4161468365471424, -0.7030696665737939, -0.9899924966004454, 0.17317818956819403, 0.29258021761693853,
            0.411982245665683, 0.22259495730990292, 0.18478175978922962, 0.1469685622685563, 0.27201172505161175,
            0.0769833019615207, -0.11804512112857041, -0.6536436208636119, -0.18499071770019285, 0.28366218546322625,
            0.153263332893377, 0.33602277639832123, 0.5187822199032655, 0.960170286650366, 0.8570362704968353, 0.7539022543433046);
    assertThatThrownBy(() -> model("upsample: {scale_factor: 2, mode: bilinear}", VOLUMES)).hasMessageContaining("trilinear is for volumes [N, C, D, H, W]");
    assertThatThrownBy(() -> model("upsample: {scale_factor: [1, 2]}", VOLUMES)).hasMessageContaining("which grow alike along depth, rows and columns");
  }

  /// nn.Upsample by 2.2 and 1.2: sizes come out doubled or the same, as of whole factors, but not all pixels do. (Of volumes PyTorch's
  /// gradient then belongs to other pixels than its output.)
  @Test
  void aFactorThatIsNoWholeNumberTakesItsOwnPixels() {
    Shape images = Shape.of(1, 1, 4, 3);
    double[] x = BuiltModel.range(12);
    close(model("upsample: 2.2", images).run(x),
            0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0, 5.0, 5.0, 3.0, 3.0, 4.0, 4.0, 5.0,
            5.0, 6.0, 6.0, 7.0, 7.0, 8.0, 8.0, 6.0, 6.0, 7.0, 7.0, 8.0, 8.0, 9.0, 9.0, 10.0, 10.0, 11.0, 11.0, 9.0, 9.0, 10.0,
            10.0, 11.0, 11.0);
    close(model("upsample: 1.2", images).run(x), 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0);
    close(model("upsample: {scale_factor: 1.2, mode: nearest_exact}", images).run(x), 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 6.0, 7.0, 8.0);
    close(model("upsample: {scale_factor: 1.2, mode: bicubic}", images).run(x),
            -0.21006944444444467, 0.5104166666666667, 1.5118634259259252, 1.9513888888888893, 2.671875, 3.673321759259258,
            4.636718749999996, 5.357204861111105, 6.358651620370362, 7.486111111111108, 8.206597222222218, 9.208043981481476);
    close(model("upsample: 2.2", Shape.of(1, 4, 3)).run(x),
            0.0, 0.0, 0.0, 1.0, 1.0, 2.0, 3.0, 3.0, 3.0, 4.0, 4.0, 5.0, 6.0, 6.0, 6.0, 7.0, 7.0, 8.0, 9.0, 9.0, 9.0, 10.0, 10.0,
            11.0);
    close(model("upsample: 2.2", Shape.of(1, 1, 2, 4, 1)).run(BuiltModel.range(8)),
            0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 3.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0,
            1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 3.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0,
            3.0, 3.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 5.0, 5.0, 5.0, 5.0, 6.0, 6.0, 6.0, 6.0, 7.0, 7.0);
  }
}
