package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dlt.backend.SmallNet;
import dlt.backend.reference.ReferenceBackend;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainingStepTest {
  @ParameterizedTest
  @EnumSource
  void aNetLearnsAsOnTheReference(InstructionSet set) {
    assumeTrue(InstructionSet.supported(set));
    try (CpuBackend one = new CpuBackend(1, set); CpuBackend three = new CpuBackend(new Workers(3, true), set, false); ReferenceBackend reference = new ReferenceBackend()) {
      List<double[]> actual = SmallNet.train(one);
      List<double[]> expected = SmallNet.train(reference);
      assertThat(actual.get(SmallNet.STEPS - 1)[0]).isLessThan(actual.get(0)[0]);
      for (int i = 0; i < expected.size(); i++) {
        for (int j = 0; j < expected.get(i).length; j++) {
          assertThat(actual.get(i)[j]).isCloseTo(expected.get(i)[j], within(1e-5));
        }
      }
      List<double[]> shared = SmallNet.train(three);
      for (int i = 0; i < actual.size(); i++) {
        assertThat(shared.get(i)).as("three threads").isEqualTo(actual.get(i));
      }
    }
  }
}
