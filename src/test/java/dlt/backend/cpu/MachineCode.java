package dlt.backend.cpu;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Set;
import java.util.TreeMap;

/// Machine code as a processor reads it: the instructions that are reached from its first byte, whatever jumps are taken. It knows the
/// encodings that kernels are made of, and refuses all others.
final class MachineCode {
  /// How vectors' instructions are marked; `GENERAL` are all others.
  enum Encoding { GENERAL, VEX, EVEX }

  /// An instruction at a byte of the code.
  ///
  /// @param map which of Intel's tables its opcode is from: 0 one byte, 1 `0F`, 2 `0F 38`, 3 `0F 3A`
  /// @param prefix the mandatory prefix: 0 none, 1 `66`, 2 `F3`, 3 `F2`
  /// @param target where a jump leads to, or -1
  record Step(int at, int length, Encoding encoding, int map, int prefix, int opcode, int target) {
    boolean returns() {
      return encoding == Encoding.GENERAL && map == 0 && opcode == 0xC3;
    }

    /// Whether it makes the upper halves of the vector registers zero.
    boolean zerosUpperHalves() {
      return encoding == Encoding.VEX && map == 1 && prefix == 0 && opcode == 0x77;
    }

    private boolean endsThere() {
      return returns() || encoding == Encoding.GENERAL && map == 0 && opcode == 0xE9;
    }
  }

  /// With an operand in memory or a register, with that and one byte, or with that and four bytes.
  private static final Set<Integer> OPERAND = Set.of(0x01, 0x29, 0x39, 0x89, 0x8B, 0x8D), OPERAND_BYTE = Set.of(0x83, 0xC1),
      OPERAND_INT = Set.of(0x69, 0x81, 0xC7);
  /// Of map 1, those that an immediate byte follows; all of map 3 have one.
  private static final Set<Integer> IMMEDIATE = Set.of(0x70, 0x71, 0x72, 0x73, 0xC2, 0xC4, 0xC5, 0xC6);

  private final byte[] code;
  private int next;

  private MachineCode(byte[] code) {
    this.code = code;
  }

  /// The instructions in the order of their places.
  static Collection<Step> steps(byte[] code) {
    TreeMap<Integer, Step> steps = new TreeMap<>();
    Deque<Integer> open = new ArrayDeque<>();
    open.add(0);
    while (!open.isEmpty()) {
      int at = open.pop();
      if (steps.containsKey(at)) {
        continue;
      }
      Step step = new MachineCode(code).step(at);
      steps.put(at, step);
      if (step.target >= 0) {
        open.push(step.target);
      }
      if (!step.endsThere()) {
        open.push(at + step.length);
      }
    }
    int end = 0;
    for (Step step : steps.values()) {
      if (step.at < end) {
        throw new IllegalStateException("a jump into the instruction before " + step);
      }
      end = step.at + step.length;
    }
    return steps.values();
  }

  private int take() {
    return code[next++] & 0xff;
  }

  private Step step(int at) {
    next = at;
    int first = take();
    return switch (first) {
      case 0xC5 -> vector(at, Encoding.VEX, 1, take());
      case 0xC4 -> vector(at, Encoding.VEX, take() & 31, take());
      case 0x62 -> {
        int map = take() & 7;
        int prefix = take();
        next++;
        yield vector(at, Encoding.EVEX, map, prefix);
      }
      default -> general(at, first);
    };
  }

  private Step vector(int at, Encoding encoding, int map, int prefix) {
    int opcode = take();
    if (map != 1 || opcode != 0x77) {
      operand();
      next += map == 3 || map == 1 && IMMEDIATE.contains(opcode) ? 1 : 0;
    }
    return new Step(at, next - at, encoding, map, prefix & 3, opcode, -1);
  }

  private Step general(int at, int first) {
    int prefix = 0;
    if (first == 0x66) { // of a longer pause
      prefix = 1;
      first = take();
    }
    boolean wide = false;
    if ((first & 0xF0) == 0x40) {
      wide = (first & 8) != 0;
      first = take();
    }
    int opcode = first;
    int map = 0;
    int target = -1;
    if (opcode == 0x0F) {
      map = 1;
      opcode = take();
      if ((opcode & 0xF0) == 0x80) {
        target = jump();
      } else if (opcode == 0x18 || opcode == 0x1F) {
        operand();
      } else {
        throw unknown(at, opcode);
      }
    } else if (opcode == 0xE9) {
      target = jump();
    } else if (OPERAND.contains(opcode)) {
      operand();
    } else if (OPERAND_BYTE.contains(opcode)) {
      operand();
      next++;
    } else if (OPERAND_INT.contains(opcode)) {
      operand();
      next += 4;
    } else if (wide && opcode >= 0xB8 && opcode <= 0xBF) {
      next += 8;
    } else if (opcode != 0x90 && opcode != 0xC3 && (opcode < 0x50 || opcode > 0x5F)) {
      throw unknown(at, opcode);
    }
    return new Step(at, next - at, Encoding.GENERAL, map, prefix, opcode, target);
  }

  private static IllegalStateException unknown(int at, int opcode) {
    return new IllegalStateException("unknown opcode " + Integer.toHexString(opcode) + " at byte " + at);
  }

  private int jump() {
    int distance = take() | take() << 8 | take() << 16 | take() << 24;
    return next + distance;
  }

  /// The bytes that say register and memory operand.
  private void operand() {
    int modrm = take();
    int mod = modrm >> 6;
    int register = modrm & 7;
    if (mod != 3) {
      if (register == 4) {
        register = take() & 7;
      }
      next += mod == 1 ? 1 : mod == 2 || register == 5 ? 4 : 0;
    }
  }
}
