package dlt.experiment;

import dlt.config.Binder;
import dlt.config.Bound;
import dlt.config.Diagnostic;
import dlt.config.Overrides;
import dlt.config.YamlNode;
import java.nio.file.Path;
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
    return new ExperimentFile(file, base, Binder.bind(root, Experiment.class, errors));
  }

  public Experiment experiment() {
    return bound.value();
  }
}
