package dlt.backend.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/// A fixed set of threads that share the parts of a step. What a part is depends on shapes alone, never on the number of
/// threads, so results do not depend on it either.
///
/// The caller claims parts from the front and the helpers from the back, so that a thread meets the same data in step after
/// step. Helpers spin between steps for a few microseconds, give way to others for some more, then park; a helper that parks
/// is woken only if enough is left to do, or the job before was long enough, to pay for it, and a part that no helper has
/// begun is run by the caller.
final class Workers implements AutoCloseable {
  /// Reads of the claim word before a helper parks: some ten microseconds. No PAUSE: hypervisors trap long loops of it.
  private static final int SPINS = 1 << 15;
  /// How long a helper then gives way to others, if there are any, before it parks: about what lies between two steps.
  private static final long PATIENCE_NANOS = 150_000;
  /// Waking a thread costs the waker some microseconds.
  private static final long WORTH_WAKING_NANOS = 20_000;

  /// The claim word: number of the job (22 bits), the first part that nobody has claimed, the part after the last such one (21
  /// bits each). It says all there is to know before a claim: what else a job has may already be the next job's.
  private static final int FIELD = 21;
  private static final int MOST_PARTS = 1 << 20;
  private static final long FIELD_MASK = (1L << FIELD) - 1;
  /// What a claim adds to the word.
  private static final long FROM_THE_FRONT = 1L << FIELD, FROM_THE_BACK = -1;

  private final int threads;
  private final boolean sharesLittle;
  private final Helper[] helpers;
  private final Affinity affinity;
  private final AtomicLong claims = new AtomicLong();
  private final AtomicInteger unfinished = new AtomicInteger();
  private final AtomicInteger parked = new AtomicInteger();
  private IntConsumer body;
  /// What the last job took.
  private long nanos;
  /// Whether the caller does every part.
  private boolean alone;
  private volatile Throwable thrown;
  private volatile boolean closed;

  Workers(int threads) {
    this(threads, false);
  }

  /// The same; with `sharesLittle`, jobs are shared even where that takes longer, so that tests of sharing can be small.
  Workers(int threads, boolean sharesLittle) {
    if (threads < 1) {
      throw new IllegalArgumentException(threads + " threads");
    }
    this.threads = threads;
    this.sharesLittle = sharesLittle;
    this.helpers = new Helper[threads - 1];
    this.affinity = new Affinity(threads);
    for (int i = 0; i < helpers.length; i++) {
      helpers[i] = new Helper(i + 1);
      helpers[i].start();
    }
  }

  int threads() {
    return threads;
  }

  /// The number of the calling thread among those that share a job: 0 is whoever called [#run].
  static int number() {
    return Thread.currentThread() instanceof Helper helper ? helper.number : 0;
  }

  /// The part of a job of `parts` that the calling thread will most likely have after `part`, if there is one; else `part`.
  static int next(int part, int parts) {
    return Math.clamp(number() == 0 ? part + 1 : part - 1, 0, parts - 1);
  }

  /// Does `work`, whose jobs are too short to be shared, with the calling thread alone.
  void alone(Runnable work) {
    alone = !sharesLittle;
    try {
      work.run();
    } finally {
      alone = false;
    }
  }

  /// Calls `body` once for each of `0 .. parts - 1`, in any order and on any thread, and returns when all are done. An
  /// exception of a part is thrown here, after the others have run. Not to be called from within a part.
  void run(int parts, IntConsumer body) {
    if (helpers.length == 0 || alone || parts <= 1) {
      for (int i = 0; i < parts; i++) {
        body.accept(i);
      }
    } else if (parts > MOST_PARTS) {
      int many = Math.ceilDiv(parts, MOST_PARTS);
      share(Math.ceilDiv(parts, many), group -> {
        for (long i = (long) group * many, end = Math.min(parts, i + many); i < end; i++) {
          body.accept((int) i);
        }
      });
    } else {
      share(parts, body);
    }
  }

  private void share(int parts, IntConsumer body) {
    affinity.note(0);
    this.body = body;
    unfinished.set(parts);
    claims.set((claims.get() >>> 2 * FIELD) + 1 << 2 * FIELD | parts);
    long job = claims.get() >>> 2 * FIELD;
    long start = System.nanoTime();
    boolean asleep = parked.get() > 0;
    if (asleep && nanos > WORTH_WAKING_NANOS) {
      // the first job of a long run, most likely
      asleep = false;
      wake(parts - 1);
    }
    int done = 0;
    int part;
    while ((part = claim(job, FROM_THE_FRONT)) >= 0) {
      perform(part);
      done++;
      if (asleep && (System.nanoTime() - start) / done * (parts - done) > WORTH_WAKING_NANOS) {
        asleep = false;
        wake(parts - done);
      }
    }
    for (int spins = 0; unfinished.get() > 0; spins++) {
      if (spins > SPINS) {
        Thread.yield();
      }
    }
    nanos = System.nanoTime() - start;
    this.body = null;
    Throwable t = thrown;
    if (t != null) {
      thrown = null;
      switch (t) {
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        default -> throw new AssertionError(t);
      }
    }
  }

  private void wake(int most) {
    for (int i = 0; i < Math.min(most, helpers.length); i++) {
      LockSupport.unpark(helpers[i]);
    }
  }

  /// A part of this job that nobody else has; -1 where there is none.
  private int claim(long job, long side) {
    while (true) {
      long word = claims.get();
      int first = (int) (word >>> FIELD & FIELD_MASK);
      int end = (int) (word & FIELD_MASK);
      if (word >>> 2 * FIELD != job || first == end) {
        return -1;
      }
      // the job is not done before this part is, so from here on body is this job's
      if (claims.compareAndSet(word, word + side)) {
        return side == FROM_THE_FRONT ? first : end - 1;
      }
    }
  }

  private void perform(int part) {
    try {
      body.accept(part);
    } catch (Throwable t) {
      thrown = t;
    } finally {
      unfinished.decrementAndGet();
    }
  }

  @Override
  public void close() {
    closed = true;
    for (Helper h : helpers) {
      LockSupport.unpark(h);
    }
    for (Helper h : helpers) {
      boolean interrupted = false;
      while (h.isAlive()) {
        try {
          h.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private final class Helper extends Thread {
    final int number;

    Helper(int number) {
      super("dlt-cpu-" + number);
      this.number = number;
      setDaemon(true);
    }

    @Override
    public void run() {
      long seen = 0;
      while (!closed) {
        long job = next(seen);
        int part;
        while ((part = claim(job, FROM_THE_BACK)) >= 0) {
          perform(part);
        }
        seen = job;
      }
    }

    /// Waits for another job than `seen`.
    private long next(long seen) {
      long job = seen;
      for (int i = 0; job == seen && i < SPINS; i++) {
        job = claims.get() >>> 2 * FIELD;
      }
      for (long begin = System.nanoTime(); job == seen && System.nanoTime() - begin < PATIENCE_NANOS;) {
        affinity.spread(number);
        Thread.yield();
        job = claims.get() >>> 2 * FIELD;
      }
      if (job == seen) {
        parked.incrementAndGet();
        while ((job = claims.get() >>> 2 * FIELD) == seen && !closed) {
          LockSupport.park(Workers.this);
        }
        parked.decrementAndGet();
      }
      return job;
    }
  }
}
