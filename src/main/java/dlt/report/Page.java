package dlt.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dlt.layer.Applied;
import dlt.metric.ClassReport;
import dlt.metric.ConfusionMatrix;
import dlt.run.History;
import dlt.run.Manifest;
import dlt.run.RunDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;

/// An HTML page that needs nothing else: styles, script, charts and pictures are in it.
public final class Page {
  private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/";
  private static final int MOST_LAYERS = 30;
  /// More classes, such as words, make no table.
  private static final int MOST_ROWS = 1000;

  private final Html body = new Html();
  private final ArrayNode charts = JsonNodeFactory.instance.arrayNode();

  Page() {}

  Html body() {
    return body;
  }

  /// The page about one run.
  public static String of(RunReport r) {
    Page page = new Page();
    page.head(r);
    page.body.heading("Training");
    page.charts(Chart.of(r.history()));
    page.epochs(r.history());
    page.folds(FoldTable.of(r.run()));
    page.findings(r);
    page.body.heading("Data").table(r.partHeading(), r.partRows());
    page.model(r);
    page.body.heading("Configuration").folded("config.yaml", "<pre>" + Html.escape(r.config()) + "</pre>");
    page.environment(r.manifest());
    return page.html(r.model().file().experiment().name());
  }

  /// The page that lays several runs over one another.
  public static String of(List<RunDirectory> runs) {
    Page page = new Page();
    Comparison comparison = Comparison.of(runs);
    page.body.raw("<h1>" + runs.size() + " runs</h1>").heading("Differences");
    List<List<String>> rows = comparison.rows("\u2009*\u2009");
    page.body.table(rows.getFirst(), rows.subList(1, rows.size())).raw("<p class=\"note\">* the best of a row</p>").heading("Training");
    page.charts(Chart.overlaid(comparison.runs(), runs.stream().map(History::read).toList()));
    return page.html("runs compared");
  }

  /// The curves of a run, or of several laid over one another, as text of at most `columns` characters a line.
  public static String text(List<RunDirectory> runs, int columns) {
    List<History> histories = runs.stream().map(History::read).toList();
    List<Chart> charts = runs.size() == 1 ? Chart.of(histories.getFirst()) : Chart.overlaid(Comparison.names(runs), histories);
    return String.join("\n", charts.stream().map(c -> TextPlot.of(c, columns)).toList());
  }

  private void head(RunReport r) {
    body.raw("<h1>" + Html.escape(r.model().file().experiment().name()) + "</h1>");
    body.raw("<p class=\"note\">" + Html.escape(r.run().path().toAbsolutePath().normalize().getFileName() + " \u00b7 " + r.manifest().started()
        + " \u00b7 " + r.manifest().device()) + "</p>");
    body.raw("<div class=\"cards\">");
    card("best epoch", Integer.toString(r.model().epoch()) + " of " + r.history().epochs().size());
    r.findings().metrics().forEach((name, value) -> card(r.findings().part() + " " + name, Comparison.figure(value)));
    card("time in epochs", String.format(Locale.ROOT, "%.1f s", r.history().seconds()));
    Optional.ofNullable(r.manifest().results().get(Manifest.ONNX_DIFFERENCE)).ifPresent(d ->
        card("ONNX Runtime differs by", String.format(Locale.ROOT, "%.1e", d)));
    body.raw("</div>");
  }

  void card(String name, String value) {
    body.raw("<div class=\"card\"><b>" + Html.escape(value) + "</b><span>" + Html.escape(name) + "</span></div>");
  }

  void charts(List<Chart> all) {
    body.raw("<div class=\"charts\">");
    for (Chart chart : all) {
      body.raw("<figure><figcaption>" + Html.escape(chart.title()) + "</figcaption><div class=\"chart\" data-chart=\"" + charts.size()
          + "\" role=\"img\" aria-label=\"" + Html.escape(chart.y() + " by " + chart.x()) + "\"></div></figure>");
      charts.add(chart.json());
    }
    body.raw("</div>");
  }

  private void folds(FoldTable folds) {
    if (!folds.rows().isEmpty()) {
      body.heading("Folds").table(folds.heading(), folds.rows());
    }
  }

  private void epochs(History history) {
    if (history.epochs().isEmpty()) {
      return;
    }
    List<String> heading = new ArrayList<>(List.of("epoch"));
    history.epochs().getLast().train().keySet().forEach(k -> heading.add("train " + k));
    history.epochs().getLast().validation().keySet().forEach(k -> heading.add("validation " + k));
    heading.add("seconds");
    List<List<String>> rows = new ArrayList<>();
    for (History.Epoch e : history.epochs()) {
      List<String> row = new ArrayList<>(List.of(e.epoch() + (e.best() ? " *" : "")));
      figures(e.train(), row);
      figures(e.validation(), row);
      row.add(String.format(Locale.ROOT, "%.2f", e.seconds()));
      rows.add(row);
    }
    body.folded("every epoch (* the best so far)", new Html().table(heading, rows).toString());
  }

  private static void figures(SequencedMap<String, Double> figures, List<String> to) {
    figures.values().forEach(v -> to.add(Comparison.figure(v)));
  }

