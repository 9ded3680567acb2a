package dlt.data;

import dlt.tensor.Philox;
import dlt.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Applies random changes to the samples of one input in one epoch. Which change a sample gets depends on seed, step, input,
/// epoch and the sample's number alone. For use by one thread.
final class Augmentation {
  private final List<Augment> steps;
  private final List<Philox> random = new ArrayList<>();
  private final int channels;
  private final int height;
  private final int width;
  private final float[] source;

  Augmentation(List<Augment> steps, Shape sample, int input, long seed, int epoch) {
    this.steps = steps;
    for (int i = 0; i < steps.size(); i++) {
      random.add(new Philox(seed, Philox.Purpose.AUGMENT.stream(i << 8 | input), epoch));
    }
    boolean image = sample.rank() == 3;
    this.channels = image ? sample.dim(0) : 1;
    this.height = image ? sample.dim(1) : 1;
    this.width = image ? sample.dim(2) : Math.toIntExact(sample.size());
    this.source = new float[channels * height * width];
  }

  /// Changes `x`, the values of sample number `sample`.
  void apply(int sample, float[] x) {
    for (int i = 0; i < steps.size(); i++) {
      Draws draws = new Draws(random.get(i), sample);
      switch (steps.get(i)) {
        case Augment.RandomHorizontalFlip s -> {
          if (draws.chance(s.p())) {
            flipRows(x);
          }
        }
        case Augment.RandomVerticalFlip s -> {
          if (draws.chance(s.p())) {
            flipColumns(x);
          }
        }
        case Augment.RandomCrop s -> shift(x, draws.below(2 * s.padding() + 1) - s.padding(), draws.below(2 * s.padding() + 1) - s.padding());
        case Augment.RandomAffine s -> affine(x, s, draws);
        case Augment.RandomErasing s -> erase(x, s, draws);
        case Augment.GaussianNoise s -> draws.addNormal(x, s.std());
        case Augment.ColorJitter s -> jitter(x, s, draws);
      }
    }
  }

  private void flipRows(float[] x) {
    for (int row = 0; row < x.length; row += width) {
      for (int a = row, b = row + width - 1; a < b; a++, b--) {
        float t = x[a];
        x[a] = x[b];
        x[b] = t;
      }
    }
  }

  private void flipColumns(float[] x) {
    System.arraycopy(x, 0, source, 0, x.length);
    for (int c = 0; c < channels; c++) {
      for (int y = 0; y < height; y++) {
        System.arraycopy(source, (c * height + height - 1 - y) * width, x, (c * height + y) * width, width);
      }
    }
  }

  /// What lies `down` and `right` of each place; zeros outside.
  private void shift(float[] x, int down, int right) {
    System.arraycopy(x, 0, source, 0, x.length);
    Arrays.fill(x, 0);
    int from = Math.max(0, right);
    int count = width - Math.abs(right);
    for (int c = 0; c < channels; c++) {
      for (int y = 0; y < height; y++) {
        if (y + down >= 0 && y + down < height && count > 0) {
          System.arraycopy(source, (c * height + y + down) * width + from, x, (c * height + y) * width + Math.max(0, -right), count);
        }
      }
    }
  }

  /// Every place takes the value from where the change moved it.
  private void affine(float[] x, Augment.RandomAffine step, Draws draws) {
    double angle = Math.toRadians(draws.between(-step.degrees(), step.degrees()));
    double right = draws.between(-step.translate(), step.translate()) * width;
    double down = draws.between(-step.translate(), step.translate()) * height;
    double scale = draws.between(step.scale().getFirst(), step.scale().getLast());
    double shear = StrictMath.tan(Math.toRadians(draws.between(-step.shear(), step.shear())));
    double cos = StrictMath.cos(angle);
    double sin = StrictMath.sin(angle);
    // rotation * shear * scale is [[cos, cos * shear - sin], [sin, sin * shear + cos]] * scale with determinant scale^2
    double xx = (sin * shear + cos) / scale;
    double xy = -(cos * shear - sin) / scale;
    double yx = -sin / scale;
    double yy = cos / scale;
    double middleX = (width - 1) / 2.0;
    double middleY = (height - 1) / 2.0;
    System.arraycopy(x, 0, source, 0, x.length);
    for (int y = 0; y < height; y++) {
      for (int i = 0; i < width; i++) {
        double dx = i - middleX - right;
        double dy = y - middleY - down;
        bilinear(x, y * width + i, yx * dx + yy * dy + middleY, xx * dx + xy * dy + middleX);
      }
    }
  }

  /// Sets the element `at` of every channel to the source's value at row `sy` and column `sx`.
  private void bilinear(float[] x, int at, double sy, double sx) {
    int y0 = (int) Math.floor(sy);
    int x0 = (int) Math.floor(sx);
    float fy = (float) (sy - y0);
    float fx = (float) (sx - x0);
    for (int c = 0; c < channels; c++) {
      float top = pixel(c, y0, x0) * (1 - fx) + pixel(c, y0, x0 + 1) * fx;
      float bottom = pixel(c, y0 + 1, x0) * (1 - fx) + pixel(c, y0 + 1, x0 + 1) * fx;
      x[c * height * width + at] = top * (1 - fy) + bottom * fy;
    }
  }

  private float pixel(int c, int y, int x) {
    return y < 0 || y >= height || x < 0 || x >= width ? 0 : source[(c * height + y) * width + x];
  }

  /// As torchvision: up to ten tries for a rectangle that fits.
  private void erase(float[] x, Augment.RandomErasing step, Draws draws) {
    if (!draws.chance(step.p())) {
      return;
    }
    double low = StrictMath.log(step.ratio().getFirst());
    double high = StrictMath.log(step.ratio().getLast());
    for (int attempt = 0; attempt < 10; attempt++) {
      double area = height * width * draws.between(step.scale().getFirst(), step.scale().getLast());
      double ratio = StrictMath.exp(draws.between(low, high));
      int h = (int) Math.round(Math.sqrt(area * ratio));
      int w = (int) Math.round(Math.sqrt(area / ratio));
      if (h < height && w < width) {
        int top = draws.below(height - h + 1);
        int left = draws.below(width - w + 1);
        for (int c = 0; c < channels; c++) {
          for (int y = top; y < top + h; y++) {
            int row = (c * height + y) * width;
            Arrays.fill(x, row + left, row + left + w, (float) step.value());
          }
        }
        return;
      }
    }
  }

  private static void jitter(float[] x, Augment.ColorJitter step, Draws draws) {
    float brightness = (float) draws.between(Math.max(0, 1 - step.brightness()), 1 + step.brightness());
    float contrast = (float) draws.between(Math.max(0, 1 - step.contrast()), 1 + step.contrast());
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      x[i] *= brightness;
      sum += x[i];
    }
    float mean = (float) (sum / x.length);
    for (int i = 0; i < x.length; i++) {
      x[i] = (x[i] - mean) * contrast + mean;
    }
  }
}
