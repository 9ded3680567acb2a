package dlt.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlt.experiment.ExperimentFile;
import dlt.experiment.Prepared;
import dlt.graph.Autodiff;
import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.graph.Node;
import dlt.op.Conv2d;
import dlt.op.Pad;
import dlt.op.Value;
import dlt.op.Variable;
import dlt.op.Window;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Small nets of images of many kinds, and their training.
public final class ImageNets {
  private static final int BATCH = 2;

  public static final String RESNET = """
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
  public static final String UNET = """
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
  public static final String INCEPTION = """
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

  private ImageNets() {}

  /// The cross entropy of the classes of pixels.
  public static Graph pixels() {
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

  /// A step of `net`, whose file is written to `folder`.
  public static Graph training(Path folder, String net) throws IOException {
    Path file = folder.resolve("net.yaml");
    Files.writeString(file, "name: net\n" + net + "optimizer: {sgd: {lr: 0.1, momentum: 0.9}}\ntraining: {batch_size: 2, epochs: 1}\n");
    return Prepared.of(ExperimentFile.read(file, List.of())).assembly().training(BATCH);
  }

  /// The outputs of two steps, then all variables.
  public static Map<String, double[]> train(Backend backend, Graph graph, double rate) {
    return train(backend, graph, Map.of(), rate);
  }

  /// The same of a graph that keeps the variables `last` channels-last, whose types in planes these are.
  public static Map<String, double[]> train(Backend backend, Graph graph, Map<String, TensorType> last, double rate) {
    Map<String, Buffer> variables = new TreeMap<>();
    for (Node n : graph.variables()) {
      String name = ((Variable) n.op()).name();
      Buffer buffer = backend.allocate(n.type());
      HostTensor t = HostTensor.allocate(last.getOrDefault(name, n.type()));
      Philox random = new Philox(1, name.hashCode(), 0);
      for (long i = 0; i < t.size() && t.dtype() == DType.FLOAT32; i++) {
        t.set(i, name.contains("running_var") || name.endsWith("weight") && n.shape().rank() == 1 ? 1 : 0.4 * random.uniform(i) - 0.2);
      }
      buffer.write(last.containsKey(name) ? moved(t, n.type()) : t);
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
    variables.forEach((name, v) -> r.put(name, (last.containsKey(name) ? planes(v.read(), last.get(name)) : v.read()).toDoubles()));
    return r;
  }

  /// [N, C, H, W] as [N, H, W, C].
  private static HostTensor moved(HostTensor t, TensorType type) {
    HostTensor r = HostTensor.allocate(type);
    Shape s = t.shape();
    for (int i = 0; i < t.size(); i++) {
      int pixels = s.dim(2) * s.dim(3);
      r.set((long) i / pixels / s.dim(1) * pixels * s.dim(1) + i % pixels * s.dim(1) + i / pixels % s.dim(1), t.at(i));
    }
    return r;
  }

  private static HostTensor planes(HostTensor t, TensorType type) {
    HostTensor r = HostTensor.allocate(type);
    Shape s = type.shape();
    for (int i = 0; i < t.size(); i++) {
      int pixels = s.dim(2) * s.dim(3);
      r.set(i, t.at((long) i / pixels / s.dim(1) * pixels * s.dim(1) + i % pixels * s.dim(1) + i / pixels % s.dim(1)));
    }
    return r;
  }

  public static void assertClose(Map<String, double[]> actual, Map<String, double[]> expected, double tolerance) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach((name, e) -> {
      for (int i = 0; i < e.length; i++) {
        assertThat(actual.get(name)[i]).as("%s[%d]", name, i).isCloseTo(e[i], within(tolerance * (1 + Math.abs(e[i]))));
      }
    });
  }
}
