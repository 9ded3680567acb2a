package dlt.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dlt.golden.GoldenTable;
import dlt.config.Binder;
import dlt.config.YamlNode;
import dlt.golden.GoldenCases;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/// PyTorch's learning-rate schedules, each written as the schedule of an experiment file.
@ExtendWith(GoldenTable.class)
class GoldenSchedulersTest {
  record File(List<Phase> schedule) {}

  /// PyTorch's names of what has another one here.
  private static final Map<String, String> KINDS = Map.of("CosineAnnealingLR", "cosine", "CosineAnnealingWarmRestarts",
      "cosine_warm_restarts", "ReduceLROnPlateau", "reduce_on_plateau", "OneCycleLR", "one_cycle");
  private static final Map<String, String> RENAMED = Map.of("T_max", "t_max", "T_0", "t_0", "T_mult", "t_mult");

  @TestFactory
  Stream<DynamicTest> ratesArePyTorchs() {
    List<GoldenCases.Case> cases = GoldenCases.read("schedulers").cases();
    return cases.stream().map(c -> DynamicTest.dynamicTest(c.name(), () -> check(c)));
  }

  private static String kind(String op) {
    return KINDS.getOrDefault(op, op.replaceFirst("LR$", "").replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_").toLowerCase(Locale.ROOT));
  }

  private static String schedule(GoldenCases.Case c) {
    String op = c.name().replaceFirst("\\.\\d+$", "");
    JsonNode a = c.json().get("args");
    if (op.equals("SequentialLR")) {
      return "[{linear: {start_factor: %s, steps: %s}}, {%s: {t_max: %s, unit: steps}}]"
          .formatted(a.get("start_factor"), a.get("warmup"), kind(a.get("then").asText()), a.get("T_max"));
    }
    return "{" + kind(op) + ": {" + c.arguments(RENAMED) + ", unit: steps}}";
  }

  private static void check(GoldenCases.Case c) {
    YamlNode yaml = YamlNode.parse("schedule: " + schedule(c), Path.of("golden"));
    List<Phase> phases = Binder.bind(yaml, File.class).value().schedule();
    JsonNode rates = c.json().get("lr");
    LearningRate rate = new LearningRate(phases, 1, rates.size());
    for (int step = 1; step <= rates.size(); step++) {
      double expected = rates.get(step - 1).asDouble();
      assertThat(rate.at(step, c.json().get("base_lr").asDouble())).as("step %s", step)
          .isCloseTo(expected, within(1e-9 * Math.abs(expected)));
      if (c.json().has("momentum")) {
        assertThat(rate.momentum(step).orElseThrow()).as("momentum of step %s", step)
            .isCloseTo(c.json().get("momentum").get(step - 1).asDouble(), within(1e-9));
      }
      if (c.json().has("metric")) {
        rate.epochEnded(step, c.json().get("metric").get(step - 1).asDouble());
        LearningRate resumed = new LearningRate(phases, 1, rates.size());
        resumed.restore(rate.state());
        rate = resumed;
      }
    }
  }
}
