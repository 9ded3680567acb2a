package dlt.backend.cuda;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Copies code that nvcc made to code that is being written: its registers and labels get names of their own there.
final class PtxCopy {
  private static final Pattern NAME = Pattern.compile("%(p|fd|f|rd|rs|r)\\d+|\\$\\w+");

  private final Ptx ptx;
  private final Map<String, String> names = new HashMap<>();
  private final String end;

  PtxCopy(Ptx ptx) {
    this.ptx = ptx;
    this.end = ptx.label();
  }

  /// What a name, or every name of a line, is called in the copy.
  String renamed(String line) {
    return NAME.matcher(line).replaceAll(m -> Matcher.quoteReplacement(names.computeIfAbsent(m.group(), name -> m.group(1) == null ? ptx.label()
        : ptx.register(switch (m.group(1)) {
          case "p" -> Ptx.Type.PRED;
          case "f" -> Ptx.Type.F32;
          case "fd" -> Ptx.Type.F64;
          case "rs" -> Ptx.Type.B16;
          case "r" -> Ptx.Type.B32;
          case "rd" -> Ptx.Type.B64;
          default -> throw new IllegalStateException("PTX has a register " + name);
        }))));
  }

  /// Copies a line with its semicolon or colon; what returns goes to the end.
  void line(String line) {
    renamedLine(renamed(line));
  }

  /// The same with a line that has its new names.
  void renamedLine(String line) {
    String text = line.substring(0, line.length() - 1);
    if (line.endsWith(":")) {
      ptx.place(text);
    } else if (text.equals("ret")) {
      ptx.jump(end);
    } else {
      ptx.add(text);
    }
  }

  /// To be called after the last line.
  void end() {
    ptx.place(end);
  }
}
