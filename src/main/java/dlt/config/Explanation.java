package dlt.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One key of a bound file: its path as `--set` takes it, its value, where that was given (empty for a default), and what the
/// key means, takes and defaults to. `owner` is the record that has the key.
public record Explanation(String path, String value, Optional<Location> from, String doc, String takes, Optional<String> fallback, Class<?> owner) {
  /// Every key of `bound`, in the order of the records, the kinds among them.
  public static List<Explanation> of(Bound<? extends Record> bound) {
    Walk walk = new Walk(bound, new ArrayList<>());
    walk.record("", bound.value(), true);
    return walk.found;
  }

  private record Walk(Bound<?> bound, List<Explanation> found) {
    /// The keys of `record`; where it was not `given` itself, all are defaults.
    void record(String path, Record record, boolean given) {
      RecordType type = RecordType.of(record.getClass());
      Object[] values = type.values(record);
      for (int i = 0; i < values.length; i++) {
        Argument a = type.arguments().get(i);
        if (a.inline() && a.form() instanceof Form.Fields) {
          record(path, (Record) values[i], given);
        } else if (!a.inline()) {
          Optional<Location> from = given ? bound.given(record, a.component()) : Optional.empty();
          value(path.isEmpty() ? a.key() : path + "." + a.key(), values[i], a.form(), a, from, record.getClass());
        }
      }
    }

    private void value(String path, Object value, Form form, Argument a, Optional<Location> from, Class<?> owner) {
      switch (form) {
        case Form.Maybe m when ((Optional<?>) value).isPresent() -> value(path, ((Optional<?>) value).get(), m.of(), a, from, owner);
        case Form.Kind _ -> kind(path, (Record) value, Optional.empty(), a, from, owner);
        case Form.Fields f when RecordType.text((Record) value).isEmpty() && !RecordType.of(f.type()).isTuple() -> {
          RecordType type = RecordType.of(f.type());
          if (type.inlineKind().isPresent()) {
            kind(path, YamlWriter.inlined((Record) value, type), Optional.of((Record) value), a, from, owner);
          } else {
            record(path, (Record) value, from.isPresent());
          }
        }
        case Form.Many m when holdsRecords(m.of()) && !((List<?>) value).isEmpty() -> {
          List<?> items = (List<?>) value;
          for (int i = 0; i < items.size(); i++) {
            value(path + "." + i, items.get(i), m.of(), a, from, owner);
          }
        }
        case Form.Named n when holdsRecords(n.of()) && !((Map<?, ?>) value).isEmpty() ->
            ((Map<?, ?>) value).forEach((name, v) -> value(path + "." + name, v, n.of(), a, from, owner));
        case Form.Int _, Form.Whole _, Form.Real _, Form.Truth _, Form.Text _, Form.Choice _, Form.Maybe _, Form.Many _, Form.Named _,
            Form.Fields _, Form.Anything _ -> leaf(path, YamlText.of(YamlWriter.node(value, form)).strip(), a, from, owner);
      }
    }

    /// A kind with its arguments, and those of its holder beside them.
    private void kind(String path, Record kind, Optional<Record> holder, Argument a, Optional<Location> from, Class<?> owner) {
      String name = Kinds.name(kind.getClass());
      Optional<Location> at = from.map(_ -> bound.at(kind));
      String doc = Kinds.doc(kind.getClass());
      found.add(new Explanation(path, name, at, doc.isEmpty() ? a.doc() : doc, a.typeText(), a.defaultText(), owner));
      record(path + "." + name, kind, from.isPresent());
      holder.ifPresent(h -> record(path + "." + name, h, from.isPresent()));
    }

    private void leaf(String path, String value, Argument a, Optional<Location> from, Class<?> owner) {
      found.add(new Explanation(path, value, from, a.doc(), a.typeText(), a.defaultText(), owner));
    }

    private static boolean holdsRecords(Form form) {
      return form instanceof Form.Kind || form instanceof Form.Fields f && !RecordType.of(f.type()).isTuple() || form instanceof Form.Many m && holdsRecords(m.of());
    }
  }
}
