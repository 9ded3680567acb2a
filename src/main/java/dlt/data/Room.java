package dlt.data;

import dlt.tensor.HostTensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/// Memory outside the Java heap for data, as far as the machine has some: the Java limit on native memory (a quarter of the
/// machine's) does not count.
public final class Room {
  /// What is left to everything else, in bytes.
  private static final long RESERVE = 256L << 20;

  private static final Path MEMORY = Path.of("/proc/meminfo");
  private static final Path LIMIT = Path.of("/sys/fs/cgroup/memory.max");
  private static final Path USED = Path.of("/sys/fs/cgroup/memory.current");

  private Room() {}

  /// Whether the machine has `bytes` of memory left.
  static boolean has(long bytes) {
    return bytes <= left();
  }

  /// How many bytes of memory are left, of the machine's and of what a container may take.
  public static long left() {
    long left = Long.MAX_VALUE;
    try {
      for (String line : Files.readAllLines(MEMORY)) {
        if (line.startsWith("MemAvailable:")) {
          left = Long.parseLong(line.replaceAll("\\D", "")) * 1024 - RESERVE;
        }
      }
      if (Files.isReadable(LIMIT)) {
        String limit = Files.readString(LIMIT).strip();
        if (!limit.equals("max")) {
          left = Math.min(left, Long.parseLong(limit) - Long.parseLong(Files.readString(USED).strip()) - RESERVE);
        }
      }
    } catch (IOException | NumberFormatException e) {
      return left; // another system, or a file of another form: what is known has to do
    }
    return Math.max(0, left);
  }

  /// Zeroed memory that the garbage collector frees.
  static MemorySegment allocate(long bytes) {
    Arena arena = Arena.ofShared();
    MemorySegment memory = arena.allocate(Math.max(1, bytes), HostTensor.ALIGNMENT);
    return memory.reinterpret(bytes, Arena.ofAuto(), _ -> arena.close());
  }
}
