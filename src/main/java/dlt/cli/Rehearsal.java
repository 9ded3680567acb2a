package dlt.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.backend.Backend;
import dlt.backend.Buffer;
import dlt.backend.Program;
import dlt.backend.cpu.CpuBackend;
import dlt.config.Argument;
import dlt.experiment.Experiment;
import dlt.graph.Autodiff;
import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.op.Conv2d;
import dlt.op.MaxPool2d;
import dlt.op.Value;
import dlt.op.Variable;
import dlt.op.Window;
import dlt.run.MetricsLog;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Takes a step of a tiny net on a thread of its own while the command line and the experiment are read: half of what a small net's
/// first step takes is what the virtual machine does once for each class and each call, and so another processor does it ahead.
final class Rehearsal {
  /// The commands that take steps.
  private static final Set<String> COMMANDS = Set.of("train", "bench", "sweep");
  private static final List<Integer> BUT_CHANNELS = List.of(0, 2, 3);
  private static final int BATCH = 2, CHANNELS = 16, SIZE = 8, CLASSES = 2;

  private Rehearsal() {}

  /// Begins it where `command` takes steps and there is a processor for it.
  static void begin(String command) {
    if (COMMANDS.contains(command) && Runtime.getRuntime().availableProcessors() > 1) {
      Thread.ofPlatform().name("dlt-rehearsal").daemon().start(Rehearsal::run);
    }
  }

  private static void run() {
    Argument.of(Experiment.class);
    try (Backend backend = CpuBackend.open(1)) {
      Graph graph = graph();
      Map<String, Buffer> variables = new HashMap<>();
      graph.variables().forEach(n -> variables.put(((Variable) n.op()).name(), backend.allocate(n.type())));
      try (Program program = backend.compile(graph, variables)) {
        program.run();
      }
      ObjectNode document = new Output().document();
      MetricsLog.put(document, "loss", 0);
      document.toString();
    } catch (RuntimeException | Error e) {
      // the command itself meets it too, and says so
    }
  }

  /// A step of stochastic gradient descent: a convolution, normalised, a pool and a dense layer.
  static Graph graph() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", TensorType.float32(BATCH, CHANNELS, SIZE, SIZE));
    Value filters = g.variable("filters", TensorType.float32(CHANNELS, CHANNELS, 3, 3));
    Value shift = g.variable("shift", TensorType.float32(1, CHANNELS, 1, 1));
    Value weights = g.variable("weights", TensorType.float32(CLASSES, CHANNELS * SIZE * SIZE / 4));
    Value images = g.emit(new Conv2d(Window.of(1, 1, 1, 1, 1, 1), 1), x, filters);
    Value centred = g.sub(images, g.mean(images, BUT_CHANNELS, true));
    Value deviation = g.sqrt(g.add(g.mean(g.square(centred), BUT_CHANNELS, true), 1e-5));
    Value hidden = g.relu(g.add(g.mul(centred, g.reciprocal(deviation)), shift));
    Value pooled = g.emit(new MaxPool2d(Window.of(2, 2, 0, 0, 1, 1), 2, 2), g.add(hidden, x));
    Value rows = g.reshape(pooled, Shape.of(BATCH, CHANNELS * SIZE * SIZE / 4));
    Value loss = g.neg(g.mean(g.logSoftmax(g.matmul(rows, weights, false, true), 1)));
    List<Value> trained = List.of(filters, shift, weights);
    List<Value> gradients = Autodiff.gradients(g, loss, trained);
    for (int i = 0; i < trained.size(); i++) {
      g.update(trained.get(i), g.sub(trained.get(i), g.mul(gradients.get(i), 0.1)));
    }
    g.output("loss", loss);
    return g.build();
  }
}
