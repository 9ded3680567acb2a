package dlt.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.layer.Factor;
import dlt.loss.PosWeight;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextNumberTest {
  @Test
  void numbersAreThoseOfYaml() {
    assertThat(Factor.parse("2")).isEqualTo(new Factor(2, 2));
    assertThat(Factor.parse("1.5e0")).isEqualTo(new Factor(1.5, 1.5));
    assertThat(PosWeight.parse(".5")).isEqualTo(new PosWeight(List.of(0.5)));
    assertThat(IntPair.parse("010")).isEqualTo(IntPair.of(10));
    assertThat(IntPair.parse("0x10")).isEqualTo(IntPair.of(16));
  }

  @ParameterizedTest
  @ValueSource(strings = {"2f", "2d", "0x1p3", " 2", "Infinity", "two"})
  void whatJavaAloneTakesForOneIsNone(String text) {
    assertThatThrownBy(() -> Factor.parse(text)).isInstanceOf(Invalid.class);
    assertThatThrownBy(() -> PosWeight.parse(text)).isInstanceOf(Invalid.class);
    assertThatThrownBy(() -> IntPair.parse(text)).isInstanceOf(Invalid.class);
  }
}
