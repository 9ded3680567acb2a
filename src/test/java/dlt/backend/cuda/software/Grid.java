package dlt.backend.cuda.software;

import dlt.backend.cuda.driver.Context.Extent;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/// One launch of a kernel: its blocks in random order, on all processors.
final class Grid {
  // what generic addresses below device memory mean
  static final long SHARED = 0x1_0000_0000L;
  static final long LOCAL = 0x2_0000_0000L;
  static final long PARAM = 0x3_0000_0000L;

  private static final int WORKERS = Runtime.getRuntime().availableProcessors();
  private static final long MOST_BRANCHES = Long.getLong("software.gpu.branches", 1L << 32);

  private final LoadedModule module;
  private final Code code;
  private final Extent size;
  private final Extent block;
  private final int sharedBytes;
  private final byte[] argument;
  private final int blocks;
  private final int firstTag;

  /// @param firstTag the number of the first block among all blocks that the device ever ran; one more than there are blocks is taken
  Grid(LoadedModule module, Code code, Extent size, Extent block, int sharedBytes, byte[] argument, int firstTag) {
    this.module = module;
    this.code = code;
    this.size = size;
    this.block = block;
    this.sharedBytes = sharedBytes;
    this.argument = argument;
    this.firstTag = firstTag;
    blocks = Math.multiplyExact(Math.multiplyExact(size.x(), size.y()), size.z());
  }

  /// Runs all blocks and returns how many instructions that took, a lane each.
  long run(long seed) {
    int[] order = new int[blocks];
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < blocks; i++) {
      int k = random.nextInt(i + 1);
      order[i] = order[k];
      order[k] = i;
    }
    AtomicInteger next = new AtomicInteger();
    LongAdder executed = new LongAdder();
    Runnable work = () -> {
      Block b = module.block(code, block, sharedBytes);
      try {
        for (int i = next.getAndIncrement(); i < blocks; i = next.getAndIncrement()) {
          executed.add(b.run(this, order[i], new SplittableRandom(seed + order[i])));
        }
        module.giveBack(b);
      } catch (Throwable t) {
        next.set(blocks);
        throw t;
      }
    };
    int workers = Math.min(WORKERS, blocks);
    if (workers == 1) {
      work.run();
    } else {
      run(work, workers);
    }
    return executed.sum();
  }

  private static void run(Runnable work, int workers) {
    List<Throwable> thrown = new ArrayList<>();
    IntStream.range(0, workers).parallel().forEach(i -> {
      try {
        work.run();
      } catch (Throwable t) {
        synchronized (thrown) {
          thrown.add(t);
        }
      }
    });
    if (!thrown.isEmpty()) {
      switch (thrown.getFirst()) {
        case Error e -> throw e;
        case RuntimeException e -> throw e;
        case Throwable t -> throw new IllegalStateException(t);
      }
    }
  }

  /// The allocation with all of `bytes` at `address`.
  Allocation allocation(Warp w, int lane, long address, int bytes) {
    Allocation r = module.memory().find(address, bytes);
    if (r == null) {
      throw Fault.at(w, lane, module.memory().describe(address, bytes));
    }
    return r;
  }

  byte[] argument() {
    return argument;
  }

  Extent size() {
    return size;
  }

  int firstTag() {
    return firstTag;
  }

  /// Stands for more than one block.
  int severalTag() {
    return firstTag + blocks;
  }

  boolean single() {
    return blocks == 1;
  }

  /// Global memory is told apart by units of `1 << shift` bytes.
  int shift() {
    return code.globalShift();
  }

  long mostBranches() {
    return MOST_BRANCHES;
  }

  /// The block with that tag, in words.
  String where(int tag) {
    int b = tag - firstTag;
    return b >= blocks ? "(several)" : "(" + b % size.x() + "," + b / size.x() % size.y() + "," + b / size.x() / size.y() + ")";
  }
}
