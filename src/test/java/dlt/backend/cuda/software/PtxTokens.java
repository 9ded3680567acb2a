package dlt.backend.cuda.software;

/// Cuts PTX text into tokens: names with their dots (`ld.global.f32`, `%tid.x`, `$L__BB0_2`), literals, and single signs.
final class PtxTokens {
  private final String text;
  private int at;
  private int line = 1;
  private int tokenLine = 1;
  private String next;

  PtxTokens(String text) {
    this.text = text;
    next = read();
  }

  /// The next token, or the empty text at the end.
  String peek() {
    return next;
  }

  String take() {
    String r = next;
    next = read();
    return r;
  }

  /// The line of the next token.
  int line() {
    return tokenLine;
  }

  boolean take(String token) {
    if (!next.equals(token)) {
      return false;
    }
    take();
    return true;
  }

  void expect(String token) {
    if (!take(token)) {
      throw error("found \"" + next + "\", expected \"" + token + "\"");
    }
  }

  int integer() {
    try {
      return Integer.decode(take());
    } catch (NumberFormatException e) {
      throw error("expected a number");
    }
  }

  PtxRefused error(String what) {
    return new PtxRefused("line " + tokenLine + ": " + what);
  }

  private String read() {
    skipBlanks();
    tokenLine = line;
    if (at == text.length()) {
      return "";
    }
    int from = at;
    char c = text.charAt(at++);
    if (c == '"') {
      int end = text.indexOf('"', at);
      at = end < 0 ? text.length() : end + 1;
    } else if (name(c)) {
      while (at < text.length() && (name(text.charAt(at)) || text.startsWith("::", at))) {
        at += text.charAt(at) == ':' ? 2 : 1;
      }
    }
    return text.substring(from, at);
  }

  private void skipBlanks() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '\n') {
        line++;
        at++;
      } else if (c <= ' ') {
        at++;
      } else if (text.startsWith("//", at)) {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (text.startsWith("/*", at)) {
        int end = text.indexOf("*/", at + 2);
        end = end < 0 ? text.length() : end + 2;
        for (; at < end; at++) {
          line += text.charAt(at) == '\n' ? 1 : 0;
        }
      } else {
        return;
      }
    }
  }

  private static boolean name(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '$' || c == '%' || c == '.';
  }
}
