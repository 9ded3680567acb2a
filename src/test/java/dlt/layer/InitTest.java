package dlt.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlt.tensor.Shape;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InitTest {
  private static double[] fill(Init init, int... dims) {
    return new ParameterSpec("w", Shape.of(dims), init).initialise(Arena.ofAuto(), 42, 3).toDoubles();
  }

  private static double std(double[] x) {
    double mean = Arrays.stream(x).average().orElseThrow();
    return Math.sqrt(Arrays.stream(x).map(v -> (v - mean) * (v - mean)).average().orElseThrow());
  }

  @Test
  void uniformStaysWithinItsBoundAndFillsIt() {
    DoubleSummaryStatistics s = Arrays.stream(fill(new Init.Uniform(0.5), 100, 100)).summaryStatistics();
    assertThat(s.getMin()).isGreaterThanOrEqualTo(-0.5).isLessThan(-0.49);
    assertThat(s.getMax()).isLessThanOrEqualTo(0.5).isGreaterThan(0.49);
    assertThat(s.getAverage()).isCloseTo(0, within(4 * 0.5 / Math.sqrt(3) / 100));
  }

  @Test
  void normalHasItsMeanAndStandardDeviation() {
    double[] x = fill(new Init.Normal(2, 0.5), 100, 100);
    assertThat(Arrays.stream(x).average().orElseThrow()).isCloseTo(2, within(4 * 0.5 / 100));
    assertThat(std(x)).isCloseTo(0.5, within(0.02));
  }

  @Test
  void truncatedNormalStaysInside() {
    DoubleSummaryStatistics s = Arrays.stream(fill(new Init.TruncatedNormal(0, 1, -0.5, 2), 100, 100)).summaryStatistics();
    assertThat(s.getMin()).isGreaterThanOrEqualTo(-0.5).isLessThan(-0.45);
    assertThat(s.getMax()).isLessThanOrEqualTo(2).isGreaterThan(1.8);
  }

  @Test
  void orthogonalHasOrthogonalRowsOrColumns() {
    orthogonal(5, 12, 1, 5, 12);
    orthogonal(12, 5, 2, 12, 5);
    orthogonal(4, 18, 1, 4, 2, 3, 3);
    orthogonal(7, 7, 1, 7, 7);
  }

  private static void orthogonal(int rows, int columns, double gain, int... dims) {
    double[] w = fill(new Init.Orthogonal(gain), dims);
    boolean wide = rows <= columns;
    int n = Math.min(rows, columns);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double dot = 0;
        for (int k = 0; k < Math.max(rows, columns); k++) {
          dot += wide ? w[i * columns + k] * w[j * columns + k] : w[k * columns + i] * w[k * columns + j];
        }
        assertThat(dot).isCloseTo(i == j ? gain * gain : 0, within(1e-6 * gain * gain));
      }
    }
  }

  @Test
  void theRowOfAPaddingIndexIsZero() {
    double[] w = fill(new Init.ZeroRow(new Init.Constant(1), 1), 3, 2);
    assertThat(w).containsExactly(1, 1, 0, 0, 1, 1);
  }

  @Test
  void parametersOfOneModelDifferAndAreTheSameAgain() {
    ParameterSpec p = new ParameterSpec("w", Shape.of(4), new Init.Uniform(1));
    assertThat(p.initialise(Arena.ofAuto(), 1, 0).toDoubles()).isEqualTo(p.initialise(Arena.ofAuto(), 1, 0).toDoubles());
    assertThat(p.initialise(Arena.ofAuto(), 1, 0).toDoubles()).isNotEqualTo(p.initialise(Arena.ofAuto(), 1, 1).toDoubles());
    assertThat(p.initialise(Arena.ofAuto(), 1, 0).toDoubles()).isNotEqualTo(p.initialise(Arena.ofAuto(), 2, 0).toDoubles());
  }

  @Test
  void defaultsAreThoseOfPyTorch() {
    Shape conv = Shape.of(8, 3, 5, 5);
    assertThat(WeightInit.weight(Optional.empty(), conv)).isEqualTo(new Init.Uniform(1 / Math.sqrt(75)));
    assertThat(WeightInit.bias(conv)).isEqualTo(new Init.Uniform(1 / Math.sqrt(75)));
  }

  @Test
  void chosenRulesFollowTheFans() {
    Shape conv = Shape.of(8, 3, 5, 5);
    assertThat(rule("xavier_uniform", conv)).isEqualTo(new Init.Uniform(Math.sqrt(6.0 / (75 + 200))));
    assertThat(rule("xavier_normal: 2", conv)).isEqualTo(new Init.Normal(0, 2 * Math.sqrt(2.0 / (75 + 200))));
    assertThat(rule("kaiming_uniform: {nonlinearity: relu}", conv)).isEqualTo(new Init.Uniform(Math.sqrt(2) * Math.sqrt(3.0 / 75)));
    assertThat(rule("kaiming_normal: {mode: fan_out, nonlinearity: relu}", conv)).isEqualTo(new Init.Normal(0, Math.sqrt(2) / Math.sqrt(200)));
    assertThat(rule("trunc_normal: {std: 0.02}", conv)).isEqualTo(new Init.TruncatedNormal(0, 0.02, -2, 2));
    assertThat(rule("constant: 3", conv)).isEqualTo(new Init.Constant(3));
  }

  private static Init rule(String init, Shape weight) {
    String value = init.contains(":") ? "{" + init + "}" : init;
    Conv2d layer = (Conv2d) TorchModule.layers("- conv2d: {out_channels: 8, kernel_size: 5, init: " + value + "}").getFirst().layer();
    return layer.init().orElseThrow().of(weight);
  }
}
