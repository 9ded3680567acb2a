package dlt.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dlt.data.ColumnType;
import dlt.data.Vocabulary;
import dlt.error.Failure;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Texts that are written by the words' probabilities, which depend here on the last word and the place alone.
class DecodingTest {
  /// padding, unknown, begin (or a), end (or b), c, d, e
  private static final int CLASSES = 7;
  private static final int READS = 5;

  private static Vocabulary vocabulary(Vocabulary.Mark mark) {
    SequencedMap<String, Integer> words = new LinkedHashMap<>();
    List<String> names = mark == Vocabulary.Mark.NONE ? List.of("a", "b", "c", "d", "e") : List.of("<begin>", "<end>", "c", "d", "e");
    names.forEach(n -> words.put(n, 2 + words.size()));
    int length = mark == Vocabulary.Mark.NONE ? READS : READS - 1;
    return new Vocabulary(new ColumnType.Text(length, 10, 1, ColumnType.By.CHARACTER, false, ColumnType.Side.RIGHT, ColumnType.Side.LEFT, Optional.empty(), Optional.empty()), words, mark);
  }

  private static Decoding decoding(Vocabulary.Mark mark) {
    return new Decoding(0, READS, new PlacedClasses("y", CLASSES, Shape.of(READS)), vocabulary(mark), false);
  }

  /// What comes after `word` at `place`.
  private static double[] probabilities(long word, int place) {
    Philox random = new Philox(11, Philox.Purpose.SYNTHETIC.stream((int) word), place);
    double[] r = IntStream.range(0, CLASSES).mapToDouble(c -> Math.exp(3 * random.uniform(c))).toArray();
    double sum = Arrays.stream(r).sum();
    return Arrays.stream(r).map(p -> p / sum).toArray();
  }

  private static HostTensor output(HostTensor before, boolean places) {
    int rows = before.shape().dim(0);
    HostTensor r = HostTensor.allocate(TensorType.float32(rows, CLASSES, READS));
    for (int row = 0; row < rows; row++) {
      for (int place = 0; place < READS; place++) {
        double[] p = probabilities(before.longAt((long) row * READS + place), places ? place : 0);
        for (int c = 0; c < CLASSES; c++) {
          r.set(((long) row * CLASSES + c) * READS + place, p[c]);
        }
      }
    }
    return r;
  }

  private static List<List<Integer>> write(Decoding decoding, Writing writing, int first, long[]... given) {
    int width = writing.choice().width();
    HostTensor before = HostTensor.allocate(new TensorType(DType.INT64, Shape.of(given.length * width, READS)));
    for (int row = 0; row < given.length * width; row++) {
      for (int i = 0; i < given[row / width].length; i++) {
        before.setLong((long) row * READS + i, given[row / width][i]);
      }
    }
    Texts texts = new Texts(decoding, writing, before, first);
    while (texts.add(output(before, !decoding.running()))) {}
    HostTensor written = texts.written();
    int length = written.shape().dim(1);
    List<List<Integer>> r = new ArrayList<>();
    for (int text = 0; text < given.length; text++) {
      List<Integer> words = new ArrayList<>();
      for (int i = 0; i < length && written.longAt((long) text * length + i) != 0; i++) {
        words.add((int) written.longAt((long) text * length + i));
      }
      r.add(words);
    }
    return r;
  }

  private static Writing beams(int n, int most) {
    return new Writing(new Writing.Beams(n), OptionalInt.of(most), Optional.empty());
  }

  private static Writing draw(double temperature, int topK, double topP, long seed, int most) {
    return new Writing(new Writing.Draw(temperature, topK, topP, seed), OptionalInt.of(most), Optional.empty());
  }

  private static int largest(double[] p, int... never) {
    return IntStream.range(0, p.length).filter(c -> Arrays.stream(never).noneMatch(n -> n == c)).boxed().max((a, b) -> Double.compare(p[a], p[b])).orElseThrow();
  }

