package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dlt.backend.ImageLayouts;
import dlt.backend.ImageNets;
import dlt.backend.reference.ReferenceBackend;
import dlt.graph.Graph;
import dlt.op.Nhwc;
import dlt.op.Transpose;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Training steps of small nets whose images lie channels-last.
class ImageLayoutsTest {
  private static final double TOLERANCE = 1e-4;

  @TempDir Path folder;

  static Stream<Arguments> nets() {
    return Stream.of(InstructionSet.values()).flatMap(set -> Stream.of(ImageNets.RESNET, ImageNets.UNET, ImageNets.INCEPTION).map(net -> Arguments.of(set, net)));
  }

  private static <T> T withTarget(InstructionSet set, java.util.function.Function<Target, T> f) {
    try (Workers workers = new Workers(1); CodeMemory code = new CodeMemory(); Arena arena = Arena.ofShared()) {
      return f.apply(new Target(set, workers, code, arena));
    }
  }

  /// The larger steps are for direct sums alone: they make 4e-4 of Winograd's rounding in INCEPTION (AVX-512), 3e-5 of theirs.
  @ParameterizedTest
  @MethodSource("nets")
  void aNetLearnsAsOnTheReferenceWhateverTheThreads(InstructionSet set, String net) throws IOException {
    assumeTrue(InstructionSet.supported(set));
    Graph graph = ImageNets.training(folder, net);
    for (boolean strict : new boolean[] {true, false}) {
      double rate = strict ? 0.1 : 0.01;
      try (CpuBackend one = new CpuBackend(1, set, strict); CpuBackend three = new CpuBackend(3, set, strict);
          ReferenceBackend reference = new ReferenceBackend()) {
        Map<String, double[]> actual = ImageNets.train(one, graph, rate);
        ImageNets.assertClose(actual, ImageNets.train(reference, graph, rate), TOLERANCE);
        Map<String, double[]> shared = ImageNets.train(three, graph, rate);
        actual.forEach((name, values) -> assertThat(shared.get(name)).as(name).isEqualTo(values));
      }
    }
  }

  @Test
  void betweenConvolutionsNothingIsTransposed() throws IOException {
    assumeTrue(InstructionSet.supported(InstructionSet.AVX512));
    Graph graph = ImageNets.training(folder, ImageNets.RESNET);
    Graph rewritten = withTarget(InstructionSet.AVX512, target -> ImageLayouts.of(graph, new CpuLayoutCosts(target)).apply());
    assertThat(rewritten.nodes()).anyMatch(n -> n.op() instanceof Nhwc);
    // the dense layers' weights and the classes may be
    assertThat(rewritten.nodes()).filteredOn(n -> n.op() instanceof Transpose && n.shape().rank() >= 3).isEmpty();
  }

  @Test
  void withoutMachineCodeImagesStayPlanes() throws IOException {
    Graph graph = ImageNets.training(folder, ImageNets.RESNET);
    Graph same = withTarget(InstructionSet.JAVA, target -> ImageLayouts.of(graph, new CpuLayoutCosts(target)).apply());
    assertThat(same).isSameAs(graph);
  }
}
