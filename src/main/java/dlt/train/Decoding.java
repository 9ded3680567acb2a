package dlt.train;

import dlt.data.Field;
import dlt.data.Vocabulary;
import dlt.error.Failure;
import dlt.experiment.Assembly;
import dlt.loss.Activation;
import dlt.tensor.HostTensor;
import java.util.List;
import java.util.Optional;

/// A model that writes a text: it is asked for the word at each place in turn, from the words before it, and what is taken is what it
/// then reads there. `input` is the number of the input that holds the words before each place, `reads` of them. Of a `running` text,
/// it reads the last ones; others begin with a mark and end where the input ends.
record Decoding(int input, int reads, PlacedClasses words, Vocabulary vocabulary, boolean logits) {
  /// That of a model, where the target of its first loss is a text that is an input too; empty for others.
  static Optional<Decoding> of(Assembly assembly) {
    Optional<Field> text = SavedModel.text(assembly);
    Optional<PlacedClasses> words = PlacedClasses.of(assembly);
    if (text.isEmpty() || words.isEmpty()) {
      return Optional.empty();
    }
    Vocabulary target = text.get().vocabulary().orElseThrow();
    Vocabulary.Mark read = target.mark() == Vocabulary.Mark.END ? Vocabulary.Mark.BEGIN : Vocabulary.Mark.NONE;
    String column = text.get().columns().getFirst().name();
    List<Field> inputs = assembly.schema().inputs();
    for (int i = 0; i < inputs.size(); i++) {
      Field f = inputs.get(i);
      if (f.vocabulary().filter(v -> v.mark() == read).isPresent() && f.columns().getFirst().name().equals(column)) {
        boolean logits = assembly.activation(words.get().output()) == Activation.NONE;
        return Optional.of(new Decoding(i, f.type().shape().dim(0), words.get(), target, logits));
      }
    }
    return Optional.empty();
  }

  /// Whether its texts have neither a beginning nor an end.
  boolean running() {
    return vocabulary.mark() == Vocabulary.Mark.NONE;
  }

  /// The words that are written at the most.
  int most(Writing writing) {
    return running() ? writing.maxLength().orElse(reads) : Math.min(writing.maxLength().orElse(reads), reads);
  }

  /// The indices of a whole text, what is given included.
  int length(Writing writing) {
    return running() ? Math.addExact(reads, most(writing)) : reads;
  }

  /// The index of the word that ends a text, besides the end mark; -1 for none. Throws Failure(USAGE) where the model does not know it.
  int end(Writing writing) {
    return writing.end().map(end -> {
      Integer index = vocabulary.indices().get(end);
      if (index == null) {
        throw new Failure(Failure.Kind.USAGE, "--end '" + end + "': the model's texts have no such " + vocabulary.unit() + "; expected one of them");
      }
      return index;
    }).orElse(-1);
  }

  /// The logarithms of the probabilities of the words at one place of one sample of a batch of activated outputs; minus infinity for
  /// what is never written.
  double[] logs(HostTensor outputs, int sample, int place) {
    long places = words.places().size();
    int classes = outputs.shape().dim(1);
    double[] r = new double[classes];
    double most = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < classes; c++) {
      double score = outputs.at((sample * (long) classes + c) * places + place);
      r[c] = logits ? score : StrictMath.log(score);
      most = Math.max(most, r[c]);
    }
    double norm = logits ? most + StrictMath.log(sumOfExp(r, most)) : 0;
    for (int c = 0; c < classes; c++) {
      boolean never = c == Vocabulary.PADDING || !running() && c == Vocabulary.BEGIN;
      r[c] = never || Double.isNaN(r[c] - norm) ? Double.NEGATIVE_INFINITY : r[c] - norm;
    }
    return r;
  }

  /// The sum of e^(x - most), which does not overflow.
  private static double sumOfExp(double[] x, double most) {
    double sum = 0;
    for (double one : x) {
      sum += StrictMath.exp(one - most);
    }
    return sum;
  }
}
