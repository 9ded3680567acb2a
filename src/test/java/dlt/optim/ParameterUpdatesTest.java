package dlt.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dlt.backend.Buffer;
import dlt.backend.reference.ReferenceBackend;
import dlt.backend.reference.ReferenceBuffer;
import dlt.backend.reference.ReferenceProgram;
import dlt.config.Binder;
import dlt.config.ConfigException;
import dlt.config.Invalid;
import dlt.config.Kinds;
import dlt.config.YamlNode;
import dlt.config.YamlWriter;
import dlt.graph.GraphBuilder;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ParameterUpdatesTest {
  record File(Optimizer optimizer, @dlt.config.Default("[]") List<Phase> schedule) {}

  private static File file(String yaml) {
    return Binder.bind(YamlNode.parse(yaml, Path.of("test")), File.class).value();
  }

  /// Parameters of ones after `steps` steps by gradients of ones.
  private static Map<String, double[]> train(String yaml, int steps, Map<String, Shape> parameters) {
    File file = file(yaml);
    GraphBuilder g = new GraphBuilder();
    ParameterUpdates updates = new ParameterUpdates(g, file.optimizer(), file.schedule());
    Map<String, Buffer> variables = new HashMap<>();
    try (ReferenceBackend backend = new ReferenceBackend()) {
      parameters.forEach((name, shape) -> {
        Value p = g.variable(name, TensorType.float32(shape));
        updates.add(name, p, g.fill(shape, 1));
        variables.put(name, filled(backend, p.type(), 1));
      });
      updates.states().forEach((name, s) -> variables.put(name, filled(backend, s.type(), s.initial())));
      LearningRate rate = new LearningRate(file.schedule(), steps, 1);
      try (ReferenceProgram program = backend.compile(g.build(), variables)) {
        for (int step = 1; step <= steps; step++) {
          Map<String, Double> scalars = updates.scalars(step, rate);
          assertThat(scalars.keySet()).containsAll(program.inputs());
          program.inputs().forEach(n -> program.input(n).write(HostTensor.ofDoubles(Shape.SCALAR, scalars.get(n))));
          program.run();
        }
      }
    }
    Map<String, double[]> r = new LinkedHashMap<>();
    parameters.keySet().forEach(n -> r.put(n, ((ReferenceBuffer) variables.get(n)).doubles()));
    return r;
  }

  private static Buffer filled(ReferenceBackend backend, TensorType type, double value) {
    ReferenceBuffer b = backend.allocate(type);
    java.util.Arrays.fill(b.doubles(), value);
    return b;
  }

  @Test
  void everyKindIsItsBareNameAndIsWrittenBack() {
    Kinds.of(Optimizer.class).forEach((name, type) -> {
      File file = file("optimizer: " + name);
      assertThat(file.optimizer()).isInstanceOf(type);
      assertThat(file(YamlWriter.write(file))).isEqualTo(file);
    });
  }

  @Test
  void everyKindMovesParametersOfAnyRank() {
    Map<String, Shape> shapes = Map.of("s", Shape.of(1), "v", Shape.of(3), "m", Shape.of(2, 3), "c", Shape.of(2, 3, 2, 2));
    Kinds.of(Optimizer.class).keySet().stream().filter(k -> !k.equals("lbfgs")).forEach(kind ->
        train("optimizer: " + kind, 3, shapes).forEach((name, values) -> {
          assertThat(values).as("%s %s", kind, name).doesNotContain(Double.NaN);
          assertThat(values[0]).as("%s %s", kind, name).isLessThan(1);
        }));
  }

  @Test
  void firstGroupThatMatchesSetsRateAndDecay() {
    Map<String, double[]> r = train("""
        optimizer:
          sgd:
            lr: 0.1
            weight_decay: 1
            groups: [{match: 'body\\..*', lr: 0.01}, {match: '.*bias', weight_decay: 0}]
        """, 1, Map.of("body.bias", Shape.of(1), "head.bias", Shape.of(1), "head.weight", Shape.of(1)));
    assertThat(r.get("body.bias")[0]).isCloseTo(1 - 0.01 * 2, within(1e-15));
    assertThat(r.get("head.bias")[0]).isCloseTo(1 - 0.1, within(1e-15));
    assertThat(r.get("head.weight")[0]).isCloseTo(1 - 0.1 * 2, within(1e-15));
  }

  @Test
  void schedulesApplyToTheRateOfEachGroup() {
    Map<String, double[]> r = train("""
        optimizer: {sgd: {lr: 1, groups: [{match: a, lr: 2}]}}
        schedule: {constant: {factor: 0.5, steps: 2}}
        """, 2, Map.of("a", Shape.of(1), "b", Shape.of(1)));
    assertThat(r.get("a")[0]).isEqualTo(1 - 2 * 1.0);
    assertThat(r.get("b")[0]).isEqualTo(1 - 2 * 0.5);
  }

  /// torch.optim.SGD and Adam with these groups after three and four steps.
  @Test
  void groupsHaveSettingsOfTheirOwn() {
    Map<String, Shape> four = Map.of("a", Shape.of(1), "b", Shape.of(1), "c", Shape.of(1), "d", Shape.of(1));
    values(train("""
        optimizer: {sgd: {lr: 0.1, momentum: 0.9, groups: [{match: b, momentum: 0.5, nesterov: true}, {match: c, momentum: 0}, {match: d, dampening: 0.5, maximize: true}]}}
        """, 3, four), 0.439, 0.4875, 0.7, 1.416);
    values(train("""
        optimizer: {adam: {lr: 0.1, weight_decay: 0.5, groups: [{match: b, betas: [0.5, 0.9]}, {match: c, eps: 0.1}, {match: d, amsgrad: true, weight_decay: 2}]}}
        """, 4, four), 0.6009135330968831, 0.6040631544601612, 0.6263525765909248, 0.6021989364677947);
  }

  /// torch.optim.lr_scheduler.OneCycleLR(SGD(lr=0.1, momentum=0.9), max_lr=[0.1, 0.01], total_steps=8) after five steps.
  @Test
  void oneCycleGoesUpToTheRateOfEachGroup() {
    values(train("""
        optimizer: {sgd: {lr: 0.1, momentum: 0.9, groups: [{match: b, lr: 0.01}]}}
        schedule: {one_cycle: {total_steps: 8}}
        """, 5, Map.of("a", Shape.of(1), "b", Shape.of(1))), 0.10930560610438805, 0.9109305606104389);
  }

  private static void values(Map<String, double[]> found, double... expected) {
    assertThat(found.keySet().stream().sorted().mapToDouble(k -> found.get(k)[0]).toArray()).usingComparatorWithPrecision(1e-9).containsExactly(expected);
  }

  @Test
  void aSettingThatAnOptimizerDoesNotHaveIsRefused() {
    Map.of("rprop", "weight_decay: 1", "sparse_adam", "weight_decay: 1", "sgd", "betas: [0.9, 0.99]", "adam", "momentum: 0.9", "adafactor", "eps: 1e-3")
        .forEach((kind, setting) -> {
          Optimizer o = file("optimizer: {" + kind + ": {groups: [{match: a, " + setting + "}]}}").optimizer();
          assertThatThrownBy(() -> o.in(o.groups().getFirst())).isInstanceOf(Invalid.class).hasMessage("a setting that " + kind + " does not have");
        });
  }

  @Test
  void lbfgsRefusesAParameterWhoseHistoryNoArrayHolds() {
    GraphBuilder g = new GraphBuilder();
    ParameterUpdates updates = new ParameterUpdates(g, file("optimizer: lbfgs").optimizer(), List.of());
    Value a = g.variable("a", TensorType.float32(1 << 25));
    assertThatThrownBy(() -> updates.add("a", a, a)).isInstanceOf(ShapeException.class).hasMessageContaining("take a smaller history_size");
  }

  @Test
  void aPatternThatIsNoneIsRefused() {
    assertThatThrownBy(() -> file("optimizer: {sgd: {groups: [{match: '*.weight'}]}}")).isInstanceOf(ConfigException.class)
        .hasMessageContaining("regular expression");
  }

  @Test
  void nesterovNeedsMomentum() {
    assertThatThrownBy(() -> file("optimizer: {sgd: {nesterov: true}}")).isInstanceOf(ConfigException.class)
        .hasMessageContaining("a momentum above 0");
  }

  @Test
  void aScheduleThatCyclesMomentumDrivesThatOfTheOptimizer() {
    File file = file("""
        optimizer: {sgd: {lr: 0.1}}
        schedule: {one_cycle: {max_lr: 0.1, total_steps: 10}}
        """);
    GraphBuilder g = new GraphBuilder();
    ParameterUpdates updates = new ParameterUpdates(g, file.optimizer(), file.schedule());
    Value a = g.variable("a", TensorType.float32(1));
    updates.add("a", a, g.fill(Shape.of(1), 1));
    assertThat(updates.states()).containsKey("optimizer.a.momentum_buffer");
    LearningRate rate = new LearningRate(file.schedule(), 10, 1);
    assertThat(updates.scalars(1, rate)).containsEntry("optimizer.momentum", 0.95);
    assertThat(updates.scalars(3, rate).get("optimizer.momentum")).isCloseTo(0.85, within(1e-12));
  }

  @Test
  void momentumIsTheOptimizersOutsideThePhaseThatCyclesIt() {
    File file = file("""
        optimizer: {adam: {betas: [0.7, 0.9]}}
        schedule: [{linear: {steps: 5}}, {cyclic: {base_lr: 1e-3, max_lr: 1e-2, step_size_up: 2}}]
        """);
    GraphBuilder g = new GraphBuilder();
    ParameterUpdates updates = new ParameterUpdates(g, file.optimizer(), file.schedule());
    updates.add("a", g.variable("a", TensorType.float32(1)), g.fill(Shape.of(1), 1));
    LearningRate rate = new LearningRate(file.schedule(), 10, 1);
    assertThat(updates.scalars(5, rate).get("optimizer.first_share")).isCloseTo(0.3, within(1e-12));
    assertThat(updates.scalars(6, rate).get("optimizer.first_share")).isCloseTo(0.1, within(1e-12));
    assertThat(updates.scalars(8, rate).get("optimizer.first_share")).isCloseTo(0.2, within(1e-12));
  }

  @Test
  void scalarsAreFiniteHoweverLate() {
    Kinds.of(Optimizer.class).keySet().forEach(kind -> {
      Optimizer o = file("optimizer: " + kind).optimizer();
      for (long step : new long[] {1, 2, 5, 6, 1000, 100_000_000_000L}) {
        assertThat(o.scalars(step, o.lr()).values()).as("%s at %s", kind, step).allMatch(Double::isFinite);
      }
    });
  }

  private static double[][] clip(GradientClip clip, double[]... gradients) {
    GraphBuilder g = new GraphBuilder();
    List<Value> values = new java.util.ArrayList<>();
    for (int i = 0; i < gradients.length; i++) {
      values.add(g.input("x" + i, TensorType.float32(gradients[i].length)));
    }
    List<Value> clipped = clip.emit(g, values);
    for (int i = 0; i < gradients.length; i++) {
      g.output("y" + i, clipped.get(i));
    }
    try (ReferenceBackend backend = new ReferenceBackend(); ReferenceProgram program = backend.compile(g.build(), Map.of())) {
      for (int i = 0; i < gradients.length; i++) {
        program.input("x" + i).write(HostTensor.ofDoubles(Shape.of(gradients[i].length), gradients[i]));
      }
      program.run();
      double[][] r = new double[gradients.length][];
      for (int i = 0; i < r.length; i++) {
        r[i] = program.output("y" + i).doubles().clone();
      }
      return r;
    }
  }

  @Test
  void normOfAllGradientsTogetherIsLimited() {
    GradientClip clip = new GradientClip(java.util.Optional.of(1.0), java.util.Optional.empty(), 2);
    double[][] large = clip(clip, new double[] {3, 0}, new double[] {-4});
    assertThat(large[0][0]).isCloseTo(3 / (5 + 1e-6), within(1e-15));
    assertThat(large[1][0]).isCloseTo(-4 / (5 + 1e-6), within(1e-15));
    assertThat(clip(clip, new double[] {0.3}, new double[] {0.4})[0][0]).isEqualTo(0.3);
    assertThat(clip(clip, new double[] {0}, new double[] {0})[0][0]).isZero();
  }

  /// torch.nn.utils.clip_grad_norm_ by other norms.
  @Test
  void anyNormOfAllGradientsIsLimited() {
    double[][] gradients = {{3, 0}, {-4}};
    assertThat(clip(new GradientClip(java.util.Optional.of(1.0), java.util.Optional.empty(), Double.POSITIVE_INFINITY), gradients)[0][0])
        .isCloseTo(3 / (4 + 1e-6), within(1e-15));
    assertThat(clip(new GradientClip(java.util.Optional.of(1.0), java.util.Optional.empty(), 1), gradients)[1][0]).isCloseTo(-4 / (7 + 1e-6), within(1e-15));
    assertThat(clip(new GradientClip(java.util.Optional.of(1.0), java.util.Optional.empty(), 3), gradients)[0][0]).isCloseTo(3 / (Math.cbrt(91) + 1e-6), within(1e-15));
  }

  @Test
  void elementsOfGradientsAreCut() {
    GradientClip clip = new GradientClip(java.util.Optional.empty(), java.util.Optional.of(0.5), 2);
    assertThat(clip(clip, new double[] {3, -3, 0.25})[0]).containsExactly(0.5, -0.5, 0.25);
  }

  @Test
  void oneStepOfAMinimizerGoesOnFromItsVariables() {
    double[] x = {3, -2};
    Map<String, double[]> variables = new HashMap<>();
    GraphBuilder g = new GraphBuilder();
    ParameterUpdates updates = new ParameterUpdates(g, file("optimizer: {lbfgs: {max_iter: 2, history_size: 3}}").optimizer(), List.of());
    updates.add("x", g.variable("x", TensorType.float32(2)), g.fill(Shape.of(2), 1));
    variables.put("x", x);
    updates.states().forEach((name, s) -> variables.put(name, new double[Math.toIntExact(s.type().shape().size())]));
    Minimizer.Model bowl = new Minimizer.Model() {
      @Override
      public double run() {
        double[] at = variables.get("x");
        variables.put("optimizer.x.gradient", new double[] {2 * at[0], 20 * at[1]});
        return at[0] * at[0] + 10 * at[1] * at[1];
      }

      @Override
      public double[] read(String variable) {
        return variables.get(variable).clone();
      }

      @Override
      public void write(String variable, double[] values) {
        variables.put(variable, values.clone());
      }
    };
    double first = updates.minimizer().orElseThrow().step(bowl, 1);
    assertThat(first).isEqualTo(49);
    for (int i = 0; i < 10; i++) {
      updates.minimizer().orElseThrow().step(bowl, 1);
    }
    assertThat(variables.get("x")).satisfies(v -> assertThat(Math.abs(v[0]) + Math.abs(v[1])).isLessThan(1e-4));
  }
}
