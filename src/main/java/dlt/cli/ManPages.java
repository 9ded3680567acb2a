package dlt.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// The manual pages in roff's `man` macros, one for dlt and one for each command, from the commands themselves.
final class ManPages {
  private ManPages() {}

  /// The pages' texts by file name, such as `dlt-train.1`.
  static SequencedMap<String, String> all() {
    CommandLine dlt = Main.commandLine();
    SequencedMap<String, String> r = new LinkedHashMap<>();
    r.put("dlt.1", page(dlt, visible(dlt)));
    for (CommandLine command : visible(dlt)) {
      r.put(pageName(command.getCommandSpec()) + ".1", page(command, List.of()));
    }
    return r;
  }

  private static List<CommandLine> visible(CommandLine dlt) {
    return dlt.getSubcommands().values().stream().filter(c -> !c.getCommandSpec().usageMessage().hidden()).toList();
  }

  private static String page(CommandLine command, List<CommandLine> subcommands) {
    CommandSpec spec = command.getCommandSpec();
    String name = pageName(spec);
    StringBuilder b = new StringBuilder();
    b.append(".TH ").append(escaped(name.toUpperCase(Locale.ROOT))).append(" 1 \"\" \"dlt\" \"dlt\"\n");
    b.append(".SH NAME\n").append(escaped(name)).append(" \\- ").append(escaped(purpose(spec))).append('\n');
    b.append(".SH SYNOPSIS\n").append(text(command.getHelp().synopsis(0).replaceAll("\\s+", " ").strip())).append('\n');
    b.append(".SH DESCRIPTION\n").append(text(formatted(spec.usageMessage().description()))).append('\n');
    if (!subcommands.isEmpty()) {
      b.append(".SH COMMANDS\n");
      for (CommandLine sub : subcommands) {
        entry(b, "\\fB" + escaped(sub.getCommandName()) + "\\fR", purpose(sub.getCommandSpec()) + "; see " + pageName(sub.getCommandSpec()) + "(1)");
      }
    }
    b.append(".SH OPTIONS\n");
    for (PositionalParamSpec p : spec.positionalParameters()) {
      if (!p.hidden()) {
        entry(b, "\\fI" + escaped(p.paramLabel()) + "\\fR", description(p));
      }
    }
    for (OptionSpec o : spec.options()) {
      if (!o.hidden()) {
        entry(b, term(o), description(o));
      }
    }
    if (!spec.usageMessage().exitCodeList().isEmpty()) {
      b.append(".SH EXIT STATUS\n");
      spec.usageMessage().exitCodeList().forEach((code, meaning) -> entry(b, escaped(code), meaning));
    }
    List<String> others = new ArrayList<>();
    if (spec.parent() != null) {
      others.add(pageName(spec.parent()));
    }
    subcommands.forEach(c -> others.add(pageName(c.getCommandSpec())));
    b.append(".SH SEE ALSO\n").append(others.stream().map(o -> "\\fB" + escaped(o) + "\\fR(1)").collect(Collectors.joining(", "))).append('\n');
    return b.toString();
  }

  private static void entry(StringBuilder b, String term, String meaning) {
    b.append(".TP\n").append(term).append('\n').append(text(meaning)).append('\n');
  }

  private static String term(OptionSpec o) {
    String names = Arrays.stream(o.names()).map(n -> "\\fB" + escaped(n) + "\\fR").collect(Collectors.joining(", "));
    if (o.arity().max() == 0) {
      return names;
    }
    String label = "=\\fI" + escaped(o.paramLabel()) + "\\fR";
    return names + (o.arity().min() == 0 ? "[" + label + "]" : label);
  }

  private static String description(ArgSpec a) {
    String s = formatted(a.description());
    return a.completionCandidates() == null ? s : s.replace("${COMPLETION-CANDIDATES}", String.join(", ", a.completionCandidates()));
  }

  /// What a command does, as the middle of a sentence.
  private static String purpose(CommandSpec spec) {
    String s = formatted(spec.usageMessage().description());
    return s.endsWith(".") ? s.substring(0, s.length() - 1) : s;
  }

  private static String pageName(CommandSpec spec) {
    return spec.parent() == null ? spec.name() : spec.parent().name() + "-" + spec.name();
  }

  /// picocli's descriptions are formats.
  private static String formatted(String[] lines) {
    return String.format(Locale.ROOT, String.join(" ", lines)).replaceAll("\\s+", " ").strip();
  }

  /// A line of running text: one that begins with a dot or a quote would be a request.
  private static String text(String s) {
    return (s.startsWith(".") || s.startsWith("'") ? "\\&" : "") + escaped(s);
  }

  private static String escaped(String s) {
    return s.replace("\\", "\\e").replace("-", "\\-");
  }
}
