package dlt.backend.cuda.software;

import dlt.error.OutOfMemory;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/// The global memory of a device. Allocations lie far apart and addresses are never used again, so an access is in one, or a fault.
final class DeviceMemory {
  /// The same for all devices of this process: an address of another device is in no allocation either.
  private static final AtomicLong NEXT = new AtomicLong(0x7f00_0000_0000L);
  private static final int GAP = 1 << 16;
  private static final int LARGEST = Integer.MAX_VALUE - 64;

  private final ConcurrentSkipListMap<Long, Allocation> allocations = new ConcurrentSkipListMap<>();
  private final long total;
  private long used;

  DeviceMemory(long total) {
    this.total = total;
  }

  long total() {
    return total;
  }

  synchronized long free() {
    return total - used;
  }

  synchronized Allocation allocate(long bytes, boolean constant) {
    if (bytes <= 0) {
      throw new Fault("allocation of " + bytes + " bytes");
    }
    if (bytes > Math.min(total - used, LARGEST)) {
      throw new OutOfMemory("software GPU", bytes, total - used);
    }
    Allocation r = new Allocation(NEXT.getAndAdd((bytes + 2L * GAP) / GAP * GAP), (int) bytes, constant);
    used += bytes;
    allocations.put(r.address, r);
    return r;
  }

  synchronized void free(long address) {
    Allocation a = allocations.get(address);
    if (a == null || a.freed()) {
      throw new Fault("free of 0x" + Long.toHexString(address) + ", which " + (a == null ? "was not allocated" : "is free already"));
    }
    a.free();
    used -= a.length;
  }

  /// The allocation with all of `bytes` at `address`, or null.
  Allocation find(long address, long bytes) {
    Map.Entry<Long, Allocation> e = allocations.floorEntry(address);
    return e != null && bytes <= LARGEST && e.getValue().holds(address, (int) bytes) ? e.getValue() : null;
  }

  /// What lies around an address that is in no allocation.
  String describe(long address, long bytes) {
    String what = bytes + " bytes at 0x" + Long.toHexString(address);
    Map.Entry<Long, Allocation> e = allocations.floorEntry(address);
    if (e == null) {
      return what + " are in no allocation";
    }
    Allocation a = e.getValue();
    String of = "the allocation of " + a.length + " bytes at 0x" + Long.toHexString(a.address);
    if (a.freed() && address - a.address < a.length) {
      return what + " are in " + of + ", which has been freed";
    }
    return what + " reach " + (address + bytes - a.address - a.length) + " bytes past the end of " + of;
  }

  /// Blocks are counted anew.
  synchronized void forgetLaunches() {
    allocations.values().forEach(Allocation::forgetLaunches);
  }

  /// Addresses of what has not been freed.
  synchronized long[] live() {
    return allocations.values().stream().filter(a -> !a.freed()).mapToLong(a -> a.address).toArray();
  }
}
