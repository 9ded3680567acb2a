package dlt.backend.cpu;

import static dlt.backend.cpu.Assembler.R10;
import static dlt.backend.cpu.Assembler.R11;
import static dlt.backend.cpu.Assembler.R12;
import static dlt.backend.cpu.Assembler.R13;
import static dlt.backend.cpu.Assembler.R14;
import static dlt.backend.cpu.Assembler.R15;
import static dlt.backend.cpu.Assembler.R8;
import static dlt.backend.cpu.Assembler.R9;
import static dlt.backend.cpu.Assembler.RAX;
import static dlt.backend.cpu.Assembler.RBP;
import static dlt.backend.cpu.Assembler.RBX;
import static dlt.backend.cpu.Assembler.RCX;
import static dlt.backend.cpu.Assembler.RDI;
import static dlt.backend.cpu.Assembler.RDX;
import static dlt.backend.cpu.Assembler.RSI;
import static dlt.backend.cpu.Assembler.RSP;

import dlt.backend.cpu.Assembler.Condition;
import dlt.backend.cpu.Assembler.Label;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Machine code for [VectorCode] code over a [Nest]: RDI points to the addresses of the operands, RSI says how often the
/// outermost loop runs; the other loops are as long as the nest says. The innermost one takes vectors, several at a time,
/// and a masked one at its end; operands that stand still there are loaded once before it.
final class PointwiseEmitter implements VectorEmitter.Memory {
  private static final int[] POINTERS = {R8, R9, R10, R11, RBX, R12, R13, R14, R15, RBP};
  /// POINTERS from here on belong to the caller.
  private static final int KEPT = 4;
  private static final int MOST_COPIES = 4;
  private static final int TAIL_MASK_VEX = 15;

  private final Assembler a;
  private final VectorCode.Body code;
  private final Nest nest;
  private final boolean evex;
  private final int vector;
  private final int lanes;
  private final int inner;
  private final Map<Integer, Integer> fixed = new HashMap<>();
  private final List<Integer> free = new ArrayList<>();
  private final Map<Integer, VectorEmitter> bodies = new HashMap<>();
  private int copies;
  private int counters;
  private int pointers;

  // what load and store refer to at the moment
  private int displacement;
  private int index = Address.NONE;
  private boolean masked;

  private PointwiseEmitter(Assembler a, VectorCode.Body code, Nest nest) {
    this.a = a;
    this.code = code;
    this.nest = nest;
    this.evex = a.instructionSet() == InstructionSet.AVX512;
    this.vector = a.vectorBytes();
    this.lanes = a.lanes();
    this.inner = nest.depth() - 1;
  }

  static void emit(Assembler assembler, VectorCode.Body code, Nest nest) {
    new PointwiseEmitter(assembler, code, nest).emit();
  }

  private void emit() {
    int top = evex ? 32 : TAIL_MASK_VEX;
    int most = evex ? 12 : 4;
    for (VectorCode.Value v : code.values()) {
      if (v.op() == VectorCode.Op.INPUT && nest.stride(v.immediate(), inner) == 0 && fixed.size() < most) {
        fixed.put(v.immediate(), --top);
      }
    }
    for (int r = 0; r < top; r++) {
      free.add(r);
    }
    long known = inner == 0 ? Long.MAX_VALUE : nest.dims().getLast();
    VectorEmitter one = body(1);
    copies = Math.clamp(free.size() / Math.max(1, one.pressure()), 1, (int) Math.clamp(known / lanes, 1, MOST_COPIES));
    while (copies > 1 && body(copies).spills() > 0) {
      bodies.remove(copies);
      copies--;
    }
    if (inner > 0) {
      int rest = (int) (nest.dims().getLast() / lanes % copies);
      if (rest > 0) {
        body(rest);
      }
    }
    int spills = bodies.values().stream().mapToInt(VectorEmitter::spills).max().orElse(0);
    counters = spills * vector;
    pointers = counters + 8 * nest.depth();
    int frame = pointers + 8 * Math.max(0, nest.slots() - POINTERS.length);

    int kept = Math.max(0, Math.min(nest.slots(), POINTERS.length) - KEPT);
    for (int i = 0; i < kept; i++) {
      a.push(POINTERS[KEPT + i]);
    }
    a.subImmediate(RSP, frame);
    for (int slot = 0; slot < nest.slots(); slot++) {
      if (slot < POINTERS.length) {
        a.loadRegister(POINTERS[slot], Address.at(RDI, 8 * slot));
      } else {
        a.loadRegister(RAX, Address.at(RDI, 8 * slot));
        a.storeRegister(stackPointer(slot), RAX);
      }
    }
    if (inner == 0) {
      loadFixed();
      runOfAnyLength();
    } else {
      if (nest.dims().getLast() % lanes != 0) {
        a.maskFirst(evex ? 1 : TAIL_MASK_VEX, nest.dims().getLast() % lanes);
      }
      loop(0);
    }
    a.addImmediate(RSP, frame);
    for (int i = kept - 1; i >= 0; i--) {
      a.pop(POINTERS[KEPT + i]);
    }
    a.ret();
  }

