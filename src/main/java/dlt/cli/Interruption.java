package dlt.cli;

import sun.misc.Signal;
import sun.misc.SignalHandler;

/// SIGINT, SIGTERM and SIGHUP (a terminal or a connection that ended) while a training runs: the first one asks it to save and stop, a second one ends the process at once.
final class Interruption implements AutoCloseable {
  private static final int SIGNAL_EXIT = 128;

  private volatile int number;
  private final Signal[] signals = {new Signal("INT"), new Signal("TERM"), new Signal("HUP")};
  private final SignalHandler[] before = new SignalHandler[signals.length];

  Interruption() {
    for (int i = 0; i < signals.length; i++) {
      before[i] = Signal.handle(signals[i], this::received);
    }
  }

  private void received(Signal signal) {
    if (number != 0) {
      Runtime.getRuntime().halt(SIGNAL_EXIT + signal.getNumber());
    }
    number = signal.getNumber();
    System.err.println("\nstopping after this step and saving; a second signal stops at once");
  }

  /// Whether a signal has come.
  boolean requested() {
    return number != 0;
  }

  /// 130 for SIGINT, 143 for SIGTERM, 129 for SIGHUP.
  int exitCode() {
    return SIGNAL_EXIT + number;
  }

  @Override
  public void close() {
    for (int i = 0; i < signals.length; i++) {
      Signal.handle(signals[i], before[i]);
    }
  }
}
