package dlt.backend.cpu;

import dlt.backend.cpu.Assembler.Label;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Machine code as bytes: labels and the jumps to them, constants after the code and the references to them.
abstract sealed class CodeBuffer permits GeneralCode {
  /// A RIP-relative displacement at `position` with `trailing` bytes of the instruction after it.
  private record Fixup(int position, int constant, int trailing) {}

  private final List<byte[]> constants = new ArrayList<>();
  private final Map<ByteBuffer, Integer> constantNumbers = new HashMap<>();
  private final List<Label> pending = new ArrayList<>();
  private final List<Fixup> fixups = new ArrayList<>();
  private byte[] code = new byte[4096];
  private int size;

  /// The number of a constant of these bytes, aligned to their count.
  int pool(byte[] bytes) {
    return constantNumbers.computeIfAbsent(ByteBuffer.wrap(bytes), _ -> {
      constants.add(bytes);
      return constants.size() - 1;
    });
  }

  /// Size of a constant.
  int poolBytes(int constant) {
    return constants.get(constant).length;
  }

  /// The RIP-relative displacement to a constant of the pool; `trailing` bytes of the instruction follow it.
  void reference(int constant, int trailing) {
    fixups.add(new Fixup(size, constant, trailing));
    int32(0);
  }

  /// Binds `label` to what follows.
  void bind(Label label) {
    if (label.position >= 0) {
      throw new IllegalStateException("a label is bound twice");
    }
    label.position = size;
    for (int use : label.uses) {
      patch(use, size - (use + 4));
    }
    pending.remove(label);
  }

  /// A label bound here.
  Label here() {
    Label label = new Label();
    bind(label);
    return label;
  }

  /// The displacement to `target` that ends a jump.
  void use(Label target) {
    if (target.position >= 0) {
      int32(target.position - (size + 4));
      return;
    }
    if (target.uses.isEmpty()) {
      pending.add(target);
    }
    target.uses.add(size);
    int32(0);
  }

  /// Fills up to a multiple of `bytes`, where a loop begins.
  void align(int bytes) {
    while (size % bytes != 0) {
      int n = Math.min(bytes - size % bytes, NOPS.length);
      bytes(NOPS[n - 1]);
    }
  }

  private static final int[][] NOPS = {
    {0x90}, {0x66, 0x90}, {0x0F, 0x1F, 0x00}, {0x0F, 0x1F, 0x40, 0}, {0x0F, 0x1F, 0x44, 0, 0}, {0x66, 0x0F, 0x1F, 0x44, 0, 0},
    {0x0F, 0x1F, 0x80, 0, 0, 0, 0}, {0x0F, 0x1F, 0x84, 0, 0, 0, 0, 0}
  };

  /// How much code there is.
  int position() {
    return size;
  }

  /// The code with its constants after it, to be placed at a multiple of 64 bytes.
  byte[] finish() {
    if (!pending.isEmpty()) {
      throw new IllegalStateException("a jump leads nowhere");
    }
    int end = size;
    int[] at = new int[constants.size()];
    for (int i = 0; i < at.length; i++) {
      int bytes = constants.get(i).length;
      while (size % bytes != 0) {
        bytes(0);
      }
      at[i] = size;
      for (byte b : constants.get(i)) {
        bytes(b);
      }
    }
    for (Fixup f : fixups) {
      patch(f.position, at[f.constant] - (f.position + 4 + f.trailing));
    }
    byte[] result = Arrays.copyOf(code, size);
    size = end;
    return result;
  }

  void bytes(int value) {
    if (size == code.length) {
      code = Arrays.copyOf(code, 2 * size);
    }
    code[size++] = (byte) value;
  }

  void bytes(int... values) {
    for (int v : values) {
      bytes(v);
    }
  }

  void int32(int v) {
    bytes(v, v >> 8, v >> 16, v >> 24);
  }

  private void patch(int position, int v) {
    for (int i = 0; i < 4; i++) {
      code[position + i] = (byte) (v >> 8 * i);
    }
  }
}
