package dlt.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dlt.backend.Buffer;
import dlt.backend.Program;
import dlt.backend.cuda.driver.Driver;
import dlt.backend.cuda.driver.FakeCuda;
import dlt.backend.cuda.driver.NvidiaDriver;
import dlt.error.Failure;
import dlt.error.OutOfMemory;
import dlt.graph.GraphBuilder;
import dlt.op.Value;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A backend's whole life over a library that stands in for NVIDIA's driver: whatever call of it fails, one failure comes out and
/// nothing is left on the device.
class FaultsTest {
  private static final TensorType VECTOR = TensorType.float32(64);
  private static final TensorType LARGE = TensorType.float32(1 << 19);

  private FakeCuda fake;

  @BeforeEach
  void fresh() {
    fake = FakeCuda.fresh();
    System.setProperty(NvidiaDriver.LIBRARY, fake.library().toString());
  }

  @AfterEach
  void forget() {
    System.clearProperty(NvidiaDriver.LIBRARY);
  }

  private static void live() {
    GraphBuilder g = new GraphBuilder();
    Value v = g.variable("v", VECTOR);
    Value x = g.input("x", VECTOR);
    Value large = g.input("large", LARGE);
    g.update(v, g.add(v, x));
    g.output("y", g.mul(x, 2));
    g.output("z", g.mul(large, g.literal(HostTensor.of(Shape.of(1), 3f))));
    Driver driver = NvidiaDriver.open();
    try (CudaBackend backend = new CudaBackend(driver, driver.first(), Precision.FLOAT32)) {
      Buffer variable = backend.allocate(VECTOR);
      variable.write(HostTensor.allocate(VECTOR));
      try (Program program = backend.compile(g.build(), Map.of("v", variable))) {
        for (int i = 0; i < 3; i++) {
          program.input("x").write(HostTensor.allocate(VECTOR));
          program.input("large").write(HostTensor.allocate(LARGE));
          DoubleSupplier begin = program.clock();
          program.run();
          DoubleSupplier end = program.clock();
          DoubleSupplier y = program.later("y");
          y.getAsDouble();
          assertThat(end.getAsDouble()).isGreaterThan(begin.getAsDouble());
        }
        program.run(new long[program.calls().size()]);
        program.output("z").read();
        program.output("y").at(3);
        variable.set(2, 1);
      }
    }
  }

  private List<String> symbols() {
    return fake.calls().stream().filter(l -> !l.startsWith(" ")).toList();
  }

  @Test
  void aLifeLeavesNothingAndMakesNoCallThatTheDriverRefuses() {
    live();
    assertThat(fake.misuse()).isEmpty();
    assertThat(fake.live()).isZero();
  }

  /// Of calls that come often, the first and the last ones.
  @ParameterizedTest
  @CsvSource({"2, false", "700, true", "719, false", "999, true"})
  void eachFailingCallIsOneFailureAndLeavesNothing(int code, boolean forGood) {
    live();
    Map<String, Integer> counts = new TreeMap<>();
    symbols().forEach(c -> counts.merge(c, 1, Integer::sum));
    List<String> wrong = new ArrayList<>();
    counts.forEach((symbol, count) -> {
      for (int n = 1; n <= count; n++) {
        if (n > 5 && n <= count - 5) {
          continue;
        }
        fake.reset();
        fake.fail(symbol, n, code, forGood);
        Throwable thrown = catchThrowable(FaultsTest::live);
        if (!(thrown instanceof Failure f && f.kind() == Failure.Kind.DEVICE) || fake.live() != 0 || !fake.misuse().isEmpty()) {
          wrong.add(symbol + " call " + n + " of " + count + ": " + thrown + ", " + fake.live() + " things left, " + fake.misuse());
        }
      }
    });
    assertThat(wrong).isEmpty();
  }

  @Test
  void aLostDeviceIsClosedByAnotherThreadToo() throws InterruptedException {
    Driver driver = NvidiaDriver.open();
    CudaBackend backend = new CudaBackend(driver, driver.first(), Precision.FLOAT32);
    Buffer buffer = backend.allocate(VECTOR);
    fake.fail("cuMemcpyDtoHAsync_v2", 1, 700, true);
    assertThatThrownBy(() -> buffer.at(0)).isInstanceOf(Failure.class).hasMessageContaining("CUDA_ERROR_ILLEGAL_ADDRESS");
    Thread other = Thread.ofPlatform().start(() -> catchThrowable(backend::close));
    other.join();
    assertThat(fake.live()).isZero();
  }

  @Test
  void aProgramThatDoesNotFitSaysSoBeforeItTakesMemory() {
    fake.machine(12040, 1, 90, 1 << 20);
    assertThatThrownBy(FaultsTest::live).isInstanceOfSatisfying(OutOfMemory.class, e -> assertThat(e.needed()).isGreaterThan(LARGE.bytes()));
    assertThat(fake.live()).isZero();
  }
}
