package dlt.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Deque;

/// Touches the pages of memory while something else is done, on a thread of its own: else the first step waits for the system to
/// find each of them. What the memory holds stays as it is, also where somebody writes to it meanwhile.
final class Pages implements AutoCloseable {
  /// Of one request at most so much, so that a program that is never run does not take the machine's memory.
  private static final long MOST = 1L << 30;
  private static final long PAGE = 4096;
  private static final VarHandle WORD = ValueLayout.JAVA_INT.varHandle();

  private final Deque<MemorySegment> waiting = new ArrayDeque<>();
  /// Started once, with the first request: to start a thread is to wait until a processor has begun with it.
  private Thread thread;
  private volatile boolean closed;

  /// Readies `memory`, which came from [Memory#allocate], where it still lives when its turn comes.
  synchronized void ready(MemorySegment memory) {
    if (closed || !Memory.own(memory)) {
      return;
    }
    waiting.add(memory.asSlice(0, Math.min(memory.byteSize(), MOST)));
    if (thread == null) {
      thread = Thread.ofPlatform().name("dlt-cpu-pages").daemon().start(this::work);
    } else {
      notifyAll();
    }
  }

  private void work() {
    for (MemorySegment memory = next(); memory != null; memory = next()) {
      try {
        // a write, whatever is there: what reads first would have a page of zeros found, and then another in its place; and not by madvise(MADV_POPULATE_WRITE): whoever maps memory would wait for that, the virtual machine above all
        for (long at = 0; at < memory.byteSize() && !closed; at += PAGE) {
          boolean _ = WORD.compareAndSet(memory, at, 0, 0);
        }
      } catch (IllegalStateException e) {
        // it was freed
      }
    }
  }

  /// Waits for what is readied next; null where nothing will be any more.
  private synchronized MemorySegment next() {
    while (waiting.isEmpty() && !closed) {
      try {
        wait();
      } catch (InterruptedException e) {
        return null; // nobody does that; the first step would take longer, no more
      }
    }
    return waiting.poll();
  }

  /// Readies nothing any more.
  @Override
  public synchronized void close() {
    closed = true;
    waiting.clear();
    notifyAll();
  }
}
