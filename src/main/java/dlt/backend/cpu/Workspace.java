package dlt.backend.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.LongConsumer;

/// Memory that the steps of a program use one after the other, a piece for each thread: small enough to stay in a core's
/// cache, and nothing of it outlives a part.
final class Workspace {
  private final Arena arena;
  private final MemorySegment[] pieces;
  private long bytes;

  /// `threads`: those of the [Workers] that run the parts.
  Workspace(Arena arena, int threads) {
    this.arena = arena;
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

  /// Calls `body` with the address, a multiple of 64, of the calling thread's piece. It is the same one each time, so that it
  /// stays in that core's cache.
  void use(LongConsumer body) {
    body.accept(address());
  }

  /// The same address.
  long address() {
    int piece = Workers.number();
    if (pieces[piece] == null || pieces[piece].byteSize() < bytes) {
      pieces[piece] = Memory.allocate(arena, bytes);
    }
    return pieces[piece].address();
  }
}
