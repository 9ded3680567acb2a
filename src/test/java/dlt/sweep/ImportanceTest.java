package dlt.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlt.config.Binder;
import dlt.config.YamlNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class ImportanceTest {
  private static final Sweep SWEEP = Binder.bind(YamlNode.parse("""
      parameters:
        a: {linear: [0, 1]}
        b: {choice: [x, y, z]}
        c: {log: {between: [1e-4, 1], when: {b: x}}}
      """, Path.of("sweep.yaml")), Sweep.class).value();

  /// Random trials whose score is `score` of their coordinates.
  private static List<Importance> of(int trials, ToDoubleFunction<List<Double>> score) {
    Random random = new Random(3);
    List<Standing> standings = new ArrayList<>();
    for (int i = 0; i < trials; i++) {
      Trial trial = Trial.of(SWEEP, i, List.of(random.nextDouble(), (double) random.nextInt(3), Math.log(1e-4) * random.nextDouble()));
      double value = score.applyAsDouble(trial.coordinates());
      standings.add(new Standing(trial, 1, value, 0, Double.isNaN(value) ? Optional.of(Standing.Failing.DIVERGED) : Optional.empty()));
    }
    standings.sort(Comparator.comparingDouble(Standing::score));
    return Importance.of(new SweepResults(Path.of("."), "s", SWEEP, "loss", false, standings));
  }

  private static double share(List<Importance> all, String parameter) {
    return all.stream().filter(i -> i.parameter().equals(parameter)).findFirst().orElseThrow().share();
  }

  @Test
  void theParameterThatScoresFollowIsTheMostImportant() {
    List<Importance> numbers = of(60, c -> c.get(0));
    assertThat(numbers.getFirst().parameter()).isEqualTo("a");
    assertThat(numbers.getFirst().share()).isGreaterThan(0.9);
    assertThat(share(numbers, "b")).isLessThan(0.15);
    List<Importance> classes = of(60, c -> c.get(1) + 0.01 * c.get(0));
    assertThat(classes.getFirst()).satisfies(i -> assertThat(i.parameter()).isEqualTo("b"), i -> assertThat(i.share()).isGreaterThan(0.85));
  }

  @Test
  void scoresThatFollowNothingHaveNoImportance() {
    Random random = new Random(5);
    assertThat(of(200, _ -> random.nextDouble())).allSatisfy(i -> assertThat(i.share()).isLessThan(0.1));
  }

  @Test
  void trialsThatFailedCountAsTheWorstAndInactiveOnesNotAtAll() {
    assertThat(of(60, c -> c.get(0) > 0.5 ? Double.NaN : c.get(0)).getFirst().parameter()).isEqualTo("a");
    assertThat(share(of(90, c -> Double.isNaN(c.get(2)) ? c.get(0) : c.get(2)), "c")).isGreaterThan(0.5);
  }

  @Test
  void tooFewTrialsTellNothing() {
    assertThat(of(2, c -> c.get(0))).allMatch(i -> Double.isNaN(i.share()));
  }

  @Test
  void coordinatesAreReadBackFromTheSettingsThatTheyGave() {
    Sweep sweep = Binder.bind(YamlNode.parse("""
        parameters:
          a: {log: [1e-5, 1]}
          b: {choice: [{adam: {lr: 1e-3}}, sgd]}
          c: {int: [3, 90]}
          d: {paired: [{k: 1, l: [2, 3]}, {k: 1, l: 4}]}
        """, Path.of("sweep.yaml")), Sweep.class).value();
    Trial trial = Trial.of(sweep, 0, List.of(Math.log(0.001234), 1.0, 77.0, 1.0));
    int i = 0;
    for (var p : sweep.parameters().entrySet()) {
      double c = trial.coordinates().get(i++);
      assertThat(p.getValue().domain().coordinate(p.getKey(), trial.settings(sweep))).isCloseTo(c, within(1e-9));
    }
  }
}
