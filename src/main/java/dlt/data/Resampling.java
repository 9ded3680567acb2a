package dlt.data;

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

  /// Element `i` of the result, from the source elements `source[at]`, `source[at + stride]`, ...
  float at(int i, float[] source, int at, int stride) {
    float sum = 0;
    int j = at + first[i] * stride;
    for (float w : weights[i]) {
      sum += w * source[j];
      j += stride;
    }
    return sum;
  }
}
