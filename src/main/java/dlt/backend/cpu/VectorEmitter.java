package dlt.backend.cpu;

import dlt.backend.cpu.VectorCode.Op;
import dlt.backend.cpu.VectorCode.Store;
import dlt.backend.cpu.VectorCode.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// Machine code for [VectorCode] code. Several copies of it, for neighbouring vectors, take turns instruction by instruction, so
/// that the processor finds independent work. Registers are given out in one pass; where they do not suffice, the value
/// that is needed last waits on the stack. Stores come after the last load of an input, so that an output may take an
/// input's place.
final class VectorEmitter {
  /// Where inputs come from and stores go to: `copy` tells the neighbouring vectors apart.
  interface Memory {
    void load(Assembler assembler, int register, int slot, int copy);

    void store(Assembler assembler, int register, int slot, int copy);
  }

  private static final int NEVER = Integer.MAX_VALUE;

  private final boolean evex;
  private final VectorCode.Body code;
  private final int copies;
  private final Map<Integer, Integer> fixed;
  private final Memory memory;
  private final int spillBase;
  private final int vectorBytes;

  private final List<Consumer<Assembler>> out = new ArrayList<>();
  /// Where each value of each copy is: a register or -1; and its place on the stack, or -1.
  private final int[][] register;
  private final int[][] spilled;
  /// The value and copy in each register, or null.
  private final int[][] held;
  private final int[][] uses;
  private final Deque<Integer> free = new ArrayDeque<>();
  private final Set<Integer> locked = new HashSet<>();
  private int spills;
  private final int registers;
  private int leastFree;
  private int masks;
  /// Where it is: twice an instruction's number, one more for the stores after it; and the copy.
  private int now;
  private int current;

  /// `fixed`: registers, outside of `registers`, that hold inputs for all copies, by their slot. Values that wait do so in
  /// vectors at `spillBase` from RSP. The opmask registers k2 to k7 are used.
  VectorEmitter(InstructionSet set, VectorCode.Body code, int copies, Collection<Integer> registers, Map<Integer, Integer> fixed,
      Memory memory, int spillBase) {
    this.evex = set == InstructionSet.AVX512;
    this.vectorBytes = evex ? 64 : 32;
    this.code = code;
    this.copies = copies;
    this.fixed = fixed;
    this.memory = memory;
    this.spillBase = spillBase;
    int n = code.values().size();
    register = new int[n][copies];
    spilled = new int[n][copies];
    held = new int[32][];
    for (int i = 0; i < n; i++) {
      Arrays.fill(register[i], -1);
      Arrays.fill(spilled[i], -1);
    }
    free.addAll(registers);
    this.registers = registers.size();
    leastFree = this.registers;
    List<List<Store>> storesAfter = storesAfter();
    uses = uses(storesAfter);
    for (int i = 0; i < n; i++) {
      for (int u = 0; u < copies; u++) {
        compute(i, u);
        locked.clear();
      }
      List<Store> stores = storesAfter.get(i);
      for (int j = 0; j < stores.size(); j++) {
        Store s = stores.get(j);
        boolean again = stores.subList(j + 1, stores.size()).stream().anyMatch(t -> t.value() == s.value());
        for (int u = 0; u < copies; u++) {
          store(i, s, u, !again);
          locked.clear();
        }
      }
    }
  }

  /// The most registers that it used at a time.
  int pressure() {
    return registers - leastFree;
  }

  /// Vectors on the stack that it needs.
  int spills() {
    return spills;
  }

  /// Appends the code.
  void emit(Assembler assembler) {
    out.forEach(o -> o.accept(assembler));
  }

  private boolean constant(int value) {
    return code.values().get(value).op() == Op.CONSTANT;
  }

  private boolean isFixed(int value) {
    Value v = code.values().get(value);
    return v.op() == Op.INPUT && fixed.containsKey(v.immediate());
  }

  private List<List<Store>> storesAfter() {
    int lastLoad = 0;
    List<List<Store>> r = new ArrayList<>();
    for (int i = 0; i < code.values().size(); i++) {
      r.add(new ArrayList<>());
      if (code.values().get(i).op() == Op.INPUT) {
        lastLoad = i;
      }
    }
    for (Store s : code.stores()) {
      r.get(Math.max(lastLoad, s.value())).add(s);
    }
    return r;
  }

  /// The positions at which each value is read, ascending.
  private int[][] uses(List<List<Store>> storesAfter) {
    int[][] r = new int[code.values().size()][0];
    for (int i = 0; i < r.length; i++) {
      for (int o : code.values().get(i).operands()) {
        r[o] = with(r[o], 2 * i);
      }
      for (Store s : storesAfter.get(i)) {
        r[s.value()] = with(r[s.value()], 2 * i + 1);
      }
    }
    return r;
  }

