package dlt.cli;

import dlt.config.Invalid;
import dlt.error.Failure;
import dlt.experiment.Assertion;
import java.util.function.Supplier;

/// What --assert says.
final class Conditions {
  private Conditions() {}

  /// The condition that `reading` makes of a text. Throws Failure(USAGE) where the text is none.
  static Assertion read(Supplier<Assertion> reading) {
    try {
      return reading.get();
    } catch (Invalid e) {
      throw new Failure(Failure.Kind.USAGE, "--assert: found " + e.found() + ", expected " + e.expected());
    }
  }
}
