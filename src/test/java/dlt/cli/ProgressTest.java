package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.train.Scores;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgressTest {
  private static final int BATCHES = 100, SAMPLES = 32;
  private static final double STEP = 0.5, VALIDATION = 10;
  /// Half an epoch's steps, its validation, and ten epochs of both; the first epoch was seen from its first step's end on.
  private static final double LEFT = 50 * STEP + VALIDATION + 10 * (BATCHES * STEP + VALIDATION) - 11 * STEP;

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private double seconds;

  /// Two epochs of steps of half a second and validations of ten; what is printed on a terminal so wide.
  private String train(OptionalInt columns) {
    return train(columns, OptionalDouble.empty());
  }

  private String train(OptionalInt columns, OptionalDouble budget) {
    err.reset();
    PrintStream was = System.err;
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      Progress p = new Progress(new Output(), () -> columns, () -> (long) (seconds * 1e9));
      seconds = 1000; // compiling and reading are no steps
      p.begins(budget);
      SequencedMap<String, Double> metrics = new LinkedHashMap<>();
      List.of("accuracy", "f1_macro", "balanced_accuracy", "roc_auc_ovr_macro").forEach(m -> metrics.put(m, 0.5));
      for (int epoch = 1; epoch <= 2; epoch++) {
        for (int b = 1; b <= BATCHES; b++) {
          seconds += STEP;
          p.step(epoch, 12, b, BATCHES, SAMPLES, 1.25);
        }
        seconds += VALIDATION;
        p.epoch(epoch, 12, 1.5, Optional.of(new Scores(9, 1.25, metrics, Optional.empty(), List.of())), 50, 64, true);
      }
      p.end();
      return err.toString(StandardCharsets.UTF_8);
    } finally {
      System.setErr(was);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 40, 80, 120, 200})
  void noLineIsWiderThanTheTerminal(int columns) {
    for (String line : train(OptionalInt.of(columns)).split("[\r\n]+")) {
      assertThat(line.replaceAll("\033\\[[0-9;]*[A-Za-z]", "")).hasSizeLessThan(columns);
    }
  }

  @Test
  void theRateIsThatOfTheStepsAndTheTimeLeftCountsValidations() {
    assertThat(secondHalf(OptionalDouble.empty())).contains("  64 samples/s  " + Progress.duration(LEFT) + " left").doesNotContain("budget");
  }

  @Test
  void theTimeLeftIsNoMoreThanTheBudgetLeaves() {
    double until = 1.5 * BATCHES * STEP + VALIDATION;
    assertThat(secondHalf(OptionalDouble.of(until + 100))).contains("  64 samples/s  " + Progress.duration(100) + " left of the budget");
    assertThat(secondHalf(OptionalDouble.of(until + LEFT + 100))).contains(Progress.duration(LEFT) + " left").doesNotContain("budget");
    assertThat(secondHalf(OptionalDouble.of(0))).contains("0.0 s left of the budget");
  }

  private String secondHalf(OptionalDouble budget) {
    return train(OptionalInt.of(200), budget).lines().flatMap(l -> Arrays.stream(l.split("\r")))
        .filter(l -> l.startsWith("epoch  2/12 [##########----------]")).findFirst().orElseThrow();
  }

  @Test
  void aLogFileHasWholeLinesAndNothingElse() {
    String text = train(OptionalInt.empty());
    assertThat(text).doesNotContain("\r", "\033", "\u2026");
    assertThat(text.lines()).hasSize(2).allMatch(l -> l.contains("roc_auc_ovr_macro 0.5000  50.0 s  64 samples/s  *"));
    assertThat(text).contains("epoch  1/12");
  }
}
