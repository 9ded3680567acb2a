package dlt.experiment;

import dlt.config.Kinds;
import dlt.layer.Conv1d;
import dlt.layer.Conv2d;
import dlt.layer.Conv3d;
import dlt.layer.ConvTranspose2d;
import dlt.layer.Layer;
import dlt.layer.Linear;
import dlt.layer.Placed;
import dlt.layer.Sigmoid;
import dlt.layer.Softmax;
import dlt.loss.Bce;
import dlt.loss.Loss;
import dlt.loss.LossTerm;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What an experiment may say and hardly means: a prediction that goes through softmax or sigmoid twice, which learns slowly
/// and not as far, or not once, where the loss takes it for a probability.
public final class Doubts {
  private Doubts() {}

  /// A line for each, beginning with the layer's place in the file.
  public static List<String> of(ExperimentFile file) {
    Experiment e = file.experiment();
    return e.loss().stream().flatMap(term -> predicting(e.model(), term).flatMap(p -> doubt(term.loss(), p.layer()).stream()
        .map(doubt -> file.bound().at(p) + ": warning: " + doubt))).toList();
  }

  /// The layers in the model's own list that the term's predictions come out of.
  private static Stream<Placed> predicting(Model model, LossTerm term) {
    List<String> names = term.input().isEmpty() ? model.outputs().stream().limit(1).toList() : term.input();
    return names.isEmpty() ? Stream.of(model.layers().getLast()) : model.layers().stream().filter(p -> p.as().filter(names::contains).isPresent());
  }

  private static Optional<String> doubt(Loss loss, Layer last) {
    boolean activated = last instanceof Softmax || last instanceof Sigmoid;
    boolean raw = last instanceof Linear || last instanceof Conv1d || last instanceof Conv2d || last instanceof Conv3d || last instanceof ConvTranspose2d;
    String what = "`" + Kinds.name(loss.getClass()) + "` ";
    return switch (loss.activation()) {
      case SOFTMAX, SIGMOID -> when(activated, what + "has its own " + Kinds.name(loss.activation()) + ", and `" + last.kind() + "` before it is one more: leave it out (predictions are probabilities all the same)");
      case EXP -> when(activated || raw, what + "takes logarithms of probabilities, and `" + last.kind() + "` gives none: end with `log_softmax`");
      case NONE -> when(raw && loss instanceof Bce, what + "takes probabilities, and `" + last.kind() + "` gives any number: add `sigmoid`, or take `bce_with_logits`");
    };
  }

  private static Optional<String> when(boolean doubtful, String doubt) {
    return doubtful ? Optional.of(doubt) : Optional.empty();
  }
}
