package dlt.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.backend.cpu.CpuBackend;
import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.op.Literal;
import dlt.op.Value;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReusedDeviceTest {
  private static final TensorType TYPE = TensorType.float32(4);
  private final List<ReusedDevice> back = new ArrayList<>();

  /// Adds a constant to a variable.
  private static Graph graph(float constant) {
    GraphBuilder g = new GraphBuilder();
    Value x = g.variable("x", TYPE);
    g.update(x, g.add(x, g.emit(new Literal(HostTensor.of(Shape.of(4), constant, 2, 3, 4)), List.of())));
    return g.build();
  }

  private static double first(Backend device, float constant) {
    Buffer x = device.allocate(TYPE);
    try (Program p = device.compile(graph(constant), Map.of("x", x))) {
      p.run();
      return x.at(0);
    }
  }

  @Test
  void whoUsesItNextFindsClearedVariablesAndTheProgramsOfTheSameGraph() {
    ReusedDevice device = new ReusedDevice(CpuBackend.open(1), back::add);
    assertThat(first(device, 1)).isEqualTo(1);
    long bytes = device.bytes();
    device.close();
    assertThat(back).containsExactly(device);
    assertThat(first(device, 1)).isEqualTo(1);
    device.close();
    assertThat(device.bytes()).as("nothing was compiled or allocated anew").isEqualTo(bytes);
    assertThat(first(device, 5)).as("another constant is another program").isEqualTo(5);
    assertThat(device.bytes()).isGreaterThan(bytes);
    device.end();
  }

  @Test
  void twoProgramsOfOneGraphAtATimeAreTwo() {
    ReusedDevice device = new ReusedDevice(CpuBackend.open(1), back::add);
    Buffer x = device.allocate(TYPE);
    Program a = device.compile(graph(1), Map.of("x", x));
    Program b = device.compile(graph(1), Map.of("x", x));
    assertThat(a).isNotSameAs(b);
    b.close();
    assertThat(device.compile(graph(1), Map.of("x", x))).isSameAs(b);
    device.end();
  }
}
