package dlt.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dlt.config.Invalid;
import dlt.error.Failure;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PreprocessingTest {
  private static final Preprocess.Standardize STANDARDIZE = new Preprocess.Standardize(Optional.empty());
  private static final Preprocess.Impute MEAN = new Preprocess.Impute(Preprocess.Strategy.MEAN, 0);
  private static final Preprocess.Impute MEDIAN = new Preprocess.Impute(Preprocess.Strategy.MEDIAN, 0);

  private static Preprocessing fit(Dataset d, Preprocess... steps) {
    return Preprocessing.fit(List.of(steps), Data.whole("train", d), 0);
  }

  private static Preprocess standardize(Preprocess.Per per) {
    return new Preprocess.Standardize(Optional.of(per));
  }

  private static Dataset table(List<Column> columns, float[]... rows) {
    Dataset d = Samples.of(rows);
    HostTensor x = HostTensor.allocate(TensorType.float32(rows.length, columns.size()));
    for (int i = 0; i < rows.length; i++) {
      d.read(i, false, 0, x.data().asSlice(4L * i * columns.size()));
    }
    Field input = new Field("features", TensorType.float32(columns.size()), List.of(), columns);
    return new ArrayDataset(rows.length, new Schema(List.of(input), List.of()), List.of(x), List.of(), i -> "t.csv:" + (i + 2), () -> "");
  }

  @Test
  void standardizedFeaturesHaveMeanZeroAndVarianceOneAndConstantsBecomeZero() {
    Dataset d = Samples.of(new float[][] {{1, 1e6f, 7}, {2, 1e6f + 1, 7}, {6, 1e6f + 2, 7}});
    Preprocessing p = fit(d, STANDARDIZE);
    double[] a = p.apply(Samples.input(d, 0));
    double deviation = Math.sqrt((4 + 1 + 9) / 3.0);
    assertThat(a[0]).isCloseTo(-2 / deviation, within(1e-6));
    assertThat(a[1]).isCloseTo(-1 / Math.sqrt(2 / 3.0), within(1e-6));
    assertThat(a[2]).isZero();
    assertThat(p.output()).isEqualTo(TensorType.float32(3));
  }

  @Test
  void channelsShareTheirStatistics() {
    Dataset d = Samples.of(Shape.of(2, 1, 2), new float[][] {{0, 2, 10, 10}, {4, 6, 30, 30}});
    for (Preprocess step : List.of(STANDARDIZE, standardize(Preprocess.Per.PER_CHANNEL))) {
      Fitted.Affine a = (Fitted.Affine) fit(d, step).steps().getFirst();
      assertThat(a.center().shape()).isEqualTo(Shape.of(2, 1, 1));
      assertThat(a.center().toFloats()).containsExactly(3, 20);
      assertThat(a.scale().toFloats()).containsExactly((float) (1 / Math.sqrt(5)), 0.1f);
    }
    Fitted.Affine global = (Fitted.Affine) fit(d, standardize(Preprocess.Per.GLOBAL)).steps().getFirst();
    assertThat(global.center().shape()).isEqualTo(Shape.SCALAR);
    assertThat(global.center().toFloats()).containsExactly(11.5f);
    Fitted.Affine each = (Fitted.Affine) fit(d, standardize(Preprocess.Per.PER_FEATURE)).steps().getFirst();
    assertThat(each.center().shape()).isEqualTo(Shape.of(2, 1, 2));
    assertThat(each.center().toFloats()).containsExactly(2, 4, 20, 20);
  }

  @Test
  void laterStepsAreFittedToWhatEarlierOnesLeave() {
    Dataset d = Samples.of(new float[][] {{0}, {8}, {16}});
    Preprocessing p = fit(d, new Preprocess.Scale(0.0625, 1), STANDARDIZE, new Preprocess.MinMax(Optional.empty(), -1, 1));
    assertThat(p.apply(new double[] {0})[0]).isCloseTo(-1, within(1e-6));
    assertThat(p.apply(new double[] {8})[0]).isCloseTo(0, within(1e-6));
    assertThat(((Fitted.Affine) p.steps().get(1)).center().toFloats()).containsExactly(1.5f);
  }

  @Test
  void givenNumbersAreTakenAsTheyAre() {
    Dataset d = Samples.of(Shape.of(2, 1, 1), new float[][] {{4, 10}});
    assertThat(fit(d, new Preprocess.Normalize(List.of(2.0, 4.0), List.of(0.5, 3.0))).apply(new double[] {4, 10})).containsExactly(new double[] {4, 2}, within(1e-6));
    assertThat(fit(d, new Preprocess.Normalize(List.of(2.0), List.of(0.5))).apply(new double[] {4, 10})).containsExactly(4, 16);
    assertThat(fit(d, new Preprocess.Scale(0.5, -1)).apply(new double[] {4, 10})).containsExactly(1, 4);
    assertThat(fit(d, new Preprocess.MinMax(Optional.empty(), 3, 5)).apply(new double[] {4, 10})).containsExactly(3, 3);
    assertThatThrownBy(() -> fit(d, new Preprocess.Normalize(List.of(1.0, 1.0, 1.0), List.of(1.0, 1.0, 1.0))))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("3 means for samples of [2, 1, 1]; give one, or 2");
    assertThatThrownBy(() -> new Preprocess.Normalize(List.of(1.0), List.of())).isInstanceOf(Invalid.class);
    assertThatThrownBy(() -> new Preprocess.MinMax(Optional.empty(), 1, 1)).isInstanceOf(Invalid.class);
    assertThatThrownBy(() -> new Preprocess.Scale(0, 1)).isInstanceOf(Invalid.class);
  }

  @Test
  void missingValuesAreFilledWithMeanMedianOrConstant() {
    float nan = Float.NaN;
    Dataset d = Samples.of(new float[][] {{1, nan}, {nan, 4}, {2, 6}, {9, 100}});
    assertThat(fit(d, MEAN).apply(new double[] {Double.NaN, 3})).containsExactly(4, 3);
    assertThat(fit(d, MEDIAN).apply(new double[] {Double.NaN, Double.NaN})).containsExactly(2, 6);
    assertThat(fit(d, new Preprocess.Impute(Preprocess.Strategy.CONSTANT, -7)).apply(new double[] {Double.NaN, 1})).containsExactly(-7, 1);
    Dataset even = Samples.of(new float[][] {{1}, {nan}, {4}});
    assertThat(fit(even, MEDIAN).apply(new double[] {Double.NaN})).containsExactly(2.5);
    Fitted.Affine a = (Fitted.Affine) fit(d, MEAN, STANDARDIZE).steps().getLast();
    assertThat(a.center().at(0)).isEqualTo(4);
  }

  @Test
  void aMissingValueThatNoStepFillsInIsAnErrorWithItsPlace() {
    List<Column> columns = List.of(Column.numeric("a"), Column.numeric("age"));
    Dataset d = table(columns, new float[] {1, 2}, new float[] {1, Float.NaN});
    for (Preprocess step : List.of(STANDARDIZE, new Preprocess.Scale(2, 0), new Preprocess.OneHot())) {
      assertThatThrownBy(() -> fit(d, step)).isInstanceOf(Failure.class).hasMessageContaining("t.csv:3: column 'age' is missing (NaN)");
    }
    assertThatThrownBy(() -> fit(d, STANDARDIZE, MEAN)).hasMessageContaining("put an `impute` step before the others");
    Dataset empty = table(columns, new float[] {1, Float.NaN}, new float[] {1, Float.NaN});
    assertThatThrownBy(() -> fit(empty, MEAN)).hasMessageContaining("impute: column 'age' has no value in the train part");
    assertThatThrownBy(() -> fit(empty, MEDIAN)).hasMessageContaining("impute: column 'age' has no value in the train part");
    Preprocessing fitted = fit(Samples.of(new float[][] {{1, 2}}), STANDARDIZE);
    assertThatThrownBy(() -> fitted.requireNothingMissing(Data.whole("validation", d), 0)).hasMessageContaining("t.csv:3: column 'age'");
  }

  @Test
  void categoriesBecomeOneHotAndOtherStepsLeaveThemAlone() {
    List<Column> columns = List.of(Column.numeric("a"), new Column("c", List.of("u", "v", "w")), Column.numeric("b"));
    Dataset d = table(columns, new float[] {0, 2, 10}, new float[] {2, 0, 30}, new float[] {4, -1, 20});
    for (Preprocess step : List.of(STANDARDIZE, standardize(Preprocess.Per.GLOBAL), new Preprocess.MinMax(Optional.empty(), 0, 1), new Preprocess.Scale(2, 1), new Preprocess.Normalize(List.of(1.0), List.of(2.0)), MEAN)) {
      Preprocessing p = fit(d, step, new Preprocess.OneHot());
      assertThat(p.output()).isEqualTo(TensorType.float32(5));
      assertThat(p.apply(new double[] {1, 2, 10})).containsSubsequence(0, 0, 1);
      double[] none = p.apply(new double[] {1, -1, 10});
      assertThat(new double[] {none[1], none[2], none[3]}).containsExactly(0, 0, 0);
    }
    double[] x = fit(d, STANDARDIZE, new Preprocess.OneHot()).apply(new double[] {2, 1, 20});
    assertThat(x).containsExactly(0, 0, 1, 0, 0);
    Preprocessing after = fit(d, new Preprocess.OneHot(), STANDARDIZE);
    assertThat(((Fitted.Affine) after.steps().getLast()).center().shape()).isEqualTo(Shape.of(5));
    Fitted.Affine global = (Fitted.Affine) fit(d, standardize(Preprocess.Per.GLOBAL)).steps().getFirst();
    assertThat(global.center().toFloats()).containsExactly(11, 0, 11);
    assertThat(global.scale().toFloats()[0]).isCloseTo((float) (1 / Math.sqrt((121 + 81 + 49 + 1 + 361 + 81) / 6.0)), within(1e-6f));
  }

  @Test
  void oneHotIsNoStepWhereThereAreNoCategories() {
    assertThat(fit(Samples.numbered(3, 2), new Preprocess.OneHot()).steps()).isEmpty();
  }

  @Test
  void theStatisticsAreThoseOfTheTrainingPartToTheLastBit() {
    Random random = new Random(5);
    float[][] rows = new float[200][4];
    for (float[] row : rows) {
      for (int j = 0; j < row.length; j++) {
        row[j] = random.nextFloat() * 10 - 3;
      }
    }
    int[] classes = new int[200];
    Dataset clean = Samples.of(rows, classes);
    Parts parts = YamlSplit.of("{validation: 0.3, test: 0.1}").divide(clean, 9).trainings().getFirst();
    List<Preprocess> steps =
        List.of(MEDIAN, STANDARDIZE, new Preprocess.MinMax(Optional.empty(), 0, 1), standardize(Preprocess.Per.GLOBAL), MEAN);
    Preprocessing before = Preprocessing.fit(steps, parts.train(), 0);
    for (Part other : List.of(parts.validation().orElseThrow(), parts.test().orElseThrow())) {
      for (int sample : other.samples()) {
        java.util.Arrays.fill(rows[sample], 1e9f);
      }
    }
    Preprocessing after = Preprocessing.fit(steps, new Part("train", Samples.of(rows, classes), parts.train().samples()), 0);
    assertThat(before.tensors().keySet())
        .containsExactly("0.values", "1.center", "1.scale", "2.center", "2.scale", "3.center", "3.scale", "4.values");
    before.tensors().forEach((name, t) -> assertThat(after.tensors().get(name).toFloats()).as(name).isEqualTo(t.toFloats()));
  }

  @Test
  void theNumbersRestoreWhatWasFitted() {
    List<Column> columns = List.of(Column.numeric("a"), new Column("c", List.of("u", "v")));
    Dataset d = table(columns, new float[] {0, 1}, new float[] {2, 0});
    List<Preprocess> steps = List.of(MEAN, STANDARDIZE, new Preprocess.Scale(3, 1), new Preprocess.OneHot());
    Preprocessing p = Preprocessing.fit(steps, Data.whole("train", d), 0);
    Field input = d.inputs().getFirst();
    Preprocessing r = Preprocessing.restore(steps, input, p.tensors());
    assertThat(r.apply(new double[] {5, 1})).isEqualTo(p.apply(new double[] {5, 1}));
    assertThat(r.output()).isEqualTo(p.output()).isEqualTo(Preprocessing.output(steps, input));
    Map<String, HostTensor> less = new LinkedHashMap<>(p.tensors());
    less.remove("1.scale");
    assertThatThrownBy(() -> Preprocessing.restore(steps, input, less)).isInstanceOf(Failure.class).hasMessageContaining("1.scale");
    assertThatThrownBy(() -> Preprocessing.restore(steps.subList(0, 1), input, p.tensors())).isInstanceOf(Failure.class);
  }

  @Test
  void wholeNumbersForLookingUpAreLeftAlone() {
    Field tokens = new Field("tokens", TensorType.int64(8));
    assertThat(Preprocessing.output(List.of(STANDARDIZE), tokens)).isEqualTo(TensorType.int64(8));
  }

  @Test
  void logarithmsAreOfNumbersAloneAndAreRestored() {
    List<Column> columns = List.of(Column.numeric("a"), new Column("c", List.of("u", "v")));
    Dataset d = table(columns, new float[] {0, 1}, new float[] {6, 0});
    List<Preprocess> steps = List.of(new Preprocess.Log(1, List.of()), new Preprocess.MinMax(Optional.empty(), 0, 1), new Preprocess.OneHot());
    Preprocessing p = Preprocessing.fit(steps, Data.whole("train", d), 0);
    double[] x = p.apply(new double[] {2.5, 1});
    assertThat(x[0]).isCloseTo(Math.log(3.5) / Math.log(7), within(1e-7));
    assertThat(x).endsWith(0, 1);
    assertThat(Preprocessing.restore(steps, d.inputs().getFirst(), p.tensors()).apply(new double[] {2.5, 1})).isEqualTo(x);
    assertThat(fit(Samples.of(Shape.of(1, 1, 2), new float[][] {{1, 5}}), new Preprocess.Log(0, List.of())).apply(new double[] {1, 5})).containsExactly(0, Math.log(5));
  }

  @Test
  void logarithmsAreOfTheColumnsThatAreNamed() {
    List<Column> columns = List.of(Column.numeric("age"), new Column("c", List.of("u", "v")), Column.numeric("income"));
    Dataset d = table(columns, new float[] {-1, 1, 10}, new float[] {0, 0, 100});
    List<Preprocess> steps = List.of(new Preprocess.Log(0, List.of("income", "another's")), new Preprocess.OneHot());
    Preprocessing p = Preprocessing.fit(steps, Data.whole("train", d), 0);
    assertThat(p.apply(new double[] {-1, 1, 10})).containsExactly(-1, 0, 1, Math.log(10));
    assertThat(Preprocessing.restore(steps, d.inputs().getFirst(), p.tensors()).apply(new double[] {-1, 1, 10})).containsExactly(-1, 0, 1, Math.log(10));
    Preprocessing nothing = fit(d, new Preprocess.Log(0, List.of("another's")));
    assertThat(nothing.apply(new double[] {-1, 1, 10})).containsExactly(-1, 1, 10);
    assertThat(Preprocessing.numbers(steps, 0, d.inputs())).containsExactly("age", "income");
    assertThat(Preprocessing.numbers(List.of(new Preprocess.OneHot(), steps.getFirst()), 1, d.inputs())).isEmpty();
  }

  @Test
  void numbersWithoutALogarithmAreNamedInEveryPart() {
    List<Column> columns = List.of(new Column("c", List.of("u", "v")), Column.numeric("price"));
    Dataset zero = table(columns, new float[] {1, 2}, new float[] {0, 0});
    assertThatThrownBy(() -> fit(zero, new Preprocess.Log(0, List.of()), STANDARDIZE)).isInstanceOf(Failure.class)
        .hasMessage("t.csv:3: column 'price' is 0.0, but log takes numbers above 0.0; give a larger offset, such as `log: 1` where there are zeros, "
            + "or name the `columns` that it is for");
    Preprocessing p = fit(table(columns, new float[] {0, 2}), new Preprocess.Scale(1, -1), new Preprocess.Log(0, List.of()));
    assertThatThrownBy(() -> p.requireLogarithms(Data.whole("validation", zero), false, 0)).isInstanceOf(Failure.class).hasMessageContaining("t.csv:3");
  }

  @Test
  void theMedianOfImagesIsRefused() {
    assertThatThrownBy(() -> fit(Samples.of(Shape.of(1, 1, 1), new float[][] {{1}}), MEDIAN)).isInstanceOf(Failure.class).hasMessageContaining("median");
  }
}
