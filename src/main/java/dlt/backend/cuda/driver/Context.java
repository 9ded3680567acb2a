package dlt.backend.cuda.driver;

import java.lang.foreign.MemorySegment;

/// An open GPU. All that it made is gone when it is closed. Calls that take a [Stream] return at once; an error of the work itself comes
/// with a later call. Every call throws a [dlt.error.Failure] of kind DEVICE where the driver refuses.
public interface Context extends AutoCloseable {
  /// Typed handles; their numbers are the driver's.
  record Module(long handle) {}

  record Function(long handle) {}

  record Stream(long handle) {}

  record Event(long handle) {}

  /// Captured work that can be launched again and again.
  record Graph(long handle) {}

  /// Bytes of the device's memory.
  record Memory(long free, long total) {}

  /// Blocks of a grid, or threads of a block.
  record Extent(int x, int y, int z) {
    public static Extent of(int x) {
      return new Extent(x, 1, 1);
    }

    public static Extent of(int x, int y) {
      return new Extent(x, y, 1);
    }
  }

  /// Makes this context the calling thread's.
  void enter();

  Memory memory();

  // ---- memory

  /// The address of `bytes` (> 0) of device memory, at a multiple of 256; its content is arbitrary. Throws an
  /// [dlt.error.OutOfMemory] where there is not enough.
  long allocate(long bytes);

  void free(long address);

  /// Host memory that the device can copy from and to on its own, at a multiple of 64.
  MemorySegment allocatePinned(long bytes);

  void freePinned(MemorySegment pinned);

  // ---- code

  /// Loads a module of PTX text; the driver compiles it for this GPU.
  Module load(String ptx);

  void unload(Module module);

  Function function(Module module, String name);

  /// Lets blocks of `function` ask for so many bytes of dynamic shared memory, where that is more than 48 KiB.
  void sharedMemory(Function function, int bytes);

  // ---- work

  Stream createStream();

  void destroy(Stream stream);

  /// Waits for all work of `stream`.
  void synchronize(Stream stream);

  /// Copies `source`, pinned, to the device.
  void copyToDevice(long destination, MemorySegment source, Stream stream);

  /// Copies to `destination`, pinned.
  void copyToHost(MemorySegment destination, long source, Stream stream);

  void copy(long destination, long source, long bytes, Stream stream);

  /// Sets `count` 32-bit words to `word`.
  void fill(long destination, int word, long count, Stream stream);

  /// Starts a kernel whose only parameter is a struct, passed by value: `argument` holds its bytes, which are copied before this
  /// returns.
  void launch(Function function, Extent grid, Extent block, int sharedBytes, MemorySegment argument, Stream stream);

  // ---- graphs

  /// Runs `work`, in which nothing but launches, copies and fills on `stream` may be asked for: they are recorded instead of done, and
  /// made ready to launch. What `work` throws ends the recording.
  Graph capture(Stream stream, Runnable work);

  void launch(Graph graph, Stream stream);

  void destroy(Graph graph);

  // ---- time and order

  Event createEvent();

  void destroy(Event event);

  void record(Event event, Stream stream);

  /// Work that is given to `stream` from now on waits for `event`.
  void await(Event event, Stream stream);

  void synchronize(Event event);

  /// Milliseconds between two events that have been recorded and reached.
  double millisBetween(Event start, Event end);

  @Override
  void close();
}
