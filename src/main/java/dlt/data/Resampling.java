package dlt.data;

import java.util.Arrays;

/// Bilinear resampling along one dimension, with the triangle stretched where the image shrinks, so that every source
/// element counts (antialiasing, as Pillow and torchvision do it).
final class Resampling {
  private final int[] first;
  private final float[][] weights;

  /// From `from` elements to `to`.
  Resampling(int from, int to) {
    first = new int[to];
    weights = new float[to][];
    double scale = (double) from / to;
    double support = Math.max(scale, 1);
    for (int i = 0; i < to; i++) {
      double centre = (i + 0.5) * scale;
      int low = Math.max(0, (int) (centre - support + 0.5));
      int high = Math.min(from, (int) (centre + support + 0.5));
      double[] w = new double[high - low];
      double sum = 0;
      for (int j = 0; j < w.length; j++) {
        w[j] = Math.max(0, 1 - Math.abs((low + j + 0.5 - centre) / support));
        sum += w[j];
      }
      first[i] = low;
      weights[i] = new float[w.length];
      for (int j = 0; j < w.length; j++) {
        weights[i][j] = (float) (w[j] / sum);
      }
    }
  }

  /// Each of `count` rows, the first at `at` of `source` and the next ones `stride` further, into rows from `begin` of
  /// `to` on.
  void rows(int count, float[] source, int at, int stride, float[] to, int begin) {
    int width = first.length;
    for (int i = 0; i < width; i++) {
      float[] w = weights[i];
      int from = at + first[i];
      for (int row = 0; row < count; row++) {
        float sum = 0;
        for (int j = 0; j < w.length; j++) {
          sum += w[j] * source[from + j];
        }
        to[begin + row * width + i] = sum;
        from += stride;
      }
    }
  }

  /// Each of the columns of rows of `width` elements from `at` of `source` on, into rows as wide from `begin` of `to` on.
  void columns(int width, float[] source, int at, float[] to, int begin) {
    Arrays.fill(to, begin, begin + first.length * width, 0);
    for (int row = 0; row < first.length; row++) {
      int into = begin + row * width;
      for (int j = 0; j < weights[row].length; j++) {
        float w = weights[row][j];
        int from = at + (first[row] + j) * width;
        for (int i = 0; i < width; i++) {
          to[into + i] += w * source[from + i];
        }
      }
    }
  }
}
