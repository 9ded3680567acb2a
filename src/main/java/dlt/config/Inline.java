package dlt.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Marks the component of a record whose keys stand in the record's place. Of a sealed interface it is the kind: in
/// `linear: {out_features: 10, from: x}` the kind `linear` is the inline component and `from` another component of the same
/// record. Of a record it is that record's components, which several records share.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Inline {}
