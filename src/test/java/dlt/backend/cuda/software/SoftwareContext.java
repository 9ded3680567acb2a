package dlt.backend.cuda.software;

import dlt.backend.cuda.driver.Context;
import dlt.backend.cuda.driver.Gpu;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// Device memory, modules and streams in software. What a stream is given is done late, mostly when it is waited for, so that a host that
/// takes a result or changes a staging buffer too early is found out; sometimes at once, for the opposite faults.
final class SoftwareContext implements Context {
  private static final int SHARED_WITHOUT_ASKING = 48 * 1024;
  private static final int MOST_ARGUMENT = 4096;
  private static final int MOST_THREADS = 1024;
  private static final int MODULES_KEPT = 256;
  private static final ThreadLocal<SoftwareContext> CURRENT = new ThreadLocal<>();

  /// Translating a module takes longer than what most tests run of it.
  private static final Map<String, Translation> TRANSLATIONS = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Translation> eldest) {
      return size() > MODULES_KEPT;
    }
  });

  private record Translation(Ptx ptx, Map<String, Code> kernels) {
    static Translation of(String text) {
      Ptx ptx = PtxParser.parse(text);
      return new Translation(ptx, Translator.kernels(ptx));
    }
  }

  private static final class Kernel {
    final LoadedModule module;
    final Code code;
    int sharedBytes = SHARED_WITHOUT_ASKING;

    Kernel(LoadedModule module, Code code) {
      this.module = module;
      this.code = code;
    }
  }

  private final Gpu gpu;
  private final DeviceMemory memory;
  private final Mutation mutation;
  private final PinnedMemory pinned = new PinnedMemory();
  private final SplittableRandom random;
  private final Map<Long, LoadedModule> modules = new HashMap<>();
  private final Map<Long, Kernel> functions = new HashMap<>();
  private final Map<Long, StreamWork> streams = new HashMap<>();
  private final Map<Long, StreamWork.Mark> events = new HashMap<>();
  private final Map<Long, List<Runnable>> graphs = new HashMap<>();
  private List<Runnable> recording;
  private StreamWork recorded;
  private long lastHandle;
  private int nextTag = 1;
  private long executed;
  private long launches;
  private boolean closed;

  SoftwareContext(Gpu gpu, long seed, Mutation mutation) {
    this.mutation = mutation;
    this.gpu = gpu;
    memory = new DeviceMemory(gpu.memory());
    random = new SplittableRandom(seed);
    CURRENT.set(this);
  }

  @Override
  public void enter() {
    CURRENT.set(this);
  }

  @Override
  public synchronized Memory memory() {
    check();
    return new Memory(memory.free(), memory.total());
  }

  /// Instructions that ran so far, counted a lane each.
  synchronized long executed() {
    return executed;
  }

  /// Kernels that ran so far.
  synchronized long launches() {
    return launches;
  }

  // ---- memory

  @Override
  public synchronized long allocate(long bytes) {
    quiet("allocates");
    return memory.allocate(bytes, false).address;
  }

  @Override
  public synchronized void free(long address) {
    quiet("frees");
    drainAll();
    memory.free(address);
  }

  @Override
  public synchronized MemorySegment allocatePinned(long bytes) {
    quiet("allocates");
    return pinned.allocate(bytes);
  }

  @Override
  public synchronized void freePinned(MemorySegment memory) {
    quiet("frees");
    drainAll();
    pinned.free(memory);
  }

  // ---- code

  @Override
  public synchronized Module load(String text) {
    quiet("loads a module");
    String ptx = mutation.rewritten(text);
    Translation t = TRANSLATIONS.get(ptx);
    if (t == null) {
      try {
        t = Translation.of(ptx);
      } catch (PtxRefused e) {
        throw new Fault("PTX refused: " + e.getMessage());
      }
      TRANSLATIONS.put(ptx, t);
    }
    long handle = ++lastHandle;
    modules.put(handle, new LoadedModule(t.ptx, t.kernels, memory));
    return new Module(handle);
  }

  @Override
  public synchronized void unload(Module module) {
    quiet("unloads a module");
    drainAll();
    LoadedModule m = known(modules.remove(module.handle()), module);
    functions.values().removeIf(k -> k.module == m);
    m.unload();
  }

  @Override
  public synchronized Function function(Module module, String name) {
    check();
    LoadedModule m = known(modules.get(module.handle()), module);
    Code code = m.kernel(name);
    if (code == null) {
      throw new Fault("the module has no kernel " + name);
    }
    long handle = ++lastHandle;
    functions.put(handle, new Kernel(m, code));
    return new Function(handle);
  }

  @Override
  public synchronized void sharedMemory(Function function, int bytes) {
    check();
    Kernel k = known(functions.get(function.handle()), function);
    if (bytes < 0 || bytes + k.code.sharedBytes() > gpu.sharedMemory()) {
      throw new Fault(k.code.name() + ": " + bytes + " bytes of dynamic and " + k.code.sharedBytes() + " of static shared memory, where the GPU has "
          + gpu.sharedMemory());
    }
    k.sharedBytes = Math.max(SHARED_WITHOUT_ASKING, bytes + k.code.sharedBytes());
  }

  // ---- work

  @Override
  public synchronized Stream createStream() {
    quiet("creates a stream");
    long handle = ++lastHandle;
    streams.put(handle, new StreamWork());
    return new Stream(handle);
  }

  @Override
  public synchronized void destroy(Stream stream) {
    quiet("destroys a stream");
    known(streams.remove(stream.handle()), stream).drain();
  }

  @Override
  public synchronized void synchronize(Stream stream) {
    quiet("synchronizes");
    known(streams.get(stream.handle()), stream).drain();
  }

  @Override
  public synchronized void copyToDevice(long destination, MemorySegment source, Stream stream) {
    MemorySegment from = pinned.check(source);
    add(stream, () -> {
      Allocation a = piece(destination, from.byteSize(), "copyToDevice");
      MemorySegment.copy(from, ValueLayout.JAVA_BYTE, 0, a.bytes, (int) (destination - a.address), (int) from.byteSize());
    });
    piece(destination, from.byteSize(), "copyToDevice");
  }

  @Override
  public synchronized void copyToHost(MemorySegment destination, long source, Stream stream) {
    MemorySegment to = pinned.check(destination);
    add(stream, () -> {
      Allocation a = piece(source, to.byteSize(), "copyToHost");
      MemorySegment.copy(a.bytes, (int) (source - a.address), to, ValueLayout.JAVA_BYTE, 0, (int) to.byteSize());
    });
    piece(source, to.byteSize(), "copyToHost");
  }

  @Override
  public synchronized void copy(long destination, long source, long bytes, Stream stream) {
    add(stream, () -> {
      Allocation to = piece(destination, bytes, "copy to");
      Allocation from = piece(source, bytes, "copy from");
      if (Math.abs(destination - source) < bytes) {
        throw new Fault("copy of " + bytes + " bytes to where it overlaps itself");
      }
      System.arraycopy(from.bytes, (int) (source - from.address), to.bytes, (int) (destination - to.address), (int) bytes);
    });
  }

  @Override
  public synchronized void fill(long destination, int word, long count, Stream stream) {
    if ((destination & 3) != 0) {
      throw new Fault("fill at 0x" + Long.toHexString(destination) + ", which is not a multiple of 4");
    }
    add(stream, () -> {
      Allocation a = piece(destination, 4 * count, "fill");
      int at = (int) (destination - a.address);
      for (int i = 0; i < count; i++) {
        Access.INT.set(a.bytes, at + 4 * i, word);
      }
    });
  }

  private Allocation piece(long address, long bytes, String what) {
    Allocation a = memory.find(address, bytes);
    if (a == null) {
      throw new Fault(what + ": " + memory.describe(address, bytes));
    }
    return a;
  }

  @Override
  public synchronized void launch(Function function, Extent grid, Extent block, int sharedBytes, MemorySegment argument, Stream stream) {
    Kernel k = known(functions.get(function.handle()), function);
    String name = k.code.name();
    if (block.x() < 1 || block.y() < 1 || block.z() < 1 || block.z() > 64 || (long) block.x() * block.y() * block.z() > MOST_THREADS) {
      throw new Fault(name + ": a block of " + block + ", where " + MOST_THREADS + " threads are the most");
    }
    if (grid.x() < 1 || grid.y() < 1 || grid.z() < 1 || grid.y() > 65535 || grid.z() > 65535) {
      throw new Fault(name + ": a grid of " + grid + ", where 65535 is the most in y and z");
    }
    if (sharedBytes < 0 || sharedBytes + k.code.sharedBytes() > k.sharedBytes) {
      throw new Fault(name + ": " + sharedBytes + " bytes of dynamic and " + k.code.sharedBytes() + " of static shared memory, where " + k.sharedBytes
          + " are allowed; sharedMemory allows more");
    }
    if (argument.byteSize() > MOST_ARGUMENT || argument.byteSize() != Math.max(1, k.code.argumentBytes())) {
      throw new Fault(name + ": an argument of " + argument.byteSize() + " bytes, where the kernel takes " + k.code.argumentBytes());
    }
    byte[] bytes = argument.toArray(ValueLayout.JAVA_BYTE);
    add(stream, () -> {
      long blocks = (long) grid.x() * grid.y() * grid.z();
      if (blocks > Integer.MAX_VALUE / 2) {
        throw new Fault(name + ": " + blocks + " blocks are more than the software GPU counts");
      }
      if (nextTag + blocks + 1 > Integer.MAX_VALUE) {
        memory.forgetLaunches();
        nextTag = 1;
      }
      executed += new Grid(k.module, mutation.of(k.code), mutation.grid(k.code, grid), block, sharedBytes, bytes, nextTag).run(random.nextLong());
      nextTag += (int) blocks + 1;
      launches++;
    });
  }

  /// Work for a stream; while it is recorded, for the graph instead.
  private void add(Stream stream, Runnable work) {
    check();
    StreamWork s = known(streams.get(stream.handle()), stream);
    if (recording != null) {
      if (s != recorded) {
        throw new Fault("work for another stream while one is recorded");
      }
      recording.add(work);
      return;
    }
    s.add(work);
    if (random.nextInt(4) == 0) {
      s.drain();
    }
  }

  // ---- graphs

  @Override
  public Graph capture(Stream stream, Runnable work) {
    synchronized (this) {
      quiet("captures");
      recorded = known(streams.get(stream.handle()), stream);
      recording = new ArrayList<>();
    }
    try {
      work.run();
      synchronized (this) {
        long handle = ++lastHandle;
        graphs.put(handle, recording);
        return new Graph(handle);
      }
    } finally {
      synchronized (this) {
        recording = null;
        recorded = null;
      }
    }
  }

  @Override
  public synchronized void launch(Graph graph, Stream stream) {
    quiet("launches a graph");
    List<Runnable> work = known(graphs.get(graph.handle()), graph);
    add(stream, () -> work.forEach(Runnable::run));
  }

  @Override
  public synchronized void destroy(Graph graph) {
    quiet("destroys a graph");
    drainAll();
    known(graphs.remove(graph.handle()), graph);
  }

  // ---- time and order

  @Override
  public synchronized Event createEvent() {
    check();
    long handle = ++lastHandle;
    events.put(handle, new StreamWork.Mark());
    return new Event(handle);
  }

  @Override
  public synchronized void destroy(Event event) {
    check();
    drainAll();
    known(events.remove(event.handle()), event);
  }

  @Override
  public synchronized void record(Event event, Stream stream) {
    quiet("records an event");
    known(streams.get(stream.handle()), stream).record(known(events.get(event.handle()), event));
  }

  @Override
  public synchronized void await(Event event, Stream stream) {
    quiet("awaits an event");
    known(streams.get(stream.handle()), stream).await(known(events.get(event.handle()), event));
  }

  @Override
  public synchronized void synchronize(Event event) {
    quiet("synchronizes");
    StreamWork.Mark m = known(events.get(event.handle()), event);
    StreamWork.reach(m, m.asked);
  }

  @Override
  public synchronized double millisBetween(Event start, Event end) {
    check();
    StreamWork.Mark a = known(events.get(start.handle()), start);
    StreamWork.Mark b = known(events.get(end.handle()), end);
    if (a.asked == 0 || b.asked == 0 || a.reached < a.asked || b.reached < b.asked) {
      throw new Fault("the time between events that have not both been recorded and reached");
    }
    return (b.nanos - a.nanos) * 1e-6;
  }

  // ---- checks

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      for (long a : memory.live()) {
        memory.free(a);
      }
      pinned.freeAll();
      if (CURRENT.get() == this) {
        CURRENT.remove();
      }
    }
  }

  private void drainAll() {
    streams.values().forEach(StreamWork::drain);
  }

  private void quiet(String what) {
    check();
    if (recording != null) {
      throw new Fault(what + " while a stream is recorded");
    }
  }

  private void check() {
    if (closed) {
      throw new Fault("a call to a context that is closed");
    }
    if (CURRENT.get() != this) {
      throw new Fault("a call from a thread that has not entered this context");
    }
  }

  private static <T> T known(T found, Object handle) {
    if (found == null) {
      throw new Fault(handle + " is unknown, or destroyed");
    }
    return found;
  }
}
