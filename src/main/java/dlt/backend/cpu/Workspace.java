package dlt.backend.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.LongConsumer;

/// Memory that the steps of a program use one after the other, a piece for each part that runs at the same time: small
/// enough to stay in a core's cache, and nothing of it outlives a part.
final class Workspace {
  private final Arena arena;
  private final AtomicIntegerArray taken;
  private final MemorySegment[] pieces;
  private long bytes;

  /// `threads`: how many parts run at the same time at most.
  Workspace(Arena arena, int threads) {
    this.arena = arena;
    this.taken = new AtomicIntegerArray(threads);
    this.pieces = new MemorySegment[threads];
  }

  /// Asks, while steps are compiled, for pieces of at least this size.
  void reserve(long bytes) {
    this.bytes = Math.max(this.bytes, bytes);
  }

  /// Bytes of all pieces.
  long bytes() {
    return bytes * pieces.length;
  }

  /// Calls `body` with the address, a multiple of 64, of a piece that nobody else uses meanwhile.
  void use(LongConsumer body) {
    int piece = acquire();
    try {
      if (pieces[piece] == null || pieces[piece].byteSize() < bytes) {
        pieces[piece] = arena.allocate(bytes, 64);
      }
      body.accept(pieces[piece].address());
    } finally {
      taken.set(piece, 0);
    }
  }

  private int acquire() {
    while (true) {
      for (int i = 0; i < taken.length(); i++) {
        if (taken.get(i) == 0 && taken.compareAndSet(i, 0, 1)) {
          return i;
        }
      }
      Thread.onSpinWait();
    }
  }
}
