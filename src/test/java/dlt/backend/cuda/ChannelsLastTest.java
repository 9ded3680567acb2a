package dlt.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.backend.Buffer;
import dlt.backend.ImageLayouts;
import dlt.backend.ImageNets;
import dlt.backend.cuda.software.SoftwareDriver;
import dlt.backend.reference.ReferenceBackend;
import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.op.Conv2d;
import dlt.op.Nhwc;
import dlt.op.Transpose;
import dlt.op.Unary;
import dlt.op.Value;
import dlt.op.Window;
import dlt.tensor.HostTensor;
import dlt.tensor.TensorType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which images and variables the software GPU keeps channels-last, and that nets learn all the same.
class ChannelsLastTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {ImageNets.RESNET, ImageNets.UNET, ImageNets.INCEPTION})
  void aNetLearnsAsOnTheReference(String net) throws IOException {
    Graph graph = ImageNets.training(folder, net);
    try (CudaBackend cuda = new CudaBackend(new SoftwareDriver(), SoftwareDriver.GPU, Precision.FLOAT32); ReferenceBackend reference = new ReferenceBackend()) {
      ImageNets.assertClose(ImageNets.train(cuda, graph, 0.01), ImageNets.train(reference, graph, 0.01), 1e-4);
    }
  }

  @Test
  void largeConvolutionsAreChannelsLastAndNothingIsTransposed() {
    Graph rewritten = ImageLayouts.of(chain(64, 56), new CudaLayoutCosts()).apply();
    assertThat(rewritten.nodes()).filteredOn(n -> n.op() instanceof Nhwc nhwc && nhwc.op() instanceof Conv2d).hasSize(3);
    assertThat(rewritten.nodes()).filteredOn(n -> n.op() instanceof Transpose).isEmpty();
  }

  @Test
  void thoseWhoseChannelsAreNoMultipleOf4StayPlanes() {
    assertThat(ImageLayouts.of(chain(6, 56), new CudaLayoutCosts()).channelsLast()).isEmpty();
  }

  /// Of three convolutions, the images of the first with three channels.
  private static Graph chain(int channels, int size) {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", TensorType.float32(32, 3, size, size));
    for (int i = 0; i < 3; i++) {
      Value weights = g.variable("weights" + i, TensorType.float32(channels, i == 0 ? 3 : channels, 3, 3));
      x = g.emit(new Unary(Unary.Kind.RELU), g.emit(new Conv2d(Window.of(1, 1, 1, 1, 1, 1), 1), x, weights));
    }
    g.output("y", x);
    return g.build();
  }

  @Test
  void whatIsWrittenToAVariableThatIsKeptChannelsLastIsReadAgain() {
    TensorType type = TensorType.float32(3, 4, 2, 3);
    try (CudaBackend cuda = new CudaBackend(new SoftwareDriver(), SoftwareDriver.GPU, Precision.FLOAT32)) {
      Buffer buffer = cuda.allocate(type);
      assertThat(((CudaBuffer) buffer).channelsLast()).isTrue();
      HostTensor t = HostTensor.allocate(type);
      for (int i = 0; i < t.size(); i++) {
        t.set(i, i);
      }
      buffer.write(t);
      buffer.set(7, 100);
      t.set(7, 100);
      assertThat(buffer.read().toDoubles()).isEqualTo(t.toDoubles());
      assertThat(buffer.at(7)).isEqualTo(100);
      assertThat(buffer.at(65)).isEqualTo(65);
      for (List<Integer> dims : List.of(List.of(3, 3, 2, 3), List.of(3, 4, 1, 1), List.of(4, 4, 2))) {
        assertThat(((CudaBuffer) cuda.allocate(TensorType.float32(dims.stream().mapToInt(d -> d).toArray()))).channelsLast()).isFalse();
      }
    }
  }
}
