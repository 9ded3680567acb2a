package dlt.report;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/// A chart in text: Braille dots, each character two dots wide and four high, between the axes' ends. Every series has the
/// same dots; what tells them apart is the name at the height where each ends.
final class TextPlot {
  private static final int HEIGHT = 12, LABEL = 10, NARROWEST = 10, BRAILLE = 0x2800;
  /// The bit of each dot of a character, by row and column.
  private static final int[][] DOTS = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

  private TextPlot() {}

  /// `chart` in lines of at most `columns` characters.
  static String of(Chart chart, int columns) {
    DoubleUnaryOperator scale = chart.logarithmic() ? Math::log : v -> v;
    double[] x = range(chart.series().stream().map(Chart.Series::x).toList());
    double[] y = range(chart.series().stream().map(s -> Arrays.stream(s.y()).map(scale).toArray()).toList());
    String[] ends = ends(chart, scale, y, columns - LABEL - 1 - NARROWEST - 2);
    int names = Arrays.stream(ends).mapToInt(String::length).max().orElse(0) + 2;
    int width = Math.max(NARROWEST, columns - LABEL - 1 - names);
    int[][] cells = new int[HEIGHT][width];
    for (Chart.Series s : chart.series()) {
      int[] last = null;
      for (int i = 0; i < s.x().length; i++) {
        if (!finite(s, i)) {
          last = null;
          continue;
        }
        int[] at = {place(s.x()[i], x, 2 * width), down(scale.applyAsDouble(s.y()[i]), y)};
        line(cells, chart.joined() && s.joined() && last != null ? last : at, at);
        last = at;
      }
    }
    StringBuilder b = new StringBuilder(chart.title()).append('\n');
    for (int row = 0; row < HEIGHT; row++) {
      String label = row == 0 ? end(y[1], chart) : row == HEIGHT - 1 ? end(y[0], chart) : "";
      StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%" + LABEL + "s ", label));
      for (int cell : cells[row]) {
        line.appendCodePoint(cell == 0 ? ' ' : BRAILLE + cell);
      }
      b.append((line + " " + ends[row]).stripTrailing()).append('\n');
    }
    String from = shortest(x[0]);
    String to = shortest(x[1]);
    b.append(" ".repeat(LABEL + 1)).append(from).append(" ".repeat(Math.max(1, width - from.length() - to.length() - chart.x().length() - 1)))
        .append(chart.x()).append(' ').append(to).append('\n');
    return b.toString();
  }

  /// The names of the series that end at the height of each line, in `room` characters at most.
  private static String[] ends(Chart chart, DoubleUnaryOperator scale, double[] y, int room) {
    String[] r = new String[HEIGHT];
    Arrays.fill(r, "");
    for (Chart.Series s : chart.series()) {
      IntStream.range(0, s.x().length).filter(i -> finite(s, i)).reduce((_, i) -> i).ifPresent(last -> {
        int row = down(scale.applyAsDouble(s.y()[last]), y) / 4;
        String all = r[row].isEmpty() ? s.name() : r[row] + ", " + s.name();
        r[row] = all.length() <= room ? all : all.substring(0, Math.max(0, room - 1)) + "\u2026";
      });
    }
    return r;
  }

  private static boolean finite(Chart.Series s, int i) {
    return Double.isFinite(s.x()[i]) && Double.isFinite(s.y()[i]);
  }

  private static String end(double y, Chart chart) {
    return Comparison.figure(chart.logarithmic() ? Math.exp(y) : y);
  }

  private static String shortest(double v) {
    return v == Math.rint(v) ? String.format(Locale.ROOT, "%.0f", v) : Comparison.figure(v);
  }

  /// The least and the greatest finite value, apart.
  private static double[] range(List<double[]> values) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (double[] v : values) {
      for (double d : v) {
        low = Double.isFinite(d) ? Math.min(low, d) : low;
        high = Double.isFinite(d) ? Math.max(high, d) : high;
      }
    }
    if (low > high) {
      return new double[] {0, 1};
    }
    return low == high ? new double[] {low - 0.5, high + 0.5} : new double[] {low, high};
  }

  /// How many dots below the top `v` lies.
  private static int down(double v, double[] range) {
    return 4 * HEIGHT - 1 - place(v, range, 4 * HEIGHT);
  }

  private static int place(double v, double[] range, int dots) {
    return (int) Math.round((v - range[0]) / (range[1] - range[0]) * (dots - 1));
  }

  private static void line(int[][] cells, int[] from, int[] to) {
    int steps = Math.max(Math.max(Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1])), 1);
    for (int i = 0; i <= steps; i++) {
      int px = from[0] + Math.round((float) (to[0] - from[0]) * i / steps);
      int py = from[1] + Math.round((float) (to[1] - from[1]) * i / steps);
      cells[py / 4][px / 2] |= DOTS[py % 4][px % 2];
    }
  }
}
