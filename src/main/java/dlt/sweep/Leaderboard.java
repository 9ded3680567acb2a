package dlt.sweep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// The trials of a sweep from best to worst: those that were given more epochs first, then by score.
public final class Leaderboard {
  private final Sweep sweep;
  private final String metric;
  private final boolean maximise;
  private final Map<Integer, Standing> standings = new TreeMap<>();

  Leaderboard(Sweep sweep, String metric, boolean maximise) {
    this.sweep = sweep;
    this.metric = metric;
    this.maximise = maximise;
  }

  void put(Standing standing) {
    standings.put(standing.trial().number(), standing);
  }

  /// From best to worst; equal ones by number.
  public List<Standing> sorted() {
    return standings.values().stream()
        .sorted(Comparator.comparingInt(Standing::epochs).reversed().thenComparingDouble(this::cost).thenComparingInt(s -> s.trial().number()))
        .toList();
  }

  /// The better of any epochs first.
  List<Trial> byScore() {
    return standings.values().stream().sorted(Comparator.comparingDouble(this::cost).thenComparingInt(s -> s.trial().number())).map(Standing::trial).toList();
  }

  /// The smaller the better; a trial that diverged costs most.
  private double cost(Standing s) {
    return Double.isNaN(s.score()) ? Double.POSITIVE_INFINITY : maximise ? -s.score() : s.score();
  }

  boolean maximise() {
    return maximise;
  }

  /// What trials are compared by.
  public String metric() {
    return metric;
  }

  /// The first `most` places as a table.
  public String text(int most) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("trial", metric, "epochs", "seconds", "values"));
    for (Standing s : sorted().stream().limit(most).toList()) {
      List<String> values = new ArrayList<>();
      s.trial().settings(sweep).forEach((key, value) -> values.add(key + "=" + value));
      rows.add(List.of(Integer.toString(s.trial().number() + 1), s.failed().isPresent() ? s.failed().get().text() : String.format(Locale.ROOT, "%.5g", s.score()),
          Integer.toString(s.epochs()), String.format(Locale.ROOT, "%.1f", s.seconds()), String.join(" ", values)));
    }
    StringBuilder b = new StringBuilder();
    for (List<String> row : rows) {
      b.append(String.format(Locale.ROOT, "%5s  %12s  %6s  %7s  %s%n", row.toArray()));
    }
    return b.toString().stripTrailing();
  }

  /// The whole as a JSON array, best first. `seconds` is left out where the same sweep is to give the same bytes.
  public ArrayNode json(boolean seconds) {
    ArrayNode r = new ObjectMapper().createArrayNode();
    for (Standing s : sorted()) {
      ObjectNode o = r.addObject().put("trial", s.trial().number() + 1);
      s.failed().ifPresentOrElse(f -> o.putNull(metric).put("failed", f.text()), () -> o.put(metric, s.score()));
      o.put("epochs", s.epochs());
      if (seconds) {
        o.put("seconds", s.seconds());
      }
      ObjectNode values = o.putObject("values");
      s.trial().settings(sweep).forEach(values::put);
    }
    return r;
  }

  /// [#json] without times, indented.
  String file() {
    try {
      return new ObjectMapper().writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(json(false)) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
