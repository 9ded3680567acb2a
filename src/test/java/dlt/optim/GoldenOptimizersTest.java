package dlt.optim;

import static dlt.golden.GoldenBackend.assertClose;
import static dlt.golden.GoldenBackend.doubles;

import dlt.backend.Backend;
import dlt.backend.Buffer;
import dlt.backend.Program;
import dlt.config.Binder;
import dlt.config.YamlNode;
import dlt.golden.GoldenBackend;
import dlt.golden.GoldenCases;
import dlt.graph.GraphBuilder;
import dlt.op.ScatterAdd;
import dlt.op.Value;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// PyTorch's optimizers: parameters after each of a number of steps by given gradients.
class GoldenOptimizersTest {
  record File(Optimizer optimizer) {}

  /// PyTorch's names of which snake_case would make something else.
  private static final Map<String, String> KINDS = Map.of("AdamW", "adamw", "NAdam", "nadam", "RAdam", "radam", "RMSprop",
      "rmsprop", "LBFGS", "lbfgs", "SGD", "sgd", "ASGD", "asgd");

  @TestFactory
  Stream<DynamicTest> parametersArePyTorchsAfterEachStep() {
    List<GoldenCases.Case> cases = GoldenCases.read("optimizers").cases();
    System.out.println("golden optimizers: " + cases.size() + " cases on " + GoldenBackend.values().length + " backends");
    return Stream.of(GoldenBackend.values()).flatMap(backend -> cases.stream()
        .map(c -> DynamicTest.dynamicTest(c.name() + " on " + backend, () -> check(c, backend))));
  }

  private static void check(GoldenCases.Case c, GoldenBackend on) {
    String op = c.json().get("op").asText();
    String kind = KINDS.getOrDefault(op, op.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_").toLowerCase(Locale.ROOT));
    YamlNode yaml = YamlNode.parse("optimizer: {" + kind + ": {" + c.arguments(Map.of()) + "}}", Path.of("golden"));
    Optimizer optimizer = Binder.bind(yaml, File.class).value().optimizer();

    HostTensor start = c.tensor("p0");
    HostTensor gradients = c.tensor("grads");
    boolean sparse = c.tensors().containsKey(c.name() + "/indices");
    GraphBuilder g = new GraphBuilder();
    Value parameter = g.variable("w", TensorType.float32(start.shape()));
    Value gradient = g.input("gradient", TensorType.float32(gradients.shape().without(0)));
    if (sparse) {
      Value indices = g.input("indices", TensorType.int64(c.tensor("indices").shape().without(0)));
      gradient = g.emit(new ScatterAdd(0, start.shape().dim(0)), indices, gradient);
    }
    ParameterUpdates updates = new ParameterUpdates(g, optimizer, List.of());
    updates.add("w", parameter, gradient);

    LearningRate rate = new LearningRate(List.of(), 1, 1);
    try (Backend backend = on.open()) {
      Map<String, Buffer> variables = new HashMap<>();
      variables.put("w", backend.allocate(parameter.type()));
      variables.get("w").write(start);
      updates.states().forEach((name, state) -> {
        Buffer buffer = backend.allocate(state.type());
        double[] initial = new double[Math.toIntExact(state.type().shape().size())];
        java.util.Arrays.fill(initial, state.initial());
        buffer.write(HostTensor.ofDoubles(state.type().shape(), initial));
        variables.put(name, buffer);
      });
      try (Program program = backend.compile(g.build(), variables)) {
        for (int step = 1; step <= c.json().get("steps").asInt(); step++) {
          program.input("gradient").write(slice(gradients, step - 1));
          if (sparse) {
            program.input("indices").write(slice(c.tensor("indices"), step - 1));
          }
          updates.scalars(step, rate).forEach((name, value) -> {
            if (program.inputs().contains(name)) {
              program.input(name).write(HostTensor.ofDoubles(Shape.SCALAR, value));
            }
          });
          program.run();
          assertClose("step " + step, doubles(variables.get("w")), slice(c.tensor("params"), step - 1), on.bound(1));
        }
      }
    }
  }

  private static HostTensor slice(HostTensor t, int index) {
    TensorType type = new TensorType(t.dtype(), t.shape().without(0));
    return new HostTensor(type, t.data().asSlice(index * type.bytes(), type.bytes()));
  }
}
