package dlt.config;

import java.util.List;
import java.util.stream.Collectors;

/// Nodes to YAML text: mappings and lists of mappings in block style, lists of scalars in one line. Reading it gives equal
/// nodes.
final class YamlText {
  private static final int WIDTH = 100;

  private final StringBuilder out = new StringBuilder();

  private YamlText() {}

  static String of(YamlNode node) {
    YamlText text = new YamlText();
    text.block(node, 0);
    return text.out.toString();
  }

  /// `node` in one line.
  static String inline(YamlNode node) {
    return switch (node) {
      case YamlNode.Scalar s -> scalar(s);
      case YamlNode.Mapping m -> m.entries().stream().map(e -> key(e.key()) + ": " + inline(e.value())).collect(Collectors.joining(", ", "{", "}"));
      case YamlNode.Sequence s -> s.items().stream().map(YamlText::inline).collect(Collectors.joining(", ", "[", "]"));
    };
  }

  /// Writes `node`, whose first character goes where the line stands now, and ends the line.
  private void block(YamlNode node, int indent) {
    String flow = flow(node);
    if (flow != null) {
      out.append(flow).append('\n');
      return;
    }
    switch (node) {
      case YamlNode.Mapping m -> {
        for (int i = 0; i < m.entries().size(); i++) {
          indent(i, indent);
          entry(m.entries().get(i), indent);
        }
      }
      case YamlNode.Sequence s -> {
        for (int i = 0; i < s.items().size(); i++) {
          indent(i, indent);
          out.append("- ");
          block(s.items().get(i), indent + 2);
        }
      }
      case YamlNode.Scalar s -> throw new IllegalStateException(s.text());
    }
  }

  private void indent(int index, int indent) {
    if (index > 0) {
      out.repeat(' ', indent);
    }
  }

  private void entry(YamlNode.Entry e, int indent) {
    out.append(key(e.key())).append(':');
    if (flow(e.value()) != null) {
      out.append(' ');
      block(e.value(), indent);
    } else {
      out.append('\n').repeat(' ', indent + 2);
      block(e.value(), indent + 2);
    }
  }

  /// A node that stands in one line; null for one that does not.
  private static String flow(YamlNode node) {
    return switch (node) {
      case YamlNode.Scalar s -> scalar(s);
      case YamlNode.Mapping m -> m.entries().isEmpty() ? "{}" : null;
      case YamlNode.Sequence s -> flow(s.items());
    };
  }

  private static String flow(List<YamlNode> items) {
    StringBuilder r = new StringBuilder("[");
    for (YamlNode item : items) {
      String text = item instanceof YamlNode.Mapping ? null : flow(item);
      if (text == null || r.length() + text.length() > WIDTH) {
        return null;
      }
      r.append(r.length() > 1 ? ", " : "").append(text);
    }
    return r.append(']').toString();
  }

  private static String key(String key) {
    return isPlain(key) ? key : quoted(key);
  }

  private static String scalar(YamlNode.Scalar s) {
    return switch (CoreScalar.of(s)) {
      case NULL -> "null";
      case BOOLEAN, WHOLE, FLOAT -> s.text();
      case TEXT -> isPlain(s.text()) && CoreScalar.of(s.text()) == CoreScalar.TEXT ? s.text() : quoted(s.text());
    };
  }

  /// Whether a text may stand without quotes anywhere, lists in one line included.
  private static boolean isPlain(String text) {
    if (text.isEmpty() || text.startsWith("...") || text.endsWith(" ")) {
      return false;
    }
    char first = text.charAt(0);
    return (isWord(first) || "./$(".indexOf(first) >= 0) && text.chars().allMatch(c -> isWord(c) || "./$()<>=+*-^ ".indexOf(c) >= 0);
  }

  private static boolean isWord(int c) {
    return c < 128 && (Character.isLetterOrDigit(c) || c == '_');
  }

  private static String quoted(String text) {
    if (text.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
      return "'" + text.replace("'", "''") + "'";
    }
    StringBuilder r = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      switch (c) {
        case '"', '\\' -> r.append('\\').append(c);
        case '\n' -> r.append("\\n");
        case '\t' -> r.append("\\t");
        default -> {
          if (Character.isLetterOrDigit(c) || (c >= ' ' && c < 0x7f)) {
            r.append(c);
          } else {
            r.append("\\u").append(String.valueOf(Integer.toHexString(0x10000 | c)).substring(1));
          }
        }
      }
    }
    return r.append('"').toString();
  }
}
