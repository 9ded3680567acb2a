package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.TensorType;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UniformFillTest {
  /// Around lanes, vectors of blocks and pieces.
  private static final int[] SIZES = {0, 1, 3, 31, 32, 33, 63, 64, 65, 127, 128, 1000, (1 << 14) - 1, 1 << 14, (1 << 14) + 1, 50_001};
  private static final double[][] RANGES = {{0, 1}, {-1, 1}, {-0.1, 0.1}, {-Math.sqrt(1.0 / 3), Math.sqrt(1.0 / 3)}, {1e-9, 3e5}, {-1e-42, 1e-42}};

  @ParameterizedTest
  @EnumSource(names = {"AVX512", "AVX2"})
  void machineCodeDrawsTheBitsOfItsTwin(InstructionSet set) {
    Assumptions.assumeTrue(InstructionSet.supported(set));
    try (CodeMemory code = new CodeMemory(); Arena arena = Arena.ofConfined()) {
      UniformFill fill = new UniformFill(set, code);
      for (int size : SIZES) {
        for (double[] range : RANGES) {
          Philox random = new Philox(0x123456789abcdefL, Philox.Purpose.INITIALISE.stream(size % 7), 3);
          HostTensor expected = HostTensor.allocate(arena, TensorType.float32(size));
          random.uniform(expected, range[0], range[1]);
          HostTensor found = HostTensor.allocate(arena, TensorType.float32(size));
          fill.fill(found.data(), random, range[0], range[1]);
          assertThat(found.data().mismatch(expected.data())).as("%d numbers in [%s, %s)", size, range[0], range[1]).isEqualTo(-1);
        }
      }
    }
  }
}
