package dlt.config;

import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Optional;

/// One component of a record as a key of the file: what the binder, the JSON Schema, `dlt explain` and the reference know
/// of it. An `inline` one has no key of its own: its arguments stand beside this record's.
public record Argument(
    String key, String component, Form form, boolean inline, Optional<String> defaultText, Optional<Range> range, String doc) {
  /// The arguments of a record in their order.
  public static List<Argument> of(Class<? extends Record> record) {
    return RecordType.of(record).arguments();
  }

  /// The arguments that may stand in a mapping of `record`: those of inline records in their place, without those of an inline kind.
  public static List<Argument> keys(Class<? extends Record> record) {
    return RecordType.of(record).keys();
  }

  static Argument of(RecordComponent c) {
    Key key = c.getAnnotation(Key.class);
    Default fallback = c.getAnnotation(Default.class);
    Doc doc = c.getAnnotation(Doc.class);
    return new Argument(
        key != null ? key.value() : Kinds.snakeCase(c.getName()),
        c.getName(),
        Form.of(c.getGenericType()),
        c.isAnnotationPresent(Inline.class),
        Optional.ofNullable(fallback).map(Default::value),
        Optional.ofNullable(c.getAnnotation(Range.class)),
        doc == null ? "" : doc.value());
  }

  /// Whether the key must be given.
  public boolean required() {
    return defaultText.isEmpty() && !(form instanceof Form.Maybe) && !inline;
  }

  /// What the key takes, as people read it: `whole number >= 1`.
  public String typeText() {
    return form.text(range);
  }
}
