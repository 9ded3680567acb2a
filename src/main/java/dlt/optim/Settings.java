package dlt.optim;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;

/// Copies of optimizer records that differ in one component.
final class Settings {
  private Settings() {}

  /// `settings` with another value of `component`. Throws [dlt.config.Invalid] where the record does not take the value.
  @SuppressWarnings("unchecked")
  static <T> T with(T settings, String component, Object value) {
    RecordComponent[] components = settings.getClass().getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    boolean found = false;
    try {
      for (int i = 0; i < components.length; i++) {
        boolean it = components[i].getName().equals(component);
        types[i] = components[i].getType();
        values[i] = it ? value : components[i].getAccessor().invoke(settings);
        found |= it;
      }
      if (!found) {
        throw new IllegalArgumentException(settings.getClass() + " has no " + component);
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