  private VectorEmitter body(int n) {
    return bodies.computeIfAbsent(n, k -> new VectorEmitter(a.instructionSet(), code, n, free, fixed, this, 0));
  }

  private Address stackPointer(int slot) {
    return Address.at(RSP, pointers + 8 * (slot - POINTERS.length));
  }

  // ---- loops

  private void loop(int level) {
    if (level == inner) {
      loadFixed();
      runOfKnownLength(nest.dims().getLast());
      return;
    }
    Address counter = Address.at(RSP, counters + 8 * level);
    if (level == 0) {
      a.storeRegister(counter, RSI);
    } else {
      a.moveImmediate(RAX, nest.dims().get(level));
      a.storeRegister(counter, RAX);
    }
    Label top = a.here();
    loop(level + 1);
    for (int slot = 0; slot < nest.slots(); slot++) {
      // an inner loop has left the pointer at its end; the innermost one has not moved it
      long back = level + 1 == inner ? 0 : nest.stride(slot, level + 1) * nest.dims().get(level + 1);
      advance(slot, 4 * (nest.stride(slot, level) - back));
    }
    a.loadRegister(RAX, counter);
    a.subImmediate(RAX, 1);
    a.storeRegister(counter, RAX);
    a.jump(Condition.NOT_ZERO, top);
  }

  private void advance(int slot, long bytes) {
    if (bytes == 0) {
      return;
    }
    boolean inRegister = slot < POINTERS.length;
    int r = inRegister ? POINTERS[slot] : RAX;
    if (!inRegister) {
      a.loadRegister(RAX, stackPointer(slot));
    }
    if (bytes == (int) bytes) {
      a.addImmediate(r, (int) bytes);
    } else {
      a.moveImmediate(RCX, bytes);
      a.addRegister(r, RCX);
    }
    if (!inRegister) {
      a.storeRegister(stackPointer(slot), RAX);
    }
  }

  private void loadFixed() {
    fixed.forEach((slot, register) -> a.broadcast(register, Address.at(pointer(slot))));
  }

  private void runOfAnyLength() {
    Label tail = new Label();
    Label end = new Label();
    a.moveRegister(RDX, RSI);
    a.moveImmediate(RSI, 0);
    index = RSI;
    int step = copies * lanes;
    a.subImmediate(RDX, step);
    a.jump(Condition.LESS, tail);
    a.align(32);
    Label top = a.here();
    body(copies).emit(a);
    a.addImmediate(RSI, copies * vector);
    a.subImmediate(RDX, step);
    a.jump(Condition.GREATER_EQUAL, top);
    a.bind(tail);
    a.addImmediate(RDX, step);
    a.jump(Condition.LESS_EQUAL, end);
    Label rest = a.here();
    a.maskFirstRegister(evex ? 1 : TAIL_MASK_VEX, RDX);
    masked = true;
    body(1).emit(a);
    a.addImmediate(RSI, vector);
    a.subImmediate(RDX, lanes);
    a.jump(Condition.GREATER, rest);
    a.bind(end);
  }

  private void runOfKnownLength(int n) {
    int full = n / lanes;
    displacement = 0;
    masked = false;
    index = Address.NONE;
    if (full >= 3 * copies) {
      index = RSI;
      a.moveImmediate(RSI, 0);
      a.moveImmediate(RDX, full / copies);
      a.align(32);
      Label top = a.here();
      body(copies).emit(a);
      a.addImmediate(RSI, copies * vector);
      a.subImmediate(RDX, 1);
      a.jump(Condition.NOT_ZERO, top);
      full %= copies;
    }
    while (full > 0) {
      int some = Math.min(full, copies);
      body(some).emit(a);
      displacement += some * vector;
      full -= some;
    }
    if (n % lanes != 0) {
      masked = true;
      body(1).emit(a);
    }
  }

  // ---- operands

  /// The register with a slot's address; RCX for those that do not find a register of their own.
  private int pointer(int slot) {
    if (slot < POINTERS.length) {
      return POINTERS[slot];
    }
    a.loadRegister(RCX, stackPointer(slot));
    return RCX;
  }

  private Address address(int slot, int copy) {
    return Address.at(pointer(slot), index, displacement + copy * vector);
  }

  @Override
  public void load(Assembler assembler, int register, int slot, int copy) {
    if (nest.stride(slot, inner) == 0) {
      a.broadcast(register, Address.at(pointer(slot)));
    } else if (masked) {
      a.loadMasked(register, address(slot, copy), evex ? 1 : TAIL_MASK_VEX);
    } else {
      a.load(register, address(slot, copy));
    }
  }

  @Override
  public void store(Assembler assembler, int register, int slot, int copy) {
    if (masked) {
      a.storeMasked(address(slot, copy), register, evex ? 1 : TAIL_MASK_VEX);
    } else {
      a.store(address(slot, copy), register);
    }
  }
}
