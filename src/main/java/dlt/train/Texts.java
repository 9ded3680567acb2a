package dlt.train;

import dlt.data.Vocabulary;
import dlt.error.Failure;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// A batch's texts while they are written: [Writing.Choice#width] lines for each, the best first.
final class Texts {
  /// In place of a word for a line that stays as it is.
  private static final int NONE = -1;

  /// A text so far. `score` is the sum of the log-probabilities of the `steps` words that were chosen.
  private record Line(int[] words, int steps, double score, boolean ended) {
    double mean() {
      return score / steps;
    }
  }

  /// A line that may be kept: one with a word more.
  private record Candidate(Line of, int word, double score, double mean) {}

  private final Decoding decoding;
  private final Writing writing;
  private final int first;
  private final int end;
  private final HostTensor before;
  private final Line[] lines;

  /// `before` is what the model reads, the same for all lines of a text: maybe a begin mark, words to go on from, and padding; what is
  /// written goes there. The number of the first text is `first`. Throws Failure(DATA) where there is nothing to go on from and no mark.
  Texts(Decoding decoding, Writing writing, HostTensor before, int first) {
    this.decoding = decoding;
    this.writing = writing;
    this.first = first;
    this.end = decoding.end(writing);
    this.before = before;
    this.lines = new Line[before.shape().dim(0)];
    for (int row = 0; row < lines.length; row++) {
      long at = (long) row * decoding.reads();
      int[] given = IntStream.range(decoding.running() ? 0 : 1, decoding.reads()).map(i -> (int) before.longAt(at + i)).takeWhile(w -> w != Vocabulary.PADDING).toArray();
      if (decoding.running() && given.length == 0) {
        throw new Failure(Failure.Kind.DATA, "there is no text to go on from; give at least one " + decoding.vocabulary().unit());
      }
      // the lines of a text are alike at first: one is enough
      lines[row] = new Line(given, 0, row % width() == 0 ? 0 : Double.NEGATIVE_INFINITY, false);
    }
  }

  private int width() {
    return writing.choice().width();
  }

  /// The place whose output says what comes after a line's words.
  private int place(Line line) {
    return decoding.running() ? Math.min(line.words.length, decoding.reads()) - 1 : line.words.length;
  }

  /// Takes a word for each line from the model's activated output; false once there is nothing more to ask for.
  boolean add(HostTensor output) {
    for (int text = 0; text * width() < lines.length; text++) {
      int from = text * width();
      switch (writing.choice()) {
        case Writing.Beams _ -> search(output, from);
        case Writing.Draw d -> {
          if (!lines[from].ended) {
            double[] logs = decoding.logs(output, from, place(lines[from]));
            lines[from] = longer(lines[from], drawn(logs, d, new Philox(d.seed(), Philox.Purpose.WRITE.stream(0), first + text), lines[from].steps), 0);
          }
        }
      }
    }
    boolean more = false;
    for (int row = 0; row < lines.length; row++) {
      more |= !lines[row].ended;
      show(row);
    }
    return more;
  }

  /// Keeps the best of the lines from `from` on and of those with a word more; of equally good ones, the first.
  private void search(HostTensor output, int from) {
    List<Candidate> best = new ArrayList<>();
    for (int row = from; row < from + width(); row++) {
      Line line = lines[row];
      if (line.ended) {
        offer(best, new Candidate(line, NONE, line.score, line.mean()));
        continue;
      }
      double[] logs = decoding.logs(output, row, place(line));
      for (int word = 0; word < logs.length; word++) {
        double score = line.score + logs[word];
        double mean = score / (line.steps + 1);
        if (best.size() < width() || mean > best.getLast().mean) {
          offer(best, new Candidate(line, word, score, mean));
        }
      }
    }
    if (best.getFirst().score == Double.NEGATIVE_INFINITY) {
      throw noNumbers();
    }
    for (int i = 0; i < width(); i++) {
      Candidate c = best.get(i);
      lines[from + i] = c.word == NONE ? c.of : longer(c.of, c.word, c.score);
    }
  }

  private void offer(List<Candidate> best, Candidate candidate) {
    int at = best.size();
    while (at > 0 && candidate.mean > best.get(at - 1).mean) {
      at--;
    }
    best.add(at, candidate);
    if (best.size() > width()) {
      best.removeLast();
    }
  }

  /// A word of those with these log-probabilities.
  static int drawn(double[] logs, Writing.Draw how, Philox random, int step) {
    int[] order = IntStream.range(0, logs.length).filter(w -> logs[w] > Double.NEGATIVE_INFINITY).boxed()
        .sorted(Comparator.comparingDouble(w -> -logs[w])).limit(how.topK()).mapToInt(w -> w).toArray();
    if (order.length == 0) {
      throw noNumbers();
    }
    double[] sums = new double[order.length]; // of weights up to each
    double sum = 0;
    for (int i = 0; i < order.length; i++) {
      sum += StrictMath.exp((logs[order[i]] - logs[order[0]]) / how.temperature());
      sums[i] = sum;
    }
    double enough = how.topP() * sum;
    int kept = 1;
    while (kept < order.length && sums[kept - 1] < enough) {
      kept++;
    }
    long bits = (random.bits(2L * step) & 0xffffffffL) << 21 | random.bits(2L * step + 1) >>> 11;
    double u = bits * 0x1p-53 * sums[kept - 1];
    int i = 0;
    while (i < kept - 1 && sums[i] <= u) {
      i++;
    }
    return order[i];
  }

  private static Failure noNumbers() {
    return new Failure(Failure.Kind.DATA, "the model's scores are no numbers: there is no likely word");
  }

  private Line longer(Line line, int word, double score) {
    int[] words = line.words;
    if (word != end) {
      words = Arrays.copyOf(words, words.length + 1);
      words[words.length - 1] = word;
    }
    boolean ended = word == end || !decoding.running() && (word == Vocabulary.END || words.length == decoding.reads()) || line.steps + 1 == decoding.most(writing);
    return new Line(words, line.steps + 1, score, ended);
  }

  /// Lets the model read a line.
  private void show(int row) {
    int[] words = lines[row].words;
    int mark = decoding.running() ? 0 : 1;
    int shown = Math.min(words.length, decoding.reads() - mark);
    int from = decoding.running() ? words.length - shown : 0;
    for (int i = 0; i < decoding.reads() - mark; i++) {
      before.setLong((long) row * decoding.reads() + mark + i, i < shown ? words[from + i] : Vocabulary.PADDING);
    }
  }

  /// The indices of each text with what it went on from, an end mark behind the last word where the model gave one, then padding.
  HostTensor written() {
    int length = decoding.length(writing);
    HostTensor r = HostTensor.allocate(new TensorType(DType.INT64, Shape.of(lines.length / width(), length)));
    for (int text = 0; text < lines.length / width(); text++) {
      int[] words = lines[text * width()].words;
      for (int i = 0; i < words.length; i++) {
        r.setLong((long) text * length + i, words[i]);
      }
    }
    return r;
  }
}
