package dlt.experiment;

import dlt.config.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeSet;

/// The keys of resolved experiments, and those in which two differ.
public final class Differences {
  private Differences() {}

  /// A line for each: `training.epochs: 10 became 20`.
  public static List<String> between(YamlNode before, YamlNode after) {
    Map<String, String> a = flat(before);
    Map<String, String> b = flat(after);
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

  /// Every scalar of `node` by its path, such as `training.epochs`; items of sequences by their number.
  public static SequencedMap<String, String> flat(YamlNode node) {
    SequencedMap<String, String> r = new LinkedHashMap<>();
    flatten("", node, r);
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
