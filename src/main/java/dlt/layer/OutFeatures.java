package dlt.layer;

import dlt.config.Doc;
import dlt.config.FromText;
import dlt.config.Invalid;
import dlt.config.TextNumber;
import dlt.config.ToText;
import dlt.op.ShapeException;
import java.util.Optional;

/// How many numbers a layer gives; 0 stands for as many as the target has classes.
public record OutFeatures(@Doc("Numbers; 0 for as many as the target has classes.") int count) {
  @FromText("whole number >= 1 or classes")
  public static OutFeatures parse(String text) {
    if (text.equals("classes")) {
      return new OutFeatures(0);
    }
    return TextNumber.whole(text).filter(n -> n > 0).map(OutFeatures::new)
        .orElseThrow(() -> new Invalid("", "'" + text + "'", "a whole number of at least 1, or classes"));
  }

  @ToText
  public Optional<String> text() {
    return Optional.of(count == 0 ? "classes" : Integer.toString(count));
  }

  /// The number for a layer of this kind. Throws [ShapeException] where it is the classes' and the target's are not known.
  int of(LayerScope scope, String kind) {
    return count > 0 ? count : scope.classes().orElseThrow(() -> new ShapeException(
        kind, "out_features: classes, and there is no target, or more than one, whose classes have names or which is a text; say how many there are"));
  }
}
