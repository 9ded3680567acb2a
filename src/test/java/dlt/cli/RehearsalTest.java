package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.graph.Graph;
import dlt.graph.Verifier;
import org.junit.jupiter.api.Test;

class RehearsalTest {
  @Test
  void theStepHasGradientsOfAllItTrains() {
    Graph graph = Rehearsal.graph();
    Verifier.verify(graph);
    assertThat(graph.updates().keySet()).containsExactlyInAnyOrder("filters", "shift", "weights");
  }
}
