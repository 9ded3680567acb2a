package dlt.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.config.Invalid;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WeightsTest {
  private static Weights renaming(String pattern, String replacement) {
    return new Weights("w.safetensors", Map.of(pattern, replacement), true);
  }

  @Test
  void namesAreReplacedByGroupsOfThemselves() {
    assertThat(renaming("^layer(\\d)\\.", "stage.$1.").renamed("layer2.weight")).isEqualTo("stage.2.weight");
    assertThat(renaming("^(?<kind>w)$", "${kind}eight").renamed("w")).isEqualTo("weight");
    assertThat(renaming("a|b", "").renamed("abc")).isEqualTo("c");
  }

  @Test
  void whatCannotReplaceIsRefusedWithTheExperiment() {
    for (String replacement : new String[] {"$1", "${kind}", "$", "a\\"}) {
      assertThatThrownBy(() -> renaming("^module\\.", replacement)).isInstanceOfSatisfying(Invalid.class, e -> {
        assertThat(e.component()).isEqualTo("rename");
        assertThat(e.found()).contains("'" + replacement + "' in place of '^module\\.'");
      });
    }
    assertThatThrownBy(() -> renaming("(", "")).isInstanceOf(Invalid.class);
  }
}
