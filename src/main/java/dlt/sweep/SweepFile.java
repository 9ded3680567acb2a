package dlt.sweep;

import dlt.config.Binder;
import dlt.config.ConfigException;
import dlt.config.Location;
import dlt.config.Overrides;
import dlt.config.YamlNode;
import dlt.experiment.ExperimentFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// An experiment file with its `sweep` section; `overrides` hold for every trial.
public record SweepFile(Path file, List<String> overrides, ExperimentFile experiment, Sweep sweep, String section) {
  /// Reads both. Throws [ConfigException] with the errors of the experiment, or of the section, which must be there.
  public static SweepFile read(Path file, List<String> overrides) {
    ExperimentFile experiment = ExperimentFile.read(file, overrides);
    YamlNode root = Overrides.apply(YamlNode.read(file), overrides);
    YamlNode section = root instanceof YamlNode.Mapping m ? m.value("sweep").orElse(null) : null;
    if (section == null) {
      throw new ConfigException(new Location(file, 1, 1, ""), "found no `sweep`, expected what to vary",
          "for example sweep: {method: {random: 20}, parameters: {optimizer.adam.lr: {log: [1e-4, 1e-1]}}}");
    }
    Sweep sweep = Binder.bind(section, Sweep.class).value();
    return new SweepFile(file, overrides, experiment, sweep, section.inline());
  }

  /// The experiment of a trial. Throws [ConfigException] where it does not take the values.
  ExperimentFile of(Trial trial) {
    List<String> all = new ArrayList<>(overrides);
    trial.settings(sweep).forEach((key, value) -> all.add(key + "=" + value));
    return ExperimentFile.read(file, all);
  }
}
