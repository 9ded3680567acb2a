package dlt.cli;

import dlt.train.Scores;
import dlt.train.TrainingListener;
import java.util.Locale;
import java.util.Optional;

/// How far a training is: a line that is redrawn on a terminal, plain lines elsewhere.
final class Progress implements TrainingListener {
  private static final long REDRAW_NANOS = 100_000_000L;
  private static final int BAR = 20;

  private final Output output;
  private final boolean terminal = System.console() != null && System.console().isTerminal() && System.getenv("NO_COLOR") == null;
  private long drawn;
  private long epochBegin = System.nanoTime();
  private long epochSamples;
  private boolean open;

  Progress(Output output) {
    this.output = output;
  }

  @Override
  public void step(int epoch, int epochs, int batch, int batches, int samples, double loss) {
    epochSamples += samples;
    long now = System.nanoTime();
    if (terminal && now - drawn > REDRAW_NANOS) {
      drawn = now;
      double seconds = Math.max(1e-9, (now - epochBegin) * 1e-9);
      double left = seconds / Math.max(1, batch) * (batches - batch) + (epochs - epoch) * seconds / Math.max(1, batch) * batches;
      int full = (int) ((long) BAR * batch / batches);
      System.err.printf(Locale.ROOT, "\r\033[Kepoch %d/%d [%s%s] loss %.4f  %,.0f samples/s  %s left", epoch, epochs, "#".repeat(full),
          "-".repeat(BAR - full), loss, epochSamples / seconds, duration(left));
      System.err.flush();
      open = true;
    }
  }

  @Override
  public void epoch(int epoch, int epochs, double trainLoss, Optional<Scores> validation, double seconds, double samplesPerSecond, boolean best) {
    clear();
    output.say(String.format(Locale.ROOT, "epoch %d/%d  train loss %.4f%s  %.1f s  %,.0f samples/s%s", epoch, epochs, trainLoss,
        validation.map(v -> "  validation " + FinalTable.scores(v)).orElse(""), seconds, samplesPerSecond, best && validation.isPresent() ? "  *" : ""));
    epochBegin = System.nanoTime();
    epochSamples = 0;
  }

  @Override
  public void note(String text) {
    clear();
    output.say(text);
  }

  /// Leaves the terminal as it was.
  void end() {
    clear();
  }

  private void clear() {
    if (open) {
      System.err.print("\r\033[K");
      open = false;
    }
  }

  static String duration(double seconds) {
    long s = Math.round(seconds);
    return seconds < 10 ? String.format(Locale.ROOT, "%.1f s", seconds) : s < 60 ? s + " s" : s < 3600 ? String.format(Locale.ROOT, "%d:%02d min", s / 60, s % 60) : String.format(Locale.ROOT, "%d:%02d h", s / 3600, s / 60 % 60);
  }
}
