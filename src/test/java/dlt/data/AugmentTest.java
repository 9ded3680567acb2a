package dlt.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dlt.config.Invalid;
import dlt.error.Failure;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AugmentTest {
  private static final Shape SHAPE = Shape.of(2, 4, 5);

  private static float[] ramp() {
    float[] x = new float[40];
    for (int i = 0; i < x.length; i++) {
      x[i] = i + 1;
    }
    return x;
  }

  private static float[] apply(Augment step, int sample) {
    return apply(step, sample, ramp());
  }

  private static float[] apply(Augment step, int sample, float[] x) {
    new Augmentation(List.of(step), SHAPE, 0, 3, 1).apply(sample, x);
    return x;
  }

  private static float at(float[] x, int c, int row, int column) {
    return x[(c * 4 + row) * 5 + column];
  }

  @Test
  void flipsMirrorEveryChannel() {
    float[] h = apply(new Augment.RandomHorizontalFlip(1), 0);
    float[] v = apply(new Augment.RandomVerticalFlip(1), 0);
    for (int c = 0; c < 2; c++) {
      for (int y = 0; y < 4; y++) {
        for (int x = 0; x < 5; x++) {
          assertThat(at(h, c, y, x)).isEqualTo(at(ramp(), c, y, 4 - x));
          assertThat(at(v, c, y, x)).isEqualTo(at(ramp(), c, 3 - y, x));
        }
      }
    }
    assertThat(apply(new Augment.RandomHorizontalFlip(0), 0)).isEqualTo(ramp());
  }

  @Test
  void theProbabilityIsThatOfAChange() {
    long flipped = IntStream.range(0, 2000).filter(i -> apply(new Augment.RandomHorizontalFlip(0.3), i)[0] != 1).count();
    assertThat(flipped).isBetween(520L, 680L);
  }

  @Test
  void aCropMovesByUpToThePaddingAndFillsWithZeros() {
    Set<List<Integer>> offsets = new HashSet<>();
    for (int i = 0; i < 300; i++) {
      float[] x = apply(new Augment.RandomCrop(2), i);
      boolean found = false;
      for (int dy = -2; dy <= 2; dy++) {
        for (int dx = -2; dx <= 2; dx++) {
          if (moved(x, dy, dx)) {
            offsets.add(List.of(dy, dx));
            found = true;
          }
        }
      }
      assertThat(found).isTrue();
    }
    assertThat(offsets).hasSize(25);
    assertThat(apply(new Augment.RandomCrop(100), 0)).containsOnly(0);
  }

  private static boolean moved(float[] x, int dy, int dx) {
    for (int c = 0; c < 2; c++) {
      for (int row = 0; row < 4; row++) {
        for (int column = 0; column < 5; column++) {
          boolean inside = row + dy >= 0 && row + dy < 4 && column + dx >= 0 && column + dx < 5;
          if (at(x, c, row, column) != (inside ? at(ramp(), c, row + dy, column + dx) : 0)) {
            return false;
          }
        }
      }
    }
    return true;
  }

  @Test
  void anAffineChangeOfNothingChangesNothing() {
    assertThat(apply(new Augment.RandomAffine(0, 0, List.of(1.0, 1.0), 0), 5)).isEqualTo(ramp());
  }

  @Test
  void scalingByTwoHalvesTheDistancesFromTheCentre() {
    float[] x = apply(new Augment.RandomAffine(0, 0, List.of(2.0, 2.0), 0), 5);
    // rows about 1.5, columns about 2: place (0, 0) shows (0.75, 1)
    assertThat(at(x, 0, 0, 0)).isCloseTo(1 + 0.75f * 5 + 1, within(1e-5f));
    assertThat(at(x, 1, 3, 4)).isCloseTo(21 + 2.25f * 5 + 3, within(1e-5f));
  }

  @Test
  void turningKeepsTheCentreAndDistancesAndTranslatingMoves() {
    Shape odd = Shape.of(1, 5, 5);
    float[] dot = new float[25];
    dot[2 * 5 + 4] = 1; // two to the right of the centre
    double angles = 0;
    for (int i = 0; i < 50; i++) {
      float[] x = dot.clone();
      new Augmentation(List.of(new Augment.RandomAffine(90, 0, List.of(1.0, 1.0), 0)), odd, 0, 3, 1).apply(i, x);
      double sum = 0;
      double row = 0;
      double column = 0;
      for (int k = 0; k < 25; k++) {
        sum += x[k];
        row += x[k] * (k / 5 - 2);
        column += x[k] * (k % 5 - 2);
      }
      assertThat(sum).isBetween(0.3, 1.7);
      assertThat(Math.hypot(row, column) / sum).isBetween(1.5, 2.5);
      angles += Math.abs(Math.toDegrees(Math.atan2(row, column)));
    }
    assertThat(angles / 50).isBetween(30.0, 60.0);
    float[] x = apply(new Augment.RandomAffine(0, 0.5, List.of(1.0, 1.0), 0), 1, ramp());
    assertThat(x).isNotEqualTo(ramp());
  }

  @Test
  void erasingSetsARectangleInEveryChannel() {
    Augment step = new Augment.RandomErasing(1, List.of(0.2, 0.4), List.of(0.5, 2.0), -9);
    for (int i = 0; i < 100; i++) {
      float[] x = apply(step, i);
      TreeSet<Integer> rows = new TreeSet<>();
      TreeSet<Integer> columns = new TreeSet<>();
      int erased = 0;
      for (int k = 0; k < 20; k++) {
        assertThat(x[k] == -9).isEqualTo(x[20 + k] == -9);
        if (x[k] == -9) {
          rows.add(k / 5);
          columns.add(k % 5);
          erased++;
        }
      }
      assertThat(erased).isEqualTo(rows.size() * columns.size()).isBetween(1, 12);
      assertThat(rows.last() - rows.first() + 1).isEqualTo(rows.size());
      assertThat(columns.last() - columns.first() + 1).isEqualTo(columns.size());
    }
  }

  @Test
  void noiseHasTheGivenDeviation() {
    float[] x = new float[40];
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < 2500; i++) {
      java.util.Arrays.fill(x, 0);
      apply(new Augment.GaussianNoise(3), i, x);
      for (float v : x) {
        assertThat(v).isFinite();
        sum += v;
        squares += v * v;
      }
    }
    assertThat(sum / 1e5).isCloseTo(0, within(0.04));
    assertThat(Math.sqrt(squares / 1e5)).isCloseTo(3, within(0.03));
  }

  @Test
  void normalQuantilesAreThoseOfTheTables() {
    double[][] table = {{0.5, 0}, {0.975, 1.959963984540054}, {0.995, 2.575829303548901}, {0.84134474606854293, 1}, {0.99999, 4.264890793922825}, {1e-9, -5.997807015007687}};
    for (double[] row : table) {
      assertThat(Quantile.normal(row[0])).isCloseTo(row[1], within(1e-8));
      assertThat(Quantile.normal(1 - row[0])).isCloseTo(-row[1], within(1e-7));
    }
    assertThat(Quantile.normal(0x1p-33)).isFinite();
  }

  @Test
  void jitterScalesBrightnessAndSpreadsAboutTheMean() {
    float[] x = apply(new Augment.ColorJitter(0.5, 0), 2);
    assertThat(x[39] / 40).isCloseTo(x[0], within(1e-5f)).isBetween(0.5f, 1.5f);
    float[] y = apply(new Augment.ColorJitter(0, 0.5), 2);
    double mean = IntStream.range(0, 40).mapToDouble(i -> y[i]).average().orElseThrow();
    assertThat(mean).isCloseTo(20.5, within(1e-4));
    assertThat(y[1] - y[0]).isBetween(0.5f, 1.5f).isNotEqualTo(1f);
  }

  @Test
  void whatHappensDependsOnSampleEpochStepAndSeedAlone() {
    Augment step = new Augment.GaussianNoise(1);
    float[] first = apply(step, 7);
    Augmentation used = new Augmentation(List.of(step), SHAPE, 0, 3, 1);
    used.apply(3, ramp());
    float[] again = ramp();
    used.apply(7, again);
    assertThat(again).isEqualTo(first);
    assertThat(apply(step, 8)).isNotEqualTo(first);
    for (Augmentation other : List.of(
        new Augmentation(List.of(step), SHAPE, 1, 3, 1), new Augmentation(List.of(step), SHAPE, 0, 4, 1), new Augmentation(List.of(step), SHAPE, 0, 3, 2))) {
      float[] x = ramp();
      other.apply(7, x);
      assertThat(x).isNotEqualTo(first);
    }
  }

  @Test
  void samplesThatCannotBeChangedAreRefusedBeforehand() {
    List<Augment> flip = List.of(new Augment.RandomHorizontalFlip(0.5));
    Field image = new Field("image", TensorType.float32(3, 8, 8));
    Field mask = new Field("mask", TensorType.float32(1, 8, 8));
    Field vector = new Field("v", TensorType.float32(8));
    Field table = new Field("t", TensorType.float32(1), List.of(), List.of(new Column("c", List.of("u"))));
    Augment.check(flip, new Schema(List.of(image), List.of(new Field("y", TensorType.int64()))));
    Augment.check(List.of(new Augment.GaussianNoise(1)), new Schema(List.of(vector), List.of(mask)));
    assertThatThrownBy(() -> Augment.check(flip, new Schema(List.of(vector), List.of())))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("augment: random_horizontal_flip: input 'v' is no image");
    assertThatThrownBy(() -> Augment.check(flip, new Schema(List.of(image), List.of(mask)))).hasMessageContaining("target 'mask'");
    assertThatThrownBy(() -> Augment.check(List.of(new Augment.GaussianNoise(1)), new Schema(List.of(table), List.of()))).isInstanceOf(Failure.class);
    assertThatThrownBy(() -> new Augment.RandomAffine(1, 0, List.of(2.0, 1.0), 0)).isInstanceOf(Invalid.class);
  }
}
