package dlt.config;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/// Binds YAML to records. A part that is wrong is reported once and binds to null; what holds it is then not made, and says
/// nothing more.
public final class Binder {
  /// A kind that a node names, and the node of its arguments (null for a bare word).
  private record Use(Form.Kind family, RecordType type, String name, Location at, YamlNode arguments) {}

  private final Errors errors;
  private final Scalars scalars;
  private final Bound.Places places = new Bound.Places();

  private Binder(Class<? extends Record> root) {
    this.errors = new Errors(root);
    this.scalars = new Scalars(errors);
  }

  /// `root` as a record of `type`. Throws [ConfigException] with every error of the file in the order of its lines.
  public static <T extends Record> Bound<T> bind(YamlNode root, Class<T> type) {
    return bind(root, type, List.of());
  }

  /// As above; `earlier` are errors that were found before and are reported with the others.
  public static <T extends Record> Bound<T> bind(YamlNode root, Class<T> type, List<Diagnostic> earlier) {
    Binder binder = new Binder(type);
    earlier.forEach(binder.errors::add);
    root.duplicates().forEach(binder.errors::add);
    Form form = new Form.Fields(type);
    Spot spot = new Spot(root.at(), "the file", Optional.empty());
    Object value = root instanceof YamlNode.Sequence ? binder.errors.wrong(root, form, spot, "") : binder.bind(root, form, spot);
    if (!binder.errors.isEmpty()) {
      throw binder.errors.toException(root.at());
    }
    return new Bound<>(type.cast(value), binder.places, root.at());
  }

  private Object bind(YamlNode node, Form form, Spot spot) {
    return switch (form) {
      case Form.Int _ -> scalars.int32(node, form, spot);
      case Form.Whole _ -> scalars.int64(node, form, spot);
      case Form.Real _ -> scalars.real(node, form, spot);
      case Form.Truth _ -> scalars.truth(node, form, spot);
      case Form.Text _ -> scalars.text(node, form, spot);
      case Form.Choice c -> scalars.choice(node, c, spot);
      case Form.Maybe m -> maybe(node, m, spot);
      case Form.Many m -> many(node, m, spot);
      case Form.Named n -> named(node, n, spot);
      case Form.Fields f -> fields(node, f, spot);
      case Form.Kind k -> kind(node, k, spot);
      case Form.Anything _ -> node;
    };
  }

  private Object maybe(YamlNode node, Form.Maybe form, Spot spot) {
    if (CoreScalar.isNull(node)) {
      return Optional.empty();
    }
    Object value = bind(node, form.of(), spot);
    return value == null ? null : Optional.of(value);
  }

  private Object many(YamlNode node, Form.Many form, Spot spot) {
    if (CoreScalar.isNull(node)) {
      return errors.wrong(node, form, spot, "an empty list is written []");
    }
    List<YamlNode> items = node instanceof YamlNode.Sequence s ? s.items() : List.of(node);
    List<Object> r = new ArrayList<>();
    for (YamlNode item : items) {
      r.add(bind(item, form.of(), node == item ? spot : new Spot(item.at(), spot.label(), spot.range())));
    }
    return r.contains(null) ? null : Collections.unmodifiableList(r);
  }

  private Object named(YamlNode node, Form.Named form, Spot spot) {
    if (!(node instanceof YamlNode.Mapping m)) {
      return errors.wrong(node, form, spot, "");
    }
    Map<String, Object> r = new LinkedHashMap<>();
    for (YamlNode.Entry e : m.entries()) {
      r.putIfAbsent(e.key(), bind(e.value(), form.of(), new Spot(e.at(), "`" + e.key() + "`", spot.range())));
    }
    return r.containsValue(null) ? null : Collections.unmodifiableMap(r);
  }

