package dlt.backend.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A stand-in for libcuda.so.1 (src/test/c/libcuda.c), compiled by gcc for the tests of one process. Where there is no gcc, tests
/// that need it are skipped, and say so; where the environment variable `CI` is set, they fail.
public final class FakeCuda {
  private static final Path SOURCE = Path.of("src/test/c/libcuda.c");

  private final Path library;
  private final SymbolLookup symbols;

  private FakeCuda(Path library) {
    this.library = library;
    this.symbols = SymbolLookup.libraryLookup(library, Arena.global());
  }

  /// The library, as if nothing had been called yet.
  public static FakeCuda fresh() {
    requireGcc();
    FakeCuda fake = new FakeCuda(Built.LIBRARY);
    fake.reset();
    return fake;
  }

  /// Compiled on first use.
  private static final class Built {
    static final Path LIBRARY = build("libcuda.so.1");
  }

  static void requireGcc() {
    boolean there;
    try {
      there = run("gcc", "--version") == 0;
    } catch (IOException e) {
      there = false;
    }
    if (System.getenv("CI") != null) {
      assertThat(there).as("gcc compiles the stand-in for libcuda").isTrue();
    }
    assumeTrue(there, "there is no gcc to compile the stand-in for libcuda with");
  }

  /// Compiles the library into a temporary folder, with these further arguments for gcc.
  static Path build(String name, String... arguments) {
    try {
      Path folder = Files.createTempDirectory("dlt-fake-cuda");
      Path library = folder.resolve(name);
      folder.toFile().deleteOnExit();
      List<String> command = new ArrayList<>(List.of("gcc", "-std=gnu11", "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library.toString()));
      command.addAll(List.of(arguments));
      command.add(SOURCE.toString());
      assertThat(run(command.toArray(String[]::new))).as("%s", command).isZero();
      library.toFile().deleteOnExit();
      return library;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static int compare(Path include) throws IOException {
    return run("gcc", "-std=gnu11", "-Wall", "-Werror", "-fsyntax-only", "-DCHECK_AGAINST_CUDA_H", "-I", include.toString(), SOURCE.toString());
  }

  private static int run(String... command) throws IOException {
    Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      int code = p.waitFor();
      if (code != 0) {
        System.err.println(output);
      }
      return code;
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  public Path library() {
    return library;
  }

  /// Forgets all that was made and called; one GPU of capability 9.0 with 1 GiB, a driver of CUDA 12.4.
  public void reset() {
    call("fake_reset", FunctionDescriptor.ofVoid());
  }

  /// The driver's version, the number of GPUs, their capability and memory.
  public void machine(int version, int gpus, int capability, long memory) {
    call("fake_machine", FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG),
        version, gpus, capability, memory);
  }

  /// Call number `n` (from 1) of a function from now on returns `code`; with `forGood` all calls after it do so too.
  public void fail(String symbol, int n, int code, boolean forGood) {
    try (Arena arena = Arena.ofConfined()) {
      call("fake_fail", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
          arena.allocateFrom(symbol), n, code, forGood ? 1 : 0);
    }
  }

  /// How many things have been made and not destroyed.
  public int live() {
    return (int) call("fake_live", FunctionDescriptor.of(ValueLayout.JAVA_INT));
  }

  /// The symbols that were called, in order; after each launch of a kernel a line that begins with a space and says how.
  public List<String> calls() {
    return text("fake_calls").lines().toList();
  }

  /// The first call that NVIDIA's driver would refuse or suffer from; empty where there was none.
  public String misuse() {
    return text("fake_misuse");
  }

  private String text(String function) {
    return ((MemorySegment) call(function, FunctionDescriptor.of(ValueLayout.ADDRESS))).reinterpret(Long.MAX_VALUE).getString(0);
  }

  private Object call(String function, FunctionDescriptor type, Object... arguments) {
    try {
      return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(function), type).invokeWithArguments(arguments);
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }
}
