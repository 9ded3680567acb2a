package dlt.backend.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
    if (Memory.SUPPORTED) {
      seen.setOpaque(thread, Calls.processor());
    }
  }

  /// Moves the calling thread, number `thread`, to a processor of its own if it shares one with another and the system lets it.
  void spread(int thread) {
    if (!Memory.SUPPORTED) {
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
    private static final Kernel PROCESSOR = Kernel.of("sched_getcpu");
    static final Kernel GET = Kernel.of("sched_getaffinity"), SET = Kernel.of("sched_setaffinity");

    static int processor() {
      return (int) PROCESSOR.call(0, 0, 0, 0, 0, 0);
    }

    /// Of the calling thread.
    static boolean affinity(Kernel call, MemorySegment mask) {
      return (int) call.call(0, mask.byteSize(), mask.address(), 0, 0, 0) == 0;
    }
  }
}
