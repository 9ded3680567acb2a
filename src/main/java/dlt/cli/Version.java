package dlt.cli;

import picocli.CommandLine.IVersionProvider;

/// dlt's version, from its jar.
final class Version implements IVersionProvider {
  static String text() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {"dlt " + text()};
  }
}
