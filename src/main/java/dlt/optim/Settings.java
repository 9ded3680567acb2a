package dlt.optim;

import dlt.config.Invalid;
import dlt.config.Kinds;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Map;
import java.util.TreeMap;

/// Copies of optimizer records that differ in some components.
final class Settings {
  private Settings() {}

  /// `settings` with another value of `component`. Throws [Invalid] where the record does not take the value.
  static <T extends Optimizer> T with(T settings, String component, Object value) {
    return with(settings, Map.of(component, value));
  }

  /// `settings` with these values of its components, all at once. Throws [Invalid] where it has no such component or does not take the
  /// values.
  @SuppressWarnings("unchecked")
  static <T extends Optimizer> T with(T settings, Map<String, Object> changes) {
    RecordComponent[] components = settings.getClass().getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    TreeMap<String, Object> left = new TreeMap<>(changes);
    try {
      for (int i = 0; i < components.length; i++) {
        types[i] = components[i].getType();
        values[i] = components[i].getAccessor().invoke(settings);
        Object change = changes.get(components[i].getName());
        if (change != null && change.getClass() == values[i].getClass()) {
          values[i] = change;
          left.remove(components[i].getName());
        }
      }
      if (!left.isEmpty()) {
        throw new Invalid(left.firstEntry().getKey(), "a setting that " + Kinds.name(settings.getClass()) + " does not have", "one of its own");
      }
      return (T) settings.getClass().getDeclaredConstructor(types).newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