  private Object fields(YamlNode node, Form.Fields form, Spot spot) {
    RecordType type = RecordType.of(form.type());
    Optional<Form.Kind> inline = type.inlineKind();
    if (inline.isPresent()) {
      Use use = use(node, inline.get(), spot);
      return use == null ? null : kind(use, Optional.of(type), spot);
    }
    Optional<Method> factory = factory(type.type(), node);
    Object value = factory.isPresent() ? read(factory.get(), node, spot) : plain(type, node, spot);
    if (value instanceof IntPair p && !(Scalars.inRange(p.first(), spot.range()) && Scalars.inRange(p.second(), spot.range()))) {
      return errors.wrong(node, form, spot, "");
    }
    return value;
  }

  private Object kind(YamlNode node, Form.Kind family, Spot spot) {
    Optional<Method> factory = factory(family.type(), node);
    if (factory.isPresent() && !(node instanceof YamlNode.Scalar s && Kinds.of(family.type()).containsKey(s.text()))) {
      return read(factory.get(), node, spot);
    }
    Use use = use(node, family, spot);
    return use == null ? null : kind(use, Optional.empty(), spot);
  }

  /// The [FromText] method of `type`, where `node` is something for it.
  private static Optional<Method> factory(Class<?> type, YamlNode node) {
    return node instanceof YamlNode.Scalar && !CoreScalar.isNull(node) ? RecordType.fromText(type) : Optional.empty();
  }

  private Object read(Method factory, YamlNode node, Spot spot) {
    try {
      Object value = RecordType.read(factory, ((YamlNode.Scalar) node).text());
      places.put(value, node.at(), Map.of());
      return value;
    } catch (Invalid e) {
      return errors.invalid(node.at(), spot.label(), e);
    }
  }

  /// The kind that a node names; null after an error.
  private Use use(YamlNode node, Form.Kind family, Spot spot) {
    SequencedMap<String, Class<? extends Record>> kinds = Kinds.of(family.type());
    if (node instanceof YamlNode.Scalar s && !CoreScalar.isNull(s)) {
      return use(s.at(), s.text(), null, family, spot);
    }
    if (node instanceof YamlNode.Mapping m && m.entries().size() == 1) {
      YamlNode.Entry e = m.entries().getFirst();
      return use(e.at(), e.key(), e.value(), family, spot);
    }
    if (node instanceof YamlNode.Mapping m && m.entries().size() > 1) {
      List<YamlNode.Entry> known = m.entries().stream().filter(e -> kinds.containsKey(Errors.name(e))).toList();
      if (known.size() == 1) {
        m.entries().stream().filter(e -> e != known.getFirst()).forEach(e -> besideKind(e, Errors.name(known.getFirst()), spot));
        return null;
      }
      if (known.size() > 1) {
        String both = "`" + Errors.name(known.getFirst()) + "` and `" + Errors.name(known.get(1)) + "`";
        return errors.add(known.get(1).at(), spot.label() + ": found the kinds " + both + ", expected one", "");
      }
      String hint = errors.hints().instead(Errors.name(m.entries().getFirst()), kinds.keySet(), Optional.of(family));
      return errors.wrong(node, family, spot, hint);
    }
    return errors.wrong(node, family, spot, "valid here: " + Hints.listed(kinds.keySet()));
  }

  private Use use(Location at, String name, YamlNode arguments, Form.Kind family, Spot spot) {
    SequencedMap<String, Class<? extends Record>> kinds = Kinds.of(family.type());
    if (!kinds.containsKey(name)) {
      return errors.add(
          at,
          spot.label() + ": found `" + Errors.brief(name) + "`, expected a " + family.text(Optional.empty()),
          errors.hints().instead(name, kinds.keySet(), Optional.of(family)));
    }
    return new Use(family, RecordType.of(kinds.get(name)), name, at, arguments);
  }

  private void besideKind(YamlNode.Entry stray, String kind, Spot spot) {
    errors.add(
        stray.at(),
        spot.label() + ": found the key `" + stray.key() + "` beside the kind `" + kind + "`, expected the kind alone",
        "arguments stand inside, `" + kind + ": {" + stray.key() + ": ...}`, or on lines indented below it");
  }

