package dlt.report;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.run.RunDirectory;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static Comparison comparison() {
    SequencedMap<String, List<Optional<String>>> keys = new LinkedHashMap<>();
    keys.put("optimizer.adam.lr", List.of(Optional.of("0.1"), Optional.empty(), Optional.of("a|b\nc")));
    SequencedMap<String, List<Double>> metrics = new LinkedHashMap<>();
    metrics.put("validation.loss", List.of(0.5, 0.25, Double.NaN));
    metrics.put("test.accuracy", List.of(0.9, 0.9, 0.8));
    metrics.put("test.f1", List.of(0.9, 0.9, 0.9));
    metrics.put("test.beauty", List.of(1.0, 2.0, 3.0));
    return new Comparison(List.of("a", "b", "c"), keys, metrics, List.of(1.0, 2.0, 3.0));
  }

  @Test
  void runsOfTheSameNameAreToldApartByTheirPaths() {
    List<RunDirectory> trials = List.of(new RunDirectory(Path.of("s1/trial-0001")), new RunDirectory(Path.of("s2/trial-0001")));
    assertThat(Comparison.names(trials)).containsExactly("s1/trial-0001", "s2/trial-0001");
    assertThat(Comparison.names(trials.subList(0, 1))).containsExactly("trial-0001");
  }

  @Test
  void theBestIsTheLeastLossAndTheGreatestAccuracy() {
    assertThat(comparison().best("validation.loss")).containsExactly(1);
    assertThat(comparison().best("test.accuracy")).containsExactly(0, 1);
  }

  @Test
  void whereAllAreLevelOrTheDirectionIsUnknownNoneIsBest() {
    assertThat(comparison().best("test.f1")).isEmpty();
    assertThat(comparison().best("test.beauty")).isEmpty();
  }

  @Test
  void aTableAlignsItsColumnsAndMarkdownEscapesBars() {
    assertThat(comparison().text().lines().filter(l -> l.startsWith("validation.loss")).findFirst().orElseThrow()).endsWith("0.5000  *0.2500*       -");
    assertThat(comparison().markdown()).contains("| optimizer.adam.lr | 0.1 | - | a\\|b c |", "| validation.loss | 0.5000 | **0.2500** | - |");
  }
}
