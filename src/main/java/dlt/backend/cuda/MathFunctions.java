package dlt.backend.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The functions of math.cu, whose code is copied to where it is needed: a call would cost more than most of them.
final class MathFunctions {
  private static final Pattern HEAD = Pattern.compile("\\.func\\s+\\(\\.param \\.b32 func_retval0\\) math_(\\w+)\\((.*?)\\)\\s*\\{(.*?)\\n\\}", Pattern.DOTALL);
  private static final Pattern ARGUMENT = Pattern.compile("ld\\.param\\.f32\\s+(\\S+), \\[\\w+_param_(\\d)\\]");
  private static final Pattern RESULT = Pattern.compile("st\\.param\\.f32\\s+\\[func_retval0\\+0\\], ([^;]+)");
  private static final Pattern NAME = Pattern.compile("%(p|fd|f|rd|rs|r)\\d+|\\$\\w+");
  private static final Map<String, List<String>> FUNCTIONS = read();

  private MathFunctions() {}

  /// Lines of code, by the function's name.
  private static Map<String, List<String>> read() {
    try (InputStream in = MathFunctions.class.getResourceAsStream("math.ptx")) {
      Matcher m = HEAD.matcher(new String(in.readAllBytes(), StandardCharsets.US_ASCII));
      Map<String, List<String>> r = new LinkedHashMap<>();
      while (m.find()) {
        r.put(m.group(1), m.group(3).lines().map(String::strip).filter(l -> !l.isEmpty() && !l.startsWith(".reg")).toList());
      }
      return r;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// `math_name` of these registers or constants; its result is in a new register.
  static String call(Ptx ptx, String name, String... arguments) {
    Map<String, String> names = new HashMap<>();
    String result = ptx.register(Ptx.Type.F32);
    String end = ptx.label();
    for (String line : FUNCTIONS.get(name)) {
      Matcher argument = ARGUMENT.matcher(line);
      Matcher value = RESULT.matcher(line);
      if (argument.lookingAt()) {
        ptx.add("mov.f32 " + renamed(ptx, names, argument.group(1)) + ", " + arguments[Integer.parseInt(argument.group(2))]);
      } else if (value.lookingAt()) {
        ptx.add("mov.f32 " + result + ", " + renamed(ptx, names, value.group(1)));
      } else if (line.endsWith(":")) {
        ptx.place(renamed(ptx, names, line.substring(0, line.length() - 1)));
      } else if (line.equals("ret;")) {
        ptx.jump(end);
      } else {
        ptx.add(renamed(ptx, names, line.substring(0, line.length() - 1)));
      }
    }
    ptx.place(end);
    return result;
  }

  private static String renamed(Ptx ptx, Map<String, String> names, String line) {
    return NAME.matcher(line).replaceAll(m -> Matcher.quoteReplacement(names.computeIfAbsent(m.group(), name -> m.group(1) == null ? ptx.label()
        : ptx.register(switch (m.group(1)) {
          case "p" -> Ptx.Type.PRED;
          case "f" -> Ptx.Type.F32;
          case "fd" -> Ptx.Type.F64;
          case "r" -> Ptx.Type.B32;
          case "rd" -> Ptx.Type.B64;
          default -> throw new IllegalStateException("math.ptx has a register " + name);
        }))));
  }
}
