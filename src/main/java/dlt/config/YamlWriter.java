package dlt.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Writes a bound record back whole.
public final class YamlWriter {
  private static final Location NOWHERE = new Location(Path.of(""), 1, 1, "");

  private YamlWriter() {}

  /// `record` as YAML with every default filled in (but for lists and mappings that are empty anyway); binding it again gives an equal record.
  public static String write(Record record) {
    return YamlText.of(node(record));
  }

  /// `record` as the node that [#write] writes.
  public static YamlNode node(Record record) {
    return node(record, new Form.Fields(record.getClass()));
  }

  static YamlNode node(Object value, Form form) {
    return switch (form) {
      case Form.Int _, Form.Whole _, Form.Truth _ -> new YamlNode.Scalar(NOWHERE, value.toString(), false);
      case Form.Real _ -> new YamlNode.Scalar(NOWHERE, Form.number((Double) value), false);
      case Form.Text _ -> text((String) value);
      case Form.Choice _ -> text(Kinds.name((Enum<?>) value));
      case Form.Maybe m -> ((Optional<?>) value).map(v -> node(v, m.of())).orElseGet(() -> new YamlNode.Scalar(NOWHERE, "null", false));
      case Form.Many m -> new YamlNode.Sequence(NOWHERE, ((List<?>) value).stream().map(v -> node(v, m.of())).toList());
      case Form.Named n -> named((Map<?, ?>) value, n.of());
      case Form.Fields f -> fields((Record) value, RecordType.of(f.type()));
      case Form.Kind _ -> kind((Record) value, List.of());
      case Form.Anything _ -> (YamlNode) value;
    };
  }

  private static YamlNode text(String text) {
    return new YamlNode.Scalar(NOWHERE, text, CoreScalar.of(text) != CoreScalar.TEXT);
  }

  private static YamlNode named(Map<?, ?> map, Form of) {
    List<YamlNode.Entry> entries = new ArrayList<>();
    map.forEach((name, value) -> entries.add(new YamlNode.Entry(NOWHERE, (String) name, node(value, of))));
    return new YamlNode.Mapping(NOWHERE, entries);
  }

  private static YamlNode fields(Record record, RecordType type) {
    Optional<String> scalar = RecordType.text(record);
    if (scalar.isPresent()) {
      return new YamlNode.Scalar(NOWHERE, scalar.get(), CoreScalar.of(scalar.get()) == CoreScalar.NULL);
    }
    List<YamlNode.Entry> entries = entries(record, type);
    if (type.isTuple()) {
      return new YamlNode.Sequence(NOWHERE, entries.stream().map(YamlNode.Entry::value).toList());
    }
    return type.inlineKind().isPresent() ? kind(inlined(record, type), entries) : new YamlNode.Mapping(NOWHERE, entries);
  }

  /// The component of `holder` whose kind stands in its place.
  static Record inlined(Record holder, RecordType type) {
    Object[] values = type.values(holder);
    for (int i = 0; i < values.length; i++) {
      Argument a = type.arguments().get(i);
      if (a.inline() && a.form() instanceof Form.Kind) {
        return (Record) values[i];
      }
    }
    throw new IllegalStateException(type.type() + " has no inline kind");
  }

  /// A kind's arguments with those of its holder behind them.
  private static YamlNode kind(Record kind, List<YamlNode.Entry> more) {
    List<YamlNode.Entry> entries = new ArrayList<>(entries(kind, RecordType.of(kind.getClass())));
    entries.addAll(more);
    String name = Kinds.name(kind.getClass());
    if (entries.isEmpty()) {
      return text(name);
    }
    return new YamlNode.Mapping(NOWHERE, List.of(new YamlNode.Entry(NOWHERE, name, new YamlNode.Mapping(NOWHERE, entries))));
  }

  private static List<YamlNode.Entry> entries(Record record, RecordType type) {
    List<YamlNode.Entry> r = new ArrayList<>();
    Object[] values = type.values(record);
    for (int i = 0; i < values.length; i++) {
      Argument a = type.arguments().get(i);
      if (a.inline()) {
        if (a.form() instanceof Form.Fields f) {
          r.addAll(entries((Record) values[i], RecordType.of(f.type())));
        }
      } else if (!saysNothing(values[i], a.defaultText())) {
        r.add(new YamlNode.Entry(NOWHERE, a.key(), node(values[i], a.form())));
      }
    }
    return r;
  }

  /// Whether a value is empty and so is its default.
  private static boolean saysNothing(Object value, Optional<String> defaultText) {
    return switch (value) {
      case Optional<?> o -> o.isEmpty() && defaultText.isEmpty();
      case List<?> l -> l.isEmpty() && defaultText.filter("[]"::equals).isPresent();
      case Map<?, ?> m -> m.isEmpty() && defaultText.filter("{}"::equals).isPresent();
      default -> false;
    };
  }
}
