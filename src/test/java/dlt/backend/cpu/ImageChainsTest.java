package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dlt.backend.Backend;
import dlt.backend.KernelCall;
import dlt.backend.Program;
import dlt.backend.reference.ReferenceBackend;
import dlt.backend.reference.ReferenceBuffer;
import dlt.graph.Autodiff;
import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.op.AvgPool2d;
import dlt.op.Conv2d;
import dlt.op.Input;
import dlt.op.MaxPool2d;
import dlt.op.Value;
import dlt.op.Window;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ImageChainsTest {
  private static final Window NEXT = Window.of(2, 2, 0, 0, 1, 1);

  /// A net over `n` images: which values are outputs, or parameters of which there are gradients.
  private static final class Net {
    final GraphBuilder g = new GraphBuilder();
    final int n;
    final List<Value> parameters = new ArrayList<>();

    Net(int n) {
      this.n = n;
    }

    Value images(String name, int... dims) {
      return g.input(name, TensorType.float32(IntStream.concat(IntStream.of(n), IntStream.of(dims)).toArray()));
    }

    Value parameter(int... dims) {
      parameters.add(g.input("p" + parameters.size(), TensorType.float32(dims)));
      return parameters.getLast();
    }

    Value conv(Value x, int outputs, int kernel, int pad, boolean biased) {
      Value y = g.emit(new Conv2d(Window.of(1, 1, pad, pad, 1, 1), 1), List.of(x, parameter(outputs, x.shape().dim(1), kernel, kernel)));
      return biased ? g.add(y, g.reshape(parameter(outputs), Shape.of(1, outputs, 1, 1))) : y;
    }

    Value average(Value x) {
      return g.emit(new AvgPool2d(NEXT, 2, 2, true, 0, 0), List.of(x));
    }

    Value max(Value x) {
      return g.emit(new MaxPool2d(NEXT, 2, 2), List.of(x));
    }

    /// The gradients of a sum of squares, by all parameters.
    Graph gradients(Value last) {
      g.output("last", last);
      Value loss = g.mul(g.sum(g.square(last)), 1.0 / last.shape().size());
      List<Value> gradients = Autodiff.gradients(g, loss, parameters);
      for (int i = 0; i < gradients.size(); i++) {
        g.output("d" + i, gradients.get(i));
      }
      return g.build();
    }
  }

  private static Graph lenet(int n) {
    Net net = new Net(n);
    Value x = net.average(net.g.tanh(net.conv(net.images("x", 1, 14, 12), 6, 5, 2, true)));
    x = net.average(net.g.tanh(net.conv(x, 9, 3, 0, true)));
    Value flat = net.g.reshape(x, Shape.of(n, Math.toIntExact(x.shape().size() / n)));
    return net.gradients(net.g.matmul(flat, net.parameter(7, flat.shape().dim(1)), false, true));
  }

  /// Bias and ReLU in the convolution's store, pools that leave places, and a value that somebody else reads.
  private static Graph maxima(int n) {
    Net net = new Net(n);
    Value first = net.max(net.g.relu(net.conv(net.images("x", 3, 10, 10), 5, 3, 1, true)));
    Value x = net.max(net.g.relu(net.conv(first, 4, 3, 1, true)));
    net.g.output("first", first);
    net.g.output("size", net.g.sum(first, List.of(2, 3), false));
    return net.gradients(x);
  }

  /// A result of the same shape as the images that the chain reads: it must not take their place while other blocks are read.
  private static Graph residual(int n) {
    Net net = new Net(n);
    Value x = net.images("x", 4, 6, 6);
    Value y = net.g.add(net.conv(net.g.mul(x, net.images("scale", 1, 6, 1)), 4, 3, 1, false), x);
    return net.gradients(net.g.tanh(net.conv(net.g.mul(y, net.g.tanh(y)), 4, 1, 0, true)));
  }

  /// Weights of as many outputs as there are images, computed by works that look like ones by images.
  private static Graph weightsLikeImages(int n) {
    Net net = new Net(n);
    Value weights = net.g.tanh(net.g.mul(net.parameter(n, 2, 3, 3), 2));
    Value y = net.g.emit(new Conv2d(Window.of(1, 1, 0, 0, 1, 1), 1), List.of(net.g.tanh(net.images("x", 2, 5, 5)), weights));
    return net.gradients(net.g.tanh(y));
  }

  /// One channel, so that nothing keeps the images of a reduction apart.
  private static Graph oneChannel(int n) {
    Net net = new Net(n);
    return net.gradients(net.g.tanh(net.conv(net.g.tanh(net.conv(net.images("x", 1, 9, 7), 1, 3, 1, true)), 1, 3, 1, true)));
  }

  private record Case(String name, Graph graph, int chains) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Stream<Arguments> cases() {
    return KernelBench.sets().stream().filter(s -> s != InstructionSet.JAVA).flatMap(set -> {
      int lanes = set == InstructionSet.AVX512 ? 16 : 8;
      // whole blocks, one image in the last, blocks of two vectors
      IntStream batches = IntStream.of(4 * lanes, 5 * lanes + 1, 6 * lanes - 3, 67 * lanes + 5);
      return Stream.concat(Stream.of(new Case("weights like images", weightsLikeImages(4 * lanes), 1)), batches.boxed().flatMap(n ->
          Stream.of(new Case("lenet " + n, lenet(n), 2), new Case("maxima " + n, maxima(n), 1), new Case("residual " + n, residual(n), 1),
              new Case("one channel " + n, oneChannel(n), 1)))).map(c -> Arguments.of(c, set));
    });
  }

  private static void write(Program program, Graph graph) {
    graph.inputs().forEach(n -> {
      HostTensor t = HostTensor.allocate(n.type());
      Philox random = new Philox(5, n.shape().dim(n.shape().rank() - 1), 0);
      for (long i = 0; i < t.size(); i++) {
        t.set(i, random.uniform(i) - 0.5);
      }
      program.input(((Input) n.op()).name()).write(t);
    });
  }

  @ParameterizedTest
  @MethodSource("cases")
  void chainsGiveWhatTheReferenceDoesForAnyNumberOfThreads(Case c, InstructionSet set) {
    Map<String, double[]> expected = new LinkedHashMap<>();
    try (Backend backend = new ReferenceBackend(); Program program = backend.compile(c.graph, Map.of())) {
      write(program, c.graph);
      program.run();
      c.graph.outputs().keySet().forEach(name -> expected.put(name, ((ReferenceBuffer) program.output(name)).doubles()));
    }
    Map<String, double[]> first = new LinkedHashMap<>();
    for (int threads = 1; threads <= 3; threads++) {
      try (CpuBackend backend = new CpuBackend(new Workers(threads, true), set, true); Program program = backend.compile(c.graph, Map.of())) {
        write(program, c.graph);
        assertThat(program.calls().stream().map(KernelCall::kernel).filter(k -> k.endsWith("by images")).count()).isGreaterThanOrEqualTo(c.chains);
        for (int run = 0; run < 3; run++) {
          program.run();
          for (String name : c.graph.outputs().keySet()) {
            double[] actual = program.output(name).read().toDoubles();
            assertThat(actual).as("%s with %d threads, run %d", name, threads, run).isEqualTo(first.computeIfAbsent(name, _ -> actual));
          }
        }
      }
    }
    expected.forEach((name, values) -> {
      double scale = 0;
      for (double v : values) {
        scale = Math.max(scale, Math.abs(v));
      }
      for (int i = 0; i < values.length; i++) {
        assertThat(first.get(name)[i]).as("%s[%d]", name, i).isCloseTo(values[i], within(5e-6 * scale));
      }
    });
  }

  /// A block of larger images would not stay in a cache.
  @ParameterizedTest
  @EnumSource(names = "JAVA", mode = EnumSource.Mode.EXCLUDE)
  void blocksOfLargeImagesAreNotChained(InstructionSet set) {
    assumeTrue(InstructionSet.supported(set));
    Net net = new Net(4 * (set == InstructionSet.AVX512 ? 16 : 8));
    Graph graph = net.gradients(net.g.tanh(net.conv(net.images("x", 1, 150, 150), 2, 3, 1, true)));
    try (CpuBackend backend = new CpuBackend(1, set, true); Program program = backend.compile(graph, Map.of())) {
      assertThat(program.calls()).noneMatch(call -> call.kernel().endsWith("by images"));
    }
  }
}
