package dlt.backend.cuda;

import static dlt.backend.GraphCases.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dlt.backend.Backend;
import dlt.backend.Buffer;
import dlt.backend.GraphCases;
import dlt.backend.Program;
import dlt.backend.ProgramContract;
import dlt.backend.SmallNet;
import dlt.backend.cuda.driver.Context;
import dlt.backend.cuda.driver.Driver;
import dlt.backend.cuda.driver.Gpu;
import dlt.backend.cuda.software.SoftwareDriver;
import dlt.backend.reference.ReferenceBackend;
import dlt.error.OutOfMemory;
import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.op.Value;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CudaProgramTest extends ProgramContract {
  /// More than an input that travels with others.
  private static final int LARGE = 20_000;

  private static CudaBackend backend() {
    return new CudaBackend(new SoftwareDriver(), SoftwareDriver.GPU, Precision.FLOAT32);
  }

  @Override
  protected Backend open() {
    return backend();
  }

  @Test
  void bufferElementsAreReadAndSetOneByOne() {
    try (CudaBackend backend = backend()) {
      Buffer floats = backend.allocate(TensorType.float32(5));
      Buffer longs = backend.allocate(TensorType.int64(5));
      floats.set(3, 0.5);
      longs.set(4, -7);
      assertThat(floats.read().toDoubles()).containsExactly(0, 0, 0, 0.5, 0);
      assertThat(longs.at(4)).isEqualTo(-7);
      assertThatThrownBy(() -> floats.at(5)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> floats.write(HostTensor.of(Shape.of(4), 1f, 2, 3, 4).data())).hasMessage("a buffer of float32[5] met 16 bytes");
    }
  }

  /// A sum of an input that travels alone, one that travels with others, and a scalar.
  private static Graph sums() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", TensorType.float32(LARGE));
    Value y = g.input("y", TensorType.float32(4));
    g.output("sum", g.add(g.add(g.sum(x), g.sum(y)), g.input("scalar", TensorType.float32())));
    return g.build();
  }

  private static HostTensor constant(int size, double value) {
    HostTensor t = HostTensor.allocate(TensorType.float32(size));
    for (int i = 0; i < size; i++) {
      t.set(i, value);
    }
    return t;
  }

  @Test
  void inputsAreZeroAtFirstAndKeepTheirContentUntilTheyAreWritten() {
    try (CudaBackend backend = backend(); Program program = backend.compile(sums(), Map.of())) {
      program.run();
      assertThat(program.output("sum").at(0)).isZero();
      program.input("x").write(constant(LARGE, 1));
      program.run();
      assertThat(program.output("sum").at(0)).isEqualTo(LARGE);
      program.input("scalar").set(0, 5);
      program.run();
      program.run();
      assertThat(program.output("sum").at(0)).isEqualTo(LARGE + 5);
      program.input("y").set(2, 100);
      program.input("x").set(7, 3);
      program.run();
      assertThat(program.output("sum").at(0)).isEqualTo(LARGE + 107);
      assertThat(program.input("x").at(7)).isEqualTo(3);
      assertThat(program.input("x").read().at(8)).isEqualTo(1);
      program.input("x").write(constant(LARGE, 9));
      program.input("x").write(constant(LARGE, 2));
      program.run();
      assertThat(program.output("sum").at(0)).isEqualTo(2 * LARGE + 105);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void resultsOfRunsThatWereNotWaitedForAreThoseOfTheirOwnInputs(long seed) {
    try (CudaBackend backend = new CudaBackend(new SoftwareDriver(SoftwareDriver.GPU, seed), SoftwareDriver.GPU, Precision.FLOAT32);
        Program program = backend.compile(sums(), Map.of())) {
      List<DoubleSupplier> results = new ArrayList<>();
      DoubleSupplier begin = program.clock();
      for (int run = 0; run < 70; run++) {
        if (run % 3 != 2) {
          program.input("x").write(constant(LARGE, run));
        }
        program.input("scalar").set(0, run);
        program.run();
        results.add(program.later("sum"));
      }
      assertThat(program.clock().getAsDouble()).isGreaterThanOrEqualTo(begin.getAsDouble());
      for (int run = 69; run >= 0; run--) {
        assertThat(results.get(run).getAsDouble()).isEqualTo(LARGE * (run % 3 == 2 ? run - 1 : run) + run);
      }
    }
  }

  @Test
  void randomGraphsAgreeWithTheReference() {
    try (CudaBackend backend = backend(); ReferenceBackend reference = new ReferenceBackend()) {
      for (int seed = 0; seed < 100; seed++) {
        same(backend, reference, GraphCases.random(seed), 3);
      }
    }
  }

  @Test
  void productsWithABiasAgreeWithTheReference() {
    int[][] sizes = {{1, 1, 1}, {3, 5, 7}, {17, 33, 65}, {32, 10, 200}, {5, 6, 400}, {4, 7, 0}};
    try (CudaBackend backend = backend(); ReferenceBackend reference = new ReferenceBackend()) {
      for (int[] s : sizes) {
        for (int kind = 0; kind < 8; kind++) {
          same(backend, reference, GraphCases.biasedProduct(s[0], s[1], s[2], kind), 2);
        }
      }
    }
  }

  @Test
  void convolutionsWithABiasAgreeWithTheReference() {
    try (CudaBackend backend = backend(); ReferenceBackend reference = new ReferenceBackend()) {
      for (boolean relu : new boolean[] {false, true}) {
        same(backend, reference, GraphCases.biasedConvolution(relu, 0, 3, 4, 6, 1), 2);
        same(backend, reference, GraphCases.biasedConvolution(relu, 4, 2, 4, 6, 2), 2);
        same(backend, reference, GraphCases.biasedConvolution(relu, 0, 2, 3, 33, 1), 2);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void aNetLearnsAsOnTheReferenceAndTheSameInAnyOrderOfWarps(long seed) {
    try (CudaBackend backend = backend(); CudaBackend other = new CudaBackend(new SoftwareDriver(SoftwareDriver.GPU, seed + 7), SoftwareDriver.GPU, Precision.FLOAT32);
        ReferenceBackend reference = new ReferenceBackend()) {
      List<double[]> actual = SmallNet.train(backend);
      List<double[]> expected = SmallNet.train(reference);
      List<double[]> again = SmallNet.train(other);
      assertThat(actual.get(SmallNet.STEPS - 1)[0]).isLessThan(actual.getFirst()[0]);
      for (int i = 0; i < expected.size(); i++) {
        assertThat(actual.get(i)).containsExactly(expected.get(i), within(1e-5));
        assertThat(again.get(i)).isEqualTo(actual.get(i));
      }
    }
  }

  // ---- memory

  @Test
  void thePlanIsWhatIsAllocated() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", TensorType.float32(64, 64));
    g.output("y", g.matmul(g.matmul(x, x), g.relu(x)));
    CountingDriver driver = new CountingDriver(1L << 30);
    try (CudaBackend backend = new CudaBackend(driver, SoftwareDriver.GPU, Precision.FLOAT32)) {
      long before = driver.allocated();
      try (Program program = backend.compile(g.build(), Map.of())) {
        assertThat(driver.allocated() - before).isEqualTo(program.plannedBytes()).isEqualTo(backend.planned(g.build()).orElseThrow());
        assertThat(program.plannedBytes()).isBetween(4L * 64 * 64 * 3, 4L * 64 * 64 * 8);
      }
      assertThat(driver.allocated()).isEqualTo(before);
    }
    assertThat(driver.open()).isEmpty();
  }

  @Test
  void whatDoesNotFitIsRefusedBeforeAnythingIsAllocated() {
    CountingDriver driver = new CountingDriver(1L << 20);
    try (CudaBackend backend = new CudaBackend(driver, SoftwareDriver.GPU, Precision.FLOAT32)) {
      GraphBuilder g = new GraphBuilder();
      Value x = g.input("x", TensorType.float32(1 << 18));
      g.output("y", g.neg(x));
      List<String> before = driver.open();
      assertThatThrownBy(() -> backend.compile(g.build(), Map.of())).isInstanceOf(OutOfMemory.class).hasMessageContaining("out of memory");
      assertThatThrownBy(() -> backend.allocate(TensorType.float32(1 << 19))).isInstanceOf(OutOfMemory.class);
      assertThat(driver.open()).isEqualTo(before);
    }
    assertThat(driver.open()).isEmpty();
  }

  @Test
  void whateverFailsWhileAProgramIsCompiledNothingIsLeft() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", TensorType.float32(LARGE));
    g.output("y", g.add(g.sum(g.relu(x)), g.input("s", TensorType.float32())));
    for (int call = 1; ; call++) {
      CountingDriver driver = new CountingDriver(1L << 30);
      boolean failed = false;
      try (CudaBackend backend = new CudaBackend(driver, SoftwareDriver.GPU, Precision.FLOAT32)) {
        List<String> before = driver.open();
        driver.failAfter(call);
        try (Program program = backend.compile(g.build(), Map.of())) {
          driver.failAfter(Integer.MAX_VALUE);
        } catch (IllegalStateException e) {
          failed = true;
          driver.failAfter(Integer.MAX_VALUE);
          List<String> after = new ArrayList<>(driver.open());
          after.removeIf(what -> what.startsWith("load"));      // modules stay with the backend
          assertThat(after).as("failure of call " + call).containsExactlyInAnyOrderElementsOf(before);
        }
      }
      assertThat(driver.open()).as("failure of call " + call).isEmpty();
      if (!failed) {
        assertThat(call).isGreaterThan(10);
        break;
      }
    }
  }

  /// The software GPU with so much memory, that knows what was made and not given back, and can fail.
  private static final class CountingDriver implements Driver {
    private final Driver inner = new SoftwareDriver();
    private final long memory;
    private final Map<Object, String> open = new java.util.HashMap<>();
    private final Map<Long, Long> sizes = new java.util.HashMap<>();
    private int calls;
    private int failing = Integer.MAX_VALUE;

    CountingDriver(long memory) {
      this.memory = memory;
    }

    /// Lets the call after so many more fail, and no other.
    void failAfter(int more) {
      calls = 0;
      failing = more;
    }

    List<String> open() {
      return open.values().stream().sorted().toList();
    }

    long allocated() {
      return sizes.values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public int version() {
      return inner.version();
    }

    @Override
    public List<Gpu> gpus() {
      return inner.gpus();
    }

    @Override
    public Context open(Gpu gpu) {
      Context context = inner.open(gpu);
      return (Context) java.lang.reflect.Proxy.newProxyInstance(Context.class.getClassLoader(), new Class<?>[] {Context.class}, (_, method, args) -> {
        String name = method.getName();
        boolean returns = name.startsWith("free") || name.equals("unload") || name.equals("destroy") || name.equals("close");
        if (!returns && ++calls == failing) {
          throw new IllegalStateException("call of " + name);
        }
        if (name.equals("memory")) {
          return new Context.Memory(memory - allocated(), memory);
        }
        Object result;
        try {
          result = method.invoke(context, args);
        } catch (java.lang.reflect.InvocationTargetException e) {
          throw e.getCause();
        }
        switch (name) {
          case "allocate" -> sizes.put((Long) result, (Long) args[0]);
          case "free" -> sizes.remove(args[0]);
          default -> { }
        }
        if (name.startsWith("allocate") || name.startsWith("create") || name.equals("load") || name.equals("capture")) {
          open.put(result, name);
        } else if (returns && args != null) {
          assertThat(open.remove(args[0])).as(name).isNotNull();
        }
        return result;
      });
    }
  }
}
