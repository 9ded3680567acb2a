package dlt.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CoreScalarTest {
  @ParameterizedTest
  @CsvSource({
    "no, TEXT", "yes, TEXT", "on, TEXT", "Off, TEXT", "3:30, TEXT", "1_000, TEXT", "1e, TEXT", "., TEXT", "-, TEXT", "tRUE, TEXT",
    "0b1, TEXT", "2024-01-01, TEXT", "inf, TEXT", "nan, TEXT", "+.nan, TEXT", "0x, TEXT", "-0x1, TEXT", "1.2.3, TEXT", "<<, TEXT",
    "'', NULL", "~, NULL", "null, NULL", "Null, NULL", "NULL, NULL",
    "true, BOOLEAN", "True, BOOLEAN", "FALSE, BOOLEAN",
    "0, WHOLE", "010, WHOLE", "-7, WHOLE", "+7, WHOLE", "0o17, WHOLE", "0xFf, WHOLE", "99999999999999999999, WHOLE",
    "1e-4, FLOAT", "1E5, FLOAT", ".5, FLOAT", "1., FLOAT", "-1.5e+3, FLOAT", ".inf, FLOAT", "-.INF, FLOAT", ".NaN, FLOAT"
  })
  void followsTheCoreSchemaOfYaml12(String text, CoreScalar kind) {
    assertThat(CoreScalar.of(text)).isEqualTo(kind);
  }

  @Test
  void wholeNumbersHaveTheValueOfTheirNotation() {
    assertThat(CoreScalar.whole("010")).contains(10L);
    assertThat(CoreScalar.whole("0o17")).contains(15L);
    assertThat(CoreScalar.whole("0xfF")).contains(255L);
    assertThat(CoreScalar.whole("+7")).contains(7L);
    assertThat(CoreScalar.whole("-9223372036854775808")).contains(Long.MIN_VALUE);
    assertThat(CoreScalar.whole("9223372036854775808")).isEmpty();
  }

  @Test
  void numbersHaveTheValueOfTheirNotation() {
    assertThat(CoreScalar.real("1e-4")).isEqualTo(1e-4);
    assertThat(CoreScalar.real("1.")).isEqualTo(1);
    assertThat(CoreScalar.real("-.5")).isEqualTo(-0.5);
    assertThat(CoreScalar.real("0xff")).isEqualTo(255);
    assertThat(CoreScalar.real("0x1F")).isEqualTo(31);
    assertThat(CoreScalar.real("-.Inf")).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(CoreScalar.real("+.INF")).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(CoreScalar.real(".nan")).isNaN();
  }
}
