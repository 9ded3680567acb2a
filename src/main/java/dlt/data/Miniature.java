package dlt.data;

import dlt.tensor.HostTensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// An image in 16 x 16 grey values, and its difference hash: for each of 8 x 8 places whether the image gets brighter from
/// there to the right. Scale, compression and slight changes of brightness leave both nearly as they are.
record Miniature(float[] grey, long hash, float least, float greatest, boolean flat) {
  private static final int SIDE = 16, HASHED = 8, BITS_APART = 7, BANDS = BITS_APART + 1;
  /// Brightness as JPEG keeps it best, of red, green and blue.
  private static final double[] LUMA = {0.299, 0.587, 0.114};
  private static final double DIFFERENCE = 0.01;

  static List<Miniature> of(Part part, int most) {
    HostTensor image = HostTensor.allocate(part.dataset().inputs().getFirst().type());
    List<Miniature> r = new ArrayList<>();
    for (int i = 0; i < Math.min(most, part.size()); i++) {
      part.dataset().read(part.samples()[i], false, 0, image.data());
      r.add(of(image));
    }
    return r;
  }

  private static Miniature of(HostTensor image) {
    float[] small = shrunk(image, SIDE, SIDE);
    float[] steps = shrunk(image, HASHED, HASHED + 1);
    float least = Float.POSITIVE_INFINITY, greatest = Float.NEGATIVE_INFINITY;
    for (float v : small) {
      least = Math.min(least, v);
      greatest = Math.max(greatest, v);
    }
    float noise = (greatest - least) / 64; // what is flat but for noise is flat
    long hash = 0;
    for (int y = 0; y < HASHED; y++) {
      for (int x = 0; x < HASHED; x++) {
        int at = y * (HASHED + 1) + x;
        hash = hash << 1 | (steps[at + 1] > steps[at] + noise ? 1 : 0);
      }
    }
    return new Miniature(small, hash, least, greatest, !(greatest > least));
  }

  /// Brightness, in means over blocks of pixels.
  private static float[] shrunk(HostTensor image, int height, int width) {
    int channels = image.shape().dim(0), h = image.shape().dim(1), w = image.shape().dim(2);
    float[] r = new float[height * width];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int top = y * h / height, bottom = (y + 1) * h / height, left = x * w / width, right = (x + 1) * w / width;
        double sum = 0;
        for (int c = 0; c < channels; c++) {
          for (int i = top; i < bottom; i++) {
            for (int j = left; j < right; j++) {
              sum += (channels == LUMA.length ? LUMA[c] : 1.0 / channels) * image.at(((long) c * h + i) * w + j);
            }
          }
        }
        r[y * width + x] = (float) (sum / ((bottom - top) * (right - left)));
      }
    }
    return r;
  }

  private boolean near(Miniature other, double range) {
    if (Long.bitCount(hash ^ other.hash) > BITS_APART) {
      return false;
    }
    double sum = 0;
    for (int i = 0; i < grey.length; i++) {
      sum += Math.abs(grey[i] - other.grey[i]);
    }
    return sum / grey.length <= DIFFERENCE * range;
  }

  /// Miniatures by parts of their hashes: of eight parts at least one is the same where seven bits differ.
  static final class Index {
    private final List<Miniature> all;
    private final int candidates;
    private final Map<Integer, List<Integer>> bands = new HashMap<>();

    Index(List<Miniature> all, int candidates) {
      this.all = all;
      this.candidates = candidates;
      for (int i = 0; i < all.size(); i++) {
        for (int b = 0; b < BANDS; b++) {
          bands.computeIfAbsent(band(all.get(i), b), _ -> new ArrayList<>()).add(i);
        }
      }
    }

    private static int band(Miniature m, int number) {
      int bits = Long.SIZE / BANDS;
      return number << bits | (int) (m.hash >>> number * bits & (1L << bits) - 1);
    }

    /// The first one that is near to `m`, or -1.
    int near(Miniature m, double range) {
      for (int b = 0; b < BANDS && !m.flat; b++) {
        List<Integer> same = bands.getOrDefault(band(m, b), List.of());
        for (int i : same.subList(0, Math.min(candidates, same.size()))) {
          if (m.near(all.get(i), range)) {
            return i;
          }
        }
      }
      return -1;
    }
  }
}
