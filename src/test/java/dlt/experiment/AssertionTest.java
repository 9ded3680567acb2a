package dlt.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.config.Invalid;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AssertionTest {
  @Test
  void whatIsWrittenIsReadAgain() {
    for (String text : new String[] {"validation.accuracy >= 0.95", "loss < -1.5E-7", "mae != 0.0"}) {
      assertThat(Assertion.parse(text).text()).contains(text);
    }
  }

  @Test
  void aBoundBeyondADoubleIsRefused() {
    assertThatThrownBy(() -> Assertion.parse("accuracy >= 1e999")).isInstanceOf(Invalid.class);
  }

  @Test
  void theBaselinesValueStandsForItselfWithSomethingAdded() {
    Map<String, Double> baseline = Map.of("accuracy", 0.5);
    assertThat(Assertion.parse("accuracy > baseline", baseline).bound()).isEqualTo(0.5);
    assertThat(Assertion.parse("accuracy > baseline - 0.25", baseline).bound()).isEqualTo(0.25);
    assertThat(Assertion.parse("accuracy > baseline * 1.5", baseline).bound()).isEqualTo(0.75);
    assertThatThrownBy(() -> Assertion.parse("loss > baseline", baseline)).isInstanceOf(Invalid.class);
  }
}
