package dlt.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dlt.config.Binder;
import dlt.config.ConfigException;
import dlt.config.YamlNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProposalsTest {
  private static Sweep sweep(String text) {
    return Binder.bind(YamlNode.parse(text, Path.of("sweep.yaml")), Sweep.class).value();
  }

  private static final Sweep PLANE = sweep("{method: {tpe: {trials: 40}}, parameters: {x: {log: [1e-4, 1]}, n: {int: [1, 50]}, kind: {choice: [a, b, c]}}}");

  @Test
  void aGridTakesEndsAndLeavesOutWhatConditionsRuleOut() {
    Sweep s = sweep("{method: grid, parameters: {o: {choice: [{adam: {lr: 1}}, sgd]}, lr: {linear: {between: [0, 1], points: 3, when: {o: adam}}}, n: {int: [1, 2]}}}");
    List<Trial> trials = new Proposals(s, 1).grid();
    assertThat(trials).hasSize(2 * 3 + 2);
    assertThat(trials.getFirst().settings(s)).hasToString("{o={adam: {lr: 1}}, lr=0.0, n=1}");
    assertThat(trials.getLast().settings(s)).containsOnlyKeys("o", "n").containsEntry("o", "sgd");
  }

  @Test
  void aParameterThatDependsOnALaterOneIsRefusedAsItWouldNeverBeVaried() {
    assertThatThrownBy(() -> sweep("{method: grid, parameters: {lr: {linear: {between: [0, 1], when: {o: adam}}}, o: {choice: [adam, sgd]}}}")).isInstanceOf(ConfigException.class)
        .hasMessageContaining("found `lr`, which depends on `o`, expected one of the parameters before it");
  }

  @Test
  void aSweepOfMoreTrialsThanMemoryHoldsIsRefusedBeforeTheyAreListed() {
    String many = "{linear: {between: [0, 1], points: 2000000000}}";
    assertThatThrownBy(() -> sweep("{method: grid, parameters: {a: " + many + ", b: " + many + "}}")).isInstanceOf(ConfigException.class)
        .hasMessageContaining("found a grid of 4000000000000000000 trials, expected at most 100000");
    assertThatThrownBy(() -> sweep("{method: {random: 2000000000}, parameters: {a: {linear: [0, 1]}}}")).isInstanceOf(ConfigException.class)
        .hasMessageContaining("found random of 2000000000 trials");
  }

  @Test
  void aGridOfAHundredThousandTrialsIsListedAtOnce() {
    Sweep s = sweep("{method: grid, parameters: {a: {int: {between: [1, 1000], points: 1000}}, b: {int: {between: [1, 100], points: 100}}}}");
    assertThat(new Proposals(s, 1).grid()).hasSize(100_000);
  }

  @Test
  void wholeNumbersBeyondAnIntStayThemselves() {
    Sweep s = sweep("{method: grid, parameters: {seed: {int: {between: [3000000000, 3000000001], points: 2}}}}");
    assertThat(new Proposals(s, 1).grid()).extracting(t -> t.settings(s).get("seed")).containsExactly("3000000000", "3000000001");
  }

  @Test
  void trialsBetweenEndsThatAreNearlyTheSameDiffer() {
    Sweep s = sweep("{method: grid, parameters: {a: {linear: {between: [1000, 1001], points: 5}}}}");
    assertThat(new Proposals(s, 1).grid()).extracting(t -> t.settings(s).get("a")).containsExactly("1000.0", "1000.3", "1000.5", "1000.8", "1001.0");
  }

  @Test
  void whatIsRoundedStaysBetweenTheEnds() {
    Sweep s = sweep("{method: grid, parameters: {p: {linear: {between: [0.10004, 0.99996], points: 2}}, lr: {log: {between: [1.00004e-3, 0.123456], points: 2}}}}");
    List<Trial> trials = new Proposals(s, 1).grid();
    assertThat(trials.getFirst().settings(s)).containsEntry("p", "0.10004").containsEntry("lr", "0.00100004");
    assertThat(trials.getLast().settings(s)).containsEntry("p", "0.99996").containsEntry("lr", "0.123456");
  }

  @Test
  void groupsAreSetTogether() {
    Sweep s = sweep("{method: grid, parameters: {size: {paired: [{a: 1, b: [2, 3]}, {a: 4, b: 5}]}}}");
    assertThat(new Proposals(s, 1).grid().getFirst().settings(s)).containsEntry("a", "1").containsEntry("b", "[2, 3]");
  }

  @Test
  void randomTrialsStayBetweenTheEndsAndDependOnSeedAndNumberAlone() {
    Proposals p = new Proposals(PLANE, 7);
    for (int i = 0; i < 200; i++) {
      Trial t = p.random(i);
      assertThat(t).isEqualTo(new Proposals(PLANE, 7).random(i));
      assertThat(t.coordinates().get(0)).isBetween(Math.log(1e-4), 0.0);
      assertThat(t.coordinates().get(1)).isBetween(1.0, 50.0);
      assertThat(t.coordinates().get(2)).isIn(0.0, 1.0, 2.0);
    }
    assertThat(IntStream.range(0, 200).mapToObj(i -> p.random(i).coordinates().get(1)).distinct().count()).isGreaterThan(40);
  }

  /// Least at x = 0.01, n = 30 and kind b.
  private static double cost(Trial t) {
    double x = t.coordinates().get(0) - Math.log(0.01);
    double n = (t.coordinates().get(1) - 30) / 10;
    return x * x + n * n + (t.coordinates().get(2) == 1 ? 0 : 2);
  }

  @Test
  void theParzenEstimatorFindsBetterTrialsThanChance() {
    double found = 0;
    double byChance = 0;
    for (int seed = 0; seed < 10; seed++) {
      Proposals p = new Proposals(PLANE, seed);
      List<Trial> done = new ArrayList<>();
      double random = Double.POSITIVE_INFINITY;
      for (int i = 0; i < 40; i++) {
        Trial t = p.tpe(i, (Method.Tpe) PLANE.method(), done.stream().sorted(Comparator.comparingDouble(ProposalsTest::cost)).toList());
        done.add(t);
        random = Math.min(random, cost(p.random(i)));
      }
      found += done.stream().mapToDouble(ProposalsTest::cost).min().orElseThrow();
      byChance += random;
    }
    assertThat(found).isLessThan(byChance / 4);
  }

  @Test
  void aDensitySumsToOne() {
    List<Domain> domains = PLANE.parameters().values().stream().map(Parameter::domain).toList();
    List<Trial> centres = List.of(new Trial(0, List.of(-9.0, 3.0, 1.0)), new Trial(1, List.of(-0.1, 50.0, 1.0)), new Trial(2, List.of(Double.NaN, 20.0, 2.0)));
    Density d = new Density(domains, centres);
    // relative to the even density, so the mean over an even net is 1
    double sum = 0;
    int net = 60;
    for (int i = 0; i < net; i++) {
      for (int n = 1; n <= 50; n++) {
        for (double k = 0; k < 3; k++) {
          sum += Math.exp(d.logAt(List.of(domains.getFirst().at((i + 0.5) / net), (double) n, k))) / (net * 50 * 3);
        }
      }
    }
    assertThat(sum).isCloseTo(1, within(0.01));
  }
}
