package dlt.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Marks the component of a record whose kind stands in the record's place: in `linear: {out_features: 10, from: x}` the
/// kind `linear` is the inline component and `from` another component of the same record.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Inline {}
