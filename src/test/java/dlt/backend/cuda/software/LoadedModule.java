package dlt.backend.cuda.software;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// A module in a context: its kernels, and its variables in device memory.
final class LoadedModule {
  private final Map<String, Code> kernels;
  private final DeviceMemory memory;
  private final Map<String, Allocation> variables = new HashMap<>();

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

  /// By slot: the constants of a kernel, and null for each register.
  int[][] ints(Code code) {
    int[][] r = new int[code.ints()][];
    for (Code.Constant c : code.constants()) {
      if (c.kind() == Ptx.Kind.INT) {
        r[c.slot()] = new int[Warp.LANES];
        Arrays.fill(r[c.slot()], (int) value(c));
      }
    }
    return r;
  }

  long[][] longs(Code code) {
    long[][] r = new long[code.longs()][];
    for (Code.Constant c : code.constants()) {
      if (c.kind() == Ptx.Kind.LONG) {
        r[c.slot()] = new long[Warp.LANES];
        Arrays.fill(r[c.slot()], value(c));
      }
    }
    return r;
  }

  int[] predicates(Code code) {
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
