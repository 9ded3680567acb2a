package dlt.cli;

import java.io.File;
import java.nio.file.Path;
import java.util.stream.Collectors;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// The shells' completions, from the commands themselves.
final class Completions {
  private Completions() {}

  /// For bash.
  static String bash() {
    return AutoComplete.bash("dlt", Main.commandLine());
  }

  /// For zsh, which runs bash's through its own emulation.
  static String zsh() {
    return "#compdef dlt\nautoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n" + bash();
  }

  /// For fish.
  static String fish() {
    StringBuilder b = new StringBuilder("complete -c dlt -f\n");
    CommandLine line = Main.commandLine();
    String names = line.getSubcommands().values().stream().map(CommandLine::getCommandSpec).filter(s -> !s.usageMessage().hidden())
        .map(CommandSpec::name).collect(Collectors.joining(" "));
    String none = "not __fish_seen_subcommand_from " + names;
    options(b, line.getCommandSpec(), none);
    for (CommandLine sub : line.getSubcommands().values()) {
      CommandSpec spec = sub.getCommandSpec();
      if (spec.usageMessage().hidden()) {
        continue;
      }
      b.append("complete -c dlt -n ").append(quoted(none)).append(" -a ").append(spec.name()).append(" -d ")
          .append(quoted(String.join(" ", spec.usageMessage().description()))).append('\n');
      String seen = "__fish_seen_subcommand_from " + spec.name();
      options(b, spec, seen);
      for (PositionalParamSpec p : spec.positionalParameters()) {
        if (isFile(p.auxiliaryTypes())) {
          b.append("complete -c dlt -n ").append(quoted(seen)).append(" -F\n");
        }
      }
    }
    return b.toString();
  }

  private static void options(StringBuilder b, CommandSpec spec, String when) {
    for (OptionSpec o : spec.options()) {
      if (o.hidden()) {
        continue;
      }
      b.append("complete -c dlt -n ").append(quoted(when));
      for (String name : o.names()) {
        b.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
      }
      if (o.arity().max() > 0) {
        if (o.completionCandidates() != null && o.completionCandidates().iterator().hasNext()) {
          b.append(" -x -a ").append(quoted(String.join(" ", o.completionCandidates())));
        } else {
          b.append(isFile(o.auxiliaryTypes()) ? " -r -F" : " -x");
        }
      }
      if (o.description().length > 0) {
        b.append(" -d ").append(quoted(o.description()[0].replaceAll("\\$\\{COMPLETION-CANDIDATES}", "see below")));
      }
      b.append('\n');
    }
  }

  private static boolean isFile(Class<?>[] types) {
    for (Class<?> t : types) {
      if (Path.class.isAssignableFrom(t) || File.class.isAssignableFrom(t)) {
        return true;
      }
    }
    return false;
  }

  private static String quoted(String s) {
    return "'" + s.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
