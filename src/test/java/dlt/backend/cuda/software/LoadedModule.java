package dlt.backend.cuda.software;

import dlt.backend.cuda.driver.Context.Extent;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/// A module in a context: its kernels, and its variables in device memory.
final class LoadedModule {
  private final Map<String, Code> kernels;
  private final DeviceMemory memory;
  private final Map<String, Allocation> variables = new HashMap<>();
  /// Blocks that have run, for later launches: making the registers of a block takes longer than many a kernel.
  private final Map<BlockKey, Deque<Block>> idle = new HashMap<>();

  private record BlockKey(Code code, Extent size, int sharedBytes) {
    // a code's own equality looks at all its instructions
    @Override
    public boolean equals(Object o) {
      return o instanceof BlockKey k && k.code == code && k.size.equals(size) && k.sharedBytes == sharedBytes;
    }

    @Override
    public int hashCode() {
      return 31 * (31 * System.identityHashCode(code) + size.hashCode()) + sharedBytes;
    }
  }

  LoadedModule(Ptx ptx, Map<String, Code> kernels, DeviceMemory memory) {
    this.kernels = kernels;
    this.memory = memory;
    for (Ptx.Variable v : ptx.variables().values()) {
      if (v.space() == Ptx.Space.GLOBAL || v.space() == Ptx.Space.CONST) {
        Allocation a = memory.allocate(v.bytes(), v.space() == Ptx.Space.CONST);
        Arrays.fill(a.bytes, (byte) 0);
        if (v.initial() != null) {
          System.arraycopy(v.initial(), 0, a.bytes, 0, v.initial().length);
        }
        variables.put(v.name(), a);
      }
    }
  }

  void unload() {
    variables.values().forEach(a -> memory.free(a.address));
  }

  /// The kernel of that name, or null.
  Code kernel(String name) {
    return kernels.get(name);
  }

  DeviceMemory memory() {
    return memory;
  }

  /// A block for a kernel of this module, which one worker runs at a time.
  Block block(Code code, Extent size, int sharedBytes) {
    synchronized (idle) {
      Deque<Block> blocks = idle.get(new BlockKey(code, size, sharedBytes));
      if (blocks != null && !blocks.isEmpty()) {
        return blocks.pop();
      }
    }
    return new Block(code, size, sharedBytes, ints(code), longs(code), predicates(code));
  }

  void giveBack(Block block) {
    synchronized (idle) {
      idle.computeIfAbsent(new BlockKey(block.code(), block.size(), block.dynamicBytes()), _ -> new ArrayDeque<>()).push(block);
    }
  }

  /// By slot: the constants of a kernel, and null for each register.
  private int[][] ints(Code code) {
    int[][] r = new int[code.ints()][];
    for (Code.Constant c : code.constants()) {
      if (c.kind() == Ptx.Kind.INT) {
        r[c.slot()] = new int[Warp.LANES];
        Arrays.fill(r[c.slot()], (int) value(c));
      }
    }
    return r;
  }

  private long[][] longs(Code code) {
    long[][] r = new long[code.longs()][];
    for (Code.Constant c : code.constants()) {
      if (c.kind() == Ptx.Kind.LONG) {
        r[c.slot()] = new long[Warp.LANES];
        Arrays.fill(r[c.slot()], value(c));
      }
    }
    return r;
  }

  private int[] predicates(Code code) {
    int[] r = new int[code.predicates()];
    for (Code.Constant c : code.constants()) {
      if (c.kind() == Ptx.Kind.PREDICATE) {
        r[c.slot()] = c.bits() != 0 ? -1 : 0;
      }
    }
    return r;
  }

  private long value(Code.Constant c) {
    return c.bits() + (c.variable() == null ? 0 : variables.get(c.variable()).address);
  }
}
