package dlt.op;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.backend.reference.ReferenceBackend;
import dlt.tensor.HostTensor;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OpCasesTest {
  @Test
  void everyOpHasCases() {
    Set<Class<?>> tested = OpCases.all().stream().map(c -> c.op().getClass()).collect(Collectors.toSet());
    assertThat(tested).containsExactlyInAnyOrder(Op.class.getPermittedSubclasses());
  }

  @ParameterizedTest
  @MethodSource("dlt.op.OpCases#all")
  void theReferenceComputesFiniteValuesOfTheInferredShape(OpCase c) {
    HostTensor result = OpCaseRunner.run(new ReferenceBackend(), c);
    assertThat(result.shape()).isEqualTo(c.type().shape());
    assertThat(result.dtype().floating()).isEqualTo(c.type().dtype().floating());
    if (c.smooth()) {
      assertThat(Arrays.stream(result.toDoubles())).allMatch(Double::isFinite);
    }
  }
}
