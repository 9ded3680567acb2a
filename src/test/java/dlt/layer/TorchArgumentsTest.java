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
}
