package dlt.cli;

import dlt.config.ConfigException;
import dlt.error.Failure;
import dlt.experiment.Assertion;
import dlt.report.JUnitXml;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;
import picocli.CommandLine.Option;

/// A command's asserts as a file for CI.
final class JUnitOption {
  private static final int SIGNALS = 128;

  @Option(names = "--junit", paramLabel = "FILE", description = "Write the asserts to FILE in JUnit's XML, a test case each, for CI.")
  Optional<Path> file = Optional.empty();

  /// Runs `command`, which adds the asserts to the list that it gets, and returns its exit code. The first test case says
  /// whether it got so far: `step` is its name, `subject` what it is about.
  int around(Output output, String subject, String step, ToIntFunction<List<Assertion.Verdict>> command) {
    file.ifPresent(f -> {
      FileKind.JUNIT.requireReplaceable("--junit", f, Optional.empty());
      output.writes("--junit", f);
    });
    long begin = System.nanoTime();
    List<Assertion.Verdict> asserts = new ArrayList<>();
    try {
      int code = command.applyAsInt(asserts);
      write(subject, step, begin, code > SIGNALS ? Optional.of("stopped by signal " + (code - SIGNALS)) : Optional.empty(), asserts);
      return code;
    } catch (Failure | ConfigException e) {
      try {
        write(subject, step, begin, Optional.of(e.getMessage()), List.of());
      } catch (Failure unwritten) {
        e.addSuppressed(unwritten);
      }
      throw e;
    }
  }

  private void write(String subject, String step, long begin, Optional<String> error, List<Assertion.Verdict> asserts) {
    file.ifPresent(f -> JUnitXml.write(f, subject, new JUnitXml.Step(step, (System.nanoTime() - begin) * 1e-9, error), asserts));
  }
}
