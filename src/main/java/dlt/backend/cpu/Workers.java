package dlt.backend.cpu;

import java.util.function.IntConsumer;

/// A fixed set of threads that share the parts of a step. What a part is depends on shapes alone, never on the number of
/// threads, so results do not depend on it either.
final class Workers implements AutoCloseable {
  private final int threads;

  Workers(int threads) {
    this.threads = threads;
  }

  int threads() {
    return threads;
  }

  /// Calls `body` once for each of `0 .. parts - 1`, in any order and on any thread, and returns when all are done. An
  /// exception of a part is thrown here.
  void run(int parts, IntConsumer body) {
    for (int i = 0; i < parts; i++) {
      body.accept(i);
    }
  }

  @Override
  public void close() {}
}