  /// A record of a kind; where it is the inline kind of `holder`, a record of that, whose other keys stand among the kind's
  /// arguments.
  private Object kind(Use use, Optional<RecordType> holder, Spot around) {
    Spot spot = new Spot(use.at, "`" + use.name + "`", around.range());
    Optional<Method> factory = factory(use.type.type(), use.arguments);
    if (factory.isPresent()) {
      Object value = read(factory.get(), use.arguments, spot);
      return holder.isEmpty() || value == null ? value : fill(holder.get(), none(spot), spot, Set.of(), value);
    }
    YamlNode.Mapping given = arguments(use.type, use.arguments, spot);
    if (given == null) {
      return null;
    }
    SequencedMap<String, Argument> keys = keys(use.type, holder);
    Set<String> misspelt = misspelt(given, keys, Optional.of(use.family), spot);
    Object value = fill(use.type, given, spot, misspelt, null);
    return holder.isEmpty() ? value : fill(holder.get(), given, spot, misspelt, value);
  }

  /// A record that is no kind.
  private Object plain(RecordType type, YamlNode node, Spot spot) {
    boolean scalar = node instanceof YamlNode.Scalar && !CoreScalar.isNull(node);
    if (scalar && !type.isShorthand()) {
      return errors.wrong(node, new Form.Fields(type.type()), spot, "");
    }
    if (!type.isShorthand() && node instanceof YamlNode.Mapping m && m.entry(Overrides.FIRST).isPresent()) {
      YamlNode.Entry other = m.entries().getLast();
      String message = spot.label() + ": found " + describeFirst(m) + " in the file, which has no key `" + other.key() + "`";
      return errors.add(other.at(), message, "set the whole value: key={...}");
    }
    YamlNode.Mapping given =
        scalar || node instanceof YamlNode.Mapping ? arguments(type, node, spot)
        : node instanceof YamlNode.Sequence s ? positional(type, s, spot)
        : none(spot);
    if (given == null) {
      return null;
    }
    return fill(type, given, spot, misspelt(given, keys(type, Optional.empty()), Optional.empty(), spot), null);
  }

  private static String describeFirst(YamlNode.Mapping m) {
    return Errors.describe(m.value(Overrides.FIRST).orElseThrow());
  }

  private static YamlNode.Mapping none(Spot spot) {
    return new YamlNode.Mapping(spot.at(), List.of());
  }

  /// The arguments of a kind, or of a record that is [Shorthand], by key, whatever they stand as: nothing, its first argument alone, or a mapping; null after an error.
  private YamlNode.Mapping arguments(RecordType type, YamlNode node, Spot spot) {
    if (node == null || CoreScalar.isNull(node)) {
      return none(spot);
    }
    List<Argument> keys = type.keys();
    return switch (node) {
      case YamlNode.Mapping m -> {
        Optional<YamlNode.Entry> first = m.entry(Overrides.FIRST);
        if (first.isEmpty()) {
          yield m;
        }
        YamlNode.Mapping given = arguments(type, first.get().value(), spot);
        for (YamlNode.Entry e : m.entries()) {
          given = given == null || e == first.get() ? given : given.with(e);
        }
        yield given;
      }
      case YamlNode.Scalar _, YamlNode.Sequence _ ->
          keys.isEmpty()
              ? errors.add(node.at(), spot.label() + ": found " + Errors.describe(node) + ", expected no arguments", "")
              : first(keys, node);
    };
  }

  private static YamlNode.Mapping first(List<Argument> keys, YamlNode value) {
    return new YamlNode.Mapping(value.at(), List.of(new YamlNode.Entry(value.at(), keys.getFirst().key(), value)));
  }

  /// A list's items as the values of a record's keys in their order.
  private YamlNode.Mapping positional(RecordType type, YamlNode.Sequence list, Spot spot) {
    List<Argument> keys = type.keys();
    if (keys.size() == 1 && keys.getFirst().form() instanceof Form.Many) {
      return first(keys, list);
    }
    if (list.items().size() > keys.size() || list.items().size() < keys.stream().filter(Argument::required).count()) {
      return errors.add(list.at(), spot.label() + ": found a list of " + list.items().size() + ", expected " + type.text(), "");
    }
    List<YamlNode.Entry> r = new ArrayList<>();
    for (YamlNode item : list.items()) {
      r.add(new YamlNode.Entry(item.at(), keys.get(r.size()).key(), item));
    }
    return new YamlNode.Mapping(list.at(), r);
  }

