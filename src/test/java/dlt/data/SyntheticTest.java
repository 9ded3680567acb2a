package dlt.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.error.Failure;
import dlt.tensor.TensorType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SyntheticTest {
  private static final Path HERE = Path.of("");
  private static final Synthetic CLASSES = new Synthetic(300, List.of(1, 4, 4), Optional.of(3), Optional.empty(), Optional.empty(), 0);
  private static final Synthetic LABELS = new Synthetic(300, List.of(4), Optional.empty(), Optional.of(List.of(2, 3)), Optional.empty(), 0);
  private static final Synthetic VALUES = new Synthetic(300, List.of(4), Optional.empty(), Optional.empty(), Optional.of(List.of(1)), 0);

  @Test
  void inputsAndTargetsAreInTheirRanges() {
    Dataset c = CLASSES.open(HERE, Wanted.of(TargetKind.CLASSES));
    assertThat(c.inputs().getFirst().type()).isEqualTo(TensorType.float32(1, 4, 4));
    assertThat(Arrays.stream(Targets.counts(Data.whole("all", c), 0, 3))).allMatch(n -> n > 70 && n < 130);
    Dataset l = LABELS.open(HERE, Wanted.of(TargetKind.VALUES));
    assertThat(l.targets().getFirst().type()).isEqualTo(TensorType.float32(2, 3));
    Dataset v = VALUES.open(HERE, Wanted.of(TargetKind.VALUES));
    for (int i = 0; i < 300; i++) {
      for (Dataset d : List.of(c, l, v)) {
        assertThat(Arrays.stream(Samples.input(d, i))).allMatch(x -> x >= -1 && x < 1);
      }
      assertThat(Arrays.stream(Samples.target(l, i))).allMatch(x -> x == 0 || x == 1);
      assertThat(Arrays.stream(Samples.target(v, i))).allMatch(x -> x >= -1 && x < 1);
    }
  }

  @Test
  void samplesOfAClassAreAlikeSoThatItCanBeLearned() {
    Dataset d = CLASSES.open(HERE, Wanted.of(TargetKind.CLASSES));
    double[][] mean = new double[3][16];
    for (int i = 0; i < 150; i++) {
      double[] x = Samples.input(d, i);
      for (int j = 0; j < 16; j++) {
        mean[(int) Samples.target(d, i)[0]][j] += x[j];
      }
    }
    int right = 0;
    for (int i = 150; i < 300; i++) {
      double[] x = Samples.input(d, i);
      int best = 0;
      double most = Double.NEGATIVE_INFINITY;
      for (int c = 0; c < 3; c++) {
        double dot = 0;
        for (int j = 0; j < 16; j++) {
          dot += x[j] * mean[c][j] - mean[c][j] * mean[c][j] / 100;
        }
        if (dot > most) {
          most = dot;
          best = c;
        }
      }
      right += best == (int) Samples.target(d, i)[0] ? 1 : 0;
    }
    assertThat(right).isGreaterThan(100);
  }

  @Test
  void theSameArgumentsMakeTheSameDataAndHash() {
    Wanted wanted = Wanted.of(TargetKind.VALUES);
    Dataset a = VALUES.open(HERE, wanted);
    Dataset b = VALUES.open(HERE, wanted);
    Dataset other = new Synthetic(300, List.of(4), Optional.empty(), Optional.empty(), Optional.of(List.of(1)), 1).open(HERE, wanted);
    assertThat(Samples.input(a, 9)).isEqualTo(Samples.input(b, 9)).isNotEqualTo(Samples.input(other, 9));
    assertThat(a.hash()).isEqualTo(b.hash()).isNotEqualTo(other.hash()).hasSize(64);
  }

  @Test
  void aTargetThatTheLossDoesNotTakeIsRefused() {
    assertThatThrownBy(() -> VALUES.open(HERE, Wanted.of(TargetKind.CLASSES))).isInstanceOf(Failure.class).hasMessageContaining("say `classes:`");
    assertThatThrownBy(() -> CLASSES.open(HERE, Wanted.of(TargetKind.VALUES))).isInstanceOf(Failure.class).hasMessageContaining("say `labels:` or `values:`");
    assertThat(CLASSES.open(HERE, Wanted.of(TargetKind.NONE)).targets()).isEmpty();
  }
}
