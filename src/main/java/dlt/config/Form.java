package dlt.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// What a value in the file may look like: a component's Java type as the binder, the writer, the JSON Schema and the
/// reference see it.
public sealed interface Form {
  /// An `int`.
  record Int() implements Form {}

  /// A `long`.
  record Whole() implements Form {}

  /// A `double`.
  record Real() implements Form {}

  /// A `boolean`.
  record Truth() implements Form {}

  /// A `String`.
  record Text() implements Form {}

  /// An enum.
  record Choice(Class<? extends Enum<?>> type) implements Form {}

  /// An Optional.
  record Maybe(Form of) implements Form {}

  /// A List; a single element stands for a list of one.
  record Many(Form of) implements Form {}

  /// A Map from names, in the order of the file.
  record Named(Form of) implements Form {}

  /// A record.
  record Fields(Class<? extends Record> type) implements Form {}

  /// A sealed interface: one of its kinds.
  record Kind(Class<?> type) implements Form {}

  /// A [YamlNode], as it stands.
  record Anything() implements Form {}

  /// The form of a Java type. Throws [IllegalArgumentException] for a type that experiment files cannot hold.
  static Form of(Type type) {
    if (type instanceof ParameterizedType p) {
      Type[] args = p.getActualTypeArguments();
      if (p.getRawType() == Optional.class) {
        return new Maybe(of(args[0]));
      }
      if (p.getRawType() == List.class) {
        return new Many(of(args[0]));
      }
      if (p.getRawType() == Map.class && args[0] == String.class) {
        return new Named(of(args[1]));
      }
    }
    if (type instanceof Class<?> c) {
      if (c == int.class || c == Integer.class) {
        return new Int();
      }
      if (c == long.class || c == Long.class) {
        return new Whole();
      }
      if (c == double.class || c == Double.class) {
        return new Real();
      }
      if (c == boolean.class || c == Boolean.class) {
        return new Truth();
      }
      if (c == String.class) {
        return new Text();
      }
      if (c == YamlNode.class) {
        return new Anything();
      }
      if (c.isEnum()) {
        return new Choice(enumType(c));
      }
      if (c.isRecord()) {
        return new Fields(c.asSubclass(Record.class));
      }
      if (c.isInterface() && c.isSealed()) {
        return new Kind(c);
      }
    }
    throw new IllegalArgumentException("no experiment file can hold a " + type.getTypeName());
  }

  @SuppressWarnings("unchecked")
  private static Class<? extends Enum<?>> enumType(Class<?> c) {
    return (Class<? extends Enum<?>>) c;
  }

  /// As people read it: `whole number >= 1`, `list of text`, `one of mean, sum, none`.
  default String text(Optional<Range> range) {
    String limits = range.map(Form::limits).orElse("");
    return switch (this) {
      case Int _, Whole _ -> "whole number" + limits;
      case Real _ -> "number" + limits;
      case Truth _ -> "true or false";
      case Text _ -> "text";
      case Choice c -> "one of " + String.join(", ", Kinds.constants(c.type).keySet());
      case Maybe m -> m.of.text(range);
      case Many m -> "list of " + m.of.text(range);
      case Named n -> "mapping of names to " + n.of.text(range);
      case Fields f -> RecordType.of(f.type).text() + limits;
      case Kind k -> "kind of " + Kinds.name(k.type);
      case Anything _ -> "any value";
    };
  }

  /// ` >= 1`, ` in [0, 1)`; empty without limits.
  private static String limits(Range r) {
    boolean below = r.min() != Double.NEGATIVE_INFINITY;
    boolean above = r.max() != Double.POSITIVE_INFINITY;
    if (below && above) {
      return " in " + (r.minExclusive() ? "(" : "[") + number(r.min()) + ", " + number(r.max()) + (r.maxExclusive() ? ")" : "]");
    }
    return below ? (r.minExclusive() ? " > " : " >= ") + number(r.min()) : above ? (r.maxExclusive() ? " < " : " <= ") + number(r.max()) : "";
  }

  /// The shortest text that reads as `v` again.
  static String number(double v) {
    if (Double.isNaN(v)) {
      return ".nan";
    }
    if (Double.isInfinite(v)) {
      return v > 0 ? ".inf" : "-.inf";
    }
    if (v == Math.rint(v) && Math.abs(v) < 1e9 && (v != 0 || 1 / v > 0)) {
      return Long.toString((long) v);
    }
    return Double.toString(v).replace(".0E", "e").replace('E', 'e');
  }

  /// Names in backquotes, with commas between them.
  static String list(Collection<String> names) {
    return names.stream().map(n -> "`" + n + "`").collect(Collectors.joining(", "));
  }
}