  /// The keys that may stand in a mapping of arguments.
  private static SequencedMap<String, Argument> keys(RecordType type, Optional<RecordType> holder) {
    SequencedMap<String, Argument> r = new LinkedHashMap<>();
    List<Argument> all = new ArrayList<>(type.keys());
    holder.ifPresent(h -> all.addAll(h.keys()));
    for (Argument a : all) {
      if (r.put(a.key(), a) != null) {
        throw new IllegalStateException(type.type() + " has two arguments " + a.key());
      }
    }
    return r;
  }

  /// Reports unknown keys. Empty where there are none; otherwise the known keys that they may misspell, which are not
  /// reported as missing, or the unknown ones themselves.
  private Set<String> misspelt(YamlNode.Mapping given, SequencedMap<String, Argument> keys, Optional<Form.Kind> family, Spot spot) {
    Set<String> r = new HashSet<>();
    for (YamlNode.Entry e : given.entries()) {
      if (!keys.containsKey(e.key())) {
        r.add(Hints.nearest(e.key(), keys.keySet()).orElse(e.key()));
        String hint = keys.isEmpty() ? spot.label() + " takes no arguments" : errors.hints().instead(e.key(), keys.keySet(), family);
        errors.add(e.at(), spot.label() + ": found the unknown key `" + e.key() + "`", hint);
      }
    }
    return r;
  }

  /// A record of `type` from what `given` says; `inline` is the value of its inline kind. Nothing is made where keys were
  /// `misspelt`.
  private Object fill(RecordType type, YamlNode.Mapping given, Spot spot, Set<String> misspelt, Object inline) {
    List<Argument> arguments = type.arguments();
    Object[] values = new Object[arguments.size()];
    Map<String, Location> located = new HashMap<>();
    boolean complete = misspelt.isEmpty();
    for (int i = 0; i < values.length; i++) {
      Argument a = arguments.get(i);
      Optional<YamlNode.Entry> entry = a.inline() ? Optional.empty() : given.entry(a.key());
      if (a.inline() && a.form() instanceof Form.Fields f) {
        values[i] = fill(RecordType.of(f.type()), given, spot, misspelt, null);
      } else if (a.inline()) {
        values[i] = inline;
      } else if (entry.isPresent()) {
        YamlNode value = entry.get().value();
        located.put(a.component(), value.at());
        values[i] = bind(value, a.form(), new Spot(entry.get().at(), "`" + a.key() + "`", a.range()));
      } else {
        values[i] = absent(type, a, spot, misspelt);
      }
      complete &= values[i] != null;
    }
    return complete ? create(type, values, located, spot) : null;
  }

  private Object absent(RecordType type, Argument a, Spot spot, Set<String> misspelt) {
    if (a.defaultText().isPresent()) {
      YamlNode value = YamlReader.parse(a.defaultText().get(), (_, _) -> spot.at());
      Object r = bind(value, a.form(), new Spot(spot.at(), "`" + a.key() + "`", a.range()));
      if (r == null) {
        throw new IllegalStateException("the default of " + type.type() + "." + a.component() + " is not valid: " + a.defaultText().get());
      }
      return r;
    }
    if (!a.required()) {
      return Optional.empty();
    }
    if (!misspelt.contains(a.key())) {
      errors.add(spot.at(), spot.label() + ": found no `" + a.key() + "`, expected " + a.typeText(), a.doc());
    }
    return null;
  }

  private Object create(RecordType type, Object[] values, Map<String, Location> located, Spot spot) {
    try {
      Object record = type.create(values);
      places.put(record, spot.at(), located);
      return record;
    } catch (Invalid e) {
      Optional<Argument> wrong = type.arguments().stream().filter(a -> a.component().equals(e.component())).findFirst();
      String label = wrong.map(a -> "`" + a.key() + "`").orElse(spot.label());
      return errors.invalid(located.getOrDefault(e.component(), spot.at()), label, e);
    }
  }
}
