package dlt.config;

import java.util.List;

/// `--set optimizer.adam.lr=0.01`: values given on the command line in place of the file's.
public final class Overrides {
  private Overrides() {}

  /// `root` with each `path=value` applied in turn. A path names keys and list indices (from 0); a value is YAML. What is
  /// set has the place `--set:n:column` for the n-th override. Throws [ConfigException].
  public static YamlNode apply(YamlNode root, List<String> overrides) {
    throw new UnsupportedOperationException("Overrides.apply");
  }
}
