package dlt.report;

import dlt.run.History;
import dlt.sweep.Importance;
import dlt.sweep.Standing;
import dlt.sweep.SweepResults;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.TreeMap;

/// The page about a sweep: leaderboard, what the parameters do, and how the trials went.
public final class SweepPage {
  private static final int CURVES = 12, BAR = 30;
  private static final String METHOD = "The share of the variance of the trials' ranks that goes with one parameter alone: the correlation ratio in Kelley's "
      + "unbiased form (epsilon squared; T. L. Kelley, \u201cAn unbiased correlation ratio measure\u201d, 1935), over the trials in which it is varied, numbers in "
      + "groups of equal size. What parameters do only together is in none of them. tpe draws where trials were good: take it as a hint then.";

  private SweepPage() {}

  /// The page as HTML.
  public static String of(SweepResults r) {
    Page page = new Page();
    Html body = page.body();
    body.raw("<h1>" + Html.escape(r.name()) + ": sweep</h1>").raw("<p class=\"note\">" + Html.escape(r.folder().toAbsolutePath().normalize().getFileName() + " \u00b7 "
        + r.sweep().method().getClass().getSimpleName().toLowerCase(Locale.ROOT)) + (Files.exists(SweepResults.best(r.folder()).manifest()) ? "" : " \u00b7 not ended yet") + "</p>");
    body.raw("<div class=\"cards\">");
    page.card("trials", Integer.toString(r.standings().size()));
    Standing first = r.standings().getFirst();
    if (first.failed().isEmpty()) {
      page.card("best " + r.metric() + " (trial " + (first.trial().number() + 1) + ")", Comparison.figure(first.score()));
    }
    page.card("failed", Long.toString(r.standings().stream().filter(s -> s.failed().isPresent()).count()));
    page.card("time in epochs", String.format(Locale.ROOT, "%.1f s", r.standings().stream().mapToDouble(Standing::seconds).sum()));
    body.raw("</div>");
    body.heading("Leaderboard").table(heading(r), rows(r));
    body.heading("Values and scores").raw("<p class=\"note\">a line is a trial, the stronger the better; it passes below the axis of a parameter that it does not vary</p>").raw(ParallelCoordinates.of(r));
    body.heading("Importance");
    bars(body, Importance.of(r));
    body.raw("<p class=\"note\">" + METHOD + "</p>").heading("Trials");
    page.charts(charts(r));
    return page.html(r.name() + ": sweep");
  }

  /// Leaderboard, importance and the scores as text of at most `columns` characters a line where that is possible.
  public static String text(SweepResults r, int columns) {
    StringBuilder b = new StringBuilder(r.leaderboard().text(Integer.MAX_VALUE)).append("\n\nimportance (share of the variance of the ranks, epsilon squared)\n");
    for (Importance i : Importance.of(r)) {
      b.append(String.format(Locale.ROOT, "%6s %-" + BAR + "s %s%n", percent(i), "#".repeat(Double.isNaN(i.share()) ? 0 : (int) Math.round(BAR * i.share())), i.parameter()));
    }
    b.append('\n').append(TextPlot.of(objective(r), columns));
    return b.toString();
  }

  private static String percent(Importance i) {
    return Double.isNaN(i.share()) ? "-" : String.format(Locale.ROOT, "%.0f %%", 100 * i.share());
  }

  private static void bars(Html body, List<Importance> all) {
    StringBuilder b = new StringBuilder("<div class=\"bars\">");
    for (Importance i : all) {
      b.append(String.format(Locale.ROOT, "<span class=\"label\">%s</span><span class=\"bar\"><i style=\"width:%.1f%%\"></i></span><span>%s</span>",
          Html.escape(i.parameter()), Double.isNaN(i.share()) ? 0 : 100 * i.share(), Double.isNaN(i.share()) ? "too few trials" : percent(i)));
    }
    body.raw(b + "</div>");
  }

  private static List<String> heading(SweepResults r) {
    List<String> heading = new ArrayList<>(List.of("trial", r.metric(), "epochs", "seconds"));
    heading.addAll(r.sweep().parameters().keySet());
    return heading;
  }

  private static List<List<String>> rows(SweepResults r) {
    List<List<String>> rows = new ArrayList<>();
    for (Standing s : r.standings()) {
      List<String> row = new ArrayList<>(List.of(Integer.toString(s.trial().number() + 1), s.failed().map(Standing.Failing::text).orElseGet(() -> Comparison.figure(s.score())),
          Integer.toString(s.epochs()), String.format(Locale.ROOT, "%.1f", s.seconds())));
      int i = 0;
      for (var p : r.sweep().parameters().entrySet()) {
        double c = s.trial().coordinates().get(i++);
        row.add(Double.isNaN(c) ? "-" : String.join(" ", p.getValue().domain().settings(p.getKey(), c).values()));
      }
      rows.add(row);
    }
    return rows;
  }

  private static List<Chart> charts(SweepResults r) {
    List<Chart> all = new ArrayList<>(List.of(objective(r)));
    List<Chart.Series> curves = new ArrayList<>();
    for (Standing s : r.standings().stream().limit(CURVES).toList()) {
      List<History.Epoch> epochs = History.read(s.trial().run(r.folder())).epochs();
      curves.add(Chart.Series.of("trial " + (s.trial().number() + 1), epochs, History.Epoch::epoch,
          e -> (e.validation().isEmpty() ? e.train() : e.validation()).getOrDefault(r.metric(), Double.NaN)));
    }
    all.add(new Chart(r.metric() + " by epoch" + (r.standings().size() > CURVES ? ", the best " + CURVES + " trials" : ""), "epoch", r.metric(), true,
        OptionalDouble.empty(), curves));
    return all;
  }

  /// Scores by trial, those of trials with fewer epochs apart, and the best so far.
  private static Chart objective(SweepResults r) {
    List<Standing> byNumber = r.standings().stream().filter(s -> s.failed().isEmpty()).sorted(Comparator.comparingInt(s -> s.trial().number())).toList();
    SequencedMap<Integer, List<Standing>> byEpochs = new TreeMap<>();
    byNumber.forEach(s -> byEpochs.computeIfAbsent(s.epochs(), _ -> new ArrayList<>()).add(s));
    List<Chart.Series> series = new ArrayList<>();
    byEpochs.reversed().forEach((epochs, some) -> series.add(Chart.Series.of(byEpochs.size() == 1 ? "trials" : epochs + (epochs == 1 ? " epoch" : " epochs"), some,
        s -> s.trial().number() + 1, Standing::score).points()));
    if (!byEpochs.isEmpty()) {
      List<Standing> longest = byEpochs.lastEntry().getValue();
      double[] best = longest.stream().mapToDouble(Standing::score).toArray();
      for (int i = 1; i < best.length; i++) {
        best[i] = r.maximises() ? Math.max(best[i - 1], best[i]) : Math.min(best[i - 1], best[i]);
      }
      series.add(new Chart.Series("best so far", longest.stream().mapToDouble(s -> s.trial().number() + 1).toArray(), best));
    }
    return new Chart(r.metric() + " by trial", "trial", r.metric(), true, OptionalDouble.empty(), series);
  }
}
