package dlt.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class YamlWriterTest {
  private static final String FULL =
      """
      name: '010'
      seed: -3
      data: {path: 'a dir/x: y.csv', shape: [1, 2]}
      split: {validation: 0.1}
      layers:
        - relu
        - linear: {out_features: 10, as: y}
        - max_pool2d: {kernel_size: 2, padding: same}
        - sequential: [relu, {sequential: [{concat: {from: [a, y]}}, batch_norm: 1e-30]}]
      optimizer: {sgd: {lr: 0.30000000000000004, clip: {norm: .inf}}}
      weights: {'': 1, 'a: b': 4.9e-324, '<<': 100000000000, no: -0.0}
      sweep: {lr: [1e-3, '010', true, [x, {y: z}], {}], q: 'it''s', e: ''}
      assert: ['test.accuracy >= 0.95', "two\\nlines\\t\\"\\\\", 'null', '~', '- x', 'a #b', 'x ', '{', "\\u00e4\\U0001F600\\u2028"]
      """;

  @ParameterizedTest
  @ValueSource(strings = {"{}", "split: {folds: 3}\noptimizer: adam", FULL})
  void whatIsWrittenBindsToAnEqualRecord(String yaml) {
    Sample sample = Sample.of(yaml);
    String written = YamlWriter.write(sample);
    assertThat(Sample.of(written)).isEqualTo(sample);
    assertThat(YamlWriter.write(Sample.of(written))).isEqualTo(written);
  }

  @Test
  void defaultsAreFilledInAndKindsWithoutArgumentsAreWords() {
    assertThat(YamlWriter.write(Sample.of("layers: [relu, linear: 3, max_pool2d: {kernel_size: 2, as: p}]\ndata: {path: x.csv}")))
        .isEqualTo(
            """
            name: unnamed
            seed: 0
            data:
              path: x.csv
            split: none
            layers:
              - relu
              - linear:
                  out_features: 3
                  bias: true
                  init: lecun
              - max_pool2d:
                  kernel_size: 2
                  padding:
                    rows: 0
                    columns: 0
                    same: false
                  as: p
            optimizer:
              sgd:
                lr: 0.1
                momentum: 0
            training:
              epochs: 10
              batch_size: 32
              shuffle: true
            """);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.0, 1, 1e9, 1e22, 0.1, 1e-4, 1.5e-7, 123456.789, Double.MIN_VALUE, Double.MAX_VALUE, Double.NaN, Double.NEGATIVE_INFINITY})
  void numbersReadAsTheSameDouble(double v) {
    String text = Form.number(v);
    assertThat(CoreScalar.of(text)).isIn(CoreScalar.WHOLE, CoreScalar.FLOAT);
    assertThat(Double.doubleToLongBits(CoreScalar.real(text))).isEqualTo(Double.doubleToLongBits(v));
  }

  @Test
  void anyTextComesBack() {
    for (String s : List.of("", " ", "a", "no", "true", "1", "1e3", "a: b", "a,b", "[", "'", "\"", "\\", "#", "a#b", "-", "--- x", "...", "\u0085", "\ud83d\ude00", "\u0000", "key=", "?", "@x", "%", "a\r\nb", "\t", "|", ">", "&a", "*a", "!x", "$x", "caf\u00e9")) {
      YamlNode node = new YamlNode.Sequence(new Location(Path.of(""), 1, 1, ""), List.of(new YamlNode.Scalar(new Location(Path.of(""), 1, 1, ""), s, true)));
      assertThat(YamlNode.parse(YamlText.of(node), Path.of("f"))).as(s).isEqualTo(node);
    }
  }
}