  private void findings(RunReport r) {
    Findings f = r.findings();
    body.heading("The selected model on the " + f.part() + " part (" + String.format(Locale.ROOT, "%,d", f.samples()) + " samples)");
    List<List<String>> figures = new ArrayList<>();
    f.metrics().forEach((name, value) -> figures.add(List.of(name, Comparison.figure(value))));
    body.table(List.of("figure", "value"), figures);
    f.confusion().filter(c -> c.counts().size() <= RunReport.MOST_CLASSES).ifPresent(c -> confusion(r, c));
    if (!f.report().isEmpty() && f.report().size() <= MOST_ROWS) {
      List<List<String>> rows = new ArrayList<>();
      for (int c = 0; c < f.report().size(); c++) {
        ClassReport one = f.report().get(c);
        rows.add(List.of(r.className(c), Comparison.figure(one.precision()), Comparison.figure(one.recall()), Comparison.figure(one.f1()),
            String.format(Locale.ROOT, "%,d", one.support())));
      }
      body.raw("<h3>Classes</h3>").table(List.of("class", "precision", "recall", "F1", "samples"), rows);
    }
    charts(Chart.of(f));
    worst(r);
  }

  private void confusion(RunReport r, ConfusionMatrix matrix) {
    body.raw("<h3>Confusion</h3><p class=\"note\">rows: what it is; columns: what it was taken for</p>");
    StringBuilder t = new StringBuilder("<div class=\"wide\"><table class=\"confusion\"><thead><tr><th></th>");
    int n = matrix.counts().size();
    for (int c = 0; c < n; c++) {
      t.append("<th>").append(Html.escape(r.className(c))).append("</th>");
    }
    t.append("</tr></thead><tbody>");
    for (int row = 0; row < n; row++) {
      long sum = matrix.counts().get(row).stream().mapToLong(Long::longValue).sum();
      t.append("<tr><th>").append(Html.escape(r.className(row))).append("</th>");
      for (int c = 0; c < n; c++) {
        long count = matrix.counts().get(row).get(c);
        t.append(String.format(Locale.ROOT, "<td class=\"%s\" style=\"--share:%.2f\">%s</td>", row == c ? "hit" : "miss",
            sum == 0 ? 0.0 : (double) count / sum, count == 0 ? "\u00b7" : String.format(Locale.ROOT, "%,d", count)));
      }
      t.append("</tr>");
    }
    body.raw(t + "</tbody></table></div>");
  }

  private void worst(RunReport r) {
    body.raw("<h3>Furthest off</h3><div class=\"examples\">");
    for (Findings.Example e : r.findings().worst()) {
      body.raw("<figure>");
      r.picture(e).ifPresent(p -> body.raw("<img alt=\"\" src=\"" + p + "\">"));
      r.texts(e).forEach(text -> body.raw("<p>" + Html.escape(text) + "</p>"));
      String verdict = e.target().isEmpty() && e.prediction().isEmpty() ? "" : "is " + e.target() + ", taken for " + e.prediction();
      body.raw("<figcaption>" + Html.escape(verdict) + "<span>" + Html.escape(r.shown().dataset().origin(e.sample())) + " \u00b7 off by "
          + Comparison.figure(e.distance()) + "</span></figcaption></figure>");
    }
    body.raw("</div>");
  }

  private void model(RunReport r) {
    List<List<String>> rows = new ArrayList<>();
    long parameters = 0;
    for (Applied l : r.model().assembly().layers()) {
      rows.add(List.of(l.name(), l.kind(), l.output().without(0).toString(), String.format(Locale.ROOT, "%,d", l.parameters())));
      parameters += l.parameters();
    }
    body.heading("Model").raw("<p>" + String.format(Locale.ROOT, "%,d", parameters) + " parameters</p>");
    Html table = new Html().table(List.of("layer", "type", "output of a sample", "parameters"), rows);
    if (rows.size() <= MOST_LAYERS) {
      body.raw(table.toString());
    } else {
      body.folded(rows.size() + " layers", table.toString());
    }
    body.folded("norms of the selected weights, and of the loss's gradients by them on training batches",
        new Html().table(WeightNorms.HEADING, WeightNorms.rows(r.model().weights(), r.gradients())).toString());
  }

  private void environment(Manifest m) {
    List<List<String>> rows = new ArrayList<>(List.of(
        List.of("dlt", m.dlt()), List.of("Java", m.java()), List.of("device", m.device()), List.of("seed", Long.toString(m.seed())),
        List.of("started", m.started()), List.of("ended", m.finished() == null ? "not yet" : m.finished())));
    m.data().forEach((part, hash) -> rows.add(List.of("SHA-256 of the " + part + " data", hash)));
    m.artefacts().forEach((file, hash) -> rows.add(List.of("SHA-256 of " + file, hash)));
    body.heading("Environment").table(List.of("", ""), rows);
  }

  String html(String title) {
    return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
        + "<link rel=\"icon\" href=\"data:,\"><title>" + Html.escape(title) + "</title>\n<style>\n" + resource(UPLOT + "uPlot.min.css")
        + resource("/dlt/report/report.css") + "</style></head>\n<body><main>\n" + body + "</main>\n<script type=\"application/json\" id=\"charts\">"
        + charts.toString().replace("<", "\\u003c") + "</script>\n<script>\n" + resource(UPLOT + "uPlot.iife.min.js") + "</script>\n<script>\n"
        + resource("/dlt/report/report.js") + "</script>\n</body></html>\n";
  }

  private static String resource(String name) {
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
