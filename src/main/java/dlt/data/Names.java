package dlt.data;

import java.util.Collection;
import java.util.Locale;

/// Names that nearly match.
final class Names {
  private Names() {}

  /// ` - did you mean 'x'?` for the nearest of `known`; else what there is, as far as it fits on a line.
  static String hint(String name, Collection<String> known) {
    String best = null;
    int least = Math.max(1, name.length() / 3) + 1;
    for (String k : known) {
      int d = distance(name.toLowerCase(Locale.ROOT), k.toLowerCase(Locale.ROOT));
      if (d < least) {
        least = d;
        best = k;
      }
    }
    return best != null ? " - did you mean '" + best + "'?" : "; there are " + list(known);
  }

  /// The first few names.
  static String list(Collection<String> names) {
    int shown = 8;
    String text = String.join(", ", names.stream().limit(shown).toList());
    return names.size() > shown ? text + ", ... (" + names.size() + " in all)" : text;
  }

  /// Levenshtein's.
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitute = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substitute, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
