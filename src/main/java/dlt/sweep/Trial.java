package dlt.sweep;

import dlt.config.YamlNode;
import dlt.run.RunDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;

/// One choice of values: a coordinate for each parameter, in their order; NaN for one whose condition does not hold.
public record Trial(int number, List<Double> coordinates) {
  public Trial {
    coordinates = List.copyOf(coordinates);
  }

  /// The trial at `point`, a coordinate for every parameter whether it is varied or not.
  static Trial of(Sweep sweep, int number, List<Double> point) {
    List<Double> r = new ArrayList<>();
    SequencedMap<String, String> set = new LinkedHashMap<>();
    int i = 0;
    for (Map.Entry<String, Parameter> p : sweep.parameters().entrySet()) {
      boolean active = p.getValue().when().entrySet().stream().allMatch(c -> set.containsKey(c.getKey()) && means(set.get(c.getKey()), c.getValue()));
      r.add(active ? point.get(i) : Double.NaN);
      if (active) {
        SequencedMap<String, String> settings = p.getValue().domain().settings(p.getKey(), point.get(i));
        set.putAll(settings);
        if (settings.size() == 1) {
          set.put(p.getKey(), settings.firstEntry().getValue());
        }
      }
      i++;
    }
    return new Trial(number, r);
  }

  /// The folder of its run in that of the sweep.
  public RunDirectory run(Path sweep) {
    return new RunDirectory(sweep.resolve(String.format(Locale.ROOT, "trial-%04d", number + 1)));
  }

  /// Whether `value` is what a condition says: the same, or a kind of that name.
  private static boolean means(String value, YamlNode condition) {
    String wanted = condition.inline();
    return value.equals(wanted) || value.startsWith("{" + wanted + ":");
  }

  /// The keys that it sets and their values, in order.
  public SequencedMap<String, String> settings(Sweep sweep) {
    SequencedMap<String, String> r = new LinkedHashMap<>();
    int i = 0;
    for (Map.Entry<String, Parameter> p : sweep.parameters().entrySet()) {
      double coordinate = coordinates.get(i++);
      if (!Double.isNaN(coordinate)) {
        r.putAll(p.getValue().domain().settings(p.getKey(), coordinate));
      }
    }
    return r;
  }
}
