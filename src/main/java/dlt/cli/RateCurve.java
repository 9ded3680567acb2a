package dlt.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.run.MetricsLog;
import dlt.train.RateFinder;
import java.util.Locale;

/// What a learning-rate range test found: a table with bars for people, all points for scripts.
final class RateCurve {
  private static final int ROWS = 25, BAR = 40;

  private RateCurve() {}

  static void print(Output output, RateFinder.Result r) {
    double low = r.points().stream().mapToDouble(RateFinder.Point::smoothed).min().orElse(0);
    // what is lost in the explosion is not worth the width
    double first = r.points().getFirst().smoothed();
    double high = first > low ? low + 1.5 * (first - low) : r.points().stream().mapToDouble(RateFinder.Point::smoothed).max().orElse(0);
    output.say("learning rate  smoothed loss");
    int every = Math.ceilDiv(r.points().size(), ROWS);
    for (int i = 0; i < r.points().size(); i += every) {
      RateFinder.Point p = r.points().get(i);
      RateFinder.Point next = i + every < r.points().size() ? r.points().get(i + every) : null;
      boolean suggested = r.suggestion().isPresent() && p.lr() <= r.suggestion().getAsDouble() && (next == null || r.suggestion().getAsDouble() < next.lr());
      int length = high > low ? (int) Math.min(BAR, Math.round(BAR * (p.smoothed() - low) / (high - low))) : 0;
      output.say(String.format(Locale.ROOT, "%13.1e  %13.5g  %s%s", p.lr(), p.smoothed(), "#".repeat(length), suggested ? " <- steepest" : ""));
    }
    if (r.points().size() < RateFinder.UPDATES) {
      output.say("the loss exploded; larger rates were not tried");
    }
    output.say(r.suggestion().isPresent()
        ? String.format(Locale.ROOT, "suggestion: lr %.1e, where the smoothed loss falls fastest", r.suggestion().getAsDouble())
        : "no suggestion: the smoothed loss falls nowhere between these rates");
  }

  static ObjectNode document(Output output, String experiment, RateFinder.Result r) {
    ObjectNode d = output.document().put("experiment", experiment);
    ArrayNode points = d.putArray("points");
    for (RateFinder.Point p : r.points()) {
      ObjectNode o = points.addObject();
      MetricsLog.put(o, "lr", p.lr());
      MetricsLog.put(o, "loss", p.loss());
      MetricsLog.put(o, "smoothed", p.smoothed());
    }
    MetricsLog.put(d, "suggestion", r.suggestion().orElse(Double.NaN));
    return d;
  }
}
