package dlt.cli;

import dlt.report.Figure;
import dlt.train.Scores;
import dlt.train.TrainingListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// How far a training is: a line that is redrawn on a terminal, plain lines elsewhere. On a terminal no line is longer than it
/// is wide: what is worth least is left out.
final class Progress implements TrainingListener {
  private static final long REDRAW_NANOS = 100_000_000L;
  private static final int BAR = 20;

  private final Output output;
  private final Supplier<OptionalInt> columns;
  private final LongSupplier nanos;
  private final boolean terminal;
  private long drawn;
  private boolean open;
  /// Where the epoch's first step that was seen ended: what came before it was not only steps.
  private long firstTime;
  private int firstBatch;
  private long samplesSince;
  private int epochOfFirst;
  /// When the last epoch ended, and how long it took with its validation; 0 where none has ended.
  private long epochEnd;
  private double epochSeconds;
  /// When the budget of time is used up, in `nanos`.
  private OptionalDouble budgetEnd = OptionalDouble.empty();

  Progress(Output output) {
    this(output, Terminal::columns, System::nanoTime);
  }

  Progress(Output output, Supplier<OptionalInt> columns, LongSupplier nanos) {
    this.output = output;
    this.columns = columns;
    this.nanos = nanos;
    this.terminal = columns.get().isPresent();
  }

  @Override
  public void begins(OptionalDouble secondsLeft) {
    budgetEnd = secondsLeft.isPresent() ? OptionalDouble.of(nanos.getAsLong() + secondsLeft.getAsDouble() * 1e9) : secondsLeft;
    epochOfFirst = 0;
    epochEnd = 0;
  }

  @Override
  public void step(int epoch, int epochs, int batch, int batches, int samples, double loss) {
    long now = nanos.getAsLong();
    if (epoch != epochOfFirst) {
      epochOfFirst = epoch;
      firstTime = now;
      firstBatch = batch;
      samplesSince = 0;
      epochEnd = epochEnd == 0 ? now : epochEnd;
    } else {
      samplesSince += samples;
    }
    if (terminal && now - drawn > REDRAW_NANOS) {
      drawn = now;
      draw(line(epoch, epochs, batch, batches, loss, (now - firstTime) * 1e-9));
    }
  }

  private String line(int epoch, int epochs, int batch, int batches, double loss, double seconds) {
    int full = (int) ((long) BAR * batch / batches);
    String line = String.format(Locale.ROOT, "epoch %s [%s%s] loss %s", count(epoch, epochs), "#".repeat(full), "-".repeat(BAR - full), Figure.text(loss));
    if (batch == firstBatch || seconds <= 0) {
      return line;
    }
    double perBatch = seconds / (batch - firstBatch);
    double perEpoch = epochSeconds > 0 ? Math.max(epochSeconds, perBatch * batches) : perBatch * batches;
    double left = (batches - batch) * perBatch + Math.max(0, epochSeconds - perBatch * batches) + (epochs - epoch) * perEpoch;
    double budget = budgetEnd.isPresent() ? Math.max(0, (budgetEnd.getAsDouble() - nanos.getAsLong()) * 1e-9) : Double.POSITIVE_INFINITY;
    return line + String.format(Locale.ROOT, "  %,.0f samples/s  %s left%s", samplesSince / seconds, duration(Math.min(left, budget)),
        budget < left ? " of the budget" : "");
  }

  /// In one write, and erased after what is written: what stays the same does not flicker.
  private void draw(String line) {
    System.err.print("\r" + Terminal.fit(line, columns.get()) + "\033[K");
    System.err.flush();
    open = true;
  }

  @Override
  public void epoch(int epoch, int epochs, double trainLoss, Optional<Scores> validation, double seconds, double samplesPerSecond, boolean best) {
    clear();
    output.say(epochLine(epoch, epochs, trainLoss, validation, seconds, samplesPerSecond, best));
    long now = nanos.getAsLong();
    epochSeconds = epochEnd == 0 ? 0 : (now - epochEnd) * 1e-9;
    epochEnd = now;
  }

  private String epochLine(int epoch, int epochs, double trainLoss, Optional<Scores> validation, double seconds, double samplesPerSecond, boolean best) {
    String begin = String.format(Locale.ROOT, "epoch %s  train loss %s", count(epoch, epochs), Figure.text(trainLoss));
    String end = best && validation.isPresent() ? "  *" : "";
    List<String> figures = new ArrayList<>();
    validation.ifPresent(v -> {
      figures.add("  validation loss " + Figure.text(v.loss()));
      v.metrics().forEach((name, value) -> figures.add("  " + name + " " + Figure.text(value)));
    });
    List<String> times = new ArrayList<>(List.of(String.format(Locale.ROOT, "  %.1f s", seconds), String.format(Locale.ROOT, "  %,.0f samples/s", samplesPerSecond)));
    OptionalInt width = columns.get();
    while (width.isPresent() && begin.length() + length(figures) + length(times) + end.length() >= width.getAsInt() && !(times.isEmpty() && figures.size() < 2)) {
      (times.isEmpty() ? figures : times).removeLast();
    }
    return Terminal.fit(begin + String.join("", figures) + String.join("", times) + end, width);
  }

  private static int length(List<String> parts) {
    return parts.stream().mapToInt(String::length).sum();
  }

  /// `epoch` right-aligned, so that lines below one another stay in their columns.
  private static String count(int epoch, int epochs) {
    return String.format(Locale.ROOT, "%" + Integer.toString(epochs).length() + "d/%d", epoch, epochs);
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
    return seconds < 10 ? String.format(Locale.ROOT, "%.1f s", seconds)
        : s < 60 ? s + " s"
        : s < 3600 ? String.format(Locale.ROOT, "%d:%02d min", s / 60, s % 60) : String.format(Locale.ROOT, "%d:%02d h", s / 3600, s / 60 % 60);
  }
}
