package dlt.backend.cuda.software;

import java.util.List;
import java.util.Map;

/// A module of PTX, as read from its text.
record Ptx(Map<String, Variable> variables, Map<String, Function> functions) {
  /// Where a variable lies.
  enum Space {
    GLOBAL, CONST, SHARED, LOCAL, PARAM
  }

  /// What a register holds: a truth value, up to 32 bits, or 64 bits.
  enum Kind {
    PREDICATE, INT, LONG
  }

  /// @param bytes its size; 0 where the launch settles it (dynamic shared memory)
  /// @param initial its first bytes, or null
  record Variable(Space space, String name, int alignment, int bytes, byte[] initial) {}

  record Register(String name, Kind kind, int index) {}

  /// @param locals variables that are declared inside, and parameters of its calls
  /// @param labels the index of the statement that follows each
  record Function(
      String name,
      boolean entry,
      List<Variable> results,
      List<Variable> parameters,
      List<Register> registers,
      Map<String, Variable> locals,
      List<Statement> statements,
      Map<String, Integer> labels) {}

  /// One instruction.
  ///
  /// @param guard the predicate that lets it run, or null
  /// @param opcode with its modifiers, such as `ld.global.v4.f32`
  record Statement(int line, Register guard, boolean negated, String opcode, List<Operand> operands) {
    @Override
    public String toString() {
      StringBuilder r = new StringBuilder();
      if (guard != null) {
        r.append(negated ? "@!" : "@").append(guard.name()).append(' ');
      }
      r.append(opcode);
      for (int i = 0; i < operands.size(); i++) {
        r.append(i == 0 ? " " : ", ").append(operands.get(i));
      }
      return r.append(';').toString();
    }
  }

  sealed interface Operand permits Value, Negated, Pair, Number, Special, Symbol, Address, Vector {}

  record Value(Register register) implements Operand {
    @Override
    public String toString() {
      return register.name();
    }
  }

  /// `!%p1`
  record Negated(Register register) implements Operand {
    @Override
    public String toString() {
      return "!" + register.name();
    }
  }

  /// `%r1|%p2`
  record Pair(Register first, Register second) implements Operand {
    @Override
    public String toString() {
      return first.name() + "|" + second.name();
    }
  }

  /// A literal as written: `-3`, `0x10`, `0f3F800000`, `1.5`.
  record Number(String text) implements Operand {
    @Override
    public String toString() {
      return text;
    }
  }

  /// `%tid.x`
  record Special(String name) implements Operand {
    @Override
    public String toString() {
      return name;
    }
  }

  /// The name of a variable, a label or a function.
  record Symbol(String name) implements Operand {
    @Override
    public String toString() {
      return name;
    }
  }

  /// `[base + offset]`, with a register, a variable or nothing as base.
  record Address(Operand base, long offset) implements Operand {
    @Override
    public String toString() {
      return "[" + (base == null ? "" : base) + (base != null && offset == 0 ? "" : (base == null ? "" : "+") + offset) + "]";
    }
  }

  /// `{%r1, %r2}`, or the lists of a call: `(a, b)`.
  record Vector(List<Operand> elements) implements Operand {
    @Override
    public String toString() {
      StringBuilder r = new StringBuilder("{");
      for (int i = 0; i < elements.size(); i++) {
        r.append(i == 0 ? "" : ", ").append(elements.get(i));
      }
      return r.append('}').toString();
    }
  }
}
