package dlt.layer;

import static dlt.layer.TorchValuesTest.close;
import static dlt.layer.TorchValuesTest.model;
import static dlt.layer.TorchValuesTest.numbers;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.config.ConfigException;
import dlt.tensor.Shape;
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
}
