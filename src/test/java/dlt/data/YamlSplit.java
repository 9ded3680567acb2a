package dlt.data;

import dlt.config.Binder;
import dlt.config.YamlNode;
import java.nio.file.Path;

/// Splits for tests, as people write them.
final class YamlSplit {
  record File(Split split) {}

  private YamlSplit() {}

  static Split of(String yaml) {
    return Binder.bind(YamlNode.parse("split: " + yaml, Path.of("exp.yaml")), File.class).value().split();
  }
}
