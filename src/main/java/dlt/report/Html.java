package dlt.report;

import java.util.List;

/// Text of an HTML page, piece by piece.
final class Html {
  private final StringBuilder text = new StringBuilder();

  /// `s` with every character that HTML gives a meaning replaced.
  static String escape(String s) {
    return s.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
  }

  /// Adds what is HTML already.
  Html raw(String html) {
    text.append(html).append('\n');
    return this;
  }

  Html heading(String title) {
    return raw("<h2>" + escape(title) + "</h2>");
  }

  /// A table with a heading row; the first column names the rows, the others hold figures.
  Html table(List<String> heading, List<List<String>> rows) {
    text.append("<div class=\"wide\"><table><thead><tr>");
    heading.forEach(h -> text.append("<th>").append(escape(h)).append("</th>"));
    text.append("</tr></thead><tbody>");
    for (List<String> row : rows) {
      text.append("<tr>");
      for (int i = 0; i < row.size(); i++) {
        String tag = i == 0 ? "th" : "td";
        text.append('<').append(tag).append('>').append(escape(row.get(i))).append("</").append(tag).append('>');
      }
      text.append("</tr>");
    }
    text.append("</tbody></table></div>\n");
    return this;
  }

  /// What is folded away until it is asked for.
  Html folded(String title, String html) {
    return raw("<details><summary>" + escape(title) + "</summary>" + html + "</details>");
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
