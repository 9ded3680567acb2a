package dlt.cli;

import dlt.train.Scores;
import dlt.train.TrainingRun;
import java.util.Locale;

/// The table at the end of a training.
final class FinalTable {
  private FinalTable() {}

  static void print(Output output, TrainingRun.Result r) {
    output.say(r.epochs() == 0 ? "not trained (training.epochs: 0)" : String.format(Locale.ROOT, "best epoch  %d of %d", r.bestEpoch(), r.epochs()));
    r.validation().ifPresent(s -> output.say("validation  " + scores(s)));
    r.test().ifPresent(s -> output.say("test        " + scores(s)));
    r.parity().ifPresent(p -> output.say(String.format(Locale.ROOT, "onnx        %s (ONNX Runtime agrees, largest difference %.2g)", r.run().onnx(), p.maxAbsolute())));
    output.say(String.format(Locale.ROOT, "run         %s (%.1f s)", r.run().path(), r.seconds()));
  }

  static String scores(Scores s) {
    StringBuilder b = new StringBuilder(String.format(Locale.ROOT, "loss %.4f", s.loss()));
    s.metrics().forEach((name, value) -> b.append(String.format(Locale.ROOT, "  %s %.4f", name, value)));
    return b.toString();
  }
}
