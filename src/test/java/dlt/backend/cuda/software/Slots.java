package dlt.backend.cuda.software;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Where a kernel's registers and constants lie: slots of each kind, numbered from 0.
final class Slots {
  private static final java.util.Set<String> SPECIALS = java.util.Set.of("%tid.x", "%tid.y", "%tid.z", "%ntid.x", "%ntid.y", "%ntid.z", "%ctaid.x",
      "%ctaid.y", "%ctaid.z", "%nctaid.x", "%nctaid.y", "%nctaid.z", "%laneid", "%lanemask_eq", "%lanemask_lt", "%lanemask_le", "%lanemask_gt",
      "%lanemask_ge");

  private record Key(Ptx.Kind kind, String variable, long bits) {}

  private final Map<Ptx.Register, Integer> registers;
  private final Map<String, Ptx.Variable> variables;
  private final Layout layout;
  private final int[] counts;
  private final Map<Key, Integer> constants = new HashMap<>();
  private final List<Code.Constant> constantList = new ArrayList<>();
  private final Map<String, Integer> specials = new LinkedHashMap<>();

  /// @param registers the slot of each register
  /// @param counts how many slots registers of each kind take
  Slots(Map<Ptx.Register, Integer> registers, int[] counts, Map<String, Ptx.Variable> variables, Layout layout) {
    this.registers = registers;
    this.counts = counts;
    this.variables = variables;
    this.layout = layout;
  }

  int of(Ptx.Register r) {
    return registers.get(r);
  }

  int count(Ptx.Kind kind) {
    return counts[kind.ordinal()];
  }

  int constant(Ptx.Kind kind, String variable, long bits) {
    long b = kind == Ptx.Kind.INT ? (int) bits : bits;
    return constants.computeIfAbsent(new Key(kind, variable, b), k -> {
      int slot = counts[kind.ordinal()]++;
      constantList.add(new Code.Constant(kind, slot, variable, b));
      return slot;
    });
  }

  /// The slot of a special register, or -1 where it is not known.
  int special(String name) {
    if (!SPECIALS.contains(name)) {
      return -1;
    }
    return specials.computeIfAbsent(name, _ -> counts[Ptx.Kind.INT.ordinal()]++);
  }

  /// The slot of a variable's address in its own space, plus `offset`.
  int symbol(Instruction x, String name, Ptx.Kind kind, long offset) {
    Long place = layout.place(name);
    if (place != null) {
      return constant(kind, null, place + offset);
    }
    Ptx.Variable v = variables.get(name);
    if (v == null || kind != Ptx.Kind.LONG) {
      throw x.refused();
    }
    return constant(kind, name, offset);
  }

  List<Code.Constant> constants() {
    return constantList;
  }

  List<Code.Special> specials() {
    return specials.entrySet().stream().map(e -> new Code.Special(e.getValue(), e.getKey())).toList();
  }
}
