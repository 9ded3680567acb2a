package dlt.train;

import dlt.data.Field;
import dlt.data.Schema;
import dlt.data.Vocabulary;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.TensorType;
import java.util.Optional;

/// How a model writes a text, the greedy way: it is asked for the word at each place in turn, from the words before it, and the word
/// with the highest score is what it then reads there. `input` is the number of the input that holds the words before each place.
record Decoding(int input, PlacedClasses words) {
  /// That of `model`, where the target of its first loss is a text that is an input too; empty for others.
  static Optional<Decoding> of(SavedModel model) {
    Optional<Field> target = model.text();
    Optional<PlacedClasses> words = PlacedClasses.of(model);
    if (target.isEmpty() || words.isEmpty()) {
      return Optional.empty();
    }
    Schema schema = model.assembly().schema();
    String column = target.get().columns().getFirst().name();
    for (int i = 0; i < schema.inputs().size(); i++) {
      Field f = schema.inputs().get(i);
      if (f.vocabulary().filter(v -> v.mark() == Vocabulary.Mark.BEGIN).isPresent() && f.columns().getFirst().name().equals(column)) {
        return Optional.of(new Decoding(i, words.get()));
      }
    }
    return Optional.empty();
  }

  /// A batch's texts while they are written. `before` is what the model reads: a begin mark, maybe words to go on from, and padding;
  /// what is written goes there.
  final class Texts {
    private final HostTensor before;
    private final HostTensor written;
    private final boolean[] ended;
    private int place;

    Texts(HostTensor before) {
      this.before = before;
      this.written = HostTensor.allocate(new TensorType(DType.INT64, before.shape()));
      this.ended = new boolean[before.shape().dim(0)];
    }

    /// Takes the words at the next place from the model's activated output; false once there is nothing more to ask for.
    boolean add(HostTensor output) {
      int length = before.shape().dim(1);
      boolean more = false;
      for (int sample = 0; sample < ended.length; sample++) {
        if (ended[sample]) {
          continue;
        }
        long at = (long) sample * length + place;
        boolean last = place + 1 == length;
        boolean given = !last && before.longAt(at + 1) != Vocabulary.PADDING;
        long word = given ? before.longAt(at + 1) : words.of(output, sample, place);
        written.setLong(at, word);
        ended[sample] = word == Vocabulary.END || last;
        if (!ended[sample]) {
          before.setLong(at + 1, word);
          more = true;
        }
      }
      place++;
      return more;
    }

    /// The indices of what was written, an end mark behind the last word where the model gave one, then padding.
    HostTensor written() {
      return written;
    }
  }
}
