package dlt.experiment;

import dlt.config.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// The keys in which two resolved experiments differ.
public final class Differences {
  private Differences() {}

  /// A line for each: `training.epochs: 10 became 20`.
  public static List<String> between(YamlNode before, YamlNode after) {
    Map<String, String> a = new LinkedHashMap<>();
    Map<String, String> b = new LinkedHashMap<>();
    flatten("", before, a);
    flatten("", after, b);
    TreeSet<String> keys = new TreeSet<>(a.keySet());
    keys.addAll(b.keySet());
    List<String> r = new ArrayList<>();
    for (String k : keys) {
      String from = a.getOrDefault(k, "nothing");
      String to = b.getOrDefault(k, "nothing");
      if (!from.equals(to)) {
        r.add(k + ": " + from + " became " + to);
      }
    }
    return r;
  }

  private static void flatten(String path, YamlNode node, Map<String, String> to) {
    switch (node) {
      case YamlNode.Scalar s -> to.put(path, s.text());
      case YamlNode.Mapping m -> m.entries().forEach(e -> flatten(path.isEmpty() ? e.key() : path + "." + e.key(), e.value(), to));
      case YamlNode.Sequence s -> {
        for (int i = 0; i < s.items().size(); i++) {
          flatten(path + "." + i, s.items().get(i), to);
        }
      }
    }
  }
}
