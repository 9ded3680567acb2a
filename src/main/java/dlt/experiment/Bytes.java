package dlt.experiment;

import dlt.config.Doc;
import dlt.config.FromText;
import dlt.config.Invalid;
import dlt.config.ToText;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An amount of memory.
public record Bytes(@Doc("How many.") long count) {
  private static final Pattern TEXT = Pattern.compile("([0-9]+(?:\\.[0-9]+)?) *([A-Za-z]*)");
  private static final Map<String, Long> UNITS = new LinkedHashMap<>();

  static {
    String[] letters = {"T", "G", "M", "K"};
    for (int i = 0; i < letters.length; i++) {
      UNITS.put(letters[i] + "iB", 1L << 10 * (letters.length - i));
    }
    UNITS.put("TB", 1_000_000_000_000L);
    UNITS.put("GB", 1_000_000_000L);
    UNITS.put("MB", 1_000_000L);
    UNITS.put("kB", 1_000L);
    UNITS.put("B", 1L);
  }

  @FromText("size such as 4GiB or 512MiB")
  public static Bytes parse(String text) {
    Matcher m = TEXT.matcher(text.strip());
    if (m.matches()) {
      for (Map.Entry<String, Long> unit : UNITS.entrySet()) {
        double bytes = Double.parseDouble(m.group(1)) * unit.getValue();
        if (unit.getKey().equalsIgnoreCase(m.group(2).isEmpty() ? "B" : m.group(2)) && bytes >= 1 && bytes < Long.MAX_VALUE) {
          return new Bytes((long) bytes);
        }
      }
    }
    throw new Invalid("", "'" + text + "'", "a size such as 4GiB, 512MiB or 2GB");
  }

  /// In the unit that says it exactly in the fewest letters.
  @ToText
  public Optional<String> text() {
    return UNITS.entrySet().stream().filter(u -> count % u.getValue() == 0).map(u -> count / u.getValue() + u.getKey())
        .min(Comparator.comparingInt(String::length));
  }

  /// `bytes` for people, in binary units.
  public static String shown(long bytes) {
    return bytes >= 1L << 30 ? String.format(Locale.ROOT, "%.2f GiB", bytes / (double) (1L << 30)) : String.format(Locale.ROOT, "%.1f MiB", bytes / (double) (1L << 20));
  }
}
