package dlt.backend.cuda;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/// The text of a kernel's body in PTX while it is written: instructions, and registers that are numbered as they are asked for
/// (ptxas allots the real ones).
final class Ptx {
  enum Type {
    PRED("pred", "%p"), B16("b16", "%h"), B32("b32", "%r"), B64("b64", "%d"), F32("f32", "%f"), F64("f64", "%g");

    final String name;
    private final String prefix;

    Type(String name, String prefix) {
      this.name = name;
      this.prefix = prefix;
    }
  }

  private final StringBuilder text = new StringBuilder();
  private final Map<Type, Integer> registers = new EnumMap<>(Type.class);
  private int labels;

  /// A new register.
  String register(Type type) {
    return type.prefix + registers.merge(type, 1, Integer::sum);
  }

  /// A new name for a place in the code.
  String label() {
    return "$L" + ++labels;
  }

  void place(String label) {
    text.append(label).append(":\n");
  }

  /// An instruction without its semicolon.
  void add(String instruction) {
    text.append('\t').append(instruction).append(";\n");
  }

  void add(String op, String... operands) {
    add(op + " " + String.join(", ", operands));
  }

  /// The new register that receives an instruction's result.
  String compute(Type type, String op, String... operands) {
    String r = register(type);
    add(op + " " + r + ", " + String.join(", ", operands));
    return r;
  }

  String f32(String op, String... operands) {
    return compute(Type.F32, op, operands);
  }

  String b32(String op, String... operands) {
    return compute(Type.B32, op, operands);
  }

  String b64(String op, String... operands) {
    return compute(Type.B64, op, operands);
  }

  String test(String op, String... operands) {
    return compute(Type.PRED, op, operands);
  }

  void jump(String label) {
    add("bra.uni " + label);
  }

  void jumpIf(String predicate, String label) {
    add("@" + predicate + " bra " + label);
  }

  void jumpUnless(String predicate, String label) {
    add("@!" + predicate + " bra " + label);
  }

  /// A number as PTX writes it exactly.
  static String constant(float value) {
    return String.format(Locale.ROOT, "0f%08X", Float.floatToRawIntBits(value));
  }

  /// What has been written, after the declaration of its registers.
  String body() {
    StringBuilder r = new StringBuilder();
    registers.forEach((type, n) -> r.append("\t.reg .").append(type.name).append(' ').append(type.prefix).append('<').append(n + 1).append(">;\n"));
    return r.append(text).toString();
  }
}
