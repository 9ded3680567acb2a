package dlt.backend.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.atomic.AtomicIntegerArray;

/// On which processors the threads that share the work were seen last. The system may wake a thread on the processor of the one
/// that it is to help, and leave it there for many steps while another idles: what both then do takes as long as with one of
/// them. A thread that finds itself so leaves by forbidding itself that processor for a moment. Nothing stays pinned. Only on Linux.
final class Affinity {
  private static final int MASK_BYTES = 1024;

  private final AtomicIntegerArray seen;

  /// Of so many threads.
  Affinity(int threads) {
    seen = new AtomicIntegerArray(threads);
    for (int i = 0; i < threads; i++) {
      seen.set(i, -1);
    }
  }

  /// Notes where the calling thread, number `thread`, runs.
  void note(int thread) {
    if (Memory.supported()) {
      seen.setOpaque(thread, Calls.processor());
    }
  }

  /// Moves the calling thread, number `thread`, to a processor of its own if it shares one with another and the system lets it.
  void spread(int thread) {
    if (!Memory.supported()) {
      return;
    }
    int here = Calls.processor();
    seen.setOpaque(thread, here);
    for (int i = 0; i < seen.length(); i++) {
      if (i != thread && seen.getOpaque(i) == here) {
        leave(thread);
        seen.setOpaque(thread, Calls.processor());
        return;
      }
    }
  }

  private void leave(int thread) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment allowed = arena.allocate(MASK_BYTES, Long.BYTES);
      if (!Calls.affinity(Calls.GET, allowed)) {
        return;
      }
      MemorySegment others = arena.allocate(MASK_BYTES, Long.BYTES).copyFrom(allowed);
      for (int i = 0; i < seen.length(); i++) {
        int processor = seen.getOpaque(i);
        if (i != thread && processor >= 0 && processor < 8 * MASK_BYTES) {
          long word = others.getAtIndex(ValueLayout.JAVA_LONG, processor / Long.SIZE);
          others.setAtIndex(ValueLayout.JAVA_LONG, processor / Long.SIZE, word & ~(1L << processor % Long.SIZE));
        }
      }
      // an empty set is refused, and the thread stays
      if (Calls.affinity(Calls.SET, others)) {
        Calls.affinity(Calls.SET, allowed);
      }
    }
  }

  /// Linked on first use.
  private static final class Calls {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final FunctionDescriptor MASK = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS);
    private static final MethodHandle PROCESSOR =
        LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow("sched_getcpu"), FunctionDescriptor.of(ValueLayout.JAVA_INT), Linker.Option.critical(false));
    static final MethodHandle GET = LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow("sched_getaffinity"), MASK);
    static final MethodHandle SET = LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow("sched_setaffinity"), MASK);

    static int processor() {
      try {
        return (int) PROCESSOR.invokeExact();
      } catch (Throwable t) {
        throw new AssertionError(t);
      }
    }

    /// Of the calling thread.
    static boolean affinity(MethodHandle call, MemorySegment mask) {
      try {
        return (int) call.invokeExact(0, mask.byteSize(), mask) == 0;
      } catch (Throwable t) {
        throw new AssertionError(t);
      }
    }
  }
}
