package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.op.RandomUniform;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;
import org.junit.jupiter.api.Test;

class RandomUniformKernelTest {
  @Test
  void givesTheNumbersOfPhiloxOnEveryInstructionSetForAnyLength() {
    long[][] keys = {{0, 0}, {42, 7}, {-1, Integer.MAX_VALUE}, {0x123456789abcdefL, 1000}};
    for (int n : new int[] {1, 3, 31, 32, 33, 63, 64, 65, 127, 200, 8191, 8192, 8193, 30_000}) {
      for (long[] key : keys) {
        Philox philox = new Philox(key[0], Philox.Purpose.GRAPH.stream(n), (int) key[1]);
        float[] expected = new float[n];
        for (int i = 0; i < n; i++) {
          expected[i] = philox.uniform(i);
        }
        for (InstructionSet set : KernelBench.sets()) {
          try (KernelBench bench = new KernelBench(set, 2)) {
            Operand y = bench.empty(TensorType.float32(n));
            RandomUniformKernel.compile(bench.target, new RandomUniform(n, Shape.of(n)), List.of(bench.of(HostTensor.of(Shape.of(2), key))), y).run();
            assertThat(KernelBench.floats(y)).isEqualTo(expected);
            bench.assertNothingElseWritten();
          }
        }
      }
    }
  }
}
