package dlt.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// A record class as the binder and the writer use it.
final class RecordType {
  private static final ClassValue<RecordType> TYPES =
      new ClassValue<>() {
        @Override
        protected RecordType computeValue(Class<?> type) {
          return new RecordType(type.asSubclass(Record.class));
        }
      };

  private final Class<? extends Record> type;
  private final RecordComponent[] components;
  private final List<Argument> arguments;
  private final Constructor<?> constructor;

  static RecordType of(Class<? extends Record> type) {
    return TYPES.get(type);
  }

  private RecordType(Class<? extends Record> type) {
    this.type = type;
    this.components = type.getRecordComponents();
    this.arguments = Arrays.stream(components).map(Argument::of).toList();
    try {
      this.constructor = type.getDeclaredConstructor(Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(e);
    }
    constructor.setAccessible(true);
  }

  Class<? extends Record> type() {
    return type;
  }

  List<Argument> arguments() {
    return arguments;
  }

  /// The keys that a mapping may hold, those of inline records in their place; an inline kind's are its own affair.
  List<Argument> keys() {
    List<Argument> r = new ArrayList<>();
    for (Argument a : arguments) {
      if (!a.inline()) {
        r.add(a);
      } else if (a.form() instanceof Form.Fields f) {
        r.addAll(of(f.type()).keys());
      }
    }
    return r;
  }

  /// The component whose kind stands in this record's place.
  Optional<Form.Kind> inlineKind() {
    for (Argument a : arguments) {
      if (a.inline() && a.form() instanceof Form.Kind k) {
        return Optional.of(k);
      }
    }
    return Optional.empty();
  }

  /// Whether it is a few numbers that must all be given, written as a list of them.
  boolean isTuple() {
    return arguments.size() > 1 && arguments.stream().allMatch(a -> a.required() && isNumber(a.form()));
  }

  private static boolean isNumber(Form form) {
    return form instanceof Form.Int || form instanceof Form.Whole || form instanceof Form.Real;
  }

  /// Whether its first argument may stand in its place.
  boolean isShorthand() {
    return type.isAnnotationPresent(Shorthand.class);
  }

  /// What people read: the kinds it stands for, or its keys.
  String text() {
    if (inlineKind().isPresent()) {
      return inlineKind().get().text(Optional.empty());
    }
    List<String> names = keys().stream().map(Argument::key).toList();
    String text = isTuple() ? "[" + String.join(", ", names) + "]" : "mapping with " + Form.list(names);
    if (isShorthand()) {
      return keys().getFirst().typeText() + " or " + text;
    }
    Optional<String> told = fromText(type).map(m -> m.getAnnotation(FromText.class).value());
    return told.map(t -> t.isEmpty() ? "value or " + text : t).orElse(text);
  }

  /// A record of these components. Throws [Invalid] where its constructor does.
  Object create(Object[] values) {
    try {
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      throw unwrap(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The components of a record in their order.
  Object[] values(Record record) {
    Object[] r = new Object[components.length];
    try {
      for (int i = 0; i < r.length; i++) {
        Method accessor = components[i].getAccessor();
        accessor.setAccessible(true);
        r[i] = accessor.invoke(record);
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
    return r;
  }

  /// The method of `type` marked [FromText].
  static Optional<Method> fromText(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods()).filter(m -> m.isAnnotationPresent(FromText.class)).findFirst();
  }

  /// What the factory makes of `text`. Throws [Invalid].
  static Object read(Method fromText, String text) {
    try {
      fromText.setAccessible(true);
      return fromText.invoke(null, text);
    } catch (InvocationTargetException e) {
      throw unwrap(e);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The scalar that stands for `record`, where its class has a [ToText] method and that knows one.
  static Optional<String> text(Record record) {
    for (Method m : record.getClass().getDeclaredMethods()) {
      if (m.isAnnotationPresent(ToText.class)) {
        try {
          m.setAccessible(true);
          return ((Optional<?>) m.invoke(record)).map(String.class::cast);
        } catch (ReflectiveOperationException e) {
          throw new IllegalStateException(e);
        }
      }
    }
    return Optional.empty();
  }

  private static RuntimeException unwrap(InvocationTargetException e) {
    if (e.getCause() instanceof Error error) {
      throw error;
    }
    return e.getCause() instanceof RuntimeException r ? r : new IllegalStateException(e.getCause());
  }
}
