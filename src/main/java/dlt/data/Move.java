package dlt.data;

import java.util.Arrays;

/// A change of the places of an image's pixels. Applied to an image and to its mask it moves both alike: an image takes
/// values between pixels, a mask those of the nearest one.
sealed interface Move {
  /// Left and right are exchanged.
  record FlipRows() implements Move {}

  /// Top and bottom are exchanged.
  record FlipColumns() implements Move {}

  /// Every place takes what lies `down` and `right` of it.
  record Shift(int down, int right) implements Move {}

  /// The place at `(y, x)` from the centre, less `(down, right)`, takes what lies at `(yy y + yx x, xy y + xx x)` from it.
  record Affine(double yy, double yx, double xy, double xx, double down, double right) implements Move {}

  /// A window is enlarged to the whole.
  record Window(int top, int left, int height, int width) implements Move {}

  /// How one tensor moves: its planes, and how values come from between and from outside of the pixels. It holds a copy of
  /// the tensor meanwhile; for use by one thread.
  record Planes(int channels, int height, int width, boolean nearest, float[] source) {
    Planes(int channels, int height, int width, boolean nearest) {
      this(channels, height, width, nearest, new float[channels * height * width]);
    }

    private int row(int c, int y) {
      return (c * height + y) * width;
    }

    private float at(int c, int y, int x, float outside) {
      return y < 0 || y >= height || x < 0 || x >= width ? outside : source[row(c, y) + x];
    }
  }

  /// Moves the pixels of `x`; places from outside of it become `outside`.
  default void apply(float[] x, Planes planes, float outside) {
    System.arraycopy(x, 0, planes.source, 0, x.length);
    switch (this) {
      case FlipRows _ -> flipRows(x, planes);
      case FlipColumns _ -> flipColumns(x, planes);
      case Shift m -> shift(x, planes, m, outside);
      case Affine m -> affine(x, planes, m, outside);
      case Window m -> window(x, planes, m);
    }
  }

  private static void flipRows(float[] x, Planes p) {
    for (int row = 0; row < x.length; row += p.width) {
      for (int i = 0; i < p.width; i++) {
        x[row + i] = p.source[row + p.width - 1 - i];
      }
    }
  }

  private static void flipColumns(float[] x, Planes p) {
    for (int c = 0; c < p.channels; c++) {
      for (int y = 0; y < p.height; y++) {
        System.arraycopy(p.source, p.row(c, p.height - 1 - y), x, p.row(c, y), p.width);
      }
    }
  }

  private static void shift(float[] x, Planes p, Shift m, float outside) {
    Arrays.fill(x, outside);
    int from = Math.max(0, m.right);
    int count = p.width - Math.abs(m.right);
    for (int c = 0; c < p.channels; c++) {
      for (int y = 0; y < p.height; y++) {
        if (y + m.down >= 0 && y + m.down < p.height && count > 0) {
          System.arraycopy(p.source, p.row(c, y + m.down) + from, x, p.row(c, y) + Math.max(0, -m.right), count);
        }
      }
    }
  }

  private static void affine(float[] x, Planes p, Affine m, float outside) {
    double middleX = (p.width - 1) / 2.0;
    double middleY = (p.height - 1) / 2.0;
    for (int y = 0; y < p.height; y++) {
      double dy = y - middleY - m.down;
      Row row = new Row(m, m.yy * dy, m.xy * dy, middleY, middleX);
      int at = y * p.width;
      if (p.nearest) {
        for (int i = 0; i < p.width; i++) {
          nearest(x, p, at + i, row.y(i), row.x(i), outside);
        }
        continue;
      }
      // sums and products round alike everywhere, so that a row's places with four pixels around their sources follow one another
      int from = 0;
      int to = p.width;
      for (; from < to && !row.inside(from, p); from++) {
        bilinear(x, p, at + from, row.y(from), row.x(from), outside);
      }
      for (; to > from && !row.inside(to - 1, p); to--) {
        bilinear(x, p, at + to - 1, row.y(to - 1), row.x(to - 1), outside);
      }
      inside(x, p, at, from, to, row);
    }
  }

  /// Where the places of a row have their sources.
  record Row(Affine m, double yy, double xy, double middleY, double middleX) {
    double y(int i) {
      return m.yx * (i - middleX - m.right) + yy + middleY;
    }

    double x(int i) {
      return m.xx * (i - middleX - m.right) + xy + middleX;
    }

    /// Whether there are pixels all around place `i`'s.
    boolean inside(int i, Planes p) {
      double y = y(i);
      double x = x(i);
      return y >= 0 && y < p.height - 1 && x >= 0 && x < p.width - 1;
    }
  }

  /// [#bilinear] of the places `from` to `to` of a row that begins at `at`, all of them inside.
  private static void inside(float[] x, Planes p, int at, int from, int to, Row row) {
    float[] source = p.source;
    int width = p.width;
    int plane = p.height * width;
    for (int i = from; i < to; i++) {
      double sy = row.y(i);
      double sx = row.x(i);
      int y0 = (int) sy;
      int x0 = (int) sx;
      float fy = (float) (sy - y0);
      float fx = (float) (sx - x0);
      for (int c = 0; c < x.length; c += plane) {
        int corner = c + y0 * width + x0;
        float top = source[corner] * (1 - fx) + source[corner + 1] * fx;
        float bottom = source[corner + width] * (1 - fx) + source[corner + width + 1] * fx;
        x[c + at + i] = top * (1 - fy) + bottom * fy;
      }
    }
  }

  private static void nearest(float[] x, Planes p, int at, double sy, double sx, float outside) {
    int y = (int) Math.floor(sy + 0.5);
    int i = (int) Math.floor(sx + 0.5);
    for (int c = 0; c < p.channels; c++) {
      x[p.row(c, 0) + at] = p.at(c, y, i, outside);
    }
  }

  private static void bilinear(float[] x, Planes p, int at, double sy, double sx, float outside) {
    int y0 = floor(sy);
    int x0 = floor(sx);
    float fy = (float) (sy - y0);
    float fx = (float) (sx - x0);
    for (int c = 0; c < p.channels; c++) {
      float top = p.at(c, y0, x0, outside) * (1 - fx) + p.at(c, y0, x0 + 1, outside) * fx;
      float bottom = p.at(c, y0 + 1, x0, outside) * (1 - fx) + p.at(c, y0 + 1, x0 + 1, outside) * fx;
      x[p.row(c, 0) + at] = top * (1 - fy) + bottom * fy;
    }
  }

  private static int floor(double x) {
    int whole = (int) x;
    return x < whole ? whole - 1 : whole;
  }

  private static void window(float[] x, Planes p, Window m) {
    if (p.nearest) {
      for (int c = 0; c < p.channels; c++) {
        for (int y = 0; y < p.height; y++) {
          for (int i = 0; i < p.width; i++) {
            x[p.row(c, y) + i] = p.source[p.row(c, m.top + place(y, m.height, p.height)) + m.left + place(i, m.width, p.width)];
          }
        }
      }
      return;
    }
    Resampling across = new Resampling(m.width, p.width);
    Resampling down = new Resampling(m.height, p.height);
    float[] wide = new float[m.height * p.width];
    for (int c = 0; c < p.channels; c++) {
      across.rows(m.height, p.source, p.row(c, m.top) + m.left, p.width, wide, 0);
      down.columns(p.width, wide, 0, x, p.row(c, 0));
    }
  }

  /// The element of `from` nearest to the middle of element `i` of `to`.
  private static int place(int i, int from, int to) {
    return (int) ((2L * i + 1) * from / (2L * to));
  }
}
