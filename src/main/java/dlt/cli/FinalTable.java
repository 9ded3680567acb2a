package dlt.cli;

import dlt.report.Figure;
import dlt.train.CrossValidation;
import dlt.train.Scores;
import dlt.train.TrainingRun;
import java.nio.file.Files;
import java.util.Locale;

/// The table at the end of a training.
final class FinalTable {
  private FinalTable() {}

  static void print(Output output, TrainingRun.Result r) {
    r.folds().ifPresentOrElse(f -> folds(output, r, f), () -> {
      output.say(r.epochs() == 0 ? "not trained (training.epochs: 0)" : String.format(Locale.ROOT, "best epoch  %d of %d", r.bestEpoch(), r.epochs()));
      r.validation().ifPresent(s -> output.say("validation  " + scores(s)));
    });
    r.test().ifPresent(s -> output.say("test        " + scores(s)));
    r.parity().ifPresent(p -> output.say(String.format(Locale.ROOT, "onnx        %s (ONNX Runtime agrees, largest difference %.2g)", r.run().onnx(), p.maxAbsolute())));
    output.say(String.format(Locale.ROOT, "run         %s (%.1f s)", r.run().path(), r.seconds()));
  }

  private static void folds(Output output, TrainingRun.Result r, CrossValidation all) {
    for (CrossValidation.Fold f : all.folds()) {
      output.say(String.format(Locale.ROOT, "fold %-6d %s  (epoch %d of %d)", f.number(), scores(f.validation()), f.bestEpoch(), f.epochs()));
    }
    Scores mean = all.mean();
    Scores deviation = all.deviation();
    StringBuilder b = new StringBuilder("mean        loss " + Figure.text(mean.loss()) + " +- " + Figure.text(deviation.loss()));
    mean.metrics().forEach((name, value) -> b.append("  " + name + " " + Figure.text(value) + " +- " + Figure.text(deviation.value(name))));
    output.say(b + "  (standard deviation over " + all.folds().size() + " trainings)");
    if (Files.exists(r.run().outOfFold())) {
      output.say("predicted   " + r.run().outOfFold());
    }
    if (r.parity().isPresent()) {
      output.say("refit       " + r.epochs() + (r.epochs() == 1 ? " epoch" : " epochs") + " on all samples of the folds");
    }
  }

  static String scores(Scores s) {
    StringBuilder b = new StringBuilder("loss " + Figure.text(s.loss()));
    s.metrics().forEach((name, value) -> b.append("  " + name + " " + Figure.text(value)));
    return b.toString();
  }
}
