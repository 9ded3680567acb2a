package dlt.backend.cuda.driver;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dlt.error.Failure;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// NVIDIA's driver, called by its C interface.
public final class NvidiaDriver implements Driver {
  /// The system property that names another library than the system's: its name for the loader, or its path.
  public static final String LIBRARY = "dlt.cuda.library";
  private static final String SYSTEM_LIBRARY = "libcuda.so.1";

  // CUdevice_attribute
  private static final int MULTIPROCESSOR_COUNT = 16, COMPUTE_CAPABILITY_MAJOR = 75, COMPUTE_CAPABILITY_MINOR = 76,
      MAX_SHARED_MEMORY_PER_BLOCK_OPTIN = 97;

  private final Libcuda cuda;

  private NvidiaDriver(Libcuda cuda) {
    this.cuda = cuda;
  }

  /// The driver of this machine, empty where none is installed. Throws a [Failure] of kind DEVICE where there is one that cannot be
  /// used: it is too old, sees no GPU or may not use it.
  public static Optional<NvidiaDriver> find() {
    String named = System.getProperty(LIBRARY);
    Optional<Libcuda> cuda = Libcuda.open(named == null ? SYSTEM_LIBRARY : named);
    if (cuda.isEmpty() && named != null) {
      throw new Failure(Failure.Kind.DEVICE, "cuda: -D" + LIBRARY + "=" + named + ": no library that can be loaded; without the option "
          + SYSTEM_LIBRARY + " of the system is used");
    }
    return cuda.map(c -> {
      c.call(Entry.INIT, f -> (int) Shape.I.invokeExact(f, 0));
      return new NvidiaDriver(c);
    });
  }

  /// The driver of this machine. Throws a [Failure] of kind DEVICE where there is none that can be used.
  public static NvidiaDriver open() {
    return find().orElseThrow(NvidiaDriver::missing);
  }

  /// What is wrong with a machine where none is found.
  public static Failure missing() {
    return new Failure(Failure.Kind.DEVICE, "cuda: no NVIDIA driver on this machine: " + SYSTEM_LIBRARY
        + " cannot be loaded; install the driver (a toolkit is not needed; in a container, start it with its GPUs), or use --device cpu");
  }

  @Override
  public int version() {
    return cuda.version();
  }

  @Override
  public List<Gpu> gpus() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(JAVA_INT);
      cuda.call(Entry.DEVICE_GET_COUNT, f -> (int) Shape.P.invokeExact(f, count));
      List<Gpu> gpus = new ArrayList<>();
      for (int i = 0; i < count.get(JAVA_INT, 0); i++) {
        gpus.add(describe(i, arena));
      }
      return gpus;
    }
  }

  private Gpu describe(int index, Arena arena) {
    int device = device(index);
    MemorySegment name = arena.allocate(256);
    cuda.call(Entry.DEVICE_GET_NAME, f -> (int) Shape.PII.invokeExact(f, name, (int) name.byteSize() - 1, device));
    MemorySegment memory = arena.allocate(JAVA_LONG);
    cuda.call(Entry.DEVICE_TOTAL_MEM, f -> (int) Shape.PI.invokeExact(f, memory, device));
    return new Gpu(index, name.getString(0), memory.get(JAVA_LONG, 0), 10 * attribute(COMPUTE_CAPABILITY_MAJOR, device)
        + attribute(COMPUTE_CAPABILITY_MINOR, device), attribute(MULTIPROCESSOR_COUNT, device), attribute(MAX_SHARED_MEMORY_PER_BLOCK_OPTIN, device));
  }

  private int device(int index) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment device = arena.allocate(JAVA_INT);
      cuda.call(Entry.DEVICE_GET, f -> (int) Shape.PI.invokeExact(f, device, index));
      return device.get(JAVA_INT, 0);
    }
  }

  private int attribute(int attribute, int device) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(JAVA_INT);
      cuda.call(Entry.DEVICE_GET_ATTRIBUTE, f -> (int) Shape.PII.invokeExact(f, value, attribute, device));
      return value.get(JAVA_INT, 0);
    }
  }

  @Override
  public Context open(Gpu gpu) {
    return NvidiaContext.open(cuda, gpu, device(gpu.index()));
  }
}
