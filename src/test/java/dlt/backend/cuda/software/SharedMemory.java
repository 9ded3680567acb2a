package dlt.backend.cuda.software;

import java.util.Arrays;

/// The shared memory of a block. Each unit (the kernel's smallest access) knows who wrote it last and who read it since, so that accesses
/// that no barrier orders are reported: a write by another thread than the last writer or readers, a read of another thread's write, and
/// reads of what nobody has written. Two threads that write the same value do no harm and are let pass.
///
/// A stamp names a thread and its warp's time: `time << 11 | several << 10 | warp << 5 | lane`; `several` says that more lanes of the
/// warp read. Of the readers since the last write the latest is kept, and the latest of another warp.
final class SharedMemory {
  /// Where the window begins, as 32-bit addresses count: what lies below is a fault.
  static final int BASE = 1024;

  /// Stamps have no room for later times.
  static final int LAST_TIME = (1 << 21) - 1;

  private static final int PENDING = -1;
  private static final int SEVERAL = 1 << 10;

  final byte[] bytes;
  private final int shift;
  private final int[] writers;
  private final int[] readers;
  private final int[] otherReaders;

  SharedMemory(int bytes, int smallest) {
    this.bytes = new byte[bytes];
    shift = Integer.numberOfTrailingZeros(smallest);
    int units = (bytes >> shift) + 1;
    writers = new int[units];
    readers = new int[units];
    otherReaders = new int[units];
  }

  /// Fresh and poisoned.
  void reset() {
    Arrays.fill(bytes, (byte) 0xFF);
    Arrays.fill(writers, 0);
    Arrays.fill(readers, 0);
    Arrays.fill(otherReaders, 0);
  }

  static int time(int stamp) {
    return stamp >>> 11;
  }

  static int warp(int stamp) {
    return stamp >>> 5 & 31;
  }

  static int lane(int stamp) {
    return stamp & 31;
  }

  static boolean several(int stamp) {
    return (stamp & SEVERAL) != 0;
  }

  private static int stamp(Warp w, int lane) {
    return w.time << 11 | w.index << 5 | lane;
  }

  /// The place in [#bytes] of a read of `size` bytes at `address`.
  int read(Warp w, int lane, long address, int size) {
    int at = check(w, lane, address, size, size);
    int stamp = stamp(w, lane);
    int end = (at + size - 1) >> shift;
    for (int u = at >> shift; u <= end; u++) {
      int s = writers[u];
      if (s != stamp) {
        if (s == 0 || s == PENDING || !w.follows(s, lane)) {
          throw s == 0 ? Fault.at(w, lane, "reads shared memory that nobody has written" + where(u))
              : s == PENDING ? Fault.at(w, lane, "reads the destination of a cp.async that nobody has waited for" + where(u))
              : Fault.at(w, lane, "reads shared memory while " + who(w, s) + " writes it, and no barrier orders them" + where(u));
        }
      }
      int r = readers[u];
      if ((r & ~SEVERAL) != stamp) {
        if (r != 0 && warp(r) == w.index) {
          readers[u] = time(r) == w.time ? r | SEVERAL : stamp;
        } else {
          otherReaders[u] = r;
          readers[u] = stamp;
        }
      }
    }
    return at;
  }

  /// Notes that another lane reads the `size` bytes at `address` that a lane of the same warp has just read. Whether that is all: not where
  /// that lane was right to read because it had written them itself.
  boolean readAgain(Warp w, long address, int size) {
    int at = (int) (address - BASE);
    int end = (at + size - 1) >> shift;
    for (int u = at >> shift; u <= end; u++) {
      int s = writers[u];
      if (time(s) > w.seen[warp(s)]) {
        return false;
      }
    }
    for (int u = at >> shift; u <= end; u++) {
      readers[u] |= SEVERAL;
    }
    return true;
  }

  /// The place in [#bytes] of `size` bytes at `address`.
  int place(Warp w, int lane, long address, int size) {
    return check(w, lane, address, size, size);
  }

  /// Notes a write of `size` bytes at `at`, of what `stored` is about to store there.
  void write(Warp w, int lane, int at, int size, Access stored) {
    claim(w, lane, at, size, stored, stamp(w, lane));
  }

  /// The place of a write that comes later: until [#complete] nobody may touch it.
  int pend(Warp w, int lane, long address, int size) {
    int at = check(w, lane, address, size, size);
    claim(w, lane, at, size, null, PENDING);
    Arrays.fill(bytes, at, at + size, (byte) 0xFF);
    return at;
  }

  /// A pending write is done, as far as the thread that waited for it is concerned.
  void complete(Warp w, int lane, int at, int size) {
    Arrays.fill(writers, at >> shift, ((at + size - 1) >> shift) + 1, stamp(w, lane));
  }

  private void claim(Warp w, int lane, int at, int size, Access stored, int stamp) {
    int end = (at + size - 1) >> shift;
    for (int u = at >> shift; u <= end; u++) {
      int s = writers[u];
      if (s == PENDING || s != 0 && s != stamp && !w.follows(s, lane) && (stored == null || !stored.unchanged(w, lane, bytes, at))) {
        throw s == PENDING ? Fault.at(w, lane, "writes the destination of a cp.async that nobody has waited for" + where(u))
            : Fault.at(w, lane, "writes shared memory while " + who(w, s) + " writes it, and no barrier orders them" + where(u));
      }
      if (readers[u] != 0) {
        conflict(w, lane, readers[u], u);
        if (otherReaders[u] != 0) {
          conflict(w, lane, otherReaders[u], u);
          otherReaders[u] = 0;
        }
        readers[u] = 0;
      }
      writers[u] = stamp;
    }
  }

  private void conflict(Warp w, int lane, int reader, int unit) {
    if (!w.follows(reader, lane)) {
      throw Fault.at(w, lane, "writes shared memory while " + who(w, reader) + " reads it, and no barrier orders them" + where(unit));
    }
  }

  private int check(Warp w, int lane, long address, int size, int alignment) {
    long at = address - BASE;
    if (at < 0 || at > bytes.length - size) {
      throw Fault.at(w, lane, "shared address " + address + " of " + size + " bytes is outside of the block's " + bytes.length + " bytes, which begin at "
          + BASE);
    }
    if ((address & (alignment - 1)) != 0) {
      throw Fault.at(w, lane, "shared address " + address + " is not a multiple of " + alignment);
    }
    return (int) at;
  }

  private String where(int unit) {
    return " (shared address " + (BASE + (unit << shift)) + ")";
  }

  private static String who(Warp w, int stamp) {
    return "thread " + w.block.thread(w.block.warp(warp(stamp)), lane(stamp)) + (several(stamp) ? " (among others)" : "");
  }
}
