package dlt.optim;

import static dlt.golden.GoldenBackend.assertClose;
import static dlt.golden.GoldenBackend.doubles;

import dlt.golden.GoldenTable;
import dlt.backend.Backend;
import dlt.backend.Buffer;
import dlt.backend.Program;
import dlt.config.Binder;
import dlt.config.YamlNode;
import dlt.golden.GoldenBackend;
import dlt.golden.GoldenCases;
import dlt.graph.Autodiff;
import dlt.graph.GraphBuilder;
import dlt.op.ScatterAdd;
import dlt.op.Value;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/// PyTorch's optimizers: parameters after each of a number of steps by given gradients, or by those of the Rosenbrock function
/// for L-BFGS, which asks for them itself.
@ExtendWith(GoldenTable.class)
class GoldenOptimizersTest {
  record File(Optimizer optimizer) {}

  /// PyTorch's names of which snake_case would make something else.
  private static final Map<String, String> KINDS = Map.of("AdamW", "adamw", "NAdam", "nadam", "RAdam", "radam", "RMSprop",
      "rmsprop", "LBFGS", "lbfgs", "SGD", "sgd", "ASGD", "asgd");

  @TestFactory
  Stream<DynamicTest> parametersArePyTorchsAfterEachStep() {
    List<GoldenCases.Case> cases = GoldenCases.read("optimizers").cases();
    return Stream.of(GoldenBackend.values()).flatMap(backend -> cases.stream()
        .map(c -> DynamicTest.dynamicTest(c.name() + " on " + backend, () -> check(c, backend))));
  }

  private static void check(GoldenCases.Case c, GoldenBackend on) {
    List<double[]> parameters;
    try (Backend backend = on.open()) {
      parameters = parameters(c, backend, (_, values) -> values);
    }
    double bound = closure(c) ? Math.max(on.bound(1), 4 * sensitivity(c, on)) : on.bound(1);
    for (int t = 0; t < parameters.size(); t++) {
      assertClose("step " + (t + 1), parameters.get(t), slice(c.tensor("params"), t), bound);
    }
  }

  private static boolean closure(GoldenCases.Case c) {
    return !c.tensors().containsKey(c.name() + "/grads");
  }

  /// How far a search goes astray, in float64, by nothing but roundings of parameters, losses and gradients to the backend's
  /// numbers: its curvature comes from small differences of gradients. It stands for PyTorch's own error, which these cases
  /// do not say; the worst of several, since it varies with the roundings.
  private static double sensitivity(GoldenCases.Case c, GoldenBackend on) {
    double rounding = switch (on) {
      case REFERENCE -> 0x1p-52;
      case CPU, CUDA -> 0x1p-23;
    };
    double worst = 0;
    for (int i = 0; i < 8; i++) {
      int stream = i;
      try (Backend backend = GoldenBackend.REFERENCE.open()) {
        List<double[]> parameters = parameters(c, backend, (count, values) -> {
          Philox noise = new Philox(1, Philox.Purpose.SYNTHETIC.stream(stream), count);
          double[] r = values.clone();
          for (int j = 0; j < r.length; j++) {
            r[j] *= 1 + rounding * (noise.uniformDouble(j) - 0.5);
          }
          return r;
        });
        for (int t = 0; t < parameters.size(); t++) {
          worst = Math.max(worst, distance(parameters.get(t), slice(c.tensor("params"), t).toDoubles()));
        }
      }
    }
    return worst;
  }

