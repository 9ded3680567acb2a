package dlt.backend.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/// Expected values were computed with 40 digits.
class SpecialFunctionsTest {
  private static final double[][] ERF = {
    {1e-300, 1.1283791670955126e-300}, {1e-10, 1.1283791670955126e-10}, {0.001, 0.0011283787909692365}, {0.1, 0.1124629160182849},
    {0.5, 0.5204998778130465}, {0.84375, 0.7672256612323416}, {1.0, 0.8427007929497149}, {1.25, 0.9229001282564583},
    {1.7, 0.9837904585907745}, {2.0, 0.9953222650189527}, {2.5, 0.999593047982555}, {2.857, 0.9999466417399131},
    {2.9999, 0.9999778955735178}, {3.0, 0.9999779095030014}, {3.0001, 0.9999779234241298}, {3.5, 0.9999992569016276},
    {4.0, 0.9999999845827421}, {5.0, 0.9999999999984626}, {5.9, 0.9999999999999999}, {7, 1}, {0, 0}
  };

  private static final double[][] LGAMMA = {
    {1e-200, 460.51701859880916}, {1e-08, 18.42068073818021}, {0.1, 2.252712651734206}, {0.49, 0.592249629335267},
    {0.5, 0.5723649429247001}, {0.75, 0.20328095143129538}, {0.999, 0.0005780385328913802}, {1.0, 0.0}, {1.001, -0.0005763935982833062},
    {1.2, -0.08537409000331583}, {1.4616321449683622, -0.12148629053584961}, {1.5, -0.12078223763524522}, {1.75, -0.08440112102048555},
    {1.9999, -4.227520877215346e-05}, {2.0, 0.0}, {2.0001, 4.2281658112919945e-05}, {2.4, 0.21685932244884157}, {2.5, 0.2846828704729192},
    {3.0, 0.6931471805599453}, {4.7, 2.7364051463155667}, {9.5, 11.689333420797269}, {14.99, 25.164481163825506}, {15.0, 25.19122118273868},
    {20.5, 40.8315009745308}, {100.0, 359.1342053695754}, {100000.0, 1051287.7089736569}, {1e+300, 6.897755278982137e+302},
    {-0.5, 1.2655121234846454}, {-1.5, 0.860047015376481}, {-10.25, -14.20399790093109}
  };

  @Test
  void erfIsAccurateToALastDigit() {
    for (double[] e : ERF) {
      assertThat(SpecialFunctions.erf(e[0])).as("erf(%s)", e[0]).isCloseTo(e[1], within(6e-16 * e[1]));
      assertThat(SpecialFunctions.erf(-e[0])).as("erf(-%s)", e[0]).isEqualTo(-SpecialFunctions.erf(e[0]));
    }
    assertThat(SpecialFunctions.erf(Double.NaN)).isNaN();
    assertThat(SpecialFunctions.erf(Double.NEGATIVE_INFINITY)).isEqualTo(-1);
  }

  @Test
  void lgammaIsAccurateToALastDigit() {
    for (double[] e : LGAMMA) {
      assertThat(SpecialFunctions.lgamma(e[0])).as("lgamma(%s)", e[0]).isCloseTo(e[1], within(2e-15 * Math.abs(e[1])));
    }
    assertThat(SpecialFunctions.lgamma(0)).isInfinite();
    assertThat(SpecialFunctions.lgamma(-3)).isInfinite();
    assertThat(SpecialFunctions.lgamma(Double.NEGATIVE_INFINITY)).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(SpecialFunctions.lgamma(Double.NaN)).isNaN();
  }
}
