package dlt.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FigureTest {
  @ParameterizedTest
  @CsvSource(delimiter = ' ', value = {"0 0.0000", "0.12345 0.1235", "-0.5 -0.5000", "999.12345 999.1235", "1000 1,000.000", "67240.2859 67,240.29", "-415545.2557 -415,545.3",
      "7261234.4 7,261,234", "72612345 72,612,345", "208097328059.7 2.081e+11", "0.001 0.0010", "0.00002135 2.135e-05", "NaN NaN", "Infinity Infinity"})
  void figuresHaveDigitsThatSaySomething(double value, String text) {
    assertThat(Figure.text(value)).isEqualTo(text);
  }
}
