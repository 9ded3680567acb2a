package dlt.backend.cuda;

import dlt.backend.Backend;
import dlt.backend.Buffer;
import dlt.backend.KernelCall;
import dlt.backend.Program;
import dlt.backend.cuda.driver.Context;
import dlt.backend.cuda.driver.Driver;
import dlt.backend.cuda.driver.Gpu;
import dlt.error.OutOfMemory;
import dlt.graph.Graph;
import dlt.op.Variable;
import dlt.tensor.TensorType;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/// An NVIDIA GPU: a program is one captured graph of hand-written kernels, replayed by each run.
public final class CudaBackend implements Backend {
  /// What steps are planned for where there is no GPU.
  public static final Gpu H100 = new Gpu(0, "NVIDIA H100 80GB HBM3", 80L << 30, 90, 132, 227 << 10);

  private final Gpu gpu;
  private final Precision precision;
  private final String description;
  private final Device device;
  private final Resources variables = new Resources();

  /// Opens `gpu`, one of `driver`'s.
  public CudaBackend(Driver driver, Gpu gpu, Precision precision) {
    this.gpu = gpu;
    this.precision = precision;
    this.description = String.format(Locale.ROOT, "cuda %s, %s, CUDA %d.%d", gpu, precision.name().toLowerCase(Locale.ROOT), driver.version() / 1000,
        driver.version() % 1000 / 10);
    this.device = new Device(driver.open(gpu));
  }

  @Override
  public String name() {
    return "cuda";
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public Buffer allocate(TensorType type) {
    long address = memory(variables, type.bytes());
    if (type.bytes() > 0) {
      device.context().fill(address, 0, type.bytes() / Integer.BYTES, device.stream());
    }
    return new CudaBuffer(device, type, address, CudaLayoutCosts.kept(type));
  }

  /// Memory that `owner` frees. What does not fit is not asked for.
  private long memory(Resources owner, long bytes) {
    Context context = device.context();
    long free = context.memory().free();
    if (bytes > free) {
      throw new OutOfMemory(description, bytes, free);
    }
    long address = context.allocate(Math.max(bytes, 1));
    owner.add(() -> context.free(address));
    return address;
  }

  @Override
  public Program compile(Graph graph, Map<String, Buffer> variables) {
    Map<String, Long> addresses = new HashMap<>();
    graph.variables().forEach(n -> {
      Variable v = (Variable) n.op();
      if (!(variables.get(v.name()) instanceof CudaBuffer buffer) || !buffer.type().equals(v.type())) {
        throw new IllegalArgumentException("no buffer of " + v.type() + " for variable " + v.name());
      }
      addresses.put(v.name(), buffer.address());
    });
    long bytes = planned(graph).orElseThrow();
    Resources owned = new Resources();
    try {
      Arena arena = Arena.ofShared();
      owned.add(arena::close);
      long address = memory(owned, bytes);
      Compilation compilation = new CudaCompiler(graph, gpu, precision, addresses, address, arena).compile();
      return new CudaProgram(device, compilation, address, owned);
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  @Override
  public OptionalLong planned(Graph graph) {
    return OptionalLong.of(plan(graph, gpu, precision).bytes());
  }

  @Override
  public OptionalLong free() {
    return OptionalLong.of(device.context().memory().free());
  }

  /// The kernels of a run of `graph` on `gpu`, which need not be there.
  public static List<KernelCall> calls(Graph graph, Gpu gpu, Precision precision) {
    return plan(graph, gpu, precision).calls();
  }

  /// Compiled for addresses that are not used.
  private static Compilation plan(Graph graph, Gpu gpu, Precision precision) {
    long somewhere = 1L << 32;
    Map<String, Long> addresses = new HashMap<>();
    graph.variables().forEach(n -> addresses.put(((Variable) n.op()).name(), somewhere));
    try (Arena arena = Arena.ofConfined()) {
      return new CudaCompiler(graph, gpu, precision, addresses, somewhere, arena).compile();
    }
  }

  /// Frees the variables and everything else. Programs are to be closed before.
  @Override
  public void close() {
    try (device; variables) {
      device.synchronize();
    }
  }
}
