package dlt.config;

import java.nio.file.Path;

/// YAML text to nodes.
final class YamlReader {
  private YamlReader() {}

  static YamlNode read(Path file) {
    throw new UnsupportedOperationException("YamlReader.read");
  }

  static YamlNode parse(String text, Path file) {
    throw new UnsupportedOperationException("YamlReader.parse");
  }
}
