package dlt.data;

import dlt.error.Thrown;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// Batches that worker threads make ahead of the one that is used. Batch `b` goes into slot `b % slots`; a slot is filled again
/// once the consumer has asked for the batch after the one in it. Workers that found no free slot go on when half of them are.
final class Ahead implements Batches.Epoch {
  private static final int NONE = -1;

  private final Batches.Order order;
  private final List<Batches.Slot> slots;
  private final List<Thread> workers = new ArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition filled = lock.newCondition();
  private final Condition freed = lock.newCondition();

  // guarded by the lock
  private final int[] batchIn;
  private final Throwable[] failure;
  private int claimed;
  private int released;
  private int idle;
  private boolean closed;

  private int next;

  Ahead(Batches.Order order, List<Batches.Slot> slots, int workers, Supplier<Filler> filler, int skip) {
    this.order = order;
    this.slots = slots;
    this.batchIn = new int[slots.size()];
    Arrays.fill(batchIn, NONE);
    this.failure = new Throwable[slots.size()];
    this.claimed = skip;
    this.released = skip;
    this.next = skip;
    for (int i = 0; i < Math.min(workers, order.count() - skip); i++) {
      Filler own = filler.get();
      this.workers.add(Thread.ofPlatform().name("dlt-data-" + i).daemon().start(() -> work(own)));
    }
  }

  private void work(Filler filler) {
    for (int batch = claim(); batch != NONE; batch = claim()) {
      int slot = batch % slots.size();
      Throwable failed = null;
      try {
        filler.fill(order, batch, slots.get(slot));
      } catch (Throwable t) { // the consumer throws it
        failed = t;
      }
      lock.lock();
      try {
        batchIn[slot] = batch;
        failure[slot] = failed;
        filled.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /// The next batch to make, as soon as its slot is free.
  private int claim() {
    lock.lock();
    try {
      while (!closed && claimed < order.count() && claimed >= released + slots.size()) {
        idle++;
        freed.awaitUninterruptibly();
        idle--;
      }
      return closed || claimed >= order.count() ? NONE : claimed++;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean hasNext() {
    return next < order.count();
  }

  @Override
  public Batch next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    int batch = next;
    int slot = batch % slots.size();
    Throwable failed;
    lock.lock();
    try {
      released = batch; // the batch before is no longer used
      if (idle > 0 && claimed - released <= slots.size() / 2) {
        freed.signalAll();
      }
      while (!closed && batchIn[slot] != batch) {
        filled.awaitUninterruptibly();
      }
      if (closed) {
        throw new IllegalStateException("the epoch is closed");
      }
      failed = failure[slot];
    } finally {
      lock.unlock();
    }
    if (failed != null) {
      throw Thrown.again(failed);
    }
    next++;
    return slots.get(slot).batch(order.size(batch), batch);
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      freed.signalAll();
      filled.signalAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    for (Thread worker : workers) {
      while (worker.isAlive()) {
        try {
          worker.join();
        } catch (InterruptedException e) {
          interrupted = true; // they end with the batch under way; its memory must not go before
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
