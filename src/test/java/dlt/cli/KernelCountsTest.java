package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The small nets' training steps take few kernels on a GPU: each costs a launch, which takes longer than most of them.
class KernelCountsTest {
  @ParameterizedTest
  @CsvSource({"lenet5, 18", "mnist_conv, 8", "mlp_tabular, 8"})
  void aStepHasFewKernels(String experiment, int most) throws IOException {
    CommandsTest.Result r = CommandsTest.dlt("bench", "experiments/bench/" + experiment + ".yaml", "--plan", "--device", "cuda", "--json");
    assertThat(r.code()).as(r.err()).isZero();
    assertThat(new ObjectMapper().readTree(r.out()).get("kernels").asInt()).isBetween(1, most);
  }
}
