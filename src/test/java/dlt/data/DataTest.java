package dlt.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.config.Binder;
import dlt.config.ConfigException;
import dlt.config.IntPair;
import dlt.config.YamlNode;
import dlt.error.Failure;
import dlt.tensor.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataTest {
  private static final Wanted CLASSES = Wanted.of(TargetKind.CLASSES);

  @TempDir Path folder;

  record File(Data data) {}

  private static Data bind(String yaml) {
    return Binder.bind(YamlNode.parse("data:\n" + yaml.indent(2), Path.of("exp.yaml")), File.class).value().data();
  }

  @Test
  void aWholeSectionIsReadFromYaml() {
    Data d =
        bind(
            """
            train: {csv: {path: data/digits.csv, target: digit, shape: [1, 8, 8], types: {zip: categorical}, missing: mean}}
            split: {validation: 0.2, stratify: true}
            preprocess: [{scale: 0.0625}, log: 1, {standardize: per_channel}, standardize, min_max, impute: median, normalize: {mean: 1, std: 2}, one_hot]
            augment: [{random_affine: {degrees: 10, translate: 0.1}}, random_horizontal_flip, random_crop: 2, gaussian_noise: 0.1, random_erasing, color_jitter: 0.2]
            """);
    Csv csv = (Csv) d.train();
    assertThat(csv.arguments().path()).isEqualTo("data/digits.csv");
    assertThat(csv.arguments().target()).containsExactly("digit");
    assertThat(csv.arguments().shape()).contains(List.of(1, 8, 8));
    assertThat(csv.arguments().types()).isEqualTo(Map.of("zip", new ColumnType.Categorical()));
    assertThat(csv.missingValues()).contains("NA", "NaN", "null", "?");
    assertThat(csv.delimiter()).isEqualTo(",");
    assertThat(d.split()).contains(YamlSplit.of("{validation: 0.2, stratify: true}"));
    assertThat(d.preprocess())
        .containsExactly(
            new Preprocess.Scale(0.0625, 0),
            new Preprocess.Log(1, List.of()),
            new Preprocess.Standardize(Optional.of(Preprocess.Per.PER_CHANNEL)),
            new Preprocess.Standardize(Optional.empty()),
            new Preprocess.MinMax(Optional.empty(), 0, 1),
            new Preprocess.Impute(Preprocess.Strategy.MEDIAN, 0),
            new Preprocess.Normalize(List.of(1.0), List.of(2.0)),
            new Preprocess.OneHot());
    assertThat(d.steps().getFirst()).isEqualTo(new Preprocess.Impute(Preprocess.Strategy.MEAN, 0));
    assertThat(d.augment())
        .containsExactly(
            new Augment.RandomAffine(10, 0.1, List.of(1.0, 1.0), 0, 0),
            new Augment.RandomHorizontalFlip(0.5),
            new Augment.RandomCrop(2, 0),
            new Augment.GaussianNoise(0.1),
            new Augment.RandomErasing(0.5, List.of(0.02, 0.33), List.of(0.3, 3.3), 0),
            new Augment.ColorJitter(0.2, 0, 0, 0));
  }

  @Test
  void everyKindOfSourceIsReadFromYaml() {
    assertThat(bind("train: {idx: {images: a, labels: b}}\nsplit: none").train()).isEqualTo(new Idx("a", Optional.of("b")));
    assertThat(bind("train: {npz: a.npz}\nsplit: none").train()).isEqualTo(new Npz(new ArrayArguments("a.npz", List.of("x"), List.of("y"), 1, ImageLayout.CHW)));
    assertThat(bind("train: {npy: {inputs: x.npy, targets: y.npy}}\nsplit: none").train()).isEqualTo(new Npy(List.of("x.npy"), List.of("y.npy"), 1, ImageLayout.CHW));
    assertThat(bind("train: {safetensors: {path: g, inputs: a/x, targets: a/y, batch_dims: 2}}\nsplit: none").train())
        .isEqualTo(new Safetensors(new ArrayArguments("g", List.of("a/x"), List.of("a/y"), 2, ImageLayout.CHW)));
    assertThat(bind("train: {hdf5: {path: a.h5, inputs: [u, v], layout: hwc}}\nsplit: none").train())
        .isEqualTo(new Hdf5(new ArrayArguments("a.h5", List.of("u", "v"), List.of("y"), 1, ImageLayout.HWC)));
    assertThat(bind("train: {parquet: {path: a.parquet, target: y, missing: median}}\nsplit: none").train())
        .isInstanceOfSatisfying(Parquet.class, p -> assertThat(p.arguments().missing()).isEqualTo(Table.Missing.MEDIAN));
    assertThat(bind("train: {images: {path: p, size: 32, labels: {csv: l.csv, target: tags, separator: '|', unlisted: ignore}}}\nsplit: none").train())
        .isInstanceOfSatisfying(
            Images.class,
            i ->
                assertThat(i.labels())
                    .contains(new Labels("l.csv", List.of("tags"), "file", Optional.of("|"), List.of(), "", Labels.Unlisted.IGNORE, ",")));
    assertThat(bind("train: {images: {path: p, size: 32}}\nsplit: none").train()).isEqualTo(new Images("p", IntPair.of(32), 3));
    assertThat(bind("train: {synthetic: {samples: 8, shape: [1, 4], classes: 3}}\nsplit: none").train())
        .isEqualTo(new Synthetic(8, List.of(1, 4), Optional.of(3), Optional.empty(), Optional.empty(), 0));
    assertThat(bind("train: {npz: a}\nsplit: {folds: 5, fold: 1}").split().orElseThrow().folds()).contains(5);
    assertThat(bind("train: {npz: a}\nsplit: 0.1").split().orElseThrow().validation()).isEqualTo(0.1);
  }

  @Test
  void contradictionsAreErrorsOfTheFile() {
    refused("train: {npz: a}", "neither a split nor a validation source");
    refused("train: {npz: a}\nvalidation: {npz: b}\nsplit: {validation: 0.2}", "a share for validation beside a validation source");
    refused("train: {npz: a}\ntest: {npz: b}\nsplit: {test: 0.2}", "a share for the test beside a test source");
    refused("train: {synthetic: {samples: 8, shape: [4]}}\nsplit: none", "one of classes, labels and values");
    refused("train: {images: {path: a, size: 8, channels: 2}}\nsplit: none", "1 or 3");
    refused("train: {images: {path: a, size: 0}}\nsplit: none", "size");
    refused("train: {csv: {path: a, delimiter: '||'}}\nsplit: none", "one character or `tab`");
    refused("train: {csv: {path: a, missing: ignore}}\nsplit: none", "missing");
    refused("train: {synthetic: {samples: 8, shape: [4, 0], classes: 3}}\nsplit: none", "shape");
    refused("train: {npz: a}\nsplit: {validation: 1.5}", "validation");
    refused("train: {npz: a}\nsplit: some", "`none`");
    refused("train: {csv: {path: a, target: y, features: [x, y]}}\nsplit: none", "beside the target");
    refused("train: {npy: {inputs: []}}\nsplit: none", "at least one");
    refused("train: {npz: {path: a, inputs: []}}\nsplit: none", "at least one");
    refused("train: {csv: {path: a, target: [y, y]}}\nsplit: none", "twice");
  }

  private static void refused(String yaml, String message) {
    assertThatThrownBy(() -> bind(yaml)).isInstanceOf(ConfigException.class).hasMessageContaining(message).hasMessageContaining("exp.yaml:");
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  @Test
  void sourcesOfTheirOwnShareColumnsAndClassesWithTheTrainingSource() throws IOException {
    write("train.csv", "a,y\n1,x\n2,y\n3,z\n4,x\n");
    write("other.csv", "y,a\nz,7\n");
    Data d = bind("train: {csv: {path: train.csv, target: y}}\nvalidation: {csv: {path: other.csv, target: y}}\nsplit: {test: 0.25}");
    Parts parts = d.open(folder, CLASSES, 1).trainings().getFirst();
    assertThat(parts.train().size()).isEqualTo(3);
    assertThat(parts.test().orElseThrow().size()).isEqualTo(1);
    Part validation = parts.validation().orElseThrow();
    assertThat(validation.name()).isEqualTo("validation");
    assertThat(Samples.target(validation.dataset(), 0)).containsExactly(2);
    assertThat(validation.dataset().schema()).isEqualTo(parts.train().dataset().schema());
    write("other.csv", "y,a\nw,7\n");
    assertThatThrownBy(() -> d.open(folder, CLASSES, 1)).hasMessageContaining("other.csv:2: column 'y': 'w' is none of the classes");
  }

  @Test
  void inputsOfOtherShapesAreRefused() {
    Data d =
        bind("train: {synthetic: {samples: 8, shape: [4], classes: 3}}\nvalidation: {synthetic: {samples: 8, shape: [5], classes: 3}}");
    assertThatThrownBy(() -> d.open(folder, CLASSES, 1))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("synthetic: input 'x' is float32[5] a sample, that of the training data float32[4]");
  }

  @Test
  void theDataOfTheRepositoryAreWhatTheirNamesSay() {
    Path repository = Path.of("experiments");
    record Expected(String name, String target, TargetKind kind, int rows, int features, long[] classes) {}
    for (Expected e :
        List.of(
            new Expected("digits", "digit", TargetKind.CLASSES, 1797, 64, new long[] {178, 182, 177, 183, 181, 182, 181, 179, 174, 180}),
            new Expected("iris", "species", TargetKind.CLASSES, 150, 4, new long[] {50, 50, 50}),
            new Expected("breast_cancer", "diagnosis", TargetKind.CLASSES, 569, 30, new long[] {357, 212}),
            new Expected("diabetes", "progression", TargetKind.VALUES, 442, 10, new long[0]))) {
      Dataset d = bind("train: {csv: {path: data/" + e.name + ".csv, target: " + e.target + "}}\nsplit: none").train().open(repository, Wanted.of(e.kind));
      assertThat(d.size()).as(e.name).isEqualTo(e.rows);
      assertThat(d.inputs().getFirst().type()).isEqualTo(TensorType.float32(e.features));
      assertThat(d.inputs().getFirst().columns()).noneMatch(Column::categorical);
      if (e.kind == TargetKind.CLASSES) {
        assertThat(Targets.counts(Data.whole("all", d), 0, e.classes.length)).isEqualTo(e.classes);
      } else {
        assertThat(IntStream.range(0, d.size()).mapToDouble(i -> Samples.target(d, i)[0]).average().orElseThrow()).isBetween(152.13, 152.14);
      }
    }
  }
}
