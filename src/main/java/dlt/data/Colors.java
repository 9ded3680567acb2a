package dlt.data;

/// Changes the colours of images `[channels, height, width]`, whatever their range: nothing is cut off. For use by
/// [Augmentation].
final class Colors {
  /// Red, green and blue.
  static final int CHANNELS = 3;

  /// The shares of red, green and blue in gray (ITU-R BT.601, as PIL and torchvision have them).
  private static final float RED = 0.299f, GREEN = 0.587f, BLUE = 0.114f;

  private Colors() {}

  static void jitter(float[] x, int channels, Augment.ColorJitter step, Draws draws) {
    float brightness = (float) draws.between(Math.max(0, 1 - step.brightness()), 1 + step.brightness());
    float contrast = (float) draws.between(Math.max(0, 1 - step.contrast()), 1 + step.contrast());
    for (int i = 0; i < x.length; i++) {
      x[i] *= brightness;
    }
    if (step.contrast() > 0) {
      spread(x, channels == CHANNELS ? gray(mean(x, 0), mean(x, 1), mean(x, 2)) : mean(x, 0, x.length), contrast);
    }
    if (step.saturation() > 0) {
      saturate(x, (float) draws.between(Math.max(0, 1 - step.saturation()), 1 + step.saturation()));
    }
    if (step.hue() > 0) {
      turn(x, (float) draws.between(-step.hue(), step.hue()));
    }
  }

  private static void spread(float[] x, float mean, float factor) {
    for (int i = 0; i < x.length; i++) {
      x[i] = (x[i] - mean) * factor + mean;
    }
  }

  private static float gray(float red, float green, float blue) {
    return RED * red + GREEN * green + BLUE * blue;
  }

  /// Of one of the colours.
  private static float mean(float[] x, int channel) {
    int pixels = x.length / CHANNELS;
    return mean(x, channel * pixels, (channel + 1) * pixels);
  }

  private static float mean(float[] x, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += x[i];
    }
    return (float) (sum / (to - from));
  }

  /// Moves each pixel away from the gray of its brightness.
  static void saturate(float[] x, float factor) {
    int pixels = x.length / CHANNELS;
    for (int r = 0, g = pixels, b = 2 * pixels; r < pixels; r++, g++, b++) {
      float gray = gray(x[r], x[g], x[b]);
      x[r] = (x[r] - gray) * factor + gray;
      x[g] = (x[g] - gray) * factor + gray;
      x[b] = (x[b] - gray) * factor + gray;
    }
  }

  /// Turns the hue of each pixel by `turns` of the colour wheel; its largest and smallest value stay (HSV).
  static void turn(float[] x, float turns) {
    int pixels = x.length / CHANNELS;
    for (int r = 0, g = pixels, b = 2 * pixels; r < pixels; r++, g++, b++) {
      float most = Math.max(x[r], Math.max(x[g], x[b]));
      float least = Math.min(x[r], Math.min(x[g], x[b]));
      float range = most - least;
      if (range == 0) {
        continue;
      }
      // sixths of the wheel, red at 0
      float hue = most == x[r] ? (x[g] - x[b]) / range : most == x[g] ? 2 + (x[b] - x[r]) / range : 4 + (x[r] - x[g]) / range;
      hue += 6 * turns;
      x[r] = most - range * share(5 + hue);
      x[g] = most - range * share(3 + hue);
      x[b] = most - range * share(1 + hue);
    }
  }

  /// How much of a channel is taken away where the hue is so many sixths of the wheel past its complement: 1 between 1 and 3.
  private static float share(float sixths) {
    float k = sixths - 6 * (float) Math.floor(sixths / 6);
    return Math.clamp(Math.min(k, 4 - k), 0, 1);
  }
}
