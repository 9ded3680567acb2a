package dlt.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.config.Explanation;
import dlt.config.Hints;
import dlt.config.Location;
import dlt.error.Failure;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "explain", description = "Shows what each key of an experiment is, where its value comes from and what it does.", mixinStandardHelpOptions = true)
final class Explain implements Callable<Integer> {
  /// What follows PyTorch down to its defaults.
  private static final Set<String> TORCH = Set.of("dlt.layer", "dlt.loss", "dlt.optim");

  @Mixin ExperimentArguments experiment;
  @Mixin Output output;

  @Parameters(index = "1", arity = "0..1", paramLabel = "KEY", description = "A key, such as optimizer.adam.lr, or what keys begin with; all where left out.")
  Optional<String> key = Optional.empty();

  @Override
  public Integer call() {
    List<Explanation> all = Explanation.of(experiment.read().bound());
    List<Explanation> chosen = key.map(k -> all.stream().filter(e -> e.path().equals(k) || e.path().startsWith(k + ".")).toList()).orElse(all);
    if (chosen.isEmpty()) {
      String hint = Hints.nearest(key.get(), all.stream().map(Explanation::path).toList()).map(n -> "; did you mean " + n + "?").orElse("");
      throw new Failure(Failure.Kind.USAGE, experiment.file + ": has no key " + key.get() + hint);
    }
    ObjectNode document = output.document();
    ArrayNode keys = document.putArray("keys");
    chosen.forEach(e -> add(keys.addObject(), e));
    boolean whole = key.isPresent() && chosen.getFirst().path().equals(key.get());
    output.result(document, whole ? chosen.stream().map(Explain::paragraph).collect(Collectors.joining("\n\n")) : table(chosen));
    return 0;
  }

  private static void add(ObjectNode o, Explanation e) {
    o.put("key", e.path()).put("value", e.value()).put("from", from(e)).put("meaning", e.doc()).put("takes", e.takes()).put("default", e.fallback().orElse(null));
  }

  /// `digits.yaml:12`, `--set`, or `default`.
  private static String from(Explanation e) {
    return e.from().map(Explain::place).orElse("default");
  }

  private static String place(Location at) {
    return at.file().toString().equals("--set") ? "--set" : at.file().getFileName() + ":" + at.line();
  }

  private static String paragraph(Explanation e) {
    boolean torch = TORCH.contains(e.owner().getPackageName());
    String fallback = e.fallback().map(d -> "\n  default  " + d + (torch ? ", as in PyTorch" : "")).orElse("");
    return e.path() + ": " + e.value() + "\n  from     " + e.from().map(Location::toString).orElse("default") + "\n  takes    " + e.takes() + fallback
        + (e.doc().isEmpty() ? "" : "\n  meaning  " + e.doc());
  }

  private static String table(List<Explanation> all) {
    int path = all.stream().mapToInt(e -> e.path().length()).max().orElse(0);
    int value = Math.min(40, all.stream().mapToInt(e -> e.value().length()).max().orElse(0));
    return all.stream()
        .map(e -> String.format(Locale.ROOT, "%-" + path + "s  %-" + value + "s  %s", e.path(), e.value().lines().collect(Collectors.joining(" ")), from(e)))
        .collect(Collectors.joining("\n"));
  }
}
