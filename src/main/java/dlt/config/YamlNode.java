package dlt.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A piece of YAML with its place in the file. Immutable; two nodes are equal when they say the same, wherever they stand.
public sealed interface YamlNode {
  /// Where it begins.
  Location at();

  /// It in one line of YAML, however long.
  default String inline() {
    return YamlText.inline(this);
  }

  /// A single value as written; `quoted` keeps `'10'` and `10` apart (a block scalar counts as quoted).
  record Scalar(Location at, String text, boolean quoted) implements YamlNode {
    @Override
    public boolean equals(Object o) {
      return o instanceof Scalar s && s.text.equals(text) && CoreScalar.of(s) == CoreScalar.of(this);
    }

    @Override
    public int hashCode() {
      return text.hashCode();
    }
  }

  /// `[a, b]`.
  record Sequence(Location at, List<YamlNode> items) implements YamlNode {
    public Sequence {
      items = List.copyOf(items);
    }

    @Override
    public boolean equals(Object o) {
      return o instanceof Sequence s && s.items.equals(items);
    }

    @Override
    public int hashCode() {
      return items.hashCode();
    }
  }

  /// `{key: value}` in the order of the file. A key that stands twice is kept twice, see [#duplicates].
  record Mapping(Location at, List<Entry> entries) implements YamlNode {
    public Mapping {
      entries = List.copyOf(entries);
    }

    /// The value of `key`, where it is there.
    public Optional<YamlNode> value(String key) {
      return entry(key).map(Entry::value);
    }

    /// The entry of `key`, where it is there.
    public Optional<Entry> entry(String key) {
      for (Entry e : entries) {
        if (e.key.equals(key)) {
          return Optional.of(e);
        }
      }
      return Optional.empty();
    }

    /// This mapping with another value for `key`, in its place, or at the end where it is new.
    public Mapping with(Entry entry) {
      List<Entry> r = new ArrayList<>(entries);
      for (int i = 0; i < r.size(); i++) {
        if (r.get(i).key.equals(entry.key)) {
          r.set(i, entry);
          return new Mapping(at, r);
        }
      }
      r.add(entry);
      return new Mapping(at, r);
    }

    @Override
    public boolean equals(Object o) {
      return o instanceof Mapping m && m.entries.equals(entries);
    }

    @Override
    public int hashCode() {
      return entries.hashCode();
    }
  }

  /// One key of a mapping; `at` is the key's place.
  record Entry(Location at, String key, YamlNode value) {
    @Override
    public boolean equals(Object o) {
      return o instanceof Entry e && e.key.equals(key) && e.value.equals(value);
    }

    @Override
    public int hashCode() {
      return 31 * key.hashCode() + value.hashCode();
    }
  }

  /// The document in `file`. Throws [ConfigException] where it is missing, unreadable or not YAML.
  static YamlNode read(Path file) {
    return YamlReader.read(file);
  }

  /// The document in `text`; `file` is its name in messages. Throws [ConfigException] where it is not YAML.
  static YamlNode parse(String text, Path file) {
    return YamlReader.parse(text, file);
  }

  /// The keys, anywhere in this node, that stand twice in a mapping.
  default List<Diagnostic> duplicates() {
    List<Diagnostic> r = new ArrayList<>();
    collectDuplicates(this, r);
    return r;
  }

  private static void collectDuplicates(YamlNode node, List<Diagnostic> into) {
    switch (node) {
      case Scalar _ -> {}
      case Sequence s -> s.items.forEach(i -> collectDuplicates(i, into));
      case Mapping m -> {
        Map<String, Location> first = new HashMap<>();
        for (Entry e : m.entries) {
          Location before = first.putIfAbsent(e.key, e.at);
          if (before != null) {
            String message = "found the key `" + e.key + "` a second time, expected it once";
            into.add(new Diagnostic(e.at, message, "it stands in line " + before.line() + " already"));
          }
          collectDuplicates(e.value, into);
        }
      }
    }
  }

  /// This node with every scalar `$name` replaced by the parameter of that name. Throws [ConfigException] with every
  /// `$name` that is no parameter.
  default YamlNode substitute(Map<String, YamlNode> params) {
    List<Diagnostic> errors = new ArrayList<>();
    YamlNode r = Template.substitute(this, params, errors);
    if (!errors.isEmpty()) {
      throw new ConfigException(errors);
    }
    return r;
  }
}

