package dlt.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dlt.config.Binder;
import dlt.config.YamlNode;
import dlt.error.Failure;
import dlt.experiment.Experiment;
import dlt.experiment.ExperimentFile;
import dlt.run.History;
import dlt.run.Manifest;
import dlt.run.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The folder of a sweep, ended or not: what was varied, what trials are compared by, and how they did, the best first.
public record SweepResults(Path folder, String name, Sweep sweep, String metric, boolean maximises, List<Standing> standings) {
  public SweepResults {
    standings = List.copyOf(standings);
  }

  /// The section of the experiment, and the overrides that hold for all trials.
  static Path section(Path folder) {
    return folder.resolve("sweep.yaml");
  }

  /// The trials from best to worst.
  static Path leaderboard(Path folder) {
    return folder.resolve("leaderboard.json");
  }

  /// The copy of the winner's run; not there before the end.
  public static RunDirectory best(Path folder) {
    return new RunDirectory(folder.resolve("best"));
  }

  /// The page about the sweep.
  public static Path report(Path folder) {
    return folder.resolve("report.html");
  }

  /// Whether `folder` is that of a sweep.
  public static boolean isIn(Path folder) {
    return Files.isRegularFile(section(folder));
  }

  /// Reads `folder`. Throws a [Failure] of kind USAGE where no trial has ended in it, of kind DATA where it is damaged.
  public static SweepResults read(Path folder) {
    try {
      Sweep sweep = Binder.bind(YamlNode.parse(Files.readString(section(folder)).lines().findFirst().orElse(""), section(folder)), Sweep.class).value();
      JsonNode all = Files.exists(leaderboard(folder)) ? new ObjectMapper().readTree(leaderboard(folder).toFile()) : new ObjectMapper().createArrayNode();
      List<Standing> standings = new ArrayList<>();
      Optional<Experiment> experiment = Optional.empty();
      for (JsonNode one : all) {
        Trial trial = trial(sweep, one);
        RunDirectory run = trial.run(folder);
        if (experiment.isEmpty() && run.exists()) {
          experiment = Optional.of(ExperimentFile.read(run.config(), Manifest.read(run).base(), List.of()).experiment());
        }
        standings.add(standing(trial, one, run, experiment.map(e -> e.select().metric()).orElse("loss")));
      }
      Experiment e = experiment.orElseThrow(() -> new Failure(Failure.Kind.USAGE, folder + ": no trial of this sweep has ended yet; go on with dlt sweep EXP --out " + folder + " --resume"));
      return new SweepResults(folder, e.name(), sweep, e.select().metric(), e.select().maximises(), standings);
    } catch (IOException e) {
      throw new Failure(Failure.Kind.DATA, folder + ": could not be read as a sweep: " + Failure.reason(e), e);
    }
  }

  private static Trial trial(Sweep sweep, JsonNode one) {
    Map<String, String> values = new HashMap<>();
    one.path("values").properties().forEach(v -> values.put(v.getKey(), v.getValue().asText()));
    List<Double> coordinates = new ArrayList<>();
    sweep.parameters().forEach((key, p) -> coordinates.add(p.domain().coordinate(key, values)));
    return new Trial(one.path("trial").asInt() - 1, coordinates);
  }

  private static Standing standing(Trial trial, JsonNode one, RunDirectory run, String metric) {
    int epochs = one.path("epochs").asInt();
    JsonNode score = one.path(metric);
    return new Standing(trial, epochs, score.isNumber() ? score.asDouble() : Double.NaN, History.read(run).seconds(epochs),
        score.isNumber() ? Optional.empty() : Optional.of(Standing.Failing.of(one.path("failed").asText())));
  }

  /// As the leaderboard that wrote it.
  public Leaderboard leaderboard() {
    Leaderboard r = new Leaderboard(sweep, metric, maximises);
    standings.forEach(r::put);
    return r;
  }
}
