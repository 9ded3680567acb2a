package dlt.infer;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import org.junit.jupiter.api.Test;

class ParityTest {
  private static Parity of(double expected, double actual) {
    return Parity.NONE.and(HostTensor.ofDoubles(Shape.of(2), 1, expected), HostTensor.ofDoubles(Shape.of(2), 1, actual));
  }

  @Test
  void aDifferenceCountsRelativeToTheExpectedValueWhereThatIsAboveOne() {
    assertThat(of(4, 3)).isEqualTo(new Parity(1, 0.25));
    assertThat(of(-0.5, 0.5)).isEqualTo(new Parity(1, 1));
    assertThat(of(0, -0.0)).isEqualTo(Parity.NONE);
    assertThat(of(4, 3).within(0.25)).isTrue();
    assertThat(of(4, 3).within(0.2)).isFalse();
  }

  @Test
  void valuesThatAreNotFiniteAgreeWhereTheyAreEqualAloneAndAreInfinitelyFarApartElsewhere() {
    double[] odd = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1};
    for (double expected : odd) {
      for (double actual : odd) {
        assertThat(of(expected, actual)).as("%s and %s", expected, actual)
            .isEqualTo(Double.compare(expected, actual) == 0 ? Parity.NONE : new Parity(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY));
      }
    }
  }

  @Test
  void otherShapesAreInfinitelyFarApart() {
    assertThat(Parity.NONE.and(HostTensor.ofDoubles(Shape.of(2), 1, 1), HostTensor.ofDoubles(Shape.of(1, 2), 1, 1)).within(1e300)).isFalse();
  }
}
