package dlt.config;

import java.lang.annotation.Annotation;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;

/// The names of things in the file: the kinds of a sealed interface (its records, those of sealed interfaces below it
/// included), the constants of an enum.
public final class Kinds {
  private static final ClassValue<SequencedMap<String, Class<? extends Record>>> KINDS =
      new ClassValue<>() {
        @Override
        protected SequencedMap<String, Class<? extends Record>> computeValue(Class<?> sealed) {
          SequencedMap<String, Class<? extends Record>> r = new LinkedHashMap<>();
          collect(sealed, r);
          return Collections.unmodifiableSequencedMap(r);
        }
      };

  private Kinds() {}

  /// Name to record in the order of the `permits` clause, a kind's [Alias]es after its name.
  public static SequencedMap<String, Class<? extends Record>> of(Class<?> sealed) {
    return KINDS.get(sealed);
  }

  private static void collect(Class<?> sealed, SequencedMap<String, Class<? extends Record>> into) {
    for (Class<?> c : sealed.getPermittedSubclasses()) {
      if (c.isRecord()) {
        add(name(c), c, into);
        aliases(c).forEach(alias -> add(alias, c, into));
      } else if (c.isSealed()) {
        collect(c, into);
      } else {
        throw new IllegalStateException(c + " is neither a record nor sealed");
      }
    }
  }

  private static void add(String name, Class<?> c, SequencedMap<String, Class<? extends Record>> into) {
    Class<?> other = into.putIfAbsent(name, c.asSubclass(Record.class));
    if (other != null && other != c) {
      throw new IllegalStateException(other + " and " + c + " have the same name");
    }
  }

  /// The further names of a class in the file.
  public static List<String> aliases(Class<?> kind) {
    Alias alias = kind.getAnnotation(Alias.class);
    return alias == null ? List.of() : List.of(alias.value());
  }

  /// The name of a class in the file: its [Key] or its simple name in snake_case.
  public static String name(Class<?> kind) {
    Key key = kind.getAnnotation(Key.class);
    return key != null ? key.value() : snakeCase(kind.getSimpleName());
  }

  /// The constants of an enum by name: their [Key] or their Java name in lower case.
  public static SequencedMap<String, Enum<?>> constants(Class<? extends Enum<?>> type) {
    SequencedMap<String, Enum<?>> r = new LinkedHashMap<>();
    for (Enum<?> e : type.getEnumConstants()) {
      r.put(name(e), e);
    }
    return r;
  }

  /// The name of an enum's constant in the file.
  public static String name(Enum<?> constant) {
    return annotation(constant, Key.class).map(Key::value).orElseGet(() -> constant.name().toLowerCase(Locale.ROOT));
  }

  /// What a kind, a record or a sealed interface means; empty where nobody said.
  public static String doc(Class<?> type) {
    Doc doc = type.getAnnotation(Doc.class);
    return doc == null ? "" : doc.value();
  }

  /// What an enum's constant means; empty where nobody said.
  public static String doc(Enum<?> constant) {
    return annotation(constant, Doc.class).map(Doc::value).orElse("");
  }

  private static <A extends Annotation> Optional<A> annotation(Enum<?> constant, Class<A> type) {
    try {
      return Optional.ofNullable(constant.getDeclaringClass().getField(constant.name()).getAnnotation(type));
    } catch (NoSuchFieldException e) {
      throw new IllegalStateException(e);
    }
  }

  /// `outFeatures` and `OutFeatures` to `out_features`, `MaxPool2d` to `max_pool2d`, `NLLLoss` to `nll_loss`.
  static String snakeCase(String java) {
    StringBuilder r = new StringBuilder();
    for (int i = 0; i < java.length(); i++) {
      char c = java.charAt(i);
      boolean upper = Character.isUpperCase(c);
      boolean wordStarts =
          upper && i > 0
              && (!Character.isUpperCase(java.charAt(i - 1)) || (i + 1 < java.length() && Character.isLowerCase(java.charAt(i + 1))));
      if (wordStarts) {
        r.append('_');
      }
      r.append(Character.toLowerCase(c));
    }
    return r.toString();
  }
}
