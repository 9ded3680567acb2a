package dlt.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChartTest {
  private static final int MANY = 123_457;

  private static Chart chart(String y, double... values) {
    return new Chart(y, "epoch", y, true, OptionalDouble.empty(),
        List.of(new Chart.Series("train", IntStream.range(0, values.length).asDoubleStream().toArray(), values)));
  }

  @Test
  void aThinnedSeriesKeepsItsExtremesAndItsOrder() {
    double[] y = IntStream.range(0, MANY).mapToDouble(i -> Math.sin(i * 0.37)).toArray();
    y[77_777] = 5;
    y[99_999] = -5;
    Chart.Series thin = new Chart.Series("s", IntStream.range(0, MANY).asDoubleStream().toArray(), y).thinned();
    assertThat(thin.x().length).isBetween(500, 1000);
    assertThat(thin.x()).isSorted();
    assertThat(thin.y()).contains(5, -5);
  }

  @Test
  void lossesOverDecadesAreDrawnByTheirLogarithm() {
    assertThat(chart("loss", 10, 1, 0.1).logarithmic()).isTrue();
    assertThat(chart("loss", 2, 1).logarithmic()).isFalse();
    assertThat(chart("loss", 10, 0).logarithmic()).isFalse();
    assertThat(chart("accuracy", 0.01, 1).logarithmic()).isFalse();
  }

  @Test
  void whatIsNotFiniteIsNullInJson() {
    assertThat(chart("loss", 1, Double.NaN).json().toString()).contains("\"y\":[1.0,null]");
  }

  @Test
  void aTextPlotHoldsItsWidthAndNamesItsSeries() {
    for (double[] y : new double[][] {{1, 2, 3}, {1}, {2, 2}, {}, {Double.NaN, 1, 2}}) {
      String text = TextPlot.of(chart("accuracy", y), 60);
      assertThat(text.lines()).hasSize(14).allMatch(l -> l.length() <= 60);
      assertThat(text.contains("train")).isEqualTo(y.length > 0);
    }
  }

  @Test
  void namesOfSeriesThatEndSideBySideTakeNoMoreThanTheirShareOfTheWidth() {
    double[] x = {1, 2};
    Chart both = new Chart("loss", "epoch", "loss", true, OptionalDouble.empty(),
        List.of(new Chart.Series("digits-20260102-030405", x, new double[] {1, 0}), new Chart.Series("digits-20260102-030406", x, new double[] {2, 0})));
    assertThat(TextPlot.of(both, 100).lines()).allMatch(l -> l.length() <= 100).anyMatch(l -> l.endsWith("digits-20260102-030405, digits-20260102-030406"));
    assertThat(TextPlot.of(both, 60).lines()).allMatch(l -> l.length() <= 60).anyMatch(l -> l.endsWith("\u2026"));
  }

  @Test
  void aSeriesIsNamedWhereItsLastFinitePointIs() {
    assertThat(TextPlot.of(chart("loss", 2, 1, Double.NaN), 60)).contains(" train");
  }
}
