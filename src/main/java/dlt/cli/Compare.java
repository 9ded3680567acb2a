package dlt.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.error.Failure;
import dlt.experiment.Assertion;
import dlt.report.Comparison;
import dlt.run.Manifest;
import dlt.run.MetricsLog;
import dlt.run.RunDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "compare", description = "Shows in which keys and figures runs differ.", mixinStandardHelpOptions = true)
final class Compare implements Callable<Integer> {
  @Mixin Output output;

  @Parameters(arity = "1..*", paramLabel = "RUN", description = "The runs' folders.")
  List<Path> runs = List.of();

  @Option(names = "--markdown", description = "A Markdown table, such as for a pull request.")
  boolean markdown;

  @Option(names = "--baseline", paramLabel = "RUN", description = "The run that the others are held against; it comes first.")
  Optional<Path> baseline = Optional.empty();

  @Option(names = "--assert", paramLabel = "CONDITION",
      description = "Exit 5 unless it holds for every run, such as 'validation.accuracy >= baseline - 0.005'; may be given often.")
  List<String> conditions = new ArrayList<>();

  @Override
  public Integer call() {
    List<RunDirectory> compared = runs.stream().map(RunArgument::at).toList();
    if (baseline.isEmpty() && conditions.stream().anyMatch(c -> c.contains("baseline"))) {
      throw new Failure(Failure.Kind.USAGE, "--assert speaks of the baseline, and there is none: name it with --baseline RUN");
    }
    if (baseline.isEmpty() && conditions.isEmpty() && compared.size() < 2) {
      throw new Failure(Failure.Kind.USAGE, "one run has nothing to be compared with; name another");
    }
    List<RunDirectory> all = new ArrayList<>();
    baseline.map(RunArgument::at).ifPresent(all::add);
    all.addAll(compared);
    Comparison comparison = Comparison.of(all);
    List<String> failed = new ArrayList<>();
    Map<String, Double> reference = baseline.map(b -> (Map<String, Double>) Manifest.read(new RunDirectory(b)).results()).orElse(Map.of());
    for (RunDirectory run : compared) {
      Map<String, Double> results = Manifest.read(run).results();
      for (String condition : conditions) {
        Conditions.read(() -> Assertion.parse(condition, reference)).verdict(results).wrong().ifPresent(w -> failed.add(run.path() + ": " + w));
      }
    }
    output.result(document(comparison, failed), (markdown ? comparison.markdown() : comparison.text()).stripTrailing());
    failed.forEach(f -> output.say("dlt: " + f));
    return failed.isEmpty() ? 0 : Failure.Kind.ASSERTION.exitCode();
  }

  private ObjectNode document(Comparison c, List<String> failed) {
    ObjectNode d = output.document();
    ArrayNode names = d.putArray("runs");
    c.runs().forEach(names::add);
    ObjectNode configuration = d.putObject("configuration");
    c.configuration().forEach((key, values) -> {
      ArrayNode a = configuration.putArray(key);
      values.forEach(v -> a.add(v.orElse(null)));
    });
    ObjectNode metrics = d.putObject("metrics");
    c.metrics().forEach((name, values) -> {
      ObjectNode m = metrics.putObject(name);
      numbers(m.putArray("values"), values);
      ArrayNode best = m.putArray("best");
      c.best(name).forEach(best::add);
    });
    numbers(d.putArray("seconds"), c.seconds());
    ArrayNode f = d.putArray("failed");
    failed.forEach(f::add);
    return d;
  }

  private static void numbers(ArrayNode a, List<Double> values) {
    values.forEach(v -> a.add(Double.isFinite(v) ? a.numberNode(v) : a.nullNode()));
  }
}
