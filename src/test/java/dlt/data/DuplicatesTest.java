package dlt.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class DuplicatesTest {
  private static Division divide(String split, Dataset dataset) {
    return YamlSplit.of(split).divide(dataset, 1);
  }

  /// 40 samples `[2]`, of which 7 and 31 are alike.
  private static Dataset twins(int other) {
    float[][] rows = new float[40][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new float[] {i == 31 ? 7 : i, i == 31 ? 14 : 2 * i};
    }
    return Samples.of(rows, IntStream.range(0, 40).map(i -> i == 31 ? other : i % 2).toArray());
  }

  @Test
  void samplesOnBothSidesAreCountedAndNamed() {
    String split = "{validation: 0.25, shuffle: false}"; // 30 to 39
    assertThat(Leakage.warnings(divide(split, twins(1)), false)).containsExactly(
        "warning: 1 sample for validation or test has the same inputs as one of the training part, such as row 31 as row 7; "
            + "drop duplicates, or keep them together with split.group");
    assertThat(Leakage.warnings(divide("{test: 0.25, shuffle: false}", twins(1)), false)).hasSize(1);
    assertThat(Leakage.warnings(divide(split, Samples.numbered(40, 2)), false)).isEmpty();
    assertThat(Leakage.warnings(divide("none", twins(1)), false)).isEmpty();
  }

  @Test
  void inFoldsEachSampleCountsOnce() {
    // rows 0 to 9 and 30 to 39 are in different folds: each is validated by a model that has learned from the other
    assertThat(Leakage.warnings(divide("{folds: 4, shuffle: false}", twins(1)), false).getFirst()).contains("2 samples for validation or test have");
    assertThat(Leakage.warnings(divide("{folds: 2, shuffle: false, test: 0.5}", twins(1)), false).getFirst()).contains("warning: 1 sample ");
  }

  @Test
  void theSameInputsWithOtherTargetsAreToldEvenOnOneSide() {
    assertThat(Leakage.warnings(divide("none", twins(0)), false))
        .containsExactly("warning: 2 samples have the same inputs as others and different targets, such as row 7 and row 31");
    assertThat(Leakage.warnings(divide("{validation: 0.25, shuffle: false}", twins(0)), false)).hasSize(2);
  }

  @Test
  void sourcesOfTheirOwnAreComparedWithTheTrainingSource() {
    Dataset train = Samples.numbered(10, 2);
    Dataset other = Samples.of(new float[][] {{20}, {3}}, 0, 1);
    Division d = Split.NONE.divide(train, 1).map(p -> new Parts(p.train(), java.util.Optional.of(Data.whole("validation", other)), p.test()));
    assertThat(Leakage.warnings(d, false).getFirst()).contains("such as row 1 as row 3");
  }

  @Test
  void zerosOfOtherSignsAndPermutationsAreNotTheSame() {
    Dataset d = Samples.of(new float[][] {{0f, 1f}, {-0f, 1f}, {1f, 0f}, {2f, 3f}}, 0, 1, 0, 1);
    assertThat(Leakage.warnings(divide("{validation: 0.25, shuffle: false}", d), true)).isEqualTo(List.of());
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void manyAlikeOnOneSideTakeNoLongerThanOthers() {
    float[][] rows = IntStream.range(0, 400_000).mapToObj(i -> new float[] {Math.min(i, 200_000)}).toArray(float[][]::new);
    assertThat(Leakage.warnings(divide("{validation: 0.5, shuffle: false}", Samples.of(rows, new int[rows.length])), true)).noneMatch(w -> w.contains("for validation"));
  }
}
