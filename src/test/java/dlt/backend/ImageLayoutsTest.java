package dlt.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.backend.reference.ReferenceBackend;
import dlt.graph.Graph;
import dlt.graph.Node;
import dlt.op.Conv2d;
import dlt.op.Conv2dGradInput;
import dlt.op.Conv2dGradWeight;
import dlt.op.Nhwc;
import dlt.op.Variable;
import dlt.tensor.TensorType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageLayoutsTest {
  /// A device that takes everything channels-last; `all` also weights and mixed pools. Kernels in planes cost `planes`, moves `move`.
  private record Device(boolean all, long planes, long move) implements LayoutCosts {
    @Override
    public boolean convolution(Node n) {
      return true;
    }

    @Override
    public boolean pool(Node n) {
      return true;
    }

    @Override
    public boolean mixes() {
      return all;
    }

    @Override
    public boolean weights() {
      return all;
    }

    @Override
    public boolean kept(Node variable) {
      return all && ImageLayouts.image(variable) && !ImageLayouts.free(variable.shape());
    }

    @Override
    public long move(Node image) {
      return move;
    }

    @Override
    public long mixed(Node pool, Node operand) {
      return move / 2;
    }

    @Override
    public long planes(Node n, Node image) {
      return planes;
    }

    @Override
    public long planes(Node n) {
      return 0;
    }

    @Override
    public long channelsLast(Node n) {
      return 0;
    }
  }

  @TempDir Path folder;

  private List<Graph> graphs(String net) throws IOException {
    return List.of(ImageNets.training(folder, net), ImageNets.pixels());
  }

  /// Whatever pays: here all that can be is channels-last.
  @ParameterizedTest
  @ValueSource(strings = {ImageNets.RESNET, ImageNets.UNET, ImageNets.INCEPTION})
  void theRewrittenGraphComputesTheSame(String net) throws IOException {
    for (Graph graph : graphs(net)) {
      for (boolean all : new boolean[] {false, true}) {
        Device device = new Device(all, 0, 0);
        ImageLayouts none = new ImageLayouts(graph, device, Set.of());
        Set<Node> last = new HashSet<>(graph.nodes().stream().filter(n -> none.follows(n) || n.op() instanceof Conv2d
            || n.op() instanceof Conv2dGradInput || all && n.op() instanceof Conv2dGradWeight || n.op() instanceof Variable && device.kept(n)).toList());
        sameAs(graph, device, new ImageLayouts(graph, device, last).apply());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"false, 10, 1", "false, 1, 10", "true, 10, 1", "true, 1, 10", "true, 3, 2"})
  void whateverIsCheapestComputesTheSame(boolean all, long planes, long move) throws IOException {
    for (String net : List.of(ImageNets.RESNET, ImageNets.UNET, ImageNets.INCEPTION)) {
      Graph graph = ImageNets.training(folder, net);
      Device device = new Device(all, planes, move);
      sameAs(graph, device, ImageLayouts.of(graph, device).apply());
    }
  }

  private static void sameAs(Graph graph, Device device, Graph rewritten) {
    Map<String, TensorType> kept = new HashMap<>();
    graph.variables().stream().filter(device::kept).forEach(n -> kept.put(((Variable) n.op()).name(), n.type()));
    assertThat(rewritten.nodes()).anyMatch(n -> n.op() instanceof Nhwc);
    try (ReferenceBackend reference = new ReferenceBackend()) {
      ImageNets.assertClose(ImageNets.train(reference, rewritten, kept, 0.1), ImageNets.train(reference, graph, 0.1), 1e-9);
    }
  }

  @Test
  void variablesThatAreKeptChannelsLastAreSoInEveryGraph() throws IOException {
    Graph graph = ImageNets.training(folder, ImageNets.RESNET);
    Graph rewritten = ImageLayouts.of(graph, new Device(true, 0, 1000)).apply();
    assertThat(rewritten.variables()).filteredOn(n -> ((Variable) n.op()).name().equals("0.weight")).singleElement()
        .satisfies(n -> assertThat(n.shape().dims()).containsExactly(17, 3, 3, 3));
    assertThat(rewritten.variables()).filteredOn(n -> n.shape().rank() == 4 && n.shape().dim(0) == 33 && n.shape().dim(1) == 3)
        .allSatisfy(n -> assertThat(n.shape().dims().getLast()).isIn(17, 33));
  }
}
