package dlt.backend.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dlt.error.Failure;
import dlt.error.OutOfMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/// A GPU's primary context, which it shares with whatever else in this process uses the GPU.
final class NvidiaContext implements Context {
  private static final int STREAM_NON_BLOCKING = 1, CAPTURE_THREAD_LOCAL = 1, MAX_DYNAMIC_SHARED_SIZE_BYTES = 8;
  // CUjit_option
  private static final int JIT_ERROR_LOG_BUFFER = 5, JIT_ERROR_LOG_BUFFER_SIZE_BYTES = 6;
  private static final int LOG_BYTES = 8192, LOG_LINES = 4;

  private final Libcuda cuda;
  private final Gpu gpu;
  private final int device;
  private final long handle;
  /// What has been made and not yet been freed, and how it is freed: what uses another thing is made after it.
  private final SequencedMap<Object, Runnable> made = new LinkedHashMap<>();
  private volatile boolean failed;
  private boolean closed;

  private NvidiaContext(Libcuda cuda, Gpu gpu, int device, long handle) {
    this.cuda = cuda;
    this.gpu = gpu;
    this.device = device;
    this.handle = handle;
  }

  static NvidiaContext open(Libcuda cuda, Gpu gpu, int device) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_LONG);
      cuda.call(Entry.DEVICE_PRIMARY_CTX_RETAIN, f -> (int) Shape.PI.invokeExact(f, out, device));
      NvidiaContext context = new NvidiaContext(cuda, gpu, device, out.get(JAVA_LONG, 0));
      try {
        context.enter();
      } catch (Failure e) {
        context.close();
        throw e;
      }
      return context;
    }
  }

  private void call(Entry entry, Libcuda.Call call) {
    try {
      cuda.call(entry, call);
    } catch (Failure e) {
      failed = true;
      throw e;
    }
  }

  /// The handle, pointer or size that `call` writes.
  private long result(Entry entry, Returning call) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_LONG);
      call(entry, f -> call.on(f, out));
      return out.get(JAVA_LONG, 0);
    }
  }

  private interface Returning {
    int on(MemorySegment function, MemorySegment out) throws Throwable;
  }

  /// Notes that `made` is to be freed by `free`, at the latest when this is closed.
  private <T> T keep(T thing, Runnable free) {
    synchronized (made) {
      made.put(thing, free);
    }
    return thing;
  }

  private void release(Object thing) {
    Runnable free;
    synchronized (made) {
      free = made.remove(thing);
    }
    if (free == null) {
      throw new IllegalArgumentException(thing + " is not of this context, or freed already");
    }
    free.run();
  }

  @Override
  public void enter() {
    call(Entry.CTX_SET_CURRENT, f -> (int) Shape.L.invokeExact(f, handle));
  }

  @Override
  public Memory memory() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment free = arena.allocate(JAVA_LONG);
      MemorySegment total = arena.allocate(JAVA_LONG);
      call(Entry.MEM_GET_INFO, f -> (int) Shape.PP.invokeExact(f, free, total));
      return new Memory(free.get(JAVA_LONG, 0), total.get(JAVA_LONG, 0));
    }
  }

  // ---- memory

  private record Address(long value) {}

  @Override
  public long allocate(long bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_LONG);
      int code = cuda.invoke(Entry.MEM_ALLOC, f -> (int) Shape.PL.invokeExact(f, out, bytes));
      if (code == Libcuda.OUT_OF_MEMORY) {
        throw outOfMemory(bytes);
      }
      call(Entry.MEM_ALLOC, _ -> code);
      long address = out.get(JAVA_LONG, 0);
      keep(new Address(address), () -> call(Entry.MEM_FREE, f -> (int) Shape.L.invokeExact(f, address)));
      return address;
    }
  }

  private Failure outOfMemory(long bytes) {
    try {
      return new OutOfMemory("cuda: " + gpu.name(), bytes, memory().free());
    } catch (Failure e) {
      return cuda.failure(Entry.MEM_ALLOC, Libcuda.OUT_OF_MEMORY, "");
    }
  }

  @Override
  public void free(long address) {
    release(new Address(address));
  }

  private record Pinned(long address) {}

  @Override
  public MemorySegment allocatePinned(long bytes) {
    long address = result(Entry.MEM_HOST_ALLOC, (f, out) -> (int) Shape.PLI.invokeExact(f, out, bytes, 0));
    keep(new Pinned(address), () -> call(Entry.MEM_FREE_HOST, f -> (int) Shape.L.invokeExact(f, address)));
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }

  @Override
  public void freePinned(MemorySegment pinned) {
    release(new Pinned(pinned.address()));
  }

  // ---- code

  @Override
  public Module load(String ptx) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_LONG);
      MemorySegment text = arena.allocateFrom(ptx);
      MemorySegment log = arena.allocate(LOG_BYTES);
      MemorySegment options = arena.allocateFrom(JAVA_INT, JIT_ERROR_LOG_BUFFER, JIT_ERROR_LOG_BUFFER_SIZE_BYTES);
      MemorySegment values = arena.allocateFrom(JAVA_LONG, log.address(), LOG_BYTES - 1);     // pointers, of which the size is one too
      int code = cuda.invoke(Entry.MODULE_LOAD_DATA_EX, f -> (int) Shape.PPIPP.invokeExact(f, out, text, 2, options, values));
      if (code != 0) {
        failed = true;
        String lines = log.getString(0).lines().map(String::strip).filter(l -> !l.isEmpty()).limit(LOG_LINES).collect(Collectors.joining(" | "));
        throw cuda.failure(Entry.MODULE_LOAD_DATA_EX, code, lines.isEmpty() ? "" : ": " + lines);
      }
      Module module = new Module(out.get(JAVA_LONG, 0));
      return keep(module, () -> call(Entry.MODULE_UNLOAD, f -> (int) Shape.L.invokeExact(f, module.handle())));
    }
  }

  @Override
  public void unload(Module module) {
    release(module);
  }

  @Override
  public Function function(Module module, String name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(name);
      return new Function(result(Entry.MODULE_GET_FUNCTION, (f, out) -> (int) Shape.PLP.invokeExact(f, out, module.handle(), text)));
    }
  }

  @Override
  public void sharedMemory(Function function, int bytes) {
    call(Entry.FUNC_SET_ATTRIBUTE, f -> (int) Shape.LII.invokeExact(f, function.handle(), MAX_DYNAMIC_SHARED_SIZE_BYTES, bytes));
  }

  // ---- work

  @Override
  public Stream createStream() {
    Stream stream = new Stream(result(Entry.STREAM_CREATE, (f, out) -> (int) Shape.PI.invokeExact(f, out, STREAM_NON_BLOCKING)));
    return keep(stream, () -> call(Entry.STREAM_DESTROY, f -> (int) Shape.L.invokeExact(f, stream.handle())));
  }

  @Override
  public void destroy(Stream stream) {
    release(stream);
  }

  @Override
  public void synchronize(Stream stream) {
    call(Entry.STREAM_SYNCHRONIZE, f -> (int) Shape.L.invokeExact(f, stream.handle()));
  }

  @Override
  public void copyToDevice(long destination, MemorySegment source, Stream stream) {
    call(Entry.MEMCPY_HTOD_ASYNC, f -> (int) Shape.LPLL.invokeExact(f, destination, source, source.byteSize(), stream.handle()));
  }

  @Override
  public void copyToHost(MemorySegment destination, long source, Stream stream) {
    call(Entry.MEMCPY_DTOH_ASYNC, f -> (int) Shape.PLLL.invokeExact(f, destination, source, destination.byteSize(), stream.handle()));
  }

  @Override
  public void copy(long destination, long source, long bytes, Stream stream) {
    call(Entry.MEMCPY_DTOD_ASYNC, f -> (int) Shape.LLLL.invokeExact(f, destination, source, bytes, stream.handle()));
  }

  @Override
  public void fill(long destination, int word, long count, Stream stream) {
    call(Entry.MEMSET_D32_ASYNC, f -> (int) Shape.LILL.invokeExact(f, destination, word, count, stream.handle()));
  }

  @Override
  public void launch(Function function, Extent grid, Extent block, int sharedBytes, MemorySegment argument, Stream stream) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment parameters = arena.allocateFrom(ADDRESS, argument);
      call(Entry.LAUNCH_KERNEL, f -> (int) Shape.LIIIIIIILPP.invokeExact(f, function.handle(), grid.x(), grid.y(), grid.z(),
          block.x(), block.y(), block.z(), sharedBytes, stream.handle(), parameters, MemorySegment.NULL));
    }
  }

  // ---- graphs

  @Override
  public Graph capture(Stream stream, Runnable work) {
    call(Entry.STREAM_BEGIN_CAPTURE, f -> (int) Shape.LI.invokeExact(f, stream.handle(), CAPTURE_THREAD_LOCAL));
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      after(e, () -> drop(endCapture(stream)));
      throw e;
    }
    long recorded = endCapture(stream);
    Graph graph;
    try {
      graph = new Graph(result(Entry.GRAPH_INSTANTIATE, (f, out) -> (int) Shape.PLL.invokeExact(f, out, recorded, 0L)));
    } catch (Failure e) {
      after(e, () -> drop(recorded));
      throw e;
    }
    keep(graph, () -> call(Entry.GRAPH_EXEC_DESTROY, f -> (int) Shape.L.invokeExact(f, graph.handle())));
    drop(recorded);
    return graph;
  }

  private long endCapture(Stream stream) {
    return result(Entry.STREAM_END_CAPTURE, (f, out) -> (int) Shape.LP.invokeExact(f, stream.handle(), out));
  }

  private void drop(long recorded) {
    call(Entry.GRAPH_DESTROY, f -> (int) Shape.L.invokeExact(f, recorded));
  }

  /// Does `cleaning` on the way out with `why`, which an error of the cleaning must not hide.
  private static void after(Throwable why, Runnable cleaning) {
    try {
      cleaning.run();
    } catch (Failure e) {
      why.addSuppressed(e);
    }
  }

  @Override
  public void launch(Graph graph, Stream stream) {
    call(Entry.GRAPH_LAUNCH, f -> (int) Shape.LL.invokeExact(f, graph.handle(), stream.handle()));
  }

  @Override
  public void destroy(Graph graph) {
    release(graph);
  }

  // ---- time and order

  @Override
  public Event createEvent() {
    Event event = new Event(result(Entry.EVENT_CREATE, (f, out) -> (int) Shape.PI.invokeExact(f, out, 0)));
    return keep(event, () -> call(Entry.EVENT_DESTROY, f -> (int) Shape.L.invokeExact(f, event.handle())));
  }

  @Override
  public void destroy(Event event) {
    release(event);
  }

  @Override
  public void record(Event event, Stream stream) {
    call(Entry.EVENT_RECORD, f -> (int) Shape.LL.invokeExact(f, event.handle(), stream.handle()));
  }

  @Override
  public void await(Event event, Stream stream) {
    call(Entry.STREAM_WAIT_EVENT, f -> (int) Shape.LLI.invokeExact(f, stream.handle(), event.handle(), 0));
  }

  @Override
  public void synchronize(Event event) {
    call(Entry.EVENT_SYNCHRONIZE, f -> (int) Shape.L.invokeExact(f, event.handle()));
  }

  @Override
  public double millisBetween(Event start, Event end) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_FLOAT);
      call(Entry.EVENT_ELAPSED_TIME, f -> (int) Shape.PLL.invokeExact(f, out, start.handle(), end.handle()));
      return out.get(JAVA_FLOAT, 0);
    }
  }

  /// Frees whatever is left, the last made first, and goes on where the driver refuses. What it refuses is thrown at the end, unless an
  /// earlier call failed: that one is the cause.
  @Override
  public void close() {
    List<Runnable> last = new ArrayList<>();
    synchronized (made) {
      if (closed) {
        return;
      }
      closed = true;
      last.add(this::enter);
      // nothing may be in use any more when it is freed
      made.sequencedKeySet().stream().filter(Stream.class::isInstance).map(Stream.class::cast).forEach(s -> last.add(() -> synchronize(s)));
      last.addAll(made.sequencedValues().reversed());
      last.add(() -> call(Entry.DEVICE_PRIMARY_CTX_RELEASE, f -> (int) Shape.I.invokeExact(f, device)));
      made.clear();
    }
    boolean told = failed;
    Failure first = null;
    for (Runnable step : last) {
      try {
        step.run();
      } catch (Failure e) {
        first = first == null ? e : first;
      }
    }
    if (first != null && !told) {
      throw first;
    }
  }
}