  private static int[] with(int[] positions, int next) {
    if (positions.length > 0 && positions[positions.length - 1] == next) {
      return positions;
    }
    int[] r = Arrays.copyOf(positions, positions.length + 1);
    r[positions.length] = next;
    return r;
  }

  /// The first use of a value after `position`.
  private int nextUse(int value, int position) {
    for (int u : uses[value]) {
      if (u > position) {
        return u;
      }
    }
    return NEVER;
  }

  private void compute(int i, int u) {
    Value v = code.values().get(i);
    now = 2 * i;
    current = u;
    switch (v.op()) {
      case CONSTANT -> { }
      case INPUT -> {
        if (fixed.containsKey(v.immediate())) {
          register[i][u] = fixed.get(v.immediate());
        } else {
          int d = result(i);
          out.add(a -> memory.load(a, d, v.immediate(), u));
        }
      }
      case ADD -> binary(Instruction.ADD, i, v, true);
      case SUB -> binary(Instruction.SUB, i, v, false);
      case MUL -> binary(Instruction.MUL, i, v, true);
      case DIV -> binary(Instruction.DIV, i, v, false);
      case MIN -> binary(Instruction.MIN, i, v, false);
      case MAX -> binary(Instruction.MAX, i, v, false);
      case AND -> binary(Instruction.AND, i, v, true);
      case OR -> binary(Instruction.OR, i, v, true);
      case XOR -> binary(Instruction.XOR, i, v, true);
      case ADD_INT -> binary(Instruction.ADD_INT, i, v, true);
      case SUB_INT -> binary(Instruction.SUB_INT, i, v, false);
      case FMA -> fused(Instruction.FMADD213, Instruction.FMADD231, i, v);
      case FNMA -> fused(Instruction.FNMADD213, Instruction.FNMADD231, i, v);
      case SQRT -> unary(Instruction.SQRT, i, v);
      case INT_TO_FLOAT -> unary(Instruction.INT_TO_FLOAT, i, v);
      case FLOOR -> immediate(Instruction.ROUND, i, v, 9);
      case ROUND -> immediate(Instruction.ROUND, i, v, 8);
      case SHIFT_LEFT -> immediate(Instruction.SHIFT_LEFT, i, v, v.immediate());
      case SHIFT_RIGHT_SIGNED -> immediate(Instruction.SHIFT_RIGHT_SIGNED, i, v, v.immediate());
      case SCALE -> scale(i, v);
      case SELECT -> select(i, v);
      case SIN, COS, LGAMMA, POW -> throw new IllegalArgumentException("no machine code for " + v.op());
    }
  }

  private void store(int i, Store s, int u, boolean last) {
    now = 2 * i + 1;
    current = u;
    int r = inRegister(s.value());
    out.add(a -> memory.store(a, r, s.slot(), u));
    if (last) {
      release(s.value());
    }
  }

  // ---- instructions

  private void binary(Instruction instruction, int i, Value v, boolean commutes) {
    boolean swap = commutes && constant(v.a()) && !constant(v.b());
    int x = inRegister(swap ? v.b() : v.a());
    Source y = source(swap ? v.a() : v.b());
    release(v.operands());
    int d = result(i);
    out.add(a -> a.op(instruction, d, x, y.in(a)));
  }

  private void unary(Instruction instruction, int i, Value v) {
    int x = inRegister(v.a());
    release(v.a());
    int d = result(i);
    out.add(a -> a.op(instruction, d, x));
  }

  private void immediate(Instruction instruction, int i, Value v, int immediate) {
    int x = inRegister(v.a());
    release(v.a());
    int d = result(i);
    out.add(a -> a.opImmediate(instruction, d, x, immediate));
  }

  /// One source is overwritten: one that is not needed any more, else a copy.
  private void fused(Instruction into213, Instruction into231, int i, Value v) {
    boolean swap = constant(v.a()) && !constant(v.b());
    int p = swap ? v.b() : v.a();
    int q = swap ? v.a() : v.b();
    int c = v.c();
    int rp = inRegister(p);
    if (constant(c) && !constant(q)) {
      int rq = inRegister(q);
      boolean takeQ = !dies(p) && dies(q) && p != q;
      int from = takeQ ? rq : rp;
      int other = takeQ ? rp : rq;
      int d = overwrite(i, v, takeQ ? q : p, from);
      int bits = code.values().get(c).immediate();
      out.add(a -> a.op(into213, d, other, a.constant(bits)));
      return;
    }
    Source sq = source(q);
    int rc = inRegister(c);
    int d = overwrite(i, v, c, rc);
    out.add(a -> a.op(into231, d, rp, sq.in(a)));
  }