  private static double distance(double[] actual, double[] expected) {
    double distance = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      distance += Math.pow(actual[i] - expected[i], 2);
      norm += expected[i] * expected[i];
    }
    return Math.sqrt(distance / norm);
  }

  /// What becomes of the values that a closure reads, writes or returns, given how many have been before.
  @FunctionalInterface
  private interface Noise {
    double[] on(int count, double[] values);
  }

  /// The parameter after each step; `noise` is on what a closure moves and returns.
  private static List<double[]> parameters(GoldenCases.Case c, Backend backend, Noise noise) {
    String op = c.json().get("op").asText();
    String kind = KINDS.getOrDefault(op, op.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_").toLowerCase(Locale.ROOT));
    YamlNode yaml = YamlNode.parse("optimizer: {" + kind + ": {" + c.arguments(Map.of()) + "}}", Path.of("golden"));
    Optimizer optimizer = Binder.bind(yaml, File.class).value().optimizer();

    HostTensor start = c.tensor("p0");
    GraphBuilder g = new GraphBuilder();
    Value parameter = g.variable("w", TensorType.float32(start.shape()));
    ParameterUpdates updates = new ParameterUpdates(g, optimizer, List.of());
    updates.add("w", parameter, gradient(g, c, parameter));
    Map<String, Buffer> variables = new HashMap<>();
    variables.put("w", backend.allocate(parameter.type()));
    variables.get("w").write(start);
    updates.states().forEach((name, state) -> {
      double[] initial = new double[Math.toIntExact(state.type().shape().size())];
      Arrays.fill(initial, state.initial());
      variables.put(name, backend.allocate(state.type()));
      variables.get(name).write(HostTensor.ofDoubles(state.type().shape(), initial));
    });

    List<double[]> r = new ArrayList<>();
    LearningRate rate = new LearningRate(List.of(), 1, 1);
    try (Program program = backend.compile(g.build(), variables)) {
      Closure closure = new Closure(program, variables, noise);
      for (int step = 1; step <= c.json().get("steps").asInt(); step++) {
        for (String name : List.of("grads", "indices")) {
          if (program.inputs().contains(name)) {
            program.input(name).write(slice(c.tensor(name), step - 1));
          }
        }
        updates.scalars(step, rate).forEach((name, value) -> {
          if (program.inputs().contains(name)) {
            program.input(name).write(HostTensor.ofDoubles(Shape.SCALAR, value));
          }
        });
        if (updates.minimizer().isPresent()) {
          updates.minimizer().get().step(closure, optimizer.lr());
        } else {
          program.run();
        }
        r.add(doubles(variables.get("w")).clone());
      }
    }
    return r;
  }

  /// The given gradient, that of rows that were looked up, or else that of the Rosenbrock function.
  private static Value gradient(GraphBuilder g, GoldenCases.Case c, Value parameter) {
    if (closure(c)) {
      int n = parameter.shape().dim(0) - 1;
      Value head = g.slice(parameter, 0, 0, n);
      Value bend = g.square(g.sub(g.slice(parameter, 0, 1, n), g.square(head)));
      Value loss = g.sum(g.add(g.mul(bend, 100), g.square(g.sub(1, head))));
      g.output("loss", loss);
      return Autodiff.gradients(g, loss, List.of(parameter)).getFirst();
    }
    Value gradient = g.input("grads", TensorType.float32(c.tensor("grads").shape().without(0)));
    if (!c.tensors().containsKey(c.name() + "/indices")) {
      return gradient;
    }
    Value indices = g.input("indices", TensorType.int64(c.tensor("indices").shape().without(0)));
    return g.emit(new ScatterAdd(0, parameter.shape().dim(0)), indices, gradient);
  }

  private static final class Closure implements Minimizer.Model {
    private final Program program;
    private final Map<String, Buffer> variables;
    private final Noise noise;
    private int count;

    Closure(Program program, Map<String, Buffer> variables, Noise noise) {
      this.program = program;
      this.variables = variables;
      this.noise = noise;
    }

    @Override
    public double run() {
      program.run();
      return noise.on(count++, doubles(program.output("loss")))[0];
    }

    @Override
    public double[] read(String variable) {
      return noise.on(count++, doubles(variables.get(variable)).clone());
    }

    @Override
    public void write(String variable, double[] values) {
      variables.get(variable).write(HostTensor.ofDoubles(variables.get(variable).type().shape(), noise.on(count++, values)));
    }
  }

  private static HostTensor slice(HostTensor t, int index) {
    TensorType type = new TensorType(t.dtype(), t.shape().without(0));
    return new HostTensor(type, t.data().asSlice(index * type.bytes(), type.bytes()));
  }
}
