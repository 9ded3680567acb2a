package dlt.backend.cuda.software;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A statement while it is translated: its modifiers are taken one by one, its operands become slots. What is left over is refused.
final class Instruction {
  private final Ptx.Statement statement;
  private final Slots slots;
  private final String name;
  private final List<String> modifiers;

  Instruction(Ptx.Statement statement, Slots slots) {
    this.statement = statement;
    this.slots = slots;
    String[] parts = statement.opcode().split("\\.");
    name = parts[0];
    modifiers = new ArrayList<>(Arrays.asList(parts).subList(1, parts.length));
  }

  Ptx.Statement statement() {
    return statement;
  }

  Slots slots() {
    return slots;
  }

  String name() {
    return name;
  }

  /// The type that results have unless said otherwise: the last modifier, which stays.
  String type() {
    return modifiers.isEmpty() ? "" : modifiers.getLast();
  }

  /// Takes the last modifier.
  String takeLast() {
    if (modifiers.isEmpty()) {
      throw refused();
    }
    return modifiers.removeLast();
  }

  /// Takes a modifier, where it is there.
  boolean take(String modifier) {
    return modifiers.remove(modifier);
  }

  /// Takes the one of these modifiers that is there, or gives `otherwise`.
  String takeOne(String otherwise, String... choices) {
    for (String c : choices) {
      if (take(c)) {
        return c;
      }
    }
    return otherwise;
  }

  /// Called when all is translated: refuses modifiers that nobody took.
  Step done(Step step) {
    if (!modifiers.isEmpty()) {
      throw refused();
    }
    return step;
  }

  PtxRefused refused() {
    return new PtxRefused("line " + statement.line() + ": the software GPU does not know \"" + statement + "\"");
  }

  // ---- operands

  int operands() {
    return statement.operands().size();
  }

  Ptx.Operand operand(int k) {
    if (k >= operands()) {
      throw refused();
    }
    return statement.operands().get(k);
  }

  /// The slot of a 32-bit result.
  int intOut(int k) {
    return out(operand(k), Ptx.Kind.INT);
  }

  int longOut(int k) {
    return out(operand(k), Ptx.Kind.LONG);
  }

  int predicateOut(int k) {
    return out(operand(k), Ptx.Kind.PREDICATE);
  }

  int out(Ptx.Operand o, Ptx.Kind kind) {
    if (o instanceof Ptx.Value v && v.register().kind() == kind) {
      return slots.of(v.register());
    }
    throw refused();
  }

  int intIn(int k) {
    return in(operand(k), Ptx.Kind.INT, "b32");
  }

  int longIn(int k) {
    return in(operand(k), Ptx.Kind.LONG, "b64");
  }

  int floatIn(int k) {
    return in(operand(k), Ptx.Kind.INT, "f32");
  }

  int doubleIn(int k) {
    return in(operand(k), Ptx.Kind.LONG, "f64");
  }

  int predicateIn(int k) {
    return in(operand(k), Ptx.Kind.PREDICATE, "pred");
  }

  /// The slot of an operand to be read; a literal is read as `type`.
  int in(Ptx.Operand o, Ptx.Kind kind, String type) {
    return switch (o) {
      case Ptx.Value v when v.register().kind() == kind -> slots.of(v.register());
      case Ptx.Number n -> slots.constant(kind, null, literal(n.text(), type));
      case Ptx.Special s when kind == Ptx.Kind.INT -> special(s.name());
      case Ptx.Symbol s -> slots.symbol(this, s.name(), kind, 0);
      case Ptx.Value _, Ptx.Special _, Ptx.Negated _, Ptx.Pair _, Ptx.Address _, Ptx.Vector _ -> throw refused();
    };
  }

  private int special(String text) {
    if (text.equals("WARP_SZ")) {
      return slots.constant(Ptx.Kind.INT, null, Warp.LANES);
    }
    int r = slots.special(text);
    if (r < 0) {
      throw refused();
    }
    return r;
  }

  /// A literal operand that has to be one.
  long number(int k) {
    if (operand(k) instanceof Ptx.Number n) {
      return literal(n.text(), "b64");
    }
    throw refused();
  }

  private long literal(String text, String type) {
    boolean minus = text.startsWith("-");
    String t = minus ? text.substring(1) : text;
    try {
      if (t.startsWith("0f") || t.startsWith("0F")) {
        int bits = Integer.parseUnsignedInt(t.substring(2), 16) ^ (minus ? Integer.MIN_VALUE : 0);
        return type.equals("f64") ? Double.doubleToRawLongBits(Float.intBitsToFloat(bits)) : bits;
      }
      if (t.startsWith("0d") || t.startsWith("0D")) {
        long bits = Long.parseUnsignedLong(t.substring(2), 16) ^ (minus ? Long.MIN_VALUE : 0);
        return type.equals("f32") ? Float.floatToRawIntBits((float) Double.longBitsToDouble(bits)) : bits;
      }
      if (type.equals("f32")) {
        return Float.floatToRawIntBits(Float.parseFloat(text));
      }
      if (type.equals("f64")) {
        return Double.doubleToRawLongBits(Double.parseDouble(text));
      }
      String digits = t.endsWith("U") ? t.substring(0, t.length() - 1) : t;
      long r = digits.startsWith("0x") || digits.startsWith("0X") ? Long.parseUnsignedLong(digits.substring(2), 16)
          : digits.length() > 1 && digits.startsWith("0") ? Long.parseUnsignedLong(digits.substring(1), 8) : Long.parseUnsignedLong(digits);
      return minus ? -r : r;
    } catch (NumberFormatException e) {
      throw refused();
    }
  }
}