  /// A register for the result of `i` that holds operand `value` already.
  private int overwrite(int i, Value v, int value, int from) {
    if (constant(value) || dies(value)) {
      release(v.operands());
      free.remove(from);
      hold(from, i);
      return from;
    }
    int d = take();
    out.add(a -> a.move(d, from));
    release(v.operands());
    hold(d, i);
    return d;
  }

  /// `a * 2^b`; without an instruction for it, by two powers of two, of which only the second product is rounded.
  private void scale(int i, Value v) {
    int x = inRegister(v.a());
    int y = inRegister(v.b());
    if (evex) {
      release(v.operands());
      int d = result(i);
      out.add(a -> a.op(Instruction.SCALEF, d, x, y));
      return;
    }
    int s = take();
    int t = take();
    release(v.operands());
    int d = result(i);
    out.add(a -> {
      a.op(Instruction.FLOAT_TO_INT, s, y);
      a.opImmediate(Instruction.SHIFT_RIGHT_SIGNED, t, s, 1);
      a.op(Instruction.SUB_INT, s, s, t);
      power(a, t);
      power(a, s);
      a.op(Instruction.MUL, d, x, t);
      a.op(Instruction.MUL, d, d, s);
    });
    free.push(s);
    free.push(t);
  }

  private static void power(Assembler a, int r) {
    a.opImmediate(Instruction.SHIFT_LEFT, r, r, 23);
    a.op(Instruction.ADD_INT, r, r, a.constant(1f));
  }

  private void select(int i, Value v) {
    int x = inRegister(v.a());
    Source y = source(v.b());
    Source yes = source(v.c());
    int no = inRegister(v.d());
    int mask = evex ? 2 + masks++ % 6 : take();
    release(v.operands());
    int d = result(i);
    out.add(a -> {
      a.compare(mask, x, v.predicate(), y.in(a));
      a.select(d, mask, yes.in(a), no);
    });
    if (!evex) {
      free.push(mask);
    }
  }

  // ---- registers

  /// A register, or bits that the assembler keeps in memory.
  private record Source(int register, int bits) {
    int in(Assembler a) {
      return register < 0 ? a.constant(bits) : register;
    }
  }

  private Source source(int value) {
    return constant(value) ? new Source(-1, code.values().get(value).immediate()) : new Source(inRegister(value), 0);
  }

  /// The register of a value of the current copy, which stays there until the instruction is done.
  private int inRegister(int value) {
    if (constant(value)) {
      if (register[value][current] < 0) {
        int r = take();
        int bits = code.values().get(value).immediate();
        out.add(a -> {
          if (bits == 0) {
            a.zero(r);
          } else {
            a.load(r, a.constant(bits));
          }
        });
        hold(r, value);
      }
    } else if (register[value][current] < 0) {
      int r = take();
      int place = spilled[value][current];
      out.add(a -> a.load(r, stack(place)));
      hold(r, value);
    }
    int r = register[value][current];
    locked.add(r);
    return r;
  }

  private Address stack(int place) {
    return Address.at(Assembler.RSP, spillBase + place * vectorBytes);
  }

  private void hold(int r, int value) {
    register[value][current] = r;
    held[r] = new int[] {value, current};
  }

  private int result(int i) {
    int d = take();
    hold(d, i);
    return d;
  }

  /// A free register, made free where there is none. It cannot be taken again before the instruction is done.
  private int take() {
    int r = free.isEmpty() ? evict() : free.pop();
    leastFree = Math.min(leastFree, free.size());
    locked.add(r);
    return r;
  }

  private int evict() {
    int best = -1;
    int furthest = -1;
    for (int r = 0; r < held.length; r++) {
      if (held[r] != null && !locked.contains(r)) {
        int use = nextUse(held[r][0], held[r][1] > current ? now - 1 : now);
        if (use > furthest) {
          furthest = use;
          best = r;
        }
      }
    }
    if (best < 0) {
      throw new IllegalStateException("an instruction needs more vector registers than there are");
    }
    int value = held[best][0];
    int copy = held[best][1];
    if (!constant(value) && spilled[value][copy] < 0) {
      int place = spills++;
      spilled[value][copy] = place;
      int r = best;
      out.add(a -> a.store(stack(place), r));
    }
    register[value][copy] = -1;
    held[best] = null;
    return best;
  }

  private boolean dies(int value) {
    return !isFixed(value) && nextUse(value, now) == NEVER;
  }

  /// Frees the registers of operands that are not needed any more, and of constants.
  private void release(int... operands) {
    for (int value : operands) {
      int r = register[value][current];
      if (r >= 0 && !isFixed(value) && (constant(value) || dies(value))) {
        register[value][current] = -1;
        held[r] = null;
        free.push(r);
      }
    }
  }
}
