package dlt.report;

import dlt.sweep.Domain;
import dlt.sweep.Parameter;
import dlt.sweep.Standing;
import dlt.sweep.SweepResults;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A drawing with an axis for each parameter of a sweep and one for the score, and a line through them for each trial, the
/// stronger the better it did. A trial in which a parameter is not varied passes below its axis.
final class ParallelCoordinates {
  private static final int STEP = 170, LEFT = 90, TOP = 44, HEIGHT = 250, BELOW = 26, TICKS = 5, LABEL = 20;
  /// Scores further from the best than so many times the median's distance are drawn at the end.
  private static final double FAR = 3;

  private final SweepResults results;
  private final List<Map.Entry<String, Parameter>> parameters;
  private final StringBuilder svg = new StringBuilder();
  private final double best;
  private final double worst;
  private final boolean cut;

  private ParallelCoordinates(SweepResults results) {
    this.results = results;
    this.parameters = List.copyOf(results.sweep().parameters().entrySet());
    double[] scores = results.standings().stream().mapToDouble(Standing::score).filter(Double::isFinite).toArray();
    double sign = results.maximises() ? -1 : 1;
    double[] sorted = Arrays.stream(scores).map(s -> sign * s).sorted().toArray();
    this.best = sorted.length == 0 ? 0 : sign * sorted[0];
    double last = sorted.length == 0 ? 1 : sorted[sorted.length - 1];
    double far = sorted.length == 0 ? 1 : sorted[0] + FAR * (sorted[sorted.length / 2] - sorted[0]);
    this.cut = far < last && far > sign * best;
    this.worst = sign * (cut ? far : last);
  }

  /// The drawing as SVG.
  static String of(SweepResults results) {
    return new ParallelCoordinates(results).draw();
  }

  private String draw() {
    int width = LEFT * 2 + STEP * parameters.size();
    svg.append(String.format(Locale.ROOT, "<div class=\"wide\"><svg class=\"parallel\" viewBox=\"0 0 %d %d\" style=\"min-width:%dpx\" role=\"img\" "
        + "aria-label=\"the trials' values and scores; the leaderboard has the same as a table\">", width, TOP + HEIGHT + BELOW + 20, Math.min(width, 150 * (parameters.size() + 1))));
    List<Standing> worstFirst = results.standings().reversed();
    for (int i = 0; i < worstFirst.size(); i++) {
      line(worstFirst.get(i), worstFirst.size() == 1 ? 1 : (double) i / (worstFirst.size() - 1));
    }
    for (int p = 0; p < parameters.size(); p++) {
      axis(p, parameters.get(p).getKey());
      ticks(p, parameters.get(p).getValue().domain(), parameters.get(p).getKey());
    }
    axis(parameters.size(), results.metric());
    tick(parameters.size(), TOP, Comparison.figure(best));
    if (best != worst) {
      tick(parameters.size(), TOP + HEIGHT, (cut ? results.maximises() ? "\u2264 " : "\u2265 " : "") + Comparison.figure(worst));
    }
    return svg + "</svg></div>";
  }

  private static int x(int axis) {
    return LEFT + STEP * axis;
  }

  private void axis(int i, String name) {
    svg.append(String.format(Locale.ROOT, "<line class=\"axis\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>", x(i), TOP, x(i), TOP + HEIGHT));
    svg.append(String.format(Locale.ROOT, "<text class=\"name\" x=\"%d\" y=\"%d\">%s<title>%s</title></text>", x(i), TOP - 22, Html.escape(end(name)), Html.escape(name)));
  }

  private void ticks(int axis, Domain d, String name) {
    int n = d.categorical() ? (int) d.to() + 1 : TICKS;
    for (int i = 0; i < n; i++) {
      double c = n == 1 ? d.from() : d.from() + (d.to() - d.from()) * i / (n - 1);
      Map<String, String> settings = d.settings(name, d instanceof Domain.Int ? Math.rint(c) : c);
      tick(axis, y(d, c), settings.size() == 1 ? settings.values().iterator().next() : String.join(" ", settings.values()));
    }
  }

  private void tick(int axis, double y, String text) {
    svg.append(String.format(Locale.ROOT, "<text class=\"tick\" x=\"%d\" y=\"%.1f\">%s<title>%s</title></text>", x(axis) + 6, y + 4, Html.escape(begin(text)), Html.escape(text)));
  }

  private static double y(Domain d, double coordinate) {
    return TOP + HEIGHT * (d.to() == d.from() ? 0.5 : 1 - (coordinate - d.from()) / (d.to() - d.from()));
  }

  private void line(Standing s, double share) {
    List<String> points = new ArrayList<>();
    // trials of the same category lie beside one another
    double aside = (s.trial().number() * 0.618034 % 1 - 0.5) * 12;
    for (int p = 0; p < parameters.size(); p++) {
      Domain d = parameters.get(p).getValue().domain();
      double c = s.trial().coordinates().get(p);
      double y = Double.isNaN(c) ? TOP + HEIGHT + BELOW : y(d, c) + (d.categorical() ? aside : 0);
      points.add(String.format(Locale.ROOT, "%d,%.1f", x(p), y));
    }
    double down = s.failed().isPresent() ? 1 : best == worst ? 0 : Math.clamp((s.score() - best) / (worst - best), 0, 1);
    points.add(String.format(Locale.ROOT, "%d,%.1f", x(parameters.size()), TOP + HEIGHT * down));
    String title = "trial " + (s.trial().number() + 1) + ": " + s.failed().map(Standing.Failing::text).orElse(results.metric() + " " + Comparison.figure(s.score()));
    svg.append(String.format(Locale.ROOT, "<polyline class=\"%s\" style=\"--share:%.3f\" points=\"%s\"><title>%s</title></polyline>",
        s.failed().isPresent() ? "failed" : share == 1 ? "best" : "trial", share, String.join(" ", points), Html.escape(title)));
  }

  private static String begin(String text) {
    return text.length() <= LABEL ? text : text.substring(0, LABEL - 1) + "\u2026";
  }

  /// Of a key the end says more.
  private static String end(String text) {
    return text.length() <= LABEL ? text : "\u2026" + text.substring(text.length() - LABEL + 1);
  }
}
