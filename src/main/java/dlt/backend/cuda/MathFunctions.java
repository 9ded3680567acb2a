package dlt.backend.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
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
    PtxCopy copy = new PtxCopy(ptx);
    String result = ptx.register(Ptx.Type.F32);
    for (String line : FUNCTIONS.get(name)) {
      Matcher argument = ARGUMENT.matcher(line);
      Matcher value = RESULT.matcher(line);
      if (argument.lookingAt()) {
        ptx.add("mov.f32 " + copy.renamed(argument.group(1)) + ", " + arguments[Integer.parseInt(argument.group(2))]);
      } else if (value.lookingAt()) {
        ptx.add("mov.f32 " + result + ", " + copy.renamed(value.group(1)));
      } else {
        copy.line(line);
      }
    }
    copy.end();
    return result;
  }
}
