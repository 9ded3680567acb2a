package dlt.backend.cuda.software;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;

/// What a load or a store moves: where its address comes from, and which registers it moves to or from memory.
final class Access {
  static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /// Bytes of all elements: what the address has to be a multiple of.
  final int bytes;
  private final int element;
  private final boolean signed;
  private final boolean wideAddress;
  private final int base;
  private final long offset;
  private final int[] slots;
  private final boolean[] wide;
  private final boolean words;
  /// The allocation that this instruction met last.
  private Allocation met;

  private Access(int element, boolean signed, boolean wideAddress, int base, long offset, int[] slots, boolean[] wide) {
    this.element = element;
    this.signed = signed;
    this.wideAddress = wideAddress;
    this.base = base;
    this.offset = offset;
    this.slots = slots;
    this.wide = wide;
    bytes = element * slots.length;
    boolean allInts = element == 4;
    for (boolean w : wide) {
      allInts &= !w;
    }
    words = allInts;
  }

  /// @param registers the operand that is moved
  static Access of(Instruction x, String type, int count, Ptx.Operand address, Ptx.Operand registers, boolean out) {
    List<Ptx.Operand> parts = registers instanceof Ptx.Vector v ? v.elements() : List.of(registers);
    if (parts.size() != count) {
      throw x.refused();
    }
    int[] slots = new int[count];
    boolean[] wide = new boolean[count];
    for (int i = 0; i < count; i++) {
      Ptx.Operand o = parts.get(i);
      if (out && o instanceof Ptx.Symbol(String n) && n.equals("_")) {
        slots[i] = -1;
        continue;
      }
      wide[i] = o instanceof Ptx.Value v ? v.register().kind() == Ptx.Kind.LONG : size(x, type) == 8;
      Ptx.Kind kind = wide[i] ? Ptx.Kind.LONG : Ptx.Kind.INT;
      slots[i] = out ? x.out(o, kind) : x.in(o, kind, type);
    }
    if (!(address instanceof Ptx.Address(Ptx.Operand base, long offset))) {
      throw x.refused();
    }
    boolean narrow = base instanceof Ptx.Value v && v.register().kind() == Ptx.Kind.INT;
    int slot = base == null ? x.slots().constant(Ptx.Kind.LONG, null, 0) : x.in(base, narrow ? Ptx.Kind.INT : Ptx.Kind.LONG, "b64");
    return new Access(size(x, type), type.startsWith("s"), !narrow, slot, offset, slots, wide);
  }

  static int size(Instruction x, String type) {
    return switch (type) {
      case "b8", "u8", "s8" -> 1;
      case "b16", "u16", "s16", "f16", "bf16" -> 2;
      case "b32", "u32", "s32", "f32" -> 4;
      case "b64", "u64", "s64", "f64" -> 8;
      default -> throw x.refused();
    };
  }

  long address(Warp w, int lane) {
    return (wideAddress ? w.longs[base][lane] : w.ints[base][lane] & 0xFFFF_FFFFL) + offset;
  }

  /// The allocation that holds `size` bytes at `address`.
  Allocation allocation(Warp w, int lane, long address, int size) {
    Allocation x = met;
    if (x == null || !x.holds(address, size)) {
      x = w.block.grid().allocation(w, lane, address, size);
      met = x;
    }
    return x;
  }

  /// The addresses of all lanes, wanted or not.
  void addresses(Warp w, long[] into) {
    if (wideAddress) {
      long[] b = w.longs[base];
      for (int k = 0; k < Warp.LANES; k++) {
        into[k] = b[k] + offset;
      }
    } else {
      int[] b = w.ints[base];
      for (int k = 0; k < Warp.LANES; k++) {
        into[k] = (b[k] & 0xFFFF_FFFFL) + offset;
      }
    }
  }

  /// Gives lane `to` what lane `from` has loaded.
  void copy(Warp w, int from, int to) {
    for (int i = 0; i < slots.length; i++) {
      if (slots[i] >= 0 && wide[i]) {
        long[] d = w.longs[slots[i]];
        d[to] = d[from];
      } else if (slots[i] >= 0) {
        int[] d = w.ints[slots[i]];
        d[to] = d[from];
      }
    }
  }

  void load(Warp w, int lane, byte[] from, int at) {
    if (words) {
      for (int i = 0; i < slots.length; i++) {
        if (slots[i] >= 0) {
          w.ints[slots[i]][lane] = (int) INT.get(from, at + 4 * i);
        }
      }
      return;
    }
    for (int i = 0; i < slots.length; i++) {
      int p = at + element * i;
      long v = switch (element) {
        case 1 -> signed ? from[p] : from[p] & 0xFF;
        case 2 -> signed ? (short) SHORT.get(from, p) : (short) SHORT.get(from, p) & 0xFFFF;
        case 4 -> signed ? (int) INT.get(from, p) : (int) INT.get(from, p) & 0xFFFF_FFFFL;
        default -> (long) LONG.get(from, p);
      };
      if (slots[i] < 0) {
        continue;
      }
      if (wide[i]) {
        w.longs[slots[i]][lane] = v;
      } else {
        w.ints[slots[i]][lane] = (int) v;
      }
    }
  }

  void store(Warp w, int lane, byte[] into, int at) {
    if (words) {
      for (int i = 0; i < slots.length; i++) {
        INT.set(into, at + 4 * i, w.ints[slots[i]][lane]);
      }
      return;
    }
    for (int i = 0; i < slots.length; i++) {
      int p = at + element * i;
      long v = value(w, lane, i);
      switch (element) {
        case 1 -> into[p] = (byte) v;
        case 2 -> SHORT.set(into, p, (short) v);
        case 4 -> INT.set(into, p, (int) v);
        default -> LONG.set(into, p, v);
      }
    }
  }

  /// The register of element `i`.
  long value(Warp w, int lane, int i) {
    return wide[i] ? w.longs[slots[i]][lane] : w.ints[slots[i]][lane];
  }

  /// Whether a store would change nothing.
  boolean unchanged(Warp w, int lane, byte[] into, int at) {
    for (int i = 0; i < slots.length; i++) {
      int p = at + element * i;
      long v = value(w, lane, i);
      boolean equal = switch (element) {
        case 1 -> into[p] == (byte) v;
        case 2 -> (short) SHORT.get(into, p) == (short) v;
        case 4 -> (int) INT.get(into, p) == (int) v;
        default -> (long) LONG.get(into, p) == v;
      };
      if (!equal) {
        return false;
      }
    }
    return true;
  }
}
