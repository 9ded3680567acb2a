package dlt.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dlt.config.Sample.Adam;
import dlt.config.Sample.Linear;
import dlt.config.Sample.Sgd;
import dlt.config.Sample.Start;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OverridesTest {
  private static YamlNode set(String yaml, String... overrides) {
    return Overrides.apply(YamlNode.parse(yaml, Path.of("exp.yaml")), List.of(overrides));
  }

  private static Sample sample(String yaml, String... overrides) {
    return Binder.bind(set(yaml, overrides), Sample.class).value();
  }

  @Test
  void anExistingKeyIsReplaced() {
    assertThat(sample("training: {epochs: 3, batch_size: 8}", "training.epochs=5").training()).isEqualTo(new Sample.Training(5, 8, true));
    assertThat(sample("optimizer: adam", "optimizer={sgd: {lr: 0.2}}").optimizer()).isEqualTo(new Sgd(0.2, 0, Optional.empty()));
  }

  @Test
  void anOmittedKeyIsAdded() {
    assertThat(sample("", "optimizer.adam.lr=0.01").optimizer()).isEqualTo(new Adam(0.01, List.of(0.9, 0.999)));
    assertThat(sample("name: x", "training.epochs=5", "training.shuffle=false").training()).isEqualTo(new Sample.Training(5, 32, false));
    assertThat(sample("training:", "training.epochs=5").training().epochs()).isEqualTo(5);
  }

  @Test
  void aBareKindBecomesAMapping() {
    assertThat(sample("optimizer: adam", "optimizer.adam.lr=0.01").optimizer()).isEqualTo(new Adam(0.01, List.of(0.9, 0.999)));
  }

  @Test
  void listItemsAreNamedByTheirIndex() {
    Sample s = sample("layers:\n  - relu\n  - linear: {out_features: 3}", "layers.1.linear.out_features=8", "layers.0=batch_norm");
    assertThat(s.layers().get(1).layer()).isEqualTo(new Linear(8, true, Start.LECUN));
    assertThat(s.layers().get(0).layer()).isEqualTo(new Sample.BatchNorm(1e-5));
  }

  @Test
  void aFirstArgumentIsKeptBesideWhatIsSet() {
    assertThat(sample("layers: [linear: 10]", "layers.0.linear.bias=false").layers().getFirst().layer()).isEqualTo(new Linear(10, false, Start.LECUN));
    assertThat(sample("layers: [linear: 10]", "layers.0.linear.out_features=4").layers().getFirst().layer()).isEqualTo(new Linear(4, true, Start.LECUN));
    assertThat(sample("layers: [max_pool2d: [2, 3]]", "layers.0.max_pool2d.stride=1").layers().getFirst().layer())
        .isEqualTo(new Sample.MaxPool2d(new IntPair(2, 3), Optional.of(IntPair.of(1)), new Sample.Padding(0, 0, false)));
  }

  @Test
  void errorsPointIntoTheOverride() {
    assertThat(Sample.errors(set("name: 1", "training.epochs=5", "training.epochs=ten", "optimizer.adam.rate=1")))
        .containsExactly(
            "1:7: `name`: found 1, expected text | quote it: '1'",
            "2:17: `epochs`: found ten, expected whole number >= 1",
            "3:16: `adam`: found the unknown key `rate` | valid here: `lr`, `betas`");
    ConfigException e = catchThrowableOfType(ConfigException.class, () -> sample("", "training.epochs=ten"));
    assertThat(e).hasMessage("--set:1:17: `epochs`: found ten, expected whole number >= 1\n  training.epochs=ten\n                  ^");
  }

  @Test
  void anotherArgumentStandsBesideTheFirstOfAShortRecord() {
    assertThat(sample("data: a.csv", "data.shape=3").data()).contains(new Sample.Source("a.csv", List.of(3)));
    assertThat(sample("data: {path: a.csv, shape: 3}", "data=b.csv").data()).contains(new Sample.Source("b.csv", List.of()));
  }

  @Test
  void whatDoesNotFitTheFileIsRefused() {
    assertThat(Sample.errors(set("optimizer: adam", "optimizer.sgd.lr=1"))).containsExactly("1:11: `optimizer`: found the kinds `adam` and `sgd`, expected one");
    assertThat(Sample.errors(set("split: none", "split.folds=3")))
        .containsExactly("1:7: `split`: found none in the file, which has no key `folds` | set the whole value: key={...}");
    assertThat(Sample.errors(set("seed: 3", "seed.x=3"))).hasSize(1);
  }

  @Test
  void malformedOverridesAreAllReported() {
    ConfigException e = catchThrowableOfType(ConfigException.class, () -> set("layers: [relu]\nname: x", "seed", "=3", "a..b=1", "layers.1.x=2", "name.0=1", "seed=[1"));
    assertThat(Sample.shown(e))
        .containsExactly(
            "1:1: found no `key=`, expected key=value | for example --set optimizer.adam.lr=0.01",
            "2:1: found no `key=`, expected key=value | for example --set optimizer.adam.lr=0.01",
            "3:3: found an empty key, expected key.key=value",
            "4:8: found index 1, expected one below 1, the length of the list",
            "5:6: found `x` in the file, expected a list | set the whole list: key=[...]",
            "6:8: not YAML: while parsing a flow sequence: expected ',' or ']', but got <stream end>");
  }
}
