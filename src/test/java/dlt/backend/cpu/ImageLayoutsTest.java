package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dlt.backend.Backend;
import dlt.backend.Buffer;
import dlt.backend.Program;
import dlt.backend.reference.ReferenceBackend;
import dlt.experiment.ExperimentFile;
import dlt.experiment.Prepared;
import dlt.graph.Autodiff;
import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.graph.Node;
import dlt.op.Conv2d;
import dlt.op.Nhwc;
import dlt.op.Pad;
import dlt.op.Transpose;
import dlt.op.Value;
import dlt.op.Variable;
import dlt.op.Window;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.TensorType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Training steps of small nets whose images lie channels-last.
class ImageLayoutsTest {
  private static final int BATCH = 2;
  private static final double TOLERANCE = 1e-4;

  private static final String RESNET = """
      data: {train: {synthetic: {samples: 4, shape: [3, 13, 11], classes: 3}}, split: none}
      model:
        layers:
          - conv2d: {out_channels: 17, kernel_size: 3, padding: 1, bias: false}
          - batch_norm
          - relu
          - max_pool2d: {kernel_size: 3, stride: 2, padding: 1}
          - residual:
              shortcut: project
              body:
                - conv2d: {out_channels: 33, kernel_size: 3, stride: 2, padding: 1, bias: false}
                - batch_norm
                - relu
                - conv2d: {out_channels: 33, kernel_size: 3, padding: 1, bias: false}
                - batch_norm
          - relu
          - adaptive_avg_pool2d: 1
          - flatten
          - linear: 3
      loss: cross_entropy
      """;
  private static final String UNET = """
      data: {train: {synthetic: {samples: 4, shape: [1, 10, 14], labels: [3, 10, 14]}}, split: none}
      model:
        layers:
          - conv2d: {out_channels: 16, kernel_size: 3, padding: 1, as: e1}
          - batch_norm
          - relu: {as: r1}
          - max_pool2d: 2
          - conv2d: {out_channels: 32, kernel_size: 3, padding: 1}
          - batch_norm
          - relu
          - conv_transpose2d: {out_channels: 15, kernel_size: 2, stride: 2, as: up}
          - concat: {from: [up, r1]}
          - conv2d: {out_channels: 16, kernel_size: 3, padding: 1}
          - dropout: 0.3
          - tanh
          - avg_pool2d: 2
          - upsample: {scale_factor: 2}
          - conv2d: {out_channels: 3, kernel_size: 1}
      loss: bce_with_logits
      """;
  private static final String INCEPTION = """
      data: {train: {synthetic: {samples: 4, shape: [3, 9, 9], classes: 4}}, split: none}
      model:
        layers:
          - conv2d: {out_channels: 20, kernel_size: 3}
          - relu
          - parallel:
              merge: concat
              branches:
                - [{conv2d: {out_channels: 16, kernel_size: 1}}, relu]
                - [{conv2d: {out_channels: 7, kernel_size: [1, 3], padding: [0, 1]}}, {conv2d: {out_channels: 18, kernel_size: [3, 1], padding: [1, 0]}}, relu]
                - [{avg_pool2d: {kernel_size: 3, stride: 1, padding: 1}}, {conv2d: {out_channels: 33, kernel_size: 1}}, sigmoid]
                - [{max_pool2d: {kernel_size: 3, stride: 1, padding: 1}}]
          - group_norm: 3
          - upsample: {size: [9, 11], mode: bilinear}
          - conv2d: {out_channels: 16, kernel_size: 3, padding: 1, padding_mode: reflect}
          - flatten
          - linear: 4
      loss: cross_entropy
      """;
  /// The cross entropy of the classes of pixels.
  private static Graph pixels() {
    GraphBuilder g = new GraphBuilder();
    Value weights = g.variable("weight", TensorType.float32(5, 3, 3, 3));
    Value y = g.emit(new Conv2d(Window.of(1, 1, 1, 1, 1, 1), 1), g.input("x", TensorType.float32(2, 3, 8, 9)), weights);
    Value hot = g.oneHot(g.input("classes", TensorType.int64(2, 8, 9)), 5, 1);
    Value rows = g.emit(new Pad(List.of(0, 0, 1, 0), List.of(0, 0, 0, 2), 0.5), g.mul(y, g.input("row", TensorType.float32(8, 1))));
    Value loss = g.add(g.neg(g.mean(g.mul(g.logSoftmax(y, 1), hot))), g.mean(g.mul(g.softmax(rows, 1), g.slice(rows, 1, 2, 1))));
    g.output("loss", loss);
    g.update(weights, Autodiff.gradients(g, loss, List.of(weights)).getFirst());
    return g.build();
  }

  @TempDir Path folder;

  static Stream<Arguments> nets() {
    return Stream.of(InstructionSet.values()).flatMap(set -> Stream.of(RESNET, UNET, INCEPTION).map(net -> Arguments.of(set, net)));
  }

