package dlt.train;

import dlt.error.Thrown;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// Work that a thread of its own does while the one that asked for it goes on with something else.
final class Aside implements AutoCloseable {
  private final FutureTask<Void> work;

  private Aside(Runnable work) {
    this.work = new FutureTask<>(work, null);
  }

  /// Begins `work` on another thread.
  static Aside begin(Runnable work) {
    Aside r = new Aside(work);
    Thread.ofPlatform().name("dlt-aside").daemon().start(r.work);
    return r;
  }

  /// Does `work` at once, on the caller's thread, and throws what it throws.
  static Aside done(Runnable work) {
    work.run();
    Aside r = new Aside(() -> {});
    r.work.run();
    return r;
  }

  /// Waits until all is done. Throws what the work threw.
  void join() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          work.get();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      throw Thrown.again(e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// Waits until the work is over, whatever came of it.
  @Override
  public void close() {
    try {
      join();
    } catch (RuntimeException | Error e) {
      // thrown by join before, or more is wrong than this
    }
  }
}
