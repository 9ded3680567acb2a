package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dlt.backend.Program;
import dlt.graph.GraphBuilder;
import dlt.op.Value;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VectorEmitterTest {
  @ParameterizedTest
  @EnumSource
  void aValueMayBeStoredTwice(InstructionSet set) {
    assumeTrue(InstructionSet.supported(set));
    GraphBuilder g = new GraphBuilder();
    Value y = g.add(g.input("x", TensorType.float32(37)), 1);
    g.output("y", y);
    g.output("same", g.detach(y));
    float[] x = new float[37];
    for (int i = 0; i < x.length; i++) {
      x[i] = i;
    }
    try (CpuBackend backend = new CpuBackend(1, set); Program p = backend.compile(g.build(), Map.of())) {
      p.input("x").write(HostTensor.of(Shape.of(37), x));
      p.run();
      for (int i = 0; i < x.length; i++) {
        assertThat(p.output("y").read().at(i)).isEqualTo(i + 1);
        assertThat(p.output("same").read().at(i)).isEqualTo(i + 1);
      }
    }
  }
}
