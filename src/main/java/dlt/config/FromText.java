package dlt.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Marks the static factory `(String) -> record` that reads a record from a scalar. It throws [Invalid].
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface FromText {
  /// What people read of all that the record takes: `whole number or [rows, columns]`. Empty: "value or" and the record's keys.
  String value() default "";
}
