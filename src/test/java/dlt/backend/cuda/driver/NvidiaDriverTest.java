package dlt.backend.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dlt.error.Failure;
import dlt.error.OutOfMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// NVIDIA's driver layer over a library that stands in for libcuda.
class NvidiaDriverTest {
  private static final String PTX = ".version 7.4\n.target sm_80\n.address_size 64\n.visible .entry twice(.param .align 8 .b8 twice_param_0[16]) { ret; }\n";

  /// What each code is called; the driver's own texts come from the library.
  private static final Map<Integer, String> CODES = new TreeMap<>(Map.ofEntries(
      Map.entry(1, "CUDA_ERROR_INVALID_VALUE"), Map.entry(2, "CUDA_ERROR_OUT_OF_MEMORY"), Map.entry(3, "CUDA_ERROR_NOT_INITIALIZED"),
      Map.entry(34, "CUDA_ERROR_STUB_LIBRARY"), Map.entry(46, "CUDA_ERROR_DEVICE_UNAVAILABLE"), Map.entry(100, "CUDA_ERROR_NO_DEVICE"),
      Map.entry(101, "CUDA_ERROR_INVALID_DEVICE"), Map.entry(201, "CUDA_ERROR_INVALID_CONTEXT"), Map.entry(209, "CUDA_ERROR_NO_BINARY_FOR_GPU"),
      Map.entry(214, "CUDA_ERROR_ECC_UNCORRECTABLE"), Map.entry(218, "CUDA_ERROR_INVALID_PTX"), Map.entry(221, "CUDA_ERROR_JIT_COMPILER_NOT_FOUND"),
      Map.entry(222, "CUDA_ERROR_UNSUPPORTED_PTX_VERSION"), Map.entry(304, "CUDA_ERROR_OPERATING_SYSTEM"), Map.entry(400, "CUDA_ERROR_INVALID_HANDLE"),
      Map.entry(700, "CUDA_ERROR_ILLEGAL_ADDRESS"), Map.entry(719, "CUDA_ERROR_LAUNCH_FAILED"), Map.entry(800, "CUDA_ERROR_NOT_PERMITTED"),
      Map.entry(802, "CUDA_ERROR_SYSTEM_NOT_READY"), Map.entry(803, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH"),
      Map.entry(901, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED"), Map.entry(999, "CUDA_ERROR_UNKNOWN"),
      Map.entry(12345, "error 12345")));

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

  /// Everything once: half of what is made is freed, half is left to close().
  private static void live() {
    Driver driver = NvidiaDriver.open();
    try (Context c = driver.open(driver.first()); Arena arena = Arena.ofConfined()) {
      assertThat(c.memory().total()).isEqualTo(1L << 30);
      long a = c.allocate(4096);
      long b = c.allocate(4096);
      MemorySegment in = c.allocatePinned(4096);
      MemorySegment out = c.allocatePinned(4096);
      Context.Module module = c.load(PTX);
      Context.Function function = c.function(module, "twice");
      c.sharedMemory(function, 100_000);
      Context.Stream stream = c.createStream();
      Context.Stream copies = c.createStream();
      Context.Event start = c.createEvent();
      Context.Event end = c.createEvent();
      MemorySegment argument = arena.allocateFrom(ValueLayout.JAVA_LONG, 0x1122334455667788L, 5);
      Context.Graph graph = c.capture(stream, () -> {
        c.copyToDevice(a, in, stream);
        c.fill(a + 2048, 7, 512, stream);
        c.launch(function, Context.Extent.of(3, 2), Context.Extent.of(128), 100_000, argument, stream);
        c.copy(b, a, 4096, stream);
        c.copyToHost(out, b, stream);
      });
      Context.Graph other = c.capture(stream, () -> c.fill(b, 1, 1, stream));
      in.setAtIndex(ValueLayout.JAVA_INT, 0, 42);
      out.setAtIndex(ValueLayout.JAVA_INT, 0, 0);
      c.record(start, stream);
      c.launch(graph, stream);
      c.record(end, stream);
      c.await(end, copies);
      c.synchronize(end);
      c.synchronize(stream);
      assertThat(c.millisBetween(start, end)).isEqualTo(1.5);
      assertThat(out.getAtIndex(ValueLayout.JAVA_INT, 0)).isEqualTo(42);
      assertThat(out.getAtIndex(ValueLayout.JAVA_INT, 512)).isEqualTo(7);
      c.launch(other, stream);
      c.destroy(other);
      c.destroy(start);
      c.destroy(copies);
      c.unload(c.load(PTX));
      c.freePinned(in);
      c.free(a);
    }
  }

  private List<String> symbols() {
    return fake.calls().stream().filter(l -> !l.startsWith(" ")).toList();
  }

  @Test
  void aLifeCallsEveryFunctionAndLeavesNothing() {
    live();
    assertThat(fake.misuse()).isEmpty();
    assertThat(fake.live()).isZero();
    Set<String> called = new HashSet<>(symbols());
    EnumSet.complementOf(EnumSet.of(Entry.GET_ERROR_NAME, Entry.GET_ERROR_STRING)).forEach(e -> assertThat(called).contains(e.symbol()));
  }

  @Test
  void aLaunchPassesItsExtentsAndTheBytesOfItsArgument() {
    live();
    assertThat(fake.calls()).contains(" grid 3 2 1 block 128 1 1 shared 100000 parameter 1122334455667788");
  }

  @Test
  void callsComeInAnOrderThatTheDriverAllows() {
    live();
    List<String> calls = symbols();
    assertThat(calls.subList(0, 2)).containsExactly("cuDriverGetVersion", "cuInit");
    assertThat(calls.stream().filter("cuInit"::equals)).hasSize(1);
    assertThat(calls.getLast()).isEqualTo("cuDevicePrimaryCtxRelease_v2");
    int begin = calls.indexOf("cuStreamBeginCapture_v2");
    assertThat(calls.subList(begin + 1, calls.indexOf("cuStreamEndCapture"))).containsExactly(
        "cuMemcpyHtoDAsync_v2", "cuMemsetD32Async", "cuLaunchKernel", "cuMemcpyDtoDAsync_v2", "cuMemcpyDtoHAsync_v2");
    // close: all work has ended before anything is freed, the last made first
    assertThat(calls.subList(calls.size() - 10, calls.size())).containsExactly("cuMemFree_v2", "cuCtxSetCurrent", "cuStreamSynchronize",
        "cuGraphExecDestroy", "cuEventDestroy_v2", "cuStreamDestroy_v2", "cuModuleUnload", "cuMemFreeHost", "cuMemFree_v2", "cuDevicePrimaryCtxRelease_v2");
  }

  /// Each call of a life fails with each code, once by itself and once so that every later call fails too.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void eachErrorOfEachCallIsAFailureThatNamesBothAndLeavesNothing(boolean forGood) {
    live();
    List<String> calls = symbols();
    Map<String, Integer> counts = new TreeMap<>();
    calls.forEach(c -> counts.merge(c, 1, Integer::sum));
    List<String> wrong = new ArrayList<>();
    for (Entry entry : Entry.values()) {
      for (int n = 1; n <= counts.getOrDefault(entry.symbol(), 0); n++) {
        for (int code : CODES.keySet()) {
          fake.reset();
          fake.fail(entry.symbol(), n, code, forGood);
          String problem = problem(entry, code, catchThrowable(NvidiaDriverTest::live));
          if (!problem.isEmpty()) {
            wrong.add(entry + " call " + n + " code " + code + ": " + problem);
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
    System.out.printf("libcuda's errors%s: %d calls of %d functions, %d codes each%n", forGood ? " that stay" : "", calls.size(), counts.size(), CODES.size());
  }

  private String problem(Entry entry, int code, Throwable thrown) {
    if (!(thrown instanceof Failure f) || f.kind() != Failure.Kind.DEVICE) {
      return "threw " + thrown;
    }
    if (fake.live() != 0) {
      return fake.live() + " things left";
    }
    if (!fake.misuse().isEmpty()) {
      return fake.misuse();
    }
    if (f.getMessage().lines().count() != 1) {
      return "not one line: " + f.getMessage();
    }
    String named = entry == Entry.DRIVER_GET_VERSION ? "error " + code : CODES.get(code);
    boolean memory = entry == Entry.MEM_ALLOC && code == Libcuda.OUT_OF_MEMORY;
    return memory && f instanceof OutOfMemory || f.getMessage().startsWith("cuda: " + entry + ": " + named) ? "" : f.getMessage();
  }

  @Test
  void aModuleThatDoesNotCompileShowsTheCompilersLines() {
    fake.fail("cuModuleLoadDataEx", 1, 222, false);
    assertThatThrownBy(NvidiaDriverTest::live).isInstanceOf(Failure.class).hasMessage("cuda: cuModuleLoadDataEx: CUDA_ERROR_UNSUPPORTED_PTX_VERSION "
        + "(the provided PTX was compiled with an unsupported toolchain.): ptxas application ptx input, line 7; error   : Unknown symbol 'x' | "
        + "ptxas fatal   : Ptx assembly aborted; update the NVIDIA driver");
  }

  @Test
  void whatTheWorkOfACaptureThrowsEndsTheCapture() {
    Driver driver = NvidiaDriver.open();
    try (Context c = driver.open(driver.first())) {
      Context.Stream stream = c.createStream();
      long a = c.allocate(1024);
      IllegalStateException thrown = new IllegalStateException("of the work");
      assertThatThrownBy(() -> c.capture(stream, () -> {
        c.fill(a, 0, 256, stream);
        throw thrown;
      })).isSameAs(thrown);
      c.synchronize(stream);
      c.destroy(c.capture(stream, () -> c.fill(a, 0, 256, stream)));
    }
    assertThat(fake.misuse()).isEmpty();
    assertThat(fake.live()).isZero();
  }

  @Test
  void anErrorOfClosingDoesNotHideTheFirst() {
    fake.fail("cuLaunchKernel", 1, 700, true);
    assertThatThrownBy(NvidiaDriverTest::live).hasMessageStartingWith("cuda: cuLaunchKernel: CUDA_ERROR_ILLEGAL_ADDRESS").hasMessageContaining("--resume");
    fake.reset();
    Driver driver = NvidiaDriver.open();
    Context c = driver.open(driver.first());
    Context.Stream stream = c.createStream();
    fake.fail("cuStreamSynchronize", 1, 719, true);
    assertThatThrownBy(() -> c.synchronize(stream)).hasMessageContaining("CUDA_ERROR_LAUNCH_FAILED");
    c.close();
    assertThat(fake.live()).isZero();
  }

  @Test
  void moreMemoryThanThereIsSaysWhatIsNeededAndWhatIsFree() {
    fake.machine(12040, 1, 90, 1 << 20);
    Driver driver = NvidiaDriver.open();
    try (Context c = driver.open(driver.first())) {
      c.allocate(256 << 10);
      assertThatThrownBy(() -> c.allocate(1 << 20)).isInstanceOfSatisfying(OutOfMemory.class, e -> {
        assertThat(e.needed()).isEqualTo(1 << 20);
        assertThat(e.free()).isEqualTo(768 << 10);
      }).hasMessage("cuda: Fake GPU 0: out of memory: 1.0 MiB needed, 768.0 KiB free; take a smaller training.batch_size or model, "
          + "end what else uses the memory, or use --device cpu");
    }
    assertThat(fake.live()).isZero();
  }

  @Test
  void otherThreadsEnterTheContext() throws InterruptedException {
    Driver driver = NvidiaDriver.open();
    try (Context c = driver.open(driver.first())) {
      List<Throwable> thrown = new ArrayList<>();
      Thread outside = Thread.ofPlatform().start(() -> thrown.add(catchThrowable(() -> c.allocate(256))));
      outside.join();
      assertThat(thrown.getFirst()).hasMessageContaining("CUDA_ERROR_INVALID_CONTEXT");
      Thread inside = Thread.ofPlatform().start(() -> thrown.add(catchThrowable(() -> {
        c.enter();
        c.free(c.allocate(256));
      })));
      inside.join();
      assertThat(thrown.getLast()).isNull();
    }
    assertThat(fake.live()).isZero();
  }

  @Test
  void closingTwiceClosesOnceAndContextsOfOneGpuAreIndependent() {
    Driver driver = NvidiaDriver.open();
    Context a = driver.open(driver.first());
    try (Context b = driver.open(driver.first())) {
      long address = b.allocate(256);
      a.close();
      a.close();
      b.free(address);
    }
    assertThat(fake.misuse()).isEmpty();
    assertThat(fake.live()).isZero();
  }

  @Test
  void whatIsFreedTwiceIsABugThatIsNamed() {
    Driver driver = NvidiaDriver.open();
    try (Context c = driver.open(driver.first())) {
      long a = c.allocate(256);
      c.free(a);
      assertThatThrownBy(() -> c.free(a)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("freed already");
    }
    assertThat(fake.misuse()).isEmpty();
  }

  // ---- machines

  @Test
  void theGpusAreDescribed() {
    fake.machine(13000, 2, 86, 8L << 30);
    Driver driver = NvidiaDriver.open();
    assertThat(driver.version()).isEqualTo(13000);
    assertThat(driver.gpus()).containsExactly(new Gpu(0, "Fake GPU 0", 8L << 30, 86, 132, 232448), new Gpu(1, "Fake GPU 1", 8L << 30, 86, 132, 232448));
    assertThat(driver.first()).hasToString("Fake GPU 0 (compute capability 8.6)");
  }

  @Test
  void aMachineWithoutADriverHasNone() {
    assertThat(Libcuda.open("libof-no-driver.so.1")).isEmpty();
  }

  @Test
  void aLibraryThatIsNamedAndMissingIsAFailure() {
    System.setProperty(NvidiaDriver.LIBRARY, "/nowhere/libcuda.so.1");
    assertThatThrownBy(NvidiaDriver::find).isInstanceOf(Failure.class).hasMessageContaining("-Ddlt.cuda.library=/nowhere/libcuda.so.1");
  }

  @Test
  void aDriverWithoutADeviceSaysWhereToLook() {
    fake.machine(12040, 0, 0, 0);
    assertThatThrownBy(NvidiaDriver::open).isInstanceOf(Failure.class).hasMessageStartingWith("cuda: cuInit: CUDA_ERROR_NO_DEVICE")
        .hasMessageContaining("nvidia-smi").hasMessageContaining("CUDA_VISIBLE_DEVICES");
  }

  @Test
  void aDriverThatIsTooOldSaysHowNewItMustBe() {
    fake.machine(11020, 1, 90, 1 << 30);
    assertThatThrownBy(NvidiaDriver::open).isInstanceOf(Failure.class)
        .hasMessage("cuda: the NVIDIA driver speaks CUDA 11.2; dlt needs CUDA 11.4 or newer, which NVIDIA's drivers speak from version 470 on: "
            + "update the driver, or use --device cpu");
    assertThat(symbols()).containsExactly("cuDriverGetVersion");
  }

  @Test
  void aGpuThatIsTooOldSaysWhatItIs() {
    fake.machine(12040, 2, 75, 1 << 30);
    assertThatThrownBy(NvidiaDriver.open()::first).isInstanceOf(Failure.class)
        .hasMessage("cuda: found Fake GPU 0 (compute capability 7.5), Fake GPU 1 (compute capability 7.5); dlt needs compute capability 8.0 (Ampere, 2020) "
            + "or newer; use --device cpu");
  }

  @Test
  void missingFunctionsAreNamed() {
    System.setProperty(NvidiaDriver.LIBRARY, FakeCuda.build("libold.so", "-DcuGraphInstantiateWithFlags=absent").toString());
    assertThatThrownBy(NvidiaDriver::open).isInstanceOf(Failure.class).hasMessageContaining("has no cuGraphInstantiateWithFlags").hasMessageContaining("470");
  }

  @Test
  void anotherLibraryUnderTheNameIsNoDriver() {
    System.setProperty(NvidiaDriver.LIBRARY, FakeCuda.build("libother.so", "-DcuDriverGetVersion=absent").toString());
    assertThatThrownBy(NvidiaDriver::open).isInstanceOf(Failure.class).hasMessageContaining("is no library of NVIDIA's driver");
  }

  @Test
  void hintsAreGivenForAllCodesThatUsersMeet() {
    Set<String> hints = new HashSet<>();
    CODES.keySet().forEach(c -> hints.add(Hint.of(c)));
    assertThat(hints).hasSizeGreaterThan(12).allSatisfy(h -> assertThat(h).doesNotEndWith("."));
  }

  @Test
  void theStandInDeclaresWhatCudaHDeclares() throws IOException {
    Path include = Path.of("/usr/local/cuda/include");
    assumeTrue(Files.exists(include.resolve("cuda.h")), "there is no cuda.h to compare with");
    assertThat(FakeCuda.compare(include)).isZero();
  }
}
