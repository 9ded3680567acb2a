package dlt.backend;

import static dlt.backend.GraphCases.same;
import static dlt.backend.GraphCases.variables;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.backend.reference.ReferenceBackend;
import dlt.graph.GraphBuilder;
import dlt.op.Value;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What the programs of every backend keep to.
public abstract class ProgramContract {
  private static final TensorType VECTOR = TensorType.float32(3);

  /// A backend to be closed by the caller.
  protected abstract Backend open();

  @Test
  void anOutputThatIsAVariableIsItsValueBeforeTheUpdate() {
    GraphBuilder g = new GraphBuilder();
    Value v = g.variable("v", VECTOR);
    g.output("old", v);
    g.output("alsoOld", g.reshape(v, Shape.of(1, 3)));
    g.update(v, g.add(v, 1));
    try (Backend backend = open()) {
      Map<String, Buffer> variables = variables(backend, g.build());
      variables.get("v").write(HostTensor.of(Shape.of(3), 1f, 2f, 3f));
      Program program = backend.compile(g.build(), variables);
      program.run();
      program.run();
      assertThat(program.output("old").read().toFloats()).containsExactly(2, 3, 4);
      assertThat(program.output("alsoOld").read().toFloats()).containsExactly(2, 3, 4);
      assertThat(variables.get("v").read().toFloats()).containsExactly(3, 4, 5);
    }
  }

  @Test
  void variablesSwapTheirValues() {
    GraphBuilder g = new GraphBuilder();
    Value a = g.variable("a", VECTOR);
    Value b = g.variable("b", VECTOR);
    g.update(a, b);
    g.update(b, a);
    try (Backend backend = open()) {
      Map<String, Buffer> variables = variables(backend, g.build());
      variables.get("a").write(HostTensor.of(Shape.of(3), 1f, 2f, 3f));
      variables.get("b").write(HostTensor.of(Shape.of(3), 4f, 5f, 6f));
      backend.compile(g.build(), variables).run();
      assertThat(variables.get("a").read().toFloats()).containsExactly(4, 5, 6);
      assertThat(variables.get("b").read().toFloats()).containsExactly(1, 2, 3);
    }
  }

  @Test
  void aValueThatALaterStepReadsIsNotOverwritten() {
    GraphBuilder g = new GraphBuilder();
    Value w = g.variable("w", TensorType.float32(3, 3));
    Value next = g.matmul(w, w);
    g.update(w, next);
    g.output("y", g.matmul(next, w));
    try (Backend backend = open(); ReferenceBackend reference = new ReferenceBackend()) {
      same(backend, reference, g.build(), 2);
    }
  }

