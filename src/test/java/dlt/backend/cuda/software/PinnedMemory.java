package dlt.backend.cuda.software;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;

/// Host memory that the device may copy from and to.
final class PinnedMemory {
  private record Piece(MemorySegment segment, Arena arena) {}

  private final TreeMap<Long, Piece> pieces = new TreeMap<>();

  MemorySegment allocate(long bytes) {
    Arena arena = Arena.ofShared();
    MemorySegment r = arena.allocate(bytes, 64);
    r.fill((byte) 0xFF);
    pieces.put(r.address(), new Piece(r, arena));
    return r;
  }

  void free(MemorySegment pinned) {
    Piece p = pieces.remove(pinned.address());
    if (p == null) {
      throw new Fault("freePinned of memory that is not pinned");
    }
    p.arena.close();
  }

  /// Refuses memory that is not pinned.
  MemorySegment check(MemorySegment m) {
    Map.Entry<Long, Piece> e = pieces.floorEntry(m.address());
    if (e == null || m.address() + m.byteSize() > e.getKey() + e.getValue().segment.byteSize()) {
      throw new Fault("a copy of " + m.byteSize() + " bytes from or to host memory that is not pinned");
    }
    return m;
  }

  int count() {
    return pieces.size();
  }

  void freeAll() {
    pieces.values().forEach(p -> p.arena.close());
    pieces.clear();
  }
}