  private Graph training(String net) throws IOException {
    Path file = folder.resolve("net.yaml");
    Files.writeString(file, "name: net\n" + net + "optimizer: {sgd: {lr: 0.1, momentum: 0.9}}\ntraining: {batch_size: 2, epochs: 1}\n");
    return Prepared.of(ExperimentFile.read(file, List.of())).assembly().training(BATCH);
  }

  /// The outputs of two steps, then all variables.
  private static Map<String, double[]> train(Backend backend, Graph graph, double rate) {
    Map<String, Buffer> variables = new TreeMap<>();
    for (Node n : graph.variables()) {
      String name = ((Variable) n.op()).name();
      Buffer buffer = backend.allocate(n.type());
      HostTensor t = HostTensor.allocate(n.type());
      Philox random = new Philox(1, name.hashCode(), 0);
      for (long i = 0; i < t.size() && t.dtype() == DType.FLOAT32; i++) {
        t.set(i, name.contains("running_var") || name.endsWith("weight") && n.shape().rank() == 1 ? 1 : 0.4 * random.uniform(i) - 0.2);
      }
      buffer.write(t);
      variables.put(name, buffer);
    }
    Map<String, double[]> r = new TreeMap<>();
    try (Program program = backend.compile(graph, variables)) {
      for (int step = 0; step < 2; step++) {
        for (String name : program.inputs()) {
          Buffer input = program.input(name);
          HostTensor t = HostTensor.allocate(input.type());
          Philox random = new Philox(2 + step, name.hashCode(), 0);
          for (long i = 0; i < t.size(); i++) {
            t.set(i, t.dtype() == DType.INT64 ? i % 3 : t.shape().rank() == 0 ? rate : random.uniform(i));
          }
          input.write(t);
        }
        program.run();
        for (String name : graph.outputs().keySet()) {
          r.put(step + " " + name, program.output(name).read().toDoubles());
        }
      }
    }
    variables.forEach((name, v) -> r.put(name, v.read().toDoubles()));
    return r;
  }

  private static void assertClose(Map<String, double[]> actual, Map<String, double[]> expected, double tolerance) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach((name, e) -> {
      for (int i = 0; i < e.length; i++) {
        assertThat(actual.get(name)[i]).as("%s[%d]", name, i).isCloseTo(e[i], within(tolerance * (1 + Math.abs(e[i]))));
      }
    });
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
    Graph graph = training(net);
    for (boolean strict : new boolean[] {true, false}) {
      double rate = strict ? 0.1 : 0.01;
      try (CpuBackend one = new CpuBackend(1, set, strict); CpuBackend three = new CpuBackend(3, set, strict);
          ReferenceBackend reference = new ReferenceBackend()) {
        Map<String, double[]> actual = train(one, graph, rate);
        assertClose(actual, train(reference, graph, rate), TOLERANCE);
        Map<String, double[]> shared = train(three, graph, rate);
        actual.forEach((name, values) -> assertThat(shared.get(name)).as(name).isEqualTo(values));
      }
    }
  }

  /// Whatever pays: here all that can be is channels-last.
  @ParameterizedTest
  @ValueSource(strings = {RESNET, UNET, INCEPTION})
  void theRewrittenGraphComputesTheSame(String net) throws IOException {
    for (Graph graph : List.of(training(net), pixels())) {
      List<Node> all = graph.nodes().stream().filter(n -> ImageLayouts.follows(n) || n.op() instanceof Conv2d).toList();
      Graph rewritten = new ImageLayouts(graph, new java.util.HashSet<>(all)).apply();
      assertThat(rewritten.nodes()).anyMatch(n -> n.op() instanceof Nhwc);
      try (ReferenceBackend reference = new ReferenceBackend()) {
        assertClose(train(reference, rewritten, 0.1), train(reference, graph, 0.1), 1e-9);
      }
    }
  }

  @Test
  void betweenConvolutionsNothingIsTransposed() throws IOException {
    assumeTrue(InstructionSet.supported(InstructionSet.AVX512));
    Graph graph = training(RESNET);
    Graph rewritten = withTarget(InstructionSet.AVX512, target -> ImageLayouts.of(graph, target).apply());
    assertThat(rewritten.nodes()).anyMatch(n -> n.op() instanceof Nhwc);
    // the dense layers' weights and the classes may be
    assertThat(rewritten.nodes()).filteredOn(n -> n.op() instanceof Transpose && n.shape().rank() >= 3).isEmpty();
  }

  @Test
  void withoutMachineCodeImagesStayPlanes() throws IOException {
    Graph graph = training(RESNET);
    Graph same = withTarget(InstructionSet.JAVA, target -> ImageLayouts.of(graph, target).apply());
    assertThat(same).isSameAs(graph);
  }
}
