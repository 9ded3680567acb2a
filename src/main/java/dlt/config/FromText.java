package dlt.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Marks the static factory `(String) -> record` that reads a record from a scalar. It throws [Invalid].
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface FromText {}
