package dlt.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dlt.config.Invalid;
import dlt.error.Failure;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.lang.foreign.MemorySegment;
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
    return apply(step, SHAPE, 3, 1, sample, x);
  }

  private static float[] apply(Augment step, Shape shape, long seed, int epoch, int sample, float[] x) {
    change(new Augmentation(List.of(step), images(shape), seed, epoch), sample, x);
    return x;
  }

  private static Schema images(Shape shape) {
    return new Schema(List.of(new Field("image", TensorType.float32(shape))), List.of());
  }

  private static void change(Augmentation augmentation, int sample, float[] x) {
    augmentation.apply(sample, List.of(MemorySegment.ofArray(x)), List.of());
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
      float[] x = apply(new Augment.RandomCrop(2, 0), i);
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
    assertThat(apply(new Augment.RandomCrop(100, 0), 0)).containsOnly(0);
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
    assertThat(apply(new Augment.RandomAffine(0, 0, List.of(1.0, 1.0), 0, 0), 5)).isEqualTo(ramp());
  }

  @Test
  void scalingByTwoHalvesTheDistancesFromTheCentre() {
    float[] x = apply(new Augment.RandomAffine(0, 0, List.of(2.0, 2.0), 0, 0), 5);
    // rows about 1.5, columns about 2: place (0, 0) shows (0.75, 1)
    assertThat(at(x, 0, 0, 0)).isCloseTo(1 + 0.75f * 5 + 1, within(1e-5f));
    assertThat(at(x, 1, 3, 4)).isCloseTo(21 + 2.25f * 5 + 3, within(1e-5f));
  }

  @Test
  void anAffineChangeTakesEachPlaceFromTheFourPixelsAroundItsSource() {
    for (Shape shape : List.of(SHAPE, Shape.of(1, 9, 9), Shape.of(3, 1, 7), Shape.of(1, 6, 1), Shape.of(2, 2, 2))) {
      Move.Planes planes = new Move.Planes(shape.dim(0), shape.dim(1), shape.dim(2), false);
      for (Move.Affine m : List.of(new Move.Affine(1, 0, 0, 1, 0, 0), new Move.Affine(0, 1, -1, 0, 0, 0), new Move.Affine(1, 0, 0, 1, 1, -2),
          new Move.Affine(0.9, 0.2, -0.2, 0.9, 0.3, -0.6), new Move.Affine(-0.5, 0.1, 0.3, -0.7, -0.25, 0.1), new Move.Affine(2, 0, 0, 2, 20, 0))) {
        float[] x = new float[(int) shape.size()];
        for (int i = 0; i < x.length; i++) {
          x[i] = (i * 37 % 101) - 50;
        }
        float[] moved = x.clone();
        m.apply(moved, planes, 0);
        for (int i = 0; i < x.length; i++) {
          assertThat(moved[i]).as("%s of %s, element %d", m, shape, i).isEqualTo(fromFour(x, planes, m, i));
        }
      }
    }
  }

  /// Element `i` of what `m` makes of `x`, by the definition.
  private static float fromFour(float[] x, Move.Planes p, Move.Affine m, int i) {
    int plane = p.height() * p.width();
    double dy = i % plane / p.width() - (p.height() - 1) / 2.0 - m.down();
    double dx = i % p.width() - (p.width() - 1) / 2.0 - m.right();
    double sy = m.yx() * dx + m.yy() * dy + (p.height() - 1) / 2.0;
    double sx = m.xx() * dx + m.xy() * dy + (p.width() - 1) / 2.0;
    int y = (int) Math.floor(sy);
    int column = (int) Math.floor(sx);
    float fy = (float) (sy - y);
    float fx = (float) (sx - column);
    float[] corners = new float[4];
    for (int k = 0; k < 4; k++) {
      int row = y + k / 2;
      int at = column + k % 2;
      corners[k] = row < 0 || row >= p.height() || at < 0 || at >= p.width() ? 0 : x[i / plane * plane + row * p.width() + at];
    }
    float top = corners[0] * (1 - fx) + corners[1] * fx;
    float bottom = corners[2] * (1 - fx) + corners[3] * fx;
    return top * (1 - fy) + bottom * fy;
  }

  @Test
  void turningKeepsTheCentreAndDistancesAndTranslatingMoves() {
    Shape odd = Shape.of(1, 5, 5);
    float[] dot = new float[25];
    dot[2 * 5 + 4] = 1; // two to the right of the centre
    double angles = 0;
    for (int i = 0; i < 50; i++) {
      float[] x = dot.clone();
      apply(new Augment.RandomAffine(90, 0, List.of(1.0, 1.0), 0, 0), odd, 3, 1, i, x);
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
    float[] x = apply(new Augment.RandomAffine(0, 0.5, List.of(1.0, 1.0), 0, 0), 1, ramp());
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
    float[] x = apply(new Augment.ColorJitter(0.5, 0, 0, 0), 2);
    assertThat(x[39] / 40).isCloseTo(x[0], within(1e-5f)).isBetween(0.5f, 1.5f);
    float[] y = apply(new Augment.ColorJitter(0, 0.5, 0, 0), 2);
    double mean = IntStream.range(0, 40).mapToDouble(i -> y[i]).average().orElseThrow();
    assertThat(mean).isCloseTo(20.5, within(1e-4));
    assertThat(y[1] - y[0]).isBetween(0.5f, 1.5f).isNotEqualTo(1f);
  }

  /// Numbers of Python's colorsys; the last pixel is gray.
  @Test
  void huesTurnAroundTheWheel() {
    assertThat(turned(0.25f)).containsExactly(new float[] {170f, 10f, 255f, 70f, 200f, 110f, 5f, 70f, 40f, 250f, 185f, 70f}, within(1e-3f));
    assertThat(turned(-0.4f)).containsExactly(new float[] {40f, 250f, 160f, 70f, 154f, 10f, 255f, 70f, 200f, 86f, 5f, 70f}, within(1e-3f));
  }

  private static float[] turned(float turns) {
    float[] x = {200f, 10f, 5f, 70f, 40f, 250f, 60f, 70f, 90f, 30f, 255f, 70f};
    Colors.turn(x, turns);
    return x;
  }

  @Test
  void saturationKeepsTheBrightness() {
    float[] x = {200, 70, 40, 70, 90, 70};
    Colors.saturate(x, 0);
    assertThat(x).containsExactly(new float[] {93.54f, 70, 93.54f, 70, 93.54f, 70}, within(1e-3f));
  }

  /// As torchvision's adjust_contrast.
  @Test
  void contrastOfColoursSpreadsAboutTheMeanOfTheGrayImage() {
    float[] x = {200, 70, 40, 250, 90, 30};
    double gray = gray(x);
    float[] y = apply(new Augment.ColorJitter(0, 0.5, 0, 0), Shape.of(3, 1, 2), 3, 1, 2, x.clone());
    assertThat(gray(y)).isCloseTo(gray, within(1e-3));
    assertThat((y[3] - gray) / (x[3] - gray)).isCloseTo((y[0] - gray) / (x[0] - gray), within(1e-4)).isNotCloseTo(1, within(0.01));
  }

  private static double gray(float[] x) {
    return (0.299 * (x[0] + x[1]) + 0.587 * (x[2] + x[3]) + 0.114 * (x[4] + x[5])) / 2;
  }

  @Test
  void jitterOfColoursTakesRedGreenAndBlue() {
    Augment hue = new Augment.ColorJitter(0, 0, 0, 0.5);
    Augment saturation = new Augment.ColorJitter(0, 0, 0.5, 0);
    float[] x = apply(hue, Shape.of(3, 1, 1), 3, 1, 2, new float[] {9, 5, 1});
    assertThat(Math.max(x[0], Math.max(x[1], x[2]))).isEqualTo(9);
    assertThat(x).isNotEqualTo(new float[] {9, 5, 1}).isNotEqualTo(apply(hue, Shape.of(3, 1, 1), 3, 1, 3, new float[] {9, 5, 1}));
    assertThat(apply(saturation, Shape.of(3, 1, 1), 3, 1, 2, new float[] {9, 5, 1})).isNotEqualTo(new float[] {9, 5, 1});
    for (Augment step : List.of(hue, saturation)) {
      assertThatThrownBy(() -> Augment.check(List.of(step), images(Shape.of(1, 8, 8)))).isInstanceOf(Failure.class)
          .hasMessageContaining("saturation and hue are of red, green and blue, but the images are [1, 8, 8]");
    }
  }

  @Test
  void whatHappensDependsOnSampleEpochStepAndSeedAlone() {
    Augment step = new Augment.GaussianNoise(1);
    float[] first = apply(step, 7);
    Augmentation used = new Augmentation(List.of(step), images(SHAPE), 3, 1);
    change(used, 3, ramp());
    float[] again = ramp();
    change(used, 7, again);
    assertThat(again).isEqualTo(first);
    assertThat(apply(step, 8)).isNotEqualTo(first);
    assertThat(apply(step, SHAPE, 4, 1, 7, ramp())).isNotEqualTo(first);
    assertThat(apply(step, SHAPE, 3, 2, 7, ramp())).isNotEqualTo(first);
  }

  @Test
  void masksMoveWithTheirImagesAndOthersDoNot() {
    Field image = new Field("image", TensorType.float32(1, 6, 6));
    Field map = new Field("map", TensorType.int64(6, 6));
    Field mask = new Field("mask", TensorType.float32(1, 6, 6));
    Schema schema = new Schema(List.of(image, new Field("depth", TensorType.float32(6, 6))), List.of(map, mask, new Field("y", TensorType.int64())));
    for (Augment step : List.of(new Augment.RandomHorizontalFlip(0.5), new Augment.RandomVerticalFlip(0.5), new Augment.RandomCrop(2, 0),
        new Augment.RandomErasing(1, List.of(0.1, 0.2), List.of(0.5, 2.0), -9))) {
      for (int sample = 0; sample < 20; sample++) {
        float[] x = new float[36];
        long[] indices = new long[36];
        for (int i = 0; i < 36; i++) {
          x[i] = i;
          indices[i] = i;
        }
        float[] depth = x.clone();
        float[] y = x.clone();
        long[] label = {7};
        new Augmentation(List.of(step), schema, 3, 1).apply(sample, List.of(MemorySegment.ofArray(x), MemorySegment.ofArray(depth)),
            List.of(MemorySegment.ofArray(indices), MemorySegment.ofArray(y), MemorySegment.ofArray(label)));
        assertThat(label).containsExactly(7);
        assertThat(depth).isEqualTo(y);
        for (int i = 0; i < 36; i++) {
          assertThat(indices[i]).isEqualTo((long) y[i]);
          if (step.moves()) {
            assertThat(y[i]).isEqualTo(x[i]);
          } else {
            assertThat(y[i]).isEqualTo(i);
          }
        }
      }
    }
  }

  @Test
  void masksTakeTheNearestPixelAndTheirFillOutside() {
    Schema schema = new Schema(List.of(new Field("image", TensorType.float32(1, 9, 9))), List.of(new Field("map", TensorType.int64(9, 9))));
    for (Augment step : List.of(new Augment.RandomAffine(180, 0.3, List.of(0.5, 1.5), 10, 255), new Augment.RandomResizedCrop(List.of(0.1, 0.6), List.of(0.5, 2.0)))) {
      for (int sample = 0; sample < 30; sample++) {
        float[] x = new float[81];
        long[] map = new long[81];
        java.util.Arrays.fill(x, 1);
        java.util.Arrays.fill(map, 5);
        new Augmentation(List.of(step), schema, 3, 1).apply(sample, List.of(MemorySegment.ofArray(x)), List.of(MemorySegment.ofArray(map)));
        for (int i = 0; i < 81; i++) {
          assertThat(map[i]).isIn(5L, step.maskFill() == 255 ? 255L : 5L);
          // an image shades into black over one pixel, where the mask changes at once
          if (x[i] < 0.25 || x[i] > 0.75) {
            assertThat(map[i]).isEqualTo(x[i] > 0.5 ? 5L : 255L);
          }
        }
      }
    }
  }

  @Test
  void imagesWithoutMasksChangeEachByItself() {
    Field a = new Field("a", TensorType.float32(1, 4, 5));
    Schema pair = new Schema(List.of(a, new Field("b", TensorType.float32(1, 4, 5))), List.of());
    int different = 0;
    for (int sample = 0; sample < 40; sample++) {
      float[] x = java.util.Arrays.copyOf(ramp(), 20);
      float[] y = x.clone();
      new Augmentation(List.of(new Augment.RandomHorizontalFlip(0.5)), pair, 3, 1).apply(sample, List.of(MemorySegment.ofArray(x), MemorySegment.ofArray(y)), List.of());
      different += java.util.Arrays.equals(x, y) ? 0 : 1;
    }
    assertThat(different).isBetween(10, 30);
  }

  @Test
  void aResizedCropShowsAWindowOfTheGivenAreaAndRatioEnlarged() {
    Augment step = new Augment.RandomResizedCrop(List.of(0.25, 0.25), List.of(1.0, 1.0));
    Shape shape = Shape.of(1, 8, 8);
    Set<Float> corners = new HashSet<>();
    for (int sample = 0; sample < 200; sample++) {
      float[] x = new float[64];
      for (int i = 0; i < 64; i++) {
        x[i] = 100 * (i / 8) + i % 8;
      }
      apply(step, shape, 3, 1, sample, x);
      // a window of 4 x 4: its first and last pixels lie in the corners, steps are half a pixel
      assertThat(x[63] - x[0]).isCloseTo(303, within(1e-3f));
      assertThat(x[4] - x[3]).isCloseTo(0.5f, within(1e-3f));
      corners.add(x[0]);
    }
    assertThat(corners).hasSize(25);
    float[] whole = apply(new Augment.RandomResizedCrop(List.of(1.0, 1.0), List.of(1.0, 1.0)), shape, 3, 1, 0, new float[64]);
    assertThat(whole).containsOnly(0);
  }

  @Test
  void betaNumbersHaveTheirMeanAndVariance() {
    for (double a : new double[] {0.2, 1, 4}) {
      double sum = 0;
      double squares = 0;
      int n = 20000;
      Draws draws = new Draws(new dlt.tensor.Philox(5, 1, 1), 0);
      for (int i = 0; i < n; i++) {
        double b = draws.beta(a);
        assertThat(b).isBetween(0.0, 1.0);
        sum += b;
        squares += (b - 0.5) * (b - 0.5);
      }
      assertThat(sum / n).isCloseTo(0.5, within(0.01));
      assertThat(squares / n).isCloseTo(1 / (4 * (2 * a + 1)), within(0.005));
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
    Augment.check(flip, new Schema(List.of(image), List.of(mask)));
    Augment.check(flip, new Schema(List.of(vector, image), List.of()));
    Field half = new Field("half", TensorType.float32(1, 4, 4));
    assertThatThrownBy(() -> Augment.check(flip, new Schema(List.of(image), List.of(half)))).hasMessageContaining("target 'half'");
    Augment.check(List.of(new Augment.Mixup(1)), new Schema(List.of(vector), List.of()));
    assertThatThrownBy(() -> Augment.check(List.of(new Augment.Cutmix(1)), new Schema(List.of(image, vector), List.of()))).hasMessageContaining("input 'v'");
    Field tokens = new Field("tokens", TensorType.int64(8));
    assertThatThrownBy(() -> Augment.check(List.of(new Augment.Mixup(1)), new Schema(List.of(tokens), List.of()))).hasMessageContaining("holds indices");
    assertThatThrownBy(() -> Augment.check(List.of(new Augment.GaussianNoise(1)), new Schema(List.of(table), List.of()))).isInstanceOf(Failure.class);
    assertThatThrownBy(() -> new Augment.RandomAffine(1, 0, List.of(2.0, 1.0), 0, 0)).isInstanceOf(Invalid.class);
  }
}
