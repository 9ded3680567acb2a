package dlt.experiment;

import dlt.config.Binder;
import dlt.config.Bound;
import dlt.config.ConfigException;
import dlt.config.Diagnostic;
import dlt.config.Invalid;
import dlt.config.Overrides;
import dlt.config.YamlNode;
import dlt.optim.Group;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// An experiment as it was read: the records, where each stands, and the folder that its paths count from.
public record ExperimentFile(Path file, Path base, Bound<Experiment> bound) {
  /// Reads `file` with each `path=value` of `overrides` in place of what it says. Throws [dlt.config.ConfigException] with
  /// every error.
  public static ExperimentFile read(Path file, List<String> overrides) {
    return read(file, file.toAbsolutePath().getParent(), overrides);
  }

  /// As above, but paths count from `base`.
  public static ExperimentFile read(Path file, Path base, List<String> overrides) {
    YamlNode root = Overrides.apply(YamlNode.read(file), overrides);
    List<Diagnostic> errors = root.duplicates();
    if (root instanceof YamlNode.Mapping m) {
      // `sweep` is for the sweep command alone
      root = Blocks.expand(new YamlNode.Mapping(m.at(), m.entries().stream().filter(e -> !e.key().equals("sweep")).toList()), errors);
    }
    Bound<Experiment> bound = Binder.bind(root, Experiment.class, errors);
    checkGroups(bound);
    return new ExperimentFile(file, base, bound);
  }

  private static void checkGroups(Bound<Experiment> bound) {
    List<Diagnostic> errors = new ArrayList<>();
    for (Group group : bound.value().optimizer().groups()) {
      try {
        bound.value().optimizer().in(group);
      } catch (Invalid e) {
        errors.add(new Diagnostic(bound.at(group, e.component()), "found " + e.found() + ", expected " + e.expected(), ""));
      }
    }
    if (!errors.isEmpty()) {
      throw new ConfigException(errors);
    }
  }

  public Experiment experiment() {
    return bound.value();
  }
}