  @Test
  void oneBeamTakesTheLikeliestWordAtEachPlaceUpToTheEnd() {
    List<Integer> expected = new ArrayList<>();
    for (int place = 0, word = Vocabulary.BEGIN; place < READS && word != Vocabulary.END; place++) {
      word = largest(probabilities(word, place), Vocabulary.PADDING, Vocabulary.BEGIN);
      expected.add(word);
    }
    assertThat(write(decoding(Vocabulary.Mark.END), Writing.GREEDY, 0, new long[] {Vocabulary.BEGIN})).containsExactly(expected);
  }

  @Test
  void aRunningTextGoesOnBeyondWhatIsReadAtATime() {
    List<Integer> expected = new ArrayList<>(List.of(3, 4));
    while (expected.size() < 2 + 12) {
      expected.add(largest(probabilities(expected.getLast(), 0), Vocabulary.PADDING));
    }
    assertThat(write(decoding(Vocabulary.Mark.NONE), beams(1, 12), 0, new long[] {3, 4})).containsExactly(expected);
    assertThat(write(decoding(Vocabulary.Mark.NONE), Writing.GREEDY, 0, new long[] {3, 4}).getFirst()).as("as many as are read, where nothing is said").hasSize(2 + READS);
  }

  /// All texts of up to five words, with the means of their words' log-probabilities.
  private static void all(List<Integer> words, double score, List<Object[]> to) {
    int place = words.size();
    boolean ended = place == READS || !words.isEmpty() && words.getLast() == Vocabulary.END;
    if (ended) {
      to.add(new Object[] {List.copyOf(words), score / place});
      return;
    }
    double[] p = probabilities(words.isEmpty() ? Vocabulary.BEGIN : words.getLast(), place);
    for (int c = 1; c < CLASSES; c++) {
      if (c != Vocabulary.BEGIN) {
        List<Integer> longer = new ArrayList<>(words);
        longer.add(c);
        all(longer, score + Math.log((float) p[c]), to);
      }
    }
  }

  @Test
  void enoughBeamsFindTheBestOfAllTexts() {
    List<Object[]> texts = new ArrayList<>();
    all(List.of(), 0, texts);
    Object[] best = texts.stream().max((a, b) -> Double.compare((double) a[1], (double) b[1])).orElseThrow();
    List<Integer> found = write(decoding(Vocabulary.Mark.END), beams(texts.size(), READS), 0, new long[] {Vocabulary.BEGIN}).getFirst();
    assertThat(found).isEqualTo(best[0]);
    assertThat(write(decoding(Vocabulary.Mark.END), Writing.GREEDY, 0, new long[] {Vocabulary.BEGIN}).getFirst()).as("not what greed finds").isNotEqualTo(found);
  }

  @Test
  void whatIsGivenIsKeptAndNotScored() {
    for (Writing writing : List.of(Writing.GREEDY, beams(3, READS), draw(1, 100, 1, 5, READS))) {
      List<Integer> text = write(decoding(Vocabulary.Mark.END), writing, 0, new long[] {Vocabulary.BEGIN, 6, 1, 6}).getFirst();
      assertThat(text).startsWith(6, 1, 6).hasSizeGreaterThan(3).doesNotContain(Vocabulary.PADDING, Vocabulary.BEGIN);
    }
    assertThat(write(decoding(Vocabulary.Mark.END), beams(2, 1), 0, new long[] {Vocabulary.BEGIN, 6}).getFirst()).hasSize(2);
  }

