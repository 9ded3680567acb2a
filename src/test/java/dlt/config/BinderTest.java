package dlt.config;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.config.Sample.Adam;
import dlt.config.Sample.BatchNorm;
import dlt.config.Sample.Chain;
import dlt.config.Sample.Concat;
import dlt.config.Sample.Linear;
import dlt.config.Sample.MaxPool2d;
import dlt.config.Sample.Padding;
import dlt.config.Sample.Place;
import dlt.config.Sample.Relu;
import dlt.config.Sample.Sgd;
import dlt.config.Sample.Split;
import dlt.config.Sample.Start;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BinderTest {
  private static Place place(Sample.Layer layer) {
    return new Place(layer, List.of(), Optional.empty());
  }

  @Test
  void whatIsLeftOutHasItsDefault() {
    Sample s = Sample.of("{}");
    assertThat(s.name()).isEqualTo("unnamed");
    assertThat(s.optimizer()).isEqualTo(new Sgd(0.1, 0, Optional.empty()));
    assertThat(s.training()).isEqualTo(new Sample.Training(10, 32, true));
    assertThat(s.split()).isEqualTo(new Split(Optional.empty(), Optional.empty()));
    assertThat(s.data()).isEmpty();
    assertThat(s.weights()).isEmpty();
  }

  @Test
  void aKindMayBeAWordAScalarAListOrAMapping() {
    Sample s =
        Sample.of(
            """
            layers:
              - relu
              - relu:
              - linear: 10
              - linear: {out_features: 10, from: x, as: y, init: xavier}
              - max_pool2d: 2
              - max_pool2d: [2, 3]
              - max_pool2d: {kernel_size: 2, stride: [1, 2], padding: same}
              - max_pool2d: {kernel_size: 2, padding: [1, 2]}
              - concat: {from: [x, skip], dim: 2}
              - sequential: [relu, linear: 3]
              - sequential: relu
              - batch_norm
            """);
    IntPair two = IntPair.of(2);
    Padding none = new Padding(0, 0, false);
    assertThat(s.layers())
        .containsExactly(
            place(new Relu()),
            place(new Relu()),
            place(new Linear(10, true, Start.LECUN)),
            new Place(new Linear(10, true, Start.GLOROT), List.of("x"), Optional.of("y")),
            place(new MaxPool2d(two, Optional.empty(), none)),
            place(new MaxPool2d(new IntPair(2, 3), Optional.empty(), none)),
            place(new MaxPool2d(two, Optional.of(new IntPair(1, 2)), new Padding(0, 0, true))),
            place(new MaxPool2d(two, Optional.empty(), new Padding(1, 2, false))),
            new Place(new Concat(2), List.of("x", "skip"), Optional.empty()),
            place(new Chain(List.of(place(new Relu()), place(new Linear(3, true, Start.LECUN))))),
            place(new Chain(List.of(place(new Relu())))),
            place(new BatchNorm(1e-5)));
  }

  @Test
  void valuesOfEachTypeAreRead() {
    Sample s =
        Sample.of(
            """
            name: no
            seed: 9007199254740993
            data: {path: ../data/x.csv, shape: [1, 0x8, 010]}
            split: {validation: .2}
            optimizer: {adam: {lr: 1e-4, betas: 0.5}}
            training: {shuffle: false}
            weights: {a: 1, b: .inf, 3: -2.5}
            sweep: {lr: [1, 2]}
            assert: ['test.accuracy >= 0.95']
            """);
    assertThat(s.name()).isEqualTo("no");
    assertThat(s.seed()).isEqualTo(9007199254740993L);
    assertThat(s.data()).contains(new Sample.Source("../data/x.csv", List.of(1, 8, 10)));
    assertThat(s.split().validation()).contains(0.2);
    assertThat(s.optimizer()).isEqualTo(new Adam(1e-4, List.of(0.5)));
    assertThat(s.training().shuffle()).isFalse();
    assertThat(s.weights()).containsExactly(Map.entry("a", 1.0), Map.entry("b", Double.POSITIVE_INFINITY), Map.entry("3", -2.5));
    assertThat(s.sweep()).contains(YamlNode.parse("{lr: [1, 2]}", Path.of("")));
    assertThat(s.conditions()).containsExactly("test.accuracy >= 0.95");
  }

  @Test
  void nullMeansNothingWhereThatIsAllowed() {
    assertThat(Sample.of("{data: ~, sweep: }").data()).isEmpty();
    assertThat(Sample.errors("seed:")).containsExactly("1:6: `seed`: found nothing, expected whole number");
    assertThat(Sample.errors("layers:")).containsExactly("1:8: `layers`: found nothing, expected list of kind of layer | an empty list is written []");
  }

  @Test
  void aWrongTypeSaysWhatWasFoundAndExpected() {
    assertThat(
            Sample.errors(
                """
                name: 010
                seed: 1.5
                optimizer: {adam: {lr: '0.1', betas: {a: 1}}}
                training: {epochs: ten, batch_size: 0, shuffle: yes}
                layers:
                  - linear: {out_features: [10], init: kaiming}
                  - max_pool2d: 0
                  - [relu]
                weights: [1]
                """))
        .containsExactly(
            "1:7: `name`: found 010, expected text | quote it: '010'",
            "2:7: `seed`: found 1.5, expected whole number",
            "3:24: `lr`: found the text '0.1', expected number >= 0 | remove the quotes",
            "3:38: `betas`: found a mapping with `a`, expected number",
            "4:20: `epochs`: found ten, expected whole number >= 1",
            "4:37: `batch_size`: found 0, expected whole number >= 1",
            "4:49: `shuffle`: found yes, expected true or false | YAML 1.2 knows true and false alone",
            "6:28: `out_features`: found a list, expected whole number >= 1",
            "6:40: `init`: found kaiming, expected one of `lecun`, `kaiming_uniform`, `xavier`",
            "7:17: `kernel_size`: found 0, expected whole number or [rows, columns] >= 1",
            "8:5: `layers`: found a list, expected kind of layer | valid here: `relu`, `linear`, `max_pool2d`, `concat`, `sequential`, `batch_norm`",
            "9:10: `weights`: found a list, expected mapping of names to number");
  }

  @Test
  void aTextThatNoPathHoldsIsRefused() {
    assertThat(Sample.errors("name: \"a\\0b\"")).containsExactly("1:7: `name`: found a text with the character U+0000, expected text");
  }

  @Test
  void numbersOutsideTheirTypeAreRefused() {
    assertThat(Sample.errors("seed: 9223372036854775808")).hasSize(1).first().asString().contains("from -9223372036854775808 to 9223372036854775807");
    assertThat(Sample.errors("training: {epochs: 2147483648}")).hasSize(1).first().asString().contains("to 2147483647");
    assertThat(Sample.errors("split: {validation: 1}")).containsExactly("1:21: `validation`: found 1, expected number in (0, 1)");
    assertThat(Sample.errors("optimizer: {adam: .nan}")).containsExactly("1:19: `lr`: found .nan, expected number >= 0");
  }

  @Test
  void aMisspeltNameIsReportedOnceWithTheNearest() {
    assertThat(
            Sample.errors(
                """
                nmae: x
                layers:
                  - Linear: 10
                  - linear: {out_feature: 10}
                  - reul
                optimizer: {adma: {lr: 1}}
                """))
        .containsExactly(
            "1:1: the file: found the unknown key `nmae` | did you mean `name`?",
            "3:5: `layers`: found `Linear`, expected a kind of layer | did you mean `linear`?",
            "4:14: `linear`: found the unknown key `out_feature` | did you mean `out_features`?",
            "5:5: `layers`: found `reul`, expected a kind of layer | did you mean `relu`?",
            "6:13: `optimizer`: found `adma`, expected a kind of optimizer | did you mean `adam`?");
  }

  @Test
  void aNameThatIsValidElsewhereIsSentThere() {
    assertThat(
            Sample.errors(
                """
                momentum: 0.9
                batch_size: 3
                adam: {lr: 1}
                optimizer: {adam: {momentum: 0.9, epochs: 3}}
                layers:
                  - adam
                  - relu: {kernel_size: 2}
                  - kernel_size: 3
                training: {seed: 3, nonsense: 4}
                """))
        .containsExactly(
            "1:1: the file: found the unknown key `momentum` | `momentum` belongs under `optimizer`, as an argument of `sgd`",
            "2:1: the file: found the unknown key `batch_size` | `batch_size` belongs under `training`",
            "3:1: the file: found the unknown key `adam` | `adam` is a kind that belongs under `optimizer`",
            "4:20: `adam`: found the unknown key `momentum` | `momentum` is an argument of `sgd`",
            "4:35: `adam`: found the unknown key `epochs` | `epochs` belongs under `training`",
            "6:5: `layers`: found `adam`, expected a kind of layer | `adam` is a kind that belongs under `optimizer`",
            "7:12: `relu`: found the unknown key `kernel_size` | `kernel_size` is an argument of `max_pool2d`",
            "8:5: `layers`: found `kernel_size`, expected a kind of layer | `kernel_size` is an argument of `max_pool2d`",
            "9:12: `training`: found the unknown key `seed` | `seed` belongs at the top of the file",
            "9:21: `training`: found the unknown key `nonsense` | valid here: `epochs`, `batch_size`, `shuffle`");
  }

  @Test
  void aMissingKeyIsReportedAtItsKindOrKey() {
    assertThat(Sample.errors("data: {}\nlayers:\n  - linear\n  - linear: {bias: false}\noptimizer: sgd"))
        .containsExactly(
            "1:1: `data`: found no `path`, expected text | The file.",
            "3:5: `linear`: found no `out_features`, expected whole number >= 1 | Outputs.",
            "4:5: `linear`: found no `out_features`, expected whole number >= 1 | Outputs.",
            "5:12: `sgd`: found no `lr`, expected number >= 0 | Rate.");
  }

  @Test
  void argumentsBesideAKindAreSentInside() {
    assertThat(Sample.errors("layers:\n  - linear:\n    out_features: 3"))
        .containsExactly(
            "3:5: `layers`: found the key `out_features` beside the kind `linear`, expected the kind alone"
                + " | arguments stand inside, `linear: {out_features: ...}`, or on lines indented below it");
    assertThat(Sample.errors("optimizer: {adam: {lr: 1}, sgd: {lr: 1}}")).containsExactly("1:28: `optimizer`: found the kinds `adam` and `sgd`, expected one");
    assertThat(Sample.errors("optimizer: {lr: 1, momentum: 1}"))
        .containsExactly("1:12: `optimizer`: found a mapping with `lr`, `momentum`, expected kind of optimizer | `lr` is an argument of `sgd`, `adam`");
  }

  @Test
  void aDuplicateKeyIsReportedBesideEverythingElse() {
    assertThat(Sample.errors("seed: 1\nname: 2\nseed: 3"))
        .containsExactly(
            "2:7: `name`: found 2, expected text | quote it: '2'",
            "3:1: found the key `seed` a second time, expected it once | it stands in line 1 already");
  }

  @Test
  void whatARecordRefusesIsReportedAtItsComponent() {
    assertThat(Sample.errors("split: {validation: 0.5, folds: 3}")).containsExactly("1:33: `folds`: found folds beside validation, expected one of the two");
    assertThat(Sample.errors("split: half")).containsExactly("1:8: `split`: found half, expected none, {validation: ...} or {folds: ...}");
    assertThat(Sample.errors("layers: {max_pool2d: {kernel_size: 2, padding: x}}"))
        .containsExactly("1:48: `padding`: found 'x', expected a whole number or [rows, columns]");
  }

  @Test
  void aListOfAnotherLengthThanARecordsIsRefused() {
    assertThat(Sample.errors("layers: {max_pool2d: [1, 2, 3]}"))
        .containsExactly("1:22: `kernel_size`: found a list of 3, expected whole number or [rows, columns]");
    assertThat(Sample.errors("layers: {max_pool2d: {kernel_size: [3]}}")).containsExactly("1:36: `kernel_size`: found a list of 1, expected whole number or [rows, columns]");
    assertThat(Sample.errors("layers: [relu: 3]")).containsExactly("1:16: `relu`: found 3, expected no arguments");
  }

  @Test
  void theFirstArgumentMayStandInAShortRecordsPlace() {
    assertThat(Sample.bind("data: a.csv").value().data()).contains(new Sample.Source("a.csv", List.of()));
    assertThat(Sample.bind("data: {path: a.csv, shape: 3}").value().data()).contains(new Sample.Source("a.csv", List.of(3)));
    assertThat(Sample.errors("training: 3")).containsExactly("1:11: `training`: found 3, expected mapping with `epochs`, `batch_size`, `shuffle`");
  }

  @Test
  void anEmptyOrScalarFileIsRefused() {
    assertThat(Sample.errors("hello")).hasSize(1).first().asString().startsWith("1:1: the file: found hello, expected mapping with `name`, `seed`");
    assertThat(Sample.errors("- a\n- b")).hasSize(1).first().asString().startsWith("1:1: the file: found a list, expected mapping");
  }

  @Test
  void recordsRememberTheirPlaces() {
    Bound<Sample> bound = Sample.bind("name: x\nlayers:\n  - relu\n  - linear: {out_features: 3, as: y}\n  - linear: 4\ntraining: {epochs: 2}\n");
    List<Place> layers = bound.value().layers();
    assertThat(bound.at(layers.get(0))).hasToString("exp.yaml:3:5");
    assertThat(bound.at(layers.get(1))).hasToString("exp.yaml:4:5");
    assertThat(bound.at(layers.get(1).layer())).hasToString("exp.yaml:4:5");
    assertThat(bound.at(layers.get(1).layer(), "outFeatures")).hasToString("exp.yaml:4:28");
    assertThat(bound.at(layers.get(1).layer(), "bias")).hasToString("exp.yaml:4:5");
    assertThat(bound.at(layers.get(1), "as")).hasToString("exp.yaml:4:35");
    assertThat(bound.at(layers.get(2).layer(), "outFeatures")).hasToString("exp.yaml:5:13");
    assertThat(bound.at(bound.value().training())).hasToString("exp.yaml:6:1");
    assertThat(bound.at(bound.value(), "name")).hasToString("exp.yaml:1:7");
    assertThat(bound.at(new Relu())).hasToString("exp.yaml:1:1");
  }

  @Test
  void aDiagnosticShowsTheLineAndACaret() {
    try {
      Sample.of("training: {epochs: ten}");
    } catch (ConfigException e) {
      assertThat(e)
          .hasMessage(
              """
              exp.yaml:1:20: `epochs`: found ten, expected whole number >= 1
                training: {epochs: ten}
                                   ^""");
      return;
    }
    throw new AssertionError("no error");
  }

  @Test
  void aLongLineIsShownAroundTheCaret() {
    String line = "weights: {" + "a0: 1, ".repeat(100) + "b: x}";
    Location at = new Location(Path.of("f"), 1, line.indexOf('x') + 1, line);
    String[] shown = new Diagnostic(at, "m", "").toString().split("\n");
    assertThat(shown[1].length()).isLessThanOrEqualTo(122);
    assertThat(shown[1].charAt(shown[2].indexOf('^'))).isEqualTo('x');
  }
}
