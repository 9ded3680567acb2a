package dlt.config;

import java.util.List;
import java.util.stream.Collectors;

/// Every error of an experiment file, in the order of its lines.
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Diagnostic> diagnostics;

  public ConfigException(List<Diagnostic> diagnostics) {
    super(diagnostics.stream().map(Diagnostic::toString).collect(Collectors.joining("\n")));
    this.diagnostics = List.copyOf(diagnostics);
  }

  /// The only error: where, what was found and expected, and what to do about it (may be empty).
  public ConfigException(Location at, String message, String hint) {
    this(List.of(new Diagnostic(at, message, hint)));
  }

  public List<Diagnostic> diagnostics() {
    return diagnostics;
  }
}