  @Test
  void aTextEndsBeforeTheWordThatIsToEndIt() {
    List<Integer> whole = write(decoding(Vocabulary.Mark.NONE), beams(1, 6), 0, new long[] {3}).getFirst();
    String end = vocabulary(Vocabulary.Mark.NONE).names().get(whole.get(3));
    Writing ending = new Writing(new Writing.Beams(1), OptionalInt.of(6), Optional.of(end));
    assertThat(write(decoding(Vocabulary.Mark.NONE), ending, 0, new long[] {3}).getFirst()).isEqualTo(whole.subList(0, 1 + whole.subList(1, whole.size()).indexOf(whole.get(3))));
    Writing unknown = new Writing(new Writing.Beams(1), OptionalInt.of(6), Optional.of("x"));
    assertThatThrownBy(() -> decoding(Vocabulary.Mark.NONE).end(unknown)).isInstanceOf(Failure.class).hasMessageContaining("--end 'x'");
  }

  @Test
  void nothingToGoOnFromIsAnErrorOfARunningTextAlone() {
    assertThatThrownBy(() -> write(decoding(Vocabulary.Mark.NONE), Writing.GREEDY, 0, new long[] {})).isInstanceOf(Failure.class).hasMessageContaining("give at least one character");
  }

  /// How often each of 60,000 draws gave each word, as shares.
  private static double[] shares(double[] p, Writing.Draw how) {
    double[] logs = Arrays.stream(p).map(Math::log).toArray();
    double[] r = new double[p.length];
    int n = 60_000;
    for (int i = 0; i < n; i++) {
      r[Texts.drawn(logs, how, new Philox(3, Philox.Purpose.WRITE.stream(0), i / 100), i % 100)] += 1.0 / n;
    }
    return r;
  }

  private static final double[] SIX = {0, 0.05, 0.4, 0.1, 0.25, 0.2};

  /// Within five standard deviations, which are below 0.0021.
  private static void same(double[] shares, double... expected) {
    for (int i = 0; i < shares.length; i++) {
      assertThat(shares[i]).as("word " + i).isCloseTo(expected[i], within(expected[i] == 0 ? 0 : 0.0105));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 0.5, 2})
  void wordsAreDrawnByTheSoftmaxOfTheScoresOverTheTemperature(double temperature) {
    double[] powers = Arrays.stream(SIX).map(p -> Math.pow(p, 1 / temperature)).toArray();
    double sum = Arrays.stream(powers).sum();
    same(shares(SIX, new Writing.Draw(temperature, 100, 1, 0)), Arrays.stream(powers).map(p -> p / sum).toArray());
  }

  @Test
  void topKAndTopPLeaveTheLikeliestInTheirProportions() {
    same(shares(SIX, new Writing.Draw(1, 2, 1, 0)), 0, 0, 0.4 / 0.65, 0, 0.25 / 0.65, 0);
    same(shares(SIX, new Writing.Draw(1, 100, 0.66, 0)), 0, 0, 0.4 / 0.85, 0, 0.25 / 0.85, 0.2 / 0.85);
    same(shares(SIX, new Writing.Draw(1, 3, 0.7, 0)), 0, 0, 0.4 / 0.65, 0, 0.25 / 0.65, 0); // 0.65 / 0.85 of the three
    same(shares(SIX, new Writing.Draw(1, 100, 1e-9, 0)), 0, 0, 1, 0, 0, 0);
    same(shares(SIX, new Writing.Draw(1e-4, 100, 1, 0)), 0, 0, 1, 0, 0, 0);
  }

  @Test
  void aTextDependsOnItsSeedAndNumberAndNotOnTheOthers() {
    Decoding d = decoding(Vocabulary.Mark.NONE);
    long[] given = {3, 4};
    List<List<Integer>> four = write(d, draw(1, 100, 1, 9, 30), 0, given, given, given, given);
    assertThat(four).doesNotHaveDuplicates();
    assertThat(write(d, draw(1, 100, 1, 9, 30), 2, given, given)).isEqualTo(four.subList(2, 4));
    assertThat(write(d, draw(1, 100, 1, 10, 30), 0, given, given)).doesNotContainAnyElementsOf(four);
    assertThat(write(d, draw(1, 1, 1, 9, 30), 0, given)).isEqualTo(write(d, beams(1, 30), 0, given));
  }