  /// The value, and what takes the place of another one, lie on while a part of it is read; parts of parts, and of several dimensions.
  @Test
  void stretchesOfAValueAreReadWhereItLies() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", TensorType.float32(4, 16, 2));
    Value a = g.tanh(g.mul(x, 2));
    Value first = g.reshape(g.slice(a, 0, 0, 1), Shape.of(2, 16));
    Value middle = g.slice(a, 0, 1, 2);
    g.output("first", g.matmul(first, first, false, true));
    g.output("both", g.add(g.slice(middle, 0, 0, 1), g.slice(middle, 0, 1, 1)));
    g.output("last", g.slice(a, 0, 3, 1));
    g.output("inner", g.relu(g.slice(g.slice(a, 0, 2, 1), 1, 8, 4)));
    g.output("unaligned", g.exp(g.slice(g.slice(a, 0, 2, 1), 1, 3, 4)));
    Value once = g.slice(g.exp(x), 0, 1, 1);
    g.output("squared", g.mul(g.mul(once, once), 3));
    try (Backend backend = open(); ReferenceBackend reference = new ReferenceBackend()) {
      same(backend, reference, g.build(), 2);
      assertThat(backend.compile(g.build(), Map.of()).calls().stream().filter(call -> call.kernel().startsWith("slice"))).hasSizeLessThanOrEqualTo(1);
    }
  }

  /// All rows of a variable change while one is read: its update is not done in its place.
  @Test
  void aVariableToWhichAStretchOfItIsAddedIsItsOldValueUntilTheEnd() {
    GraphBuilder g = new GraphBuilder();
    Value v = g.variable("v", TensorType.float32(40, 64));
    g.update(v, g.add(v, g.slice(v, 0, 1, 1)));
    try (Backend backend = open(); ReferenceBackend reference = new ReferenceBackend()) {
      same(backend, reference, g.build(), 3);
    }
  }

  /// A row of a variable that its own update adds to all of them, and that another variable and an output become.
  @Test
  void aStretchOfAVariableIsItsOldValueWhileItIsUpdated() {
    GraphBuilder g = new GraphBuilder();
    Value v = g.variable("v", TensorType.float32(3, 16));
    Value w = g.variable("w", TensorType.float32(1, 16));
    Value row = g.slice(v, 0, 1, 1);
    g.update(v, g.add(v, row));
    g.update(w, row);
    g.output("row", row);
    g.output("sum", g.add(g.slice(v, 0, 2, 1), w));
    try (Backend backend = open(); ReferenceBackend reference = new ReferenceBackend()) {
      same(backend, reference, g.build(), 3);
    }
  }

  @Test
  void whatDependsOnConstantsAloneTakesNoKernelOfARun() {
    GraphBuilder g = new GraphBuilder();
    Value c = g.transpose(g.reshape(g.literal(HostTensor.of(Shape.of(6), 1f, 2, 3, 4, 5, 6)), Shape.of(2, 3)), 1, 0);
    g.output("c", c);
    g.output("product", g.matmul(c, g.fill(Shape.of(2, 1), 2)));
    try (Backend backend = open(); Program program = backend.compile(g.build(), Map.of())) {
      assertThat(program.calls()).isEmpty();
      program.run();
      assertThat(program.output("c").read().toFloats()).containsExactly(1, 4, 2, 5, 3, 6);
      assertThat(program.output("product").read().toFloats()).containsExactly(10, 14, 18);
    }
  }

  @Test
  void programsShareVariables() {
    GraphBuilder train = new GraphBuilder();
    Value v = train.variable("v", VECTOR);
    train.update(v, train.add(v, 1));
    GraphBuilder read = new GraphBuilder();
    read.output("double", read.mul(read.variable("v", VECTOR), 2));
    try (Backend backend = open()) {
      Map<String, Buffer> variables = Map.of("v", backend.allocate(VECTOR));
      Program trained = backend.compile(train.build(), variables);
      Program result = backend.compile(read.build(), variables);
      trained.run();
      trained.run();
      result.run();
      assertThat(result.output("double").read().toFloats()).containsExactly(4, 4, 4);
    }
  }

  @Test
  void aMissingOrWrongVariableIsRefused() {
    GraphBuilder g = new GraphBuilder();
    g.output("y", g.neg(g.variable("v", VECTOR)));
    try (Backend backend = open()) {
      assertThatThrownBy(() -> backend.compile(g.build(), Map.of())).hasMessage("no buffer of float32[3] for variable v");
      assertThatThrownBy(() -> backend.compile(g.build(), Map.of("v", backend.allocate(TensorType.float32(4)))))
          .hasMessage("no buffer of float32[3] for variable v");
    }
  }

  @Test
  void inputsKeepTheirContentFromRunToRun() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", TensorType.float32(4, 4));
    Value y = x;
    for (int i = 0; i < 6; i++) {
      y = g.matmul(y, x);
    }
    g.output("y", y);
    try (Backend backend = open(); Program program = backend.compile(g.build(), Map.of())) {
      HostTensor half = HostTensor.allocate(TensorType.float32(4, 4));
      for (int i = 0; i < 16; i++) {
        half.set(i, 0.5);
      }
      program.input("x").write(half);
      program.run();
      float[] first = program.output("y").read().toFloats();
      program.run();
      assertThat(program.output("y").read().toFloats()).isEqualTo(first);
      assertThat(program.input("x").read().toFloats()).containsOnly(0.5f);
    }
  }

  @Test
  void anInputOrOutputThatIsNotThereIsRefusedWithThoseThatAre() {
    GraphBuilder g = new GraphBuilder();
    g.output("y", g.neg(g.input("x", VECTOR)));
    try (Backend backend = open(); Program program = backend.compile(g.build(), Map.of())) {
      assertThatThrownBy(() -> program.input("z")).hasMessage("no input z; there are [x]");
      assertThatThrownBy(() -> program.output("z")).hasMessage("no output z; there are [y]");
    }
  }
}
