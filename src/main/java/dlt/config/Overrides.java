package dlt.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// `--set optimizer.adam.lr=0.01`: values given on the command line in place of the file's.
public final class Overrides {
  /// The key under which a scalar or list that stood in a kind's place (`linear: 10`) is kept when an override names
  /// another of its arguments; no file can hold it.
  static final String FIRST = "\u0000first";

  private static final Path FILE = Path.of("--set");

  private record Step(String key, Location at) {}

  private Overrides() {}

  /// `root` with each `path=value` applied in turn. A path names keys and list indices (from 0); a value is YAML. What is
  /// set has the place `--set:n:column` for the n-th override. Throws [ConfigException].
  public static YamlNode apply(YamlNode root, List<String> overrides) {
    List<Diagnostic> errors = new ArrayList<>();
    YamlNode r = root;
    for (int i = 0; i < overrides.size(); i++) {
      try {
        r = apply(r, overrides.get(i), i + 1);
      } catch (ConfigException e) {
        errors.addAll(e.diagnostics());
      }
    }
    if (!errors.isEmpty()) {
      throw new ConfigException(errors);
    }
    return r;
  }

  private static YamlNode apply(YamlNode root, String text, int number) {
    int equals = text.indexOf('=');
    if (equals <= 0) {
      throw new ConfigException(at(text, number, 0), "found no `key=`, expected key=value", "for example --set optimizer.adam.lr=0.01");
    }
    List<Step> path = new ArrayList<>();
    int start = 0;
    for (String key : text.substring(0, equals).split("\\.", -1)) {
      if (key.isBlank()) {
        throw new ConfigException(at(text, number, start), "found an empty key, expected key.key=value", "");
      }
      path.add(new Step(key.strip(), at(text, number, start)));
      start += key.length() + 1;
    }
    int from = equals + 1;
    YamlNode value = YamlReader.parse(text.substring(from), (line, column) -> at(text, number, line == 0 ? from + column : from));
    return set(root, path, value);
  }

  private static Location at(String text, int number, int column) {
    return new Location(FILE, number, column + 1, text.lines().findFirst().orElse(""));
  }

  private static YamlNode set(YamlNode node, List<Step> path, YamlNode value) {
    if (path.isEmpty()) {
      return value;
    }
    Step step = path.getFirst();
    List<Step> rest = path.subList(1, path.size());
    YamlNode.Entry fresh = new YamlNode.Entry(step.at, step.key, create(rest, value));
    if (CoreScalar.isNull(node)) {
      return new YamlNode.Mapping(step.at, List.of(fresh));
    }
    return switch (node) {
      case YamlNode.Mapping m ->
          m.with(
              m.entry(step.key)
                  .map(e -> new YamlNode.Entry(rest.isEmpty() ? step.at : e.at(), step.key, set(e.value(), rest, value)))
                  .orElse(fresh));
      case YamlNode.Sequence s when isIndex(step.key) -> {
        int index = index(s, step);
        List<YamlNode> items = new ArrayList<>(s.items());
        items.set(index, set(items.get(index), rest, value));
        yield new YamlNode.Sequence(s.at(), items);
      }
      case YamlNode.Scalar s when s.text().equals(step.key) ->
          new YamlNode.Mapping(s.at(), List.of(new YamlNode.Entry(s.at(), step.key, create(rest, value))));
      case YamlNode.Scalar s when isIndex(step.key) ->
          throw new ConfigException(step.at, "found `" + Errors.brief(s.text()) + "` in the file, expected a list", "set the whole list: key=[...]");
      case YamlNode.Scalar s -> besideFirst(s, fresh);
      case YamlNode.Sequence s -> besideFirst(s, fresh);
    };
  }

  private static YamlNode besideFirst(YamlNode first, YamlNode.Entry other) {
    return new YamlNode.Mapping(first.at(), List.of(new YamlNode.Entry(first.at(), FIRST, first), other));
  }

  private static YamlNode create(List<Step> path, YamlNode value) {
    YamlNode r = value;
    for (Step step : path.reversed()) {
      r = new YamlNode.Mapping(step.at, List.of(new YamlNode.Entry(step.at, step.key, r)));
    }
    return r;
  }

  private static boolean isIndex(String key) {
    return key.length() <= 9 && key.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static int index(YamlNode.Sequence list, Step step) {
    int index = Integer.parseInt(step.key);
    if (index >= list.items().size()) {
      throw new ConfigException(step.at, "found index " + index + ", expected one below " + list.items().size() + ", the length of the list", "");
    }
    return index;
  }
}