  @Test
  void beamsOfATextDoNotDependOnOtherTexts() {
    Decoding d = decoding(Vocabulary.Mark.NONE);
    List<List<Integer>> together = write(d, beams(3, 9), 0, new long[] {3}, new long[] {4, 5, 6}, new long[] {2, 2});
    assertThat(together).containsExactly(write(d, beams(3, 9), 0, new long[] {3}).getFirst(), write(d, beams(3, 9), 0, new long[] {4, 5, 6}).getFirst(),
        write(d, beams(3, 9), 0, new long[] {2, 2}).getFirst());
  }

  @Test
  void optionsThatMeanNothingAreRefused() {
    for (Runnable wrong : List.<Runnable>of(() -> beams(0, 1), () -> beams(1, 0), () -> beams(10_001, 1), () -> beams(1, 1_000_001), () -> draw(0, 1, 1, 0, 1), () -> draw(Double.NaN, 1, 1, 0, 1), () -> draw(1, 0, 1, 0, 1),
        () -> draw(1, 1, 0, 0, 1), () -> draw(1, 1, 1.5, 0, 1))) {
      assertThatThrownBy(wrong::run).isInstanceOf(Failure.class).hasMessageContaining("expected");
    }
  }

  @Test
  void scoresThatAreNoNumbersWriteNothing() {
    HostTensor before = HostTensor.of(Shape.of(1, READS), 3L, 0L, 0L, 0L, 0L);
    HostTensor nan = HostTensor.allocate(TensorType.float32(1, CLASSES, READS));
    IntStream.range(0, CLASSES * READS).forEach(i -> nan.set(i, Double.NaN));
    for (Writing writing : List.of(Writing.GREEDY, draw(1, 5, 1, 0, 3))) {
      Texts texts = new Texts(decoding(Vocabulary.Mark.NONE), writing, before, 0);
      assertThatThrownBy(() -> texts.add(nan)).isInstanceOf(Failure.class).hasMessageContaining("no numbers");
    }
  }

  /// Scores of a model that is sure of itself, as a long training or a large learning rate makes it.
  @ParameterizedTest
  @ValueSource(doubles = {0, 800, -800, 1e30})
  void theLogarithmsAreThoseOfTheDifferencesHoweverLargeTheScores(double shift) {
    Decoding logits = new Decoding(0, READS, new PlacedClasses("y", CLASSES, Shape.of(READS)), vocabulary(Vocabulary.Mark.NONE), true);
    HostTensor scores = HostTensor.allocate(TensorType.float32(1, CLASSES, READS));
    for (int c = 0; c < CLASSES; c++) {
      scores.set((long) c * READS, shift);
    }
    scores.set((long) (CLASSES - 1) * READS, shift == 1e30 ? 2e30 : shift + 4);
    double sum = shift == 1e30 ? 1 : CLASSES - 1 + Math.exp(4);
    assertThat(logits.logs(scores, 0, 0)[CLASSES - 1]).isEqualTo(shift == 1e30 ? 0 : 4 - Math.log(sum), within(1e-12));
    assertThat(logits.logs(scores, 0, 0)[1]).isEqualTo(shift == 1e30 ? (double) 1e30f - (double) 2e30f : -Math.log(sum), within(1e-12));
  }

  @Test
  void scoresThatAreNoNumbersHaveNoLogarithms() {
    Decoding logits = new Decoding(0, READS, new PlacedClasses("y", CLASSES, Shape.of(READS)), vocabulary(Vocabulary.Mark.NONE), true);
    for (double score : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      HostTensor scores = HostTensor.allocate(TensorType.float32(1, CLASSES, READS));
      scores.set((long) (CLASSES - 1) * READS, score);
      assertThat(logits.logs(scores, 0, 0)).containsOnly(Double.NEGATIVE_INFINITY);
    }
  }
}
