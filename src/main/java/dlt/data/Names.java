package dlt.data;

import dlt.config.Hints;
import java.util.Collection;

/// Names that nearly match.
final class Names {
  private Names() {}

  /// ` - did you mean 'x'?` for the nearest of `known`; else what there is, as far as it fits on a line.
  static String hint(String name, Collection<String> known) {
    return Hints.nearest(name, known).map(near -> " - did you mean '" + near + "'?").orElse(known.isEmpty() ? "; there are none" : "; there are " + list(known));
  }

  /// The first few names.
  static String list(Collection<String> names) {
    int shown = 8;
    String text = String.join(", ", names.stream().limit(shown).toList());
    return names.size() > shown ? text + ", ... (" + names.size() + " in all)" : text;
  }
}
